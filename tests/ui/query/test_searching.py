"""Search all that the feed has, from the reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from reader.cache.reads.window import Window
from reader.ui.query.actions import FeedSearch
from tests.feed_server import FeedServer, Item, item
from tests.tiers import rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings

OLD = "2024-04-02"

HERE = "2605.00401"
"""Of the made-up papers, `Agents That Write Their Own Tools, and Keep Them`."""


def _answers() -> list[Item]:
    return [
        item("2404.00001", "Agents and Their Avatars", OLD, upvotes=7),
        item(HERE, "Agents That Write Their Own Tools, and Keep Them", "2026-05-12", upvotes=97),
        item("2404.00002", "[/] Agents \x1b[31mof Chaos", OLD, upvotes=300),
    ]


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer({OLD: _answers()}) as feed:
        yield feed


@asynccontextmanager
async def _answered(reader: Opener, feed: FeedServer, text: str = "agents", **how: Any) -> AsyncIterator[Story]:
    """The reader with what the feed has answered."""
    async with reader(**{"settings": settings(endpoint=feed.url), **how}) as r:
        await r.search(text, "find.feed")
        await r.until(lambda: r.app.state.results)
        yield r


def _has(r: Story, id: str) -> bool:
    with closing(Window.open(r.file)) as window:
        return window.pk_of(id) is not None


def _listed(r: Story) -> list[str]:
    """The ids of the list, also of papers that the cache does not have."""
    return [row.id for row in r.app.library.rows(r.main.papers.pks_all())]


@pytest.mark.parametrize("size", rest_long([(60, 20), (80, 24), (140, 42)], [(80, 24)]))
async def test_the_feed_answers_in_its_own_order_and_nothing_is_kept(
    reader: Opener, feed: FeedServer, size: tuple[int, int]
) -> None:
    async with _answered(reader, feed, "agents is:unread", size=size) as r:
        await r.rest()
        assert [request.query["q"] for request in feed.requests] == ["agents"]
        assert _listed(r) == ["2404.00001", HERE, "2404.00002"]
        assert "From the feed" in r.screen
        first, second, third = r.list_items[:3]
        assert "+" in first and "+" not in second
        assert "[/] Agents of Chaos" in third or size[0] == 60
        for action, said in (
            ("find.widen", "results of the feed are not part of a view"),
            ("find.sort", "the feed's results keep the feed's own order"),
            ("find.similar", "this paper is not in the cache: star it first, which stores it"),
            ("find.fetch", "type the id or address of the paper to fetch"),
        ):
            r.app.perform(action)
            assert r.status == said
        assert not _has(r, "2404.00001") and not _has(r, "2404.00002")


async def test_a_paper_that_is_marked_is_kept_and_the_list_stays(reader: Opener, feed: FeedServer) -> None:
    async with _answered(reader, feed) as r:
        await r.do("move.bottom", "paper.star")
        assert r.kept("2404.00002").starred and r.kept("2404.00002").day == OLD
        assert not _has(r, "2404.00001")
        assert (r.cursor, r.here.starred, r.here.kept) == (2, True, True)
        assert "1 starred · u undoes" in r.status
        await r.do("mark.undo")
        assert not r.here.starred
        await r.do("move.top", "read.open")
        assert r.shown and r.shown.title == "Agents and Their Avatars"
        assert r.kept("2404.00001").read
        # A day of which two papers are known was not asked for.
        with closing(Window.open(r.file)) as window:
            asked = window.read(lambda cache: cache.execute("SELECT fetched FROM day WHERE day = ?", (OLD,)).fetchall())
        assert asked == [("",)]


async def test_opening_keeps_a_paper_where_it_marks_nothing_and_passing_does_not(
    reader: Opener, feed: FeedServer
) -> None:
    async with _answered(reader, feed, settings=settings(endpoint=feed.url, read_when="passed")) as r:
        await r.do("move.down", "move.down")
        assert not _has(r, "2404.00001")
        assert r.kept(HERE).read
    async with _answered(reader, feed, settings=settings(endpoint=feed.url, read_when="manual")) as r:
        await r.do("read.open")
        assert _has(r, "2404.00001")
        assert not r.kept("2404.00001").read


async def test_a_mark_is_kept_though_the_reader_is_left_at_once(reader: Opener, feed: FeedServer) -> None:
    async with _answered(reader, feed) as r:
        await r.burst("s", "ctrl+q")
    assert r.kept("2404.00001").starred


async def test_a_slow_search_says_so_and_escape_stops_it(
    reader: Opener, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.query.actions.BLINK", 0.01)
    feed.fault = "hang"
    async with reader(settings=settings(endpoint=feed.url)) as r:
        before = r.ids
        r[FeedSearch].begin("agents of [b]chaos")
        await r.until(lambda: r.app.status.shown.said == "esc stops searching for agents of [b]chaos")
        assert "searching" in r.top
        # Keys are not held up by it.
        r.app.perform("move.down")
        await r.until(lambda: r.cursor == 1)
        r.app.perform("app.escape")
        await r.rest()
        assert r.status == "search stopped"
        assert "searching" not in r.top
        assert r.ids == before


@pytest.mark.parametrize("fault", rest_long(["garbage", "html", "wrongtype", "refuse:403"], ["garbage", "refuse:403"]))
async def test_a_search_that_fails_says_why_in_a_line(reader: Opener, feed: FeedServer, fault: str) -> None:
    feed.fault = fault
    async with reader(settings=settings(endpoint=feed.url)) as r:
        before = r.ids
        r[FeedSearch].begin("agents")
        await r.until(lambda: "ctrl+s searches again" in r.status)
        assert "\x1b" not in r.status
        assert r.ids == before
        feed.fault = "ok"
        await r.do("find.feed")
        await r.until(lambda: r.app.state.results)
        assert r.app.state.results is not None
        assert r.app.state.results.text == "agents"


async def test_what_is_no_query_can_be_searched_for_too(reader: Opener, feed: FeedServer) -> None:
    async with _answered(reader, feed, 'agents "their') as r:
        assert [request.query["q"] for request in feed.requests] == ['agents "their']
        assert not r.app.state.is_typing
        assert r.app.state.history == ('agents "their',)


async def test_what_has_no_words_is_not_searched_for(reader: Opener, feed: FeedServer) -> None:
    async with reader(settings=settings(endpoint=feed.url)) as r:
        await r.search("topic:agents", "find.feed")
        assert r.status == "the feed only takes words: / to type some"
        await r.do("find.query", "find.feed")
        assert feed.requests == []
    async with reader(demo=True) as r:
        await r.search("agents", "find.feed")
        assert "the sample: nothing is fetched" in r.status
