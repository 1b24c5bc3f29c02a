"""Triage: unread papers as pages, where each of four keys decides and goes on."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Opener
from tests.ui.driver import Story


async def begin(r: Story, query: str) -> None:
    await r.do("command.open")
    await r.burst(*f"triage {query}", "enter")
    await r.rest()


async def test_each_key_decides_marks_read_and_goes_on(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        before = r.view, r.query, r.cursor
        await begin(r, "topic:agents")
        papers = r.ids
        assert (r.context, "1 of 8" in r.screen, r.kept(papers[0]).read) == ("triage", True, False)
        await r.do("paper.star", "paper.hide", "paper.queue", "triage.next")
        kept = [r.kept(id) for id in papers[:4]]
        assert [one.read for one in kept] == [True] * 4
        assert (kept[0].starred, kept[1].hidden, kept[2].queued) == (True, True, True)
        assert ("5 of 8" in r.screen, r.here.id) == (True, papers[4])
        await r.do("triage.leave")
        assert (r.view, r.query, r.cursor) == before
        assert r.status == "4 left unread · gT goes on"


async def test_one_undo_takes_back_a_whole_decision_and_goes_back_to_its_paper(reader: Opener) -> None:
    async with reader() as r:
        await r.do("triage.begin")
        first = r.here.id
        await r.do("paper.star", "mark.undo")
        assert (r.here.id, r.kept(first).starred, r.kept(first).read) == (first, False, False)
        assert "1 of 14" in r.screen


async def test_keys_pressed_ahead_hide_no_unseen_paper_and_undos_take_back_nothing_older(reader: Opener) -> None:
    async with reader() as r:
        older = r.here.id
        await r.do("paper.star", "triage.begin")
        first, second = r.ids[:2]
        await r.burst("x", "x", "x")
        assert (r.kept(first).hidden, r.kept(second).hidden) == (True, False)
        assert r.status == "this paper came after that key: look, then decide"
        for _ in range(3):
            await r.do("mark.undo")
        assert (r.kept(first).hidden, r.kept(older).starred) == (False, True)
        assert r.status == "no decision is left to take back · esc leaves, then u undoes older marks"


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_never_quits(reader: Opener, key: str) -> None:
    async with reader() as r:
        await r.do("triage.begin")
        await r.press(key)
        assert (r.app.is_running, r.view) == (True, "latest")


async def test_the_end_counts_the_decisions_and_undo_returns_to_the_last_paper(reader: Opener) -> None:
    async with reader(size=(100, 30)) as r:
        await begin(r, "topic:robotics day:today")
        papers = r.ids
        for _ in papers:
            await r.do("paper.queue")
        assert r.empty.startswith(f"No unread papers are left. {len(papers)} queued. u takes the last one")
        await r.do("mark.undo")
        assert (r.context, r.here.id, r.kept(papers[-1]).read) == ("triage", papers[-1], False)
        assert "1 of 1" in r.screen


async def test_a_starred_unread_paper_is_included_in_every_count(reader: Opener) -> None:
    async with reader() as r:
        await r.do("paper.star")
        assert (r.here.starred, r.here.read) == (True, True)
        await r.do("paper.read")
        assert (r.here.starred, r.here.read) == (True, False)
        await r.do("triage.begin")
        assert "1 of 14" in r.screen


async def test_heading_end_filter_and_triage_have_the_same_number(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("paper.star", "move.down", "paper.queue", "move.down", "paper.hide", "move.down", "paper.read")
        await r.until(lambda: "10 unread of 14" in r.list_lines[0] or "10 unread of 13" in r.list_lines[0])
        assert any("10 unread" in line and "Monday" in line for line in r.list_lines)
        assert any(line.split()[:2] == ["»", "Latest"] and " 10/" in line for line in r.filter_lines)
        await r.do("triage.begin")
        assert "1 of 10" in r.screen
