"""Papers of saved pages in the reader: looked up beside all else, starred before and after, and chosen by the user."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from reader.cache import pages
from reader.core.paper import Draft, Listing
from reader.database import connections
from reader.ui.full_text.fetcher import TextsAhead
from reader.ui.full_text.state import TEXTS_AHEAD
from tests.feed_server import FeedServer, item
from tests.ui import papers
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings

SURE = Draft("Small verifiers, long horizons", author_count=2, published="2026-05-08", source="page")
CUT = Draft("A memory that forgets on pur…", author_count=2, published="2026-05-08", source="page")


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    items = [
        item("2601.00001", "Small Verifiers, Long Horizons", upvotes=3),
        item("2601.00002", "A memory that forgets on purpose"),
    ]
    with FeedServer({"2026-05-11": items}) as feed:
        monkeypatch.delenv("ARXIV_ENDPOINT", raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield feed


async def show_page(r: Story) -> None:
    """Import a page in another program, and list its papers."""
    from reader.cache.storing.papers import Cache

    with closing(Cache.open(r.file, papers.ByTitle())) as cache:
        cache.store(Listing(None, (SURE, CUT), is_page=True), "2026-05-12T06:00:00Z", newer=False)
    with closing(connections.connect(r.file)) as connection:
        pages.place(connection, [one.entry or f"{id}" for one, id in zip((SURE, CUT), _ids(r), strict=True)])
    await r.do("view.all", "find.query")
    await r.type("source:page sort:page")
    await r.press("enter")
    await r.until(lambda: len(r.ids) == 2)


def _ids(r: Story) -> list[str]:
    with closing(connections.connect(r.file)) as connection:
        return [one.paper.id for one in pages.unknown(connection)]


async def test_a_paper_of_a_page_becomes_real_and_keeps_its_star(reader: Opener, feed: FeedServer) -> None:
    async with reader(settings=settings(endpoint=feed.url), size=(100, 30)) as r:
        await show_page(r)
        before = r.here
        assert (before.title, before.upvotes) == (SURE.title, None)
        await r.do("paper.star", "link.page")
        assert r.status == "its title has not been looked up yet; a refresh does that"
        r[TextsAhead].begin()
        await r.until(lambda: r.app.state[TEXTS_AHEAD] == "" and r.ids[0] == "2601.00001")
        assert (r.here.starred, r.here.upvotes) == (True, 3)
        assert [id.startswith("page:") for id in r.ids] == [False, True]
        # Once all is looked up, nothing more is asked.
        asked = len(feed.requests)
        r[TextsAhead].begin()
        await r.rest()
        assert len(feed.requests) == asked


async def test_the_user_chooses_what_a_paper_is_among_its_links(reader: Opener, feed: FeedServer) -> None:
    async with reader(settings=settings(endpoint=feed.url), size=(100, 30)) as r:
        await show_page(r)
        r[TextsAhead].begin()
        await r.until(lambda: r.app.state[TEXTS_AHEAD] == "" and r.ids[0] == "2601.00001")
        await r.press("j")
        await r.do("link.page")
        assert r.status == "it may be 2601.00002: choose among its links"
        await r.do("read.open")
        await r.until(lambda: "It may be this one, by its title:" in r.screen)
        assert "1  2601.00002  A memory that forgets on purpose" in r.screen
        await r.do("link.list")
        await r.press("1")
        await r.until(lambda: "the paper is 2601.00002 now" in r.status)
        await r.do("app.escape")
        await r.until(lambda: r.ids == ["2601.00001", "2601.00002"])


async def test_a_look_up_can_be_stopped_and_waits_for_the_next_refresh(
    reader: Opener, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.fault = "hang"
    async with reader(settings=settings(endpoint=feed.url), size=(100, 30)) as r:
        await show_page(r)
        r[TextsAhead].begin()
        await r.until(lambda: r.app.state[TEXTS_AHEAD] == "fetching title 1 of 2")
        assert r[TextsAhead].stop_at("last")
        await asyncio.sleep(0)
        assert r.app.state[TEXTS_AHEAD] == ""
        assert "titles are looked up again after the next refresh" in r.status
        assert not r[TextsAhead].stop_at("last")
