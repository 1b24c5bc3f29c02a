"""How the reader begins and comes back to where the user left; where Esc, q, the brackets and a mark lead."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from reader.commands.workspace import Workspace, fill_with_sample
from reader.ui.app import SAMPLE
from reader.ui.refresh.state import REFRESH
from tests.feed_server import FeedServer, item
from tests.ui.conftest import Opener
from tests.ui.driver import Story, open_reader, settings

# First starts


async def test_an_empty_cache_is_filled_from_the_feed_and_a_day_shown_while_others_are_awaited(reader: Opener) -> None:
    days = {
        day: [item(f"{day[2:4]}{day[5:7]}.000{day[8:]}", f"Light of {day}", day)]
        for day in ("2026-05-12", "2026-05-11")
    }
    with FeedServer(days) as feed:
        feed.faults += ["ok"]
        feed.fault = "hang"
        async with reader(papers={}, still=False, settings=settings(endpoint=feed.url)) as r:
            await r.until(lambda: r.main.papers.count)
            assert r.here.title == "Light of 2026-05-12" and r.context == "list"
            await r.until(lambda: " of 7" in r.top)
            # Esc closes the page first, and stops the refresh after that.
            await r.do("read.open", "app.escape")
            assert not r.is_on_page and " of 7" in r.top
            await r.do("app.escape")
            await r.until(lambda: "stopped" in r.status)
            assert r.main.papers.count == 1
            feed.fault = "ok"
            await r.do("app.refresh")
            await r.until(lambda: "1 new" in r.status and r.app.state[REFRESH].progress is None)
            assert "↻ " in r.top
            await r.do("view.all")
            assert len(r.ids) == 2
        assert {request.query["date"] for request in feed.requests} >= {"2026-05-12", "2026-05-11"}


async def test_without_a_network_an_empty_reader_says_so_and_names_the_ways_out(reader: Opener) -> None:
    with FeedServer({}) as feed:
        gone = feed.url
    async with reader(papers={}, still=False, settings=settings(endpoint=gone)) as r:
        await r.until(lambda: "No papers yet" in r.empty and "try again" in r.empty)
        assert all(expected in r.empty for expected in ("127.0.0.1", "r try again", "D open the sample", "q quit"))
        assert r.context == "empty"
        assert r.status == "", "the middle has the message"
        assert r.lines[-1].split() == ["r", "refresh", "/", "search", "f", "filter", ":", "commands", "?", "keys"]
        await r.do("app.sample")
    assert r.app.return_value == SAMPLE


async def test_the_sample_opens_with_no_request_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    file = tmp_path / "papers.db"
    fill_with_sample(Workspace(), file)
    async with open_reader(file, demo=True, still=False) as r:
        assert r.status == "sample: nothing is kept"
        assert r.top.endswith("0 of 10 read · sample")
        assert r.main.papers.count
        await r.do("app.refresh")
        assert "nothing is fetched" in r.status
        assert r.app.state[REFRESH].progress is None
        await r.do("paper.star", "app.older")
        assert "nothing is fetched" in r.status and r.context == "list"
        await r.search("id:2404.00009", "query.accept")
        assert "nothing is fetched" in r.status
        await r.do("find.clear")
        await r.do("view.all")
        assert len(r.ids) >= 60
        await r.do("paper.star", "app.back")
    assert r.app.library.is_closed and not (tmp_path / "state.json").exists()


async def test_mistakes_in_the_settings_are_reported_and_change_nothing_else(reader: Opener) -> None:
    mistaken = settings(keys={"paper.starr": ("s",)})
    async with reader(settings=mistaken, warnings=["config.toml:3: refresh_minuts is not a setting"]) as r:
        assert r.status.startswith("config.toml:3: refresh_minuts is not a setting")
        assert "(and 1 more: dailypapers config check)" in r.status
        await r.do("paper.star")
        assert r.here.starred


# Empty lists


async def test_tab_corrects_an_unknown_topic(reader: Opener) -> None:
    async with reader(query="topic:agnets is:unread") as r:
        assert r.context == "empty" and r.empty == (
            "There is no topic agnets. Did you mean topic:agents is:unread? tab takes it F clears the query"
        )
        await r.do("query.complete")
        assert (r.query, len(r.ids), r.context) == ("topic:agents is:unread", 8, "list")
        assert r.main.papers.has_focus


async def test_no_key_ends_a_reader_that_has_no_papers(reader: Opener) -> None:
    async with reader(papers={}, size=(80, 16)) as r:
        assert "No papers yet" in r.empty
        await r.burst(*"msxAMnNJKopyLjk", "enter", "space", "escape")
        assert r.app.is_running
        assert "No papers yet" in r.empty


async def test_closing_a_screen_over_an_empty_list_restores_its_keys(reader: Opener) -> None:
    async with reader(papers={}, size=(60, 20)) as r:
        keys = r.lines[-1]
        assert "refresh" in keys
        for place in ("day.go", "app.help", "command.open"):
            await r.do(place)
            await r.press("escape")
            assert r.context == "empty", place
            assert r.lines[-1] == keys, place


# Coming back


async def test_view_query_cursor_and_sizes_are_as_they_were(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread")
        await r.search("robot", "query.accept", "pane.wider", "move.down", "move.down")
        place = (r.view, r.query, r.here.id)
        sizes = (r.main.papers.region, r.main.detail.region)
        await r.do("find.filter", "pane.narrower")
        await r.press("a")
        await r.do("move.bottom", "move.up", "move.up", "topic.pick")
        await r.do("find.filter", "app.quit")
        assert not r.app.is_running
        assert json.loads(r.file.with_name("state.json").read_text()) == {
            **{"view": "unread", "view_query": "", "text": "robot", "paper": place[2], "history": ["robot"]},
            **{
                "commands": [],
                "is_zoomed": False,
                "sizes": {"three": [24, 0.62]},
            },
            **{"visited": "2026-05-12T08:14:00.000Z"},
        }
    async with reader() as r:
        assert (r.view, r.query, r.here.id) == place
        assert r.main.filter.columns == 24
        assert r.main.papers.region.width != sizes[0].width
        await r.do("find.filter", "pane.wider", "find.filter")
        assert (r.main.papers.region, r.main.detail.region) == sizes
        await r.do("find.query", "query.previous")
        assert r.main.query_line.text.strip() == "robot"


@pytest.mark.filterwarnings("error::RuntimeWarning", "error::pytest.PytestUnraisableExceptionWarning")
async def test_marks_made_just_before_leaving_are_kept(reader: Opener) -> None:
    async with reader() as r:
        r.app.perform("paper.star")
        r.app.perform("app.quit")
    gc.collect()
    async with reader() as r:
        assert r.kept("2605.00400").starred
        r.app.perform("mark.undo")
        r.app.perform("mark.all_read")
        r.app.perform("app.quit")
    gc.collect()
    async with reader() as r:
        assert not r.kept("2605.00400").starred
        assert all(r.kept(id).read for id in r.ids)
        await r.do("mark.undo")
        assert r.status == "undone: 14 read · ctrl+r redoes"


# Ways back and on


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


# Undo


async def test_undo_leads_to_the_paper_that_it_restored(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread", "move.down", "move.down")
        hidden = r.here
        await r.do("paper.hide", "view.latest", "view.unread", "move.bottom")
        assert hidden.id not in r.ids
        await r.do("mark.undo")
        assert r.here.id == hidden.id and "undone: 1 hidden · " in r.status
        await r.do("move.top", "mark.redo")
        assert "redone: 1 hidden · " in r.status
        await r.do("mark.undo", "paper.star", "view.foryou", "view.starred", "mark.undo", "view.latest")
        here = r.here.id
        await r.do("day.older", "mark.redo")
        assert (r.here.id in r.ids, hidden.id in r.ids) == (True, False)
        assert "redone: 1 starred · " in r.status
        await r.do("mark.undo")
        assert "undone: 1 starred · " in r.status
        await r.do("view.latest")
        assert r.here.id == here
