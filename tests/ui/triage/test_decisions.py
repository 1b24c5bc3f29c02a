"""Triage against the clock: unread papers one at a time, each key a decision."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.orders import Order
from reader.cache.search.selection import Selection
from reader.ui.library.library import Library
from reader.ui.triage.state import TRIAGE
from tests.doubles import cached
from tests.ui.conftest import Opener
from tests.ui.driver import Story
from tests.ui.papers import NOW


class Clock:
    """A clock that the test sets on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def run(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def typed(r: Story, line: str) -> None:
    await r.do("command.open")
    await r.burst(*line, "enter")


async def test_each_key_decides_and_the_end_puts_the_rest_aside(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    # How many there are is known only once all are read.
    monkeypatch.setattr("reader.ui.list.loader.SCREENFUL", 3)
    async with reader(size=(80, 24), now=clock) as r:
        before = r.view, r.query, r.cursor
        await typed(r, "triage 1m topic:agents")
        assert r.context == "triage"
        papers = r.ids
        assert "1 of 8" in r.lines[0] and "1 min left · 8 s for each" in r.lines[0]
        votes = [r.kept(id).upvotes or 0 for id in papers]
        assert votes == sorted(votes, reverse=True), "nothing is learned yet: the most votes come first"
        clock.run(10)
        await r.do("paper.star")
        assert r.kept(papers[0]).starred and r.kept(papers[0]).read and r.here.id == papers[1]
        assert not r.kept(papers[1]).read, "it is only looked at"
        assert "2 of 8" in r.lines[0] and "10 s each" in r.lines[0]
        await r.do("triage.next", "paper.hide", "paper.queue")
        assert (r.kept(papers[1]).read, r.kept(papers[2]).hidden, r.kept(papers[3]).queued) == (True, True, True)
        await r.do("mark.undo")
        assert r.here.id == papers[3] and not r.kept(papers[3]).queued, "undo goes back to the paper"
        assert not r.kept(papers[3]).read, "a decision is one action"
        await r.do("paper.queue")
        clock.run(25)
        # It is left, a night goes by, and the window has another size.
        await r.do("triage.pause")
        clock.run(30_000)
        await r.resize(60, 20)
        assert (r.view, r.query, r.cursor) == before and "triage: 30 s left" in r.top
        assert r.status == "gT continues · 30 s left"
        await typed(r, "triage")
        assert r.here.id == papers[4] and "5 of 8" in r.lines[0]
        # Undone papers of before the pause come back.
        await r.do("mark.undo")
        assert (r.here.id, r.context) == (papers[3], "triage")
        await r.do("paper.queue")
        clock.run(28)
        await r.do("read.on")
        assert "time is up" in r.lines[0]
        assert r.here.id == papers[4], "the last one can be read to its end"
        await r.do("triage.next")
        assert r.empty.startswith(
            "Triage is done: 5 papers in 63 s, 13 s each. 1 starred, 1 queued, 1 hidden, 2 passed,"
        )
        assert "3 marked read. ★ Agents at Night" in r.empty
        assert r.empty.endswith("u takes the 3 back [ Monday has 14 left gq the queue")
        assert [r.kept(id).read for id in papers] == [True] * 8
        await r.do("mark.undo")
        assert r.ids == papers[5:]
        await r.do("app.escape")
        assert (r.view, r.query, r.cursor) == before


async def test_a_day_is_finished_or_the_rest_is_left(reader: Opener) -> None:
    async with reader(size=(100, 30)) as r:
        today = r.ids
        await r.do("triage.begin")
        assert f"1 of {len(today)}" in r.lines[0]
        await r.do("triage.next", "paper.tag")
        await r.type("soon")
        await r.press("enter")
        await r.do("text.open", "paper.star", "app.back")
        assert r.context == "triage"
        await r.do("triage.next")
        triage = r.app.state[TRIAGE]
        assert triage is not None and triage.counts == {"pass": 1, "star": 1}, "a paper starred in its text is kept"
        await r.do("triage.end")
        await r.press("q")
        assert r.view == "latest"
        assert r.status == f"2 decided in 0 s · {len(today) - 2} left unread"
        await typed(r, "triage sort:day -topic:nonsense day:today")
        assert f"1 of {len(today) - 2}" in r.lines[0]
        await r.do("triage.end")
        await r.press("escape")
        assert r.context == "triage"
        await r.do("triage.end")
        await r.press("a")
        assert r.empty.startswith("Tue 12 May is finished. 12 marked read. u takes the 12 back")
        await r.do("view.latest")
        assert "all 14 read" in r.top
        await typed(r, "triage")
        assert r.empty.startswith("No unread papers are left.")
        # The last decision ends it too.
        await r.do("view.latest", "move.bottom", "paper.read", "move.up", "paper.read")
        await typed(r, "triage day:today")
        assert "1 of 2" in r.lines[0]
        await r.do("triage.next", "triage.next")
        assert r.empty.startswith("Tue 12 May is finished: 2 papers in 0 s, 1 s each. 2 passed.")
        assert r.status == ""
        # What another program made unread meanwhile stays so: it was not put aside.
        await r.do("view.latest", "move.bottom", "paper.read", "move.up", "paper.read")
        await typed(r, "triage day:today")
        await r.do("triage.next")
        triage = r.app.state[TRIAGE]
        assert triage is not None
        with closing(Events.open(r.file)) as events:
            events.mark("read", False, [cached(triage.decisions[0].pk)])
        await r.do("triage.next")
        assert "2 passed" in r.empty and "finished" not in r.empty
        await r.do("view.latest")
        assert "13 of 14 read" in r.top
        await typed(r, "triage 15m topic:(")
        assert r.app.state.notices.shown.tone == "warning"
        await typed(r, "triage 1s")
        assert "10s to 12h" in r.status


def hold_lists(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let no list come before the event is set."""
    screenful, may_come = Library.screenful, asyncio.Event()

    async def slow(library: Library, selection: Selection, limit: int) -> Order[int]:
        await may_come.wait()
        return await screenful(library, selection, limit)

    monkeypatch.setattr(Library, "screenful", slow)
    return may_come


async def test_keys_pressed_while_papers_are_ranked_mark_none_of_any_list(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader() as r:
        await r.do("move.down", "paper.star")
        before, said = r.here, "still ranking · esc goes back"
        with monkeypatch.context() as patch:
            may_come = hold_lists(patch)
            # The old list stands as the first key is pressed, and is gone as the others are.
            await r.begin("g", "y", "x")
            await r.until(lambda: r.empty == "Ranking 59 papers. esc goes back")
            assert r.app.state.notices.shown.text == said and before.title not in r.screen
            await r.begin("s", "m", "b", "x", "A", "j")
            await r.until(lambda: r.app.state.notices.shown.text == said)
            await r.begin("escape")
            may_come.set()
        await r.rest()
        assert (r.view, r.here) == ("latest", before)
        await r.do("view.foryou", "view.all")
        assert not [
            id for id in r.ids if id != before.id and (one := r.kept(id)) and (one.read or one.hidden or one.queued)
        ]


async def test_esc_before_the_first_paper_leaves(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader() as r:
        before = r.view
        with monkeypatch.context() as patch:
            may_come = hold_lists(patch)
            await r.begin("g", "T", "escape")
            may_come.set()
        await r.rest()
        assert r.view == before
        await r.press("g", "T")
        assert r.context == "triage"
