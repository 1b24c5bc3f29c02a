"""Leaving and coming back: everything is as it was, and nothing that was kept can stop the reader."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from reader.core.paper import Draft
from tests.ui.conftest import Opener
from tests.ui.driver import fill


async def test_view_query_cursor_and_sizes_are_as_they_were(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread")
        await r.search("robot", "query.accept", "pane.wider", "move.down", "move.down")
        place = (r.view, r.query, r.here.id)
        sizes = (r.main.papers.region, r.main.detail.region)
        await r.do("find.filter", "pane.narrower")
        await r.press("a", "o", "o")
        await r.do("move.bottom", "move.up", "topic.fold")
        await r.press("o")
        await r.do("find.filter", "app.quit")
        assert not r.app.is_running
        assert json.loads(r.file.with_name("state.json").read_text()) == {
            **{"view": "unread", "view_query": "", "text": "robot", "paper": place[2], "history": ["robot"]},
            **{"commands": [], "hidden": [], "density": None, "sizes": {"three": [24, 0.62]}, "folded": ["Vision"]},
            **{"topic_order": "papers", "topic_mode": "all", "visited": "2026-05-12T08:14:00.000Z"},
        }
    async with reader() as r:
        assert (r.view, r.query, r.here.id) == place
        assert r.main.filter.columns == 24
        assert (r.main.filter.order, r.main.filter.choice.mode) == ("papers", "all")
        assert r.main.filter.folded == {"Vision"}
        assert r.main.papers.region.width != sizes[0].width
        await r.do("find.filter", "pane.wider", "find.filter")
        assert (r.main.papers.region, r.main.detail.region) == sizes
        await r.do("find.query", "query.previous")
        assert r.main.query_line.text.strip() == "robot"


async def test_a_start_shows_latest_if_papers_came_there_meanwhile(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread", "move.down", "app.quit")
    async with reader() as r:
        assert (r.view, r.cursor) == ("unread", 1)
        await r.do("app.quit")
        fill(r.file, {"2026-05-13": (Draft("2605.00500", "Another"),)})
    async with reader() as r:
        assert (r.view, r.cursor) == ("latest", 0)
        await r.do("view.unread")
        # The cursor is on its paper, above which there is a new one.
        assert r.cursor == 2
        await r.do("app.quit")
        (state := r.file.with_name("state.json")).write_text(state.read_text().replace("05-12T08:14", "05-13T08:14"))
    async with reader() as r:
        assert r.view == "unread"


async def test_the_cursor_returns_to_a_paper_far_down_the_list(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.list.loader.SCREENFUL", 20)
    async with reader() as r:
        await r.do("view.all")
        assert r.main.papers.count == 60
        await r.do("move.bottom", "app.quit")
    async with reader() as r:
        assert r.cursor == 59
        assert r.here.title[:12] in r.text("#papers")


async def test_a_day_is_returned_to_and_one_that_is_gone_is_today(reader: Opener) -> None:
    async with reader() as r:
        await r.do("day.older", "day.older", "app.quit")
    async with reader() as r:
        assert r.view == "day:2026-05-08"
        assert len(r.ids) == 14
        state = r.file.with_name("state.json")
    state.write_text(json.dumps({"view": "nowhere", "text": "robot", "paper": "2605.99999"}))
    async with reader() as r:
        assert (r.view, r.query, r.cursor) == ("latest", "robot", 0)


@pytest.mark.parametrize(
    "state",
    [
        '{"view": 7, "text": "topic:(", "history": [1, "\\u001b[31m", "robot"], "filter_width": 100000}',
        '{"filter_width": true, "list_share": -1.5, "visited": "yesterday"}',
        "\x00\xff",
    ],
)
async def test_no_state_can_stop_the_reader(reader: Opener, tmp_path: Path, state: str) -> None:
    (tmp_path / "state.json").write_text(state)
    async with reader() as r:
        assert r.file.with_name("state.json").read_text() == state
        assert r.main.papers.count or r.empty
        assert r.main.papers.region.width > 20
        assert r.main.detail.region.width > 20
        await r.do("find.clear", "view.all")
        assert len(r.ids) == 60


@pytest.mark.filterwarnings("error::RuntimeWarning", "error::pytest.PytestUnraisableExceptionWarning")
async def test_marks_are_there_after_leaving_at_once(reader: Opener) -> None:
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
        assert r.status == "undone: no longer read · 14 papers · ctrl+r redoes"
