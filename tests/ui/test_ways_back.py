"""Ways back and on: what Esc, q, F, ctrl+a, the brackets and a mark do, and that the cursor stays on its paper."""

from __future__ import annotations

import pytest

from tests.tiers import rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.papers import draft


async def _point_at(r: Story, topic: str) -> None:
    """Leave the filter pane's cursor on a topic."""
    await r.do("find.filter", "move.top")
    while r.main.filter.current is not None and r.main.filter.current.key != topic:
        await r.do("move.down")
    await r.do("find.filter")


async def test_picking_a_topic_does_not_restore_a_cancelled_query(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.all")
        await _point_at(r, "video")
        await r.search("(topic:video OR topic:agents)")
        # Before the list is read again.
        await r.burst("escape", "f", "space")
        assert r.query == "topic:video"


# The command line


async def test_a_query_from_the_shell_is_kept_only_if_the_user_edits_it(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread")
        await r.search("topic:agents", "query.accept", "app.quit")
    async with reader(query="robot") as r:
        assert (r.view, r.query) == ("all", "robot")
        await r.do("move.down", "app.quit")
    async with reader() as r:
        assert (r.view, r.query) == ("unread", "topic:agents")
        await r.do("find.query", "query.previous")
        assert r.main.query_line.text == "robot"
        await r.do("query.cancel", "app.quit")
    async with reader(query="robot") as r:
        await r.do("find.query")
        await r.press("right")
        await r.type("kitchen")
        await r.do("query.accept", "app.quit")
    async with reader() as r:
        assert (r.view, r.query) == ("all", "robot kitchen")


# Days


async def test_brackets_go_to_days_that_have_papers_of_the_query(reader: Opener) -> None:
    async with reader() as r:
        await r.search('"broken code"', "query.accept")
        assert r.context == "empty"
        await r.do("day.older")
        assert (r.view, len(r.ids)) == ("day:2026-05-11", 1)
        await r.do("day.older")
        assert (r.view, r.status) == ("day:2026-05-11", "no older day has papers that match")
        # Keys behind it are for the day that it finds.
        await r.do("view.latest", "find.clear")
        await r.search("robot", "query.accept")
        await r.burst("[", "[", "]", "s")
        assert r.view == "day:2026-05-11"
        assert r.here.starred


@pytest.mark.parametrize("way", ["paper.read", "paper.hide"])
async def test_the_last_mark_of_a_day_names_the_day_before(reader: Opener, way: str) -> None:
    async with reader(papers={"2026-05-11": [draft(1, "Left")], "2026-05-12": [draft(2, "One"), draft(3, "Two")]}) as r:
        await r.do("paper.read")
        assert "1 read" in r.status
        await r.do("move.down", way)
        papers = "All 2" if way == "paper.read" else "All"
        assert r.status == f"{papers} read · u undoes · [ Monday has 1 left"
        await r.do("day.older")
        assert r.here.title == "Left"
        await r.do(way)
        assert r.status.startswith("All read") if way == "paper.read" else "1 hidden" in r.status
        await r.do("mark.undo", "read.open")
        assert r.is_on_page and r.status == "All read · u undoes · no unread papers are left"


async def test_an_empty_unread_list_leads_to_the_day_before(reader: Opener) -> None:
    async with reader() as r:
        await r.do("day.older", "mark.all_read", "day.newer", "mark.all_read")
        await r.search("is:unread", "query.accept")
        # Monday is read, so the key goes past it.
        await r.until(lambda: r.empty == "All 14 read. [ Friday has 14 left gu all 30 unread F shows them")
        await r.do("day.older")
        assert (r.view, len(r.ids)) == ("day:2026-05-08", 14)


# After a mark


@pytest.mark.parametrize("way", rest_long(["paper.read", "paper.star", "paper.hide"], ["paper.hide"]))
async def test_a_mark_goes_on_to_the_next_paper_if_the_user_wants_but_not_on_the_page(reader: Opener, way: str) -> None:
    async with reader(settings=settings(after_mark="next")) as r:
        first, ids = r.here.id, r.ids
        await r.do(way)
        assert r.cursor == 1
        await r.do(way, way)
        assert r.cursor == 3
        await r.do("move.top", way)
        # A mark that is taken back leaves the cursor there.
        assert (r.cursor, r.here.id) == (0, first)
        await r.do("mark.undo", "mark.undo")
        assert [r.kept(id).read or r.kept(id).starred or r.kept(id).hidden for id in ids[:3]] == [True, True, False]
        await r.do("move.bottom", way)
        assert r.cursor == len(r.ids) - 1
        await r.do("move.top", "move.down", "read.open", "paper.star")
        assert (r.cursor, r.is_on_page) == (1, True)
        await r.do("app.back")
        await r.do("paper.queue", count=3)
        assert r.cursor == 4


# A first minute


async def test_a_first_minute_key_by_key(reader: Opener) -> None:
    """The first keys of a new user, and the screen after each."""
    async with reader(size=(100, 30)) as r:
        assert "0 of 14 read" in r.top
        # Read the first paper, star the second, hide the third.
        await r.press("enter")
        assert r.is_on_page
        await r.press("q")
        assert "1 of 14 read" in r.top
        await r.press("j", "s")
        assert r.status == "1 starred · u undoes"
        await r.press("j", "x")
        assert r.status == "1 hidden · u undoes"
        await r.press("u")
        assert r.status == f'undone: no longer hidden · "{r.here.title[:30].rstrip()}…" · ctrl+r redoes'
        # Look for something: too little here, more in all.
        await r.press("/", *"robto")
        assert r.empty == "Nothing matches robto on Tue 12 May. ctrl+s searches the feed esc puts the list back"
        await r.press("backspace", "backspace", *"ot")
        await r.until(lambda: "2 here · ctrl+a 8 in all" in r.advice)
        await r.press("enter")
        await r.until(lambda: "ctrl+a 8 in all" in r.lines[-1])
        await r.press("ctrl+a")
        assert len(r.ids) == 8
        assert "ctrl+a back to Latest" in r.lines[-1]
        await r.press("j", "j", "escape", "ctrl+o")
        assert (r.query, r.view, r.cursor) == ("", "latest", 2)
        # Finish the day, and go on to the one before.
        await r.press("g", "t", "A")
        assert r.status == "All 14 read · u undoes · [ Monday has 16 left"
        assert "all 14 read" in r.top
        await r.press("[")
        assert r.view == "day:2026-05-11"
        assert "0 of 16 read" in r.top
        # Back out of everything, and leave.
        await r.press("/", *"agents", "enter", "enter", "q", "q")
        assert (r.query, r.view, r.context) == ("", "day:2026-05-11", "list")
        await r.press("escape", "escape")
        assert (r.view, r.status) == ("latest", "q quits")
        # Letters that were meant for a prompt quit nothing.
        await r.burst(*"query")
        assert r.app.is_running
        await r.press("escape", "q")
        await r.until(lambda: not r.app.is_running)


# Undo


async def test_undo_leads_to_the_paper_that_it_restored(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread", "move.down", "move.down")
        hidden = r.here
        await r.do("paper.hide", "view.latest", "view.unread", "move.bottom")
        assert hidden.id not in r.ids
        await r.do("mark.undo")
        assert r.here.id == hidden.id and "undone: no longer hidden · " in r.status
        await r.do("move.top", "mark.redo")
        assert "redone: hidden · " in r.status
        await r.do("mark.undo", "paper.star", "view.foryou", "view.starred", "mark.undo", "view.latest")
        here = r.here.id
        await r.do("day.older", "mark.redo")
        assert (r.here.id in r.ids, hidden.id in r.ids) == (True, False)
        assert "redone: starred · " in r.status
        await r.do("mark.undo")
        assert "undone: no longer starred · " in r.status
        await r.do("view.latest")
        assert r.here.id == here
