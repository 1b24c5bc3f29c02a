"""How the reader begins: with papers, without any, without a network, on a query, on the sample."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from textual import events

from reader.commands.workspace import Workspace, fill_with_sample
from reader.core.query.suggestions import Completer
from reader.ui.app import ReaderApp
from reader.ui.main_screen import MainScreen
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.app import SAMPLE
from tests.feed_server import FeedServer, item
from tests.ui.conftest import Opener
from tests.ui.driver import open_reader, settings


async def test_keys_pressed_before_the_panes_are_there_are_not_lost(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = MainScreen.finish

    async def type_ahead(main: MainScreen, complete: Completer) -> None:
        keys = ("J", "space", "f", "f", "/", *"robot")
        for key in keys:
            main.app.post_message(events.Key(key, " " if key == "space" else key))
        while len(cast(ReaderApp, main.app).keyboard._waiting) < len(keys):
            await asyncio.sleep(0)
        await finish(main, complete)

    monkeypatch.setattr(MainScreen, "finish", type_ahead)
    async with reader() as r:
        await r.until(lambda: r.query == "robot")
        assert r.context == "query"


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
            # What is over the list is closed before what runs is stopped.
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
        assert all(said in r.empty for said in ("127.0.0.1", "r try again", "D open the sample", "q quit"))
        assert r.context == "empty"
        assert r.status == "", "the middle has said it"
        assert r.lines[-1].split() == ["r", "refresh", "/", "search", "f", "filter", "ctrl+p", "palette", "?", "keys"]
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
        assert r.status == "the bundled sample keeps nothing"
        assert r.top.endswith("0 of 10 read · sample")
        assert r.main.papers.count
        await r.do("app.refresh")
        assert "nothing is fetched" in r.status
        assert r.app.state[REFRESH].progress is None
        await r.do("paper.star", "app.older")
        assert "nothing is fetched" in r.status and r.context == "list"
        await r.do("find.add")
        await r.type("2404.00009")
        await r.do("query.accept")
        assert "nothing is fetched" in r.status
        await r.do("find.clear")
        await r.do("view.all")
        assert len(r.ids) >= 60
        await r.do("paper.star", "app.back")
    assert r.app.library.is_closed and not (tmp_path / "state.json").exists()


async def test_mistakes_in_the_settings_are_told_and_cost_nothing_else(reader: Opener) -> None:
    mistaken = settings(keys={"paper.starr": ("s",)})
    async with reader(settings=mistaken, warnings=["config.toml:3: refresh_minuts is not a setting"]) as r:
        assert r.status.startswith("config.toml:3: refresh_minuts is not a setting")
        assert "(and 1 more: dailypapers config check)" in r.status
        await r.do("paper.star")
        assert r.here.starred
