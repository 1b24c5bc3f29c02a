"""What changes under the user's hands: refreshes, other programs, and writes that fail."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from zlib import compress

import pytest

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from reader.cache.reads.orders import Order
from reader.cache.search.selection import Selection
from reader.core.errors import FeedOffline
from reader.ui.refresh.state import REFRESH
from tests.doubles import cached
from tests.feed_server import FeedServer, item
from tests.tiers import rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import Story, fill, settings
from tests.ui.papers import draft

TODAY = "2026-05-12"


def _as_feed(r: Story, *ids: str) -> list[dict[str, object]]:
    """Papers that the reader has, as the feed lists them."""
    return [item(id, r.kept(id).title, TODAY, upvotes=r.kept(id).upvotes) for id in ids]


async def test_new_papers_come_above_and_the_cursor_stays_on_its_line(reader: Opener) -> None:
    with FeedServer() as feed:
        async with reader(settings=settings(endpoint=feed.url), size=(140, 16)) as r:
            await r.do("move.down", count=8)
            id, line = r.here.id, r.cursor_line
            new = [item(f"2605.1000{place}", f"Hot news {place}", TODAY, upvotes=500) for place in range(5)]
            feed.days[TODAY] = [*_as_feed(r, *r.ids), *new]
            await r.do("app.refresh")
            await r.until(lambda: r.main.papers.count == 19)
            await r.until(lambda: "5 new" in r.status)
            assert (r.here.id, r.cursor_line) == (id, line)
            await r.do("move.top")
            assert r.here.title.startswith("Hot news")
            await r.search("is:new")


async def test_who_moves_on_while_news_are_read_stays_there(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader() as r:
        order, may_go_on = r.app.library.order, asyncio.Event()

        async def slow_order(selection: Selection) -> Order[int]:
            found = await order(selection)
            await may_go_on.wait()
            return found

        monkeypatch.setattr(r.app.library, "order", slow_order)
        r.app.model.change(r.app.state.cache_changed())
        for _ in range(3):
            r.app.simulate_key("j")
        await r.until(lambda: r.cursor == 3)
        id = r.here.id
        may_go_on.set()
        await r.rest()
        assert (r.cursor, r.here.id) == (3, id)


async def test_news_leave_the_page_and_its_keys_on_a_paper_that_the_view_drops(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread", "read.open")
        assert r.shown is not None
        id, listed = r.shown.id, r.ids
        for _ in range(3):
            # As after each day that a refresh stores; the view has no place for the opened paper, which is read now.
            r.app.model.change(r.app.state.cache_changed())
            await r.rest()
            assert r.shown and r.shown.id == id
        await r.do("paper.star")
        assert r.kept(id).starred
        assert [other for other in listed if r.kept(other).read] == [id]
        await r.do("app.back")
        assert r.ids == [other for other in listed if other != id]


async def test_a_refresh_that_changes_nothing_writes_nothing_and_says_little(reader: Opener) -> None:
    with FeedServer({TODAY: [item("2605.10000", "Hot news", TODAY)]}) as feed:
        async with reader(settings=settings(endpoint=feed.url)) as r:
            await r.do("app.refresh")
            await r.until(lambda: "1 new" in r.status and r.app.state[REFRESH].progress is None)
            with closing(sqlite3.connect(r.file)) as other:
                before, asked = other.execute("PRAGMA data_version").fetchone(), len(feed.requests)
                await r.do("app.refresh")
                await r.until(lambda: r.app.state[REFRESH].progress is None and len(feed.requests) > asked)
                assert other.execute("PRAGMA data_version").fetchone() == before
            assert r.status == "nothing new"


async def test_news_wait_while_a_key_is_held_down_but_not_for_ever(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer({TODAY: [item("2605.10000", "Hot news", TODAY, upvotes=999)]}) as feed:
        async with reader(settings=settings(endpoint=feed.url, days_at_start=1)) as r:
            monkeypatch.setattr("reader.ui.shell.keyboard.STILL", 60.0)
            count = r.main.papers.count
            await r.do("app.refresh")
            await r.until(lambda: "1 new" in r.status)
            assert r.main.papers.count == count
            await r.until(lambda: r.main.papers.count == count + 1)


@pytest.mark.parametrize(
    "fault", rest_long(["garbage", "html", "wrongtype", "refuse:403", "bomb"], ["garbage", "refuse:403"])
)
async def test_whatever_the_feed_does_the_papers_stay_and_a_line_says_what_is_wrong(reader: Opener, fault: str) -> None:
    with FeedServer({TODAY: [item("2605.10000", "Hot news", TODAY)]}) as feed:
        feed.fault = fault
        async with reader(settings=settings(endpoint=feed.url, days_at_start=1)) as r:
            ids = r.ids
            await r.do("app.refresh")
            await r.until(lambda: r.app.state[REFRESH].problem)
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            assert r.ids == ids
            assert r.status == r.app.state[REFRESH].problem
            assert "\n" not in r.status
            assert "\x1b" not in r.status
            assert r.app.state[REFRESH].trouble == "feed error"
            feed.fault = "ok"
            await r.do("app.refresh")
            await r.until(lambda: "1 new" in r.status)
            assert r.app.state[REFRESH].trouble == ""


async def test_what_another_instance_does_appears(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.refresh.sync.CacheWatch.seconds", 0.01)
    with FeedServer() as feed:
        async with reader(settings=settings(endpoint=feed.url), still=False) as r:
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            with closing(Events.open(r.file)) as other:
                other.mark("star", True, [cached(r.main.papers.pks_all()[2])])
            await r.until(lambda: r.row(2).starred)
            await r.until(lambda: "Starred 1" in r.filter_lines)
            assert "★" in r.list_items[3]
            assert r.cursor == 0
            fill(r.file, {TODAY: [draft(900, "From another instance", upvotes=999)]})
            await r.until(lambda: "From another instance" in r.list_items[1])
            assert r.here.id == "2605.00400"


async def test_a_mark_that_can_not_be_kept_goes_back_and_says_why(reader: Opener) -> None:
    async with reader() as r:
        await r.do("paper.star")
        with closing(sqlite3.connect(r.file)) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        for action in ("paper.read", "paper.hide", "mark.all_read"):
            await r.do(action)
            assert "disk is full" in r.status
            assert not r.here.read
            assert not r.here.hidden
        assert not any(r.row(place).read for place in range(14))
        await r.do("mark.undo")
        assert "disk is full" in r.status
        assert r.here.starred
        # On the page, too, over its keys.
        await r.do("read.open")
        assert r.lines[-3].startswith(" The cache") and "q back" in r.lines[-1]
        await r.do("app.back")
        with closing(sqlite3.connect(r.file)) as other:
            other.execute("DROP TRIGGER full")
        await r.do("paper.read")
        assert r.kept(r.here.id).read


async def test_new_papers_that_match_are_told_of_and_what_fails_is_said(reader: Opener, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    tell = tmp_path / "tell"
    tell.write_text(f"#!/bin/sh\ncat > {heard}\n")
    tell.chmod(0o755)
    with FeedServer({TODAY: [item("2605.10000", "Hot news", TODAY)]}) as feed:
        wanted = settings(endpoint=feed.url, notify=("title:news",), notify_command=(str(tell),))
        async with reader(settings=wanted) as r:
            await r.do("app.refresh")
            await r.until(lambda: "1 new" in r.status and r.app.state[REFRESH].progress is None)
            assert '"title": "Hot news"' in heard.read_text()
            feed.days[TODAY].append(item("2605.10001", "More news", TODAY))
            tell.unlink()
            await r.do("app.refresh")
            await r.until(lambda: r.app.state.notices.news.text)
            # The next action ends the answer, which the news waits for.
            await r.do("move.down")
            await r.until(lambda: "was not found; check notify_command" in r.status)


async def test_offline_is_shown_and_left_by_itself_when_the_network_is_back(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.refresh.refresher.RETRY", 0.05)
    refused = FeedOffline("There is no network.")
    with FeedServer({TODAY: [item("2605.10000", "Hot news", TODAY)]}) as feed, monkeypatch.context() as away:

        async def get(*_: object, **__: object) -> None:
            raise refused

        away.setattr("reader.feeds.http.client.HttpClient.get", get)
        async with reader(settings=settings(endpoint=feed.url), still=False) as r:
            await r.until(lambda: r.status == "offline · r tries again" and r.top.endswith("○ offline 08:14"))
            away.undo()
            await r.until(lambda: "1 new" in r.status)
            await r.until(lambda: r.app.state[REFRESH].failing_since is None)
            await r.until(lambda: "offline" not in r.screen)


async def test_damage_is_said_and_ends_nothing(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(200, 40), still=False, demo=True) as r:
        starred = r.here.id
        await r.do("paper.star")
        await r.until(lambda: "1 starred" in r.status)
        with closing(sqlite3.connect(cache_file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with cache_file.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (cache_file.stat().st_size - 4096))
        await r.do("view.all", "move.bottom", "paper.star", "read.open")
        await r.until(lambda: "The next start of the reader repairs it" in r.status)
    assert starred in cache_file.with_suffix(".journal.jsonl").read_text()
    assert cache_file.with_suffix(".suspect").exists()


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_a_star_that_does_not_go_stays_drawn_and_the_last_line_says_what_helps(
    reader: Opener, size: tuple[int, int]
) -> None:
    async with reader(size=size) as r:
        paper = r.here.id
        far = int(time.time() * 1000) + 3_000 * 86_400_000
        with closing(Events.open(r.file)) as events:
            events.join([Entry("0" * 24, "b" * 12, 1, far, "star", "1", 1, compress(paper.encode()))])
        await r.do("paper.star")
        assert r.here.starred
        for _ in range(2):
            await r.do("paper.star")
            await r.until(lambda: "cache repair" in r.status)
            assert r.here.starred
            assert "unstarred" not in r.status
