"""Searching the feed, and papers that are not in the cache or only known from a saved page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from reader.cache.feeds import Feeds
from reader.core.errors import FeedUnreachable
from reader.core.paper import Draft, Listing
from reader.feeds.syndication import SyndicationClient
from reader.refresh.lines import Job, Line, Tell, ignore, job, result_line
from reader.ui.full_text.fetcher import TextsAhead
from reader.ui.full_text.state import TEXTS_AHEAD
from reader.ui.query.actions import FeedSearch
from reader.ui.refresh.changes import Refresher
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.listing import FeedResults, SearchStatus
from reader.ui.shell.state import State
from tests.feed_server import FeedServer, Item, item
from tests.feeds.servers import Arxiv, Paper
from tests.table import rest_long
from tests.ui import papers
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.stage import at

# A search

LIST = at("all").highlight(1)
FOUND = (7, 3)
STOPS = "esc stops searching for gloves"


class Search(Bench):
    """A search with a fake feed."""

    def __init__(self, state: State = LIST) -> None:
        super().__init__(state, {}, run_job=self.run_job)
        self.asked: list[object] = []
        self.keys: tuple[int, ...] = FOUND
        self.problem: Exception | None = None
        self.search = FeedSearch(self.app)

    async def run_job(self, job: Job, tell: Tell = ignore) -> Line:
        self.asked.append(job)
        if self.problem is not None:
            raise self.problem
        self.begun_with = self.shown
        return result_line("search", keys=list(self.keys))

    def follow(self) -> None:
        self.search.follow(self.model.state)


async def test_results_of_the_feed_are_listed() -> None:
    bench = Search()
    bench.search.begin("gloves")
    assert bench.model.state.search == SearchStatus("gloves", "gloves")
    await bench.work()
    assert bench.asked == [job("search", text="gloves", stores=True)]
    assert bench.begun_with == STOPS
    assert bench.shown == "esc goes back · + is kept once you open or mark it"
    assert bench.model.state.results == FeedResults("gloves", FOUND) and bench.model.state.search == SearchStatus()
    bench.keys = ()
    bench.search.begin("mittens")
    await bench.work()
    assert bench.shown == "" and bench.model.state.listed_text == "mittens"


async def test_results_wait_for_a_user_who_types() -> None:
    bench = Search(LIST.with_focus("filter"))
    bench.search.begin("gloves")
    bench.model.change(bench.model.state.open_query().search_feed("gloves"))
    await bench.work()
    assert bench.shown == "ctrl+s shows the 2 results for gloves" and bench.model.state.results is None
    waiting = bench.model.state.search.waiting
    bench.search.begin("gloves")
    assert bench.model.state.results is waiting is not None and bench.works == []


async def test_a_search_that_fails_or_is_stopped_says_so() -> None:
    bench = Search()
    bench.problem = FeedUnreachable("No answer")
    bench.search.begin("gloves")
    await bench.work()
    assert bench.shown == "! No answer · ctrl+s searches again" and bench.model.state.search == SearchStatus(
        "", "gloves"
    )
    assert not bench.search.stop_at("back")
    bench.follow()
    bench.search.begin("gloves")
    bench.follow()
    assert bench.cancelled == 0 and bench.search.stop_at("back") and bench.shown == "search stopped"
    bench.follow()
    bench.follow()
    assert bench.cancelled == 1
    assert bench.model.state.search == SearchStatus("", "gloves")


# Stories

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
    """The reader with the results of a search on the feed."""
    async with reader(**{"settings": settings(endpoint=feed.url), **how}) as r:
        await r.search(text, "find.feed")
        await r.until(lambda: r.app.state.results)
        yield r


def _has(r: Story, id: str) -> bool:
    """Whether the cache has a paper that is more than a result of a search."""
    return r.app.library.pk_of(id) is not None


@pytest.mark.parametrize("size", rest_long([(60, 20), (80, 24), (140, 42)], [(80, 24)]))
async def test_the_feed_answers_in_its_own_order_and_nothing_is_kept(
    reader: Opener, feed: FeedServer, size: tuple[int, int]
) -> None:
    async with _answered(reader, feed, "agents is:unread", size=size) as r:
        await r.rest()
        assert [request.query["q"] for request in feed.requests] == ["agents"]
        assert r.ids == ["2404.00001", HERE, "2404.00002"]
        assert "From the feed" in r.screen
        first, second, third = r.list_items[:3]
        assert "+" in first and "+" not in second
        assert "[/] Agents of Chaos" in third or size[0] == 60
        for action, expected in (
            ("find.widen", "results of the feed are not part of a view"),
            ("find.sort", "the feed's results keep the feed's own order"),
            ("find.fetch", "type the id or address of the paper to fetch"),
        ):
            r.app.perform(action)
            assert r.status == expected
        assert not _has(r, "2404.00001") and not _has(r, "2404.00002")


async def test_a_marked_search_result_is_kept_and_the_list_stays(reader: Opener, feed: FeedServer) -> None:
    async with _answered(reader, feed) as r:
        await r.do("move.bottom", "paper.star")
        assert r.kept("2404.00002").starred
        assert not _has(r, "2404.00001")
        assert (r.cursor, r.here.starred, r.here.is_only_found) == (2, True, False)
        assert "1 starred · u undoes" in r.status
        await r.do("mark.undo")
        assert not r.here.starred
        await r.do("move.top", "read.open")
        assert r.shown and r.shown.title == "Agents and Their Avatars"
        assert r.kept("2404.00001").read


async def test_text_that_is_no_valid_query_can_be_searched_for(reader: Opener, feed: FeedServer) -> None:
    async with _answered(reader, feed, 'agents "their') as r:
        assert [request.query["q"] for request in feed.requests] == ['agents "their']
        assert not r.app.state.is_typing
        assert r.app.state.history == ('agents "their',)


async def test_a_query_without_words_is_not_sent_to_the_feed(reader: Opener, feed: FeedServer) -> None:
    async with reader(settings=settings(endpoint=feed.url)) as r:
        await r.search("topic:agents", "find.feed")
        assert r.status == "the feed only takes words: / to type some"
        await r.do("find.query", "find.feed")
        assert feed.requests == []
    async with reader(demo=True) as r:
        await r.search("agents", "find.feed")
        assert "sample: nothing is fetched" in r.status


# Papers by id


@pytest.mark.parametrize(
    "typed",
    rest_long(["https://huggingface.co/papers/2404.00009", "arXiv:2404.00009v2", "2404.00009"], ["arXiv:2404.00009v2"]),
)
async def test_a_link_that_is_typed_offers_its_paper(reader: Opener, typed: str) -> None:
    with FeedServer({"2024-04-02": [item("2404.00009", "An old one", "2024-04-02")]}) as feed:
        async with reader(settings=settings(endpoint=feed.url)) as r:
            await r.search(typed)
            assert r.empty.startswith("2404.00009 is not here yet. enter fetches it")
            assert "searches the feed" not in r.advice
            assert feed.requests == []
            await r.do("query.accept")
            await r.until(lambda: r.ids == ["2404.00009"])
            assert "fetched 2404.00009" in r.status
            assert r.here.title == "An old one"


async def test_a_stored_paper_is_found_by_its_link_file_name_or_reference(reader: Opener) -> None:
    async with reader() as r:
        one, two, three = r.ids[2:5]
        found = [
            (f"https://arxiv.org/abs/{one}v3", one),
            (f"~/Papers/{two} A title.pdf", two),
            (f"arXiv:{three}v2 [cs.CL]", three),
        ]
        for pasted, id in found:
            await r.search(f"id:{pasted}", "query.accept")
            assert r.ids == [id]
            await r.do("find.clear")
            assert len(r.ids) > 1


async def test_a_paper_that_the_feed_lacks_comes_from_arxiv(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with FeedServer() as feed, Arxiv([Paper("hep-th/9901001", "An old one")]) as arxiv:
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
        async with reader(settings=settings(endpoint=feed.url)) as r:
            for id, expected in (("hep-th/9901001", "fetched"), ("hep-th/9901002", "neither the feed nor arXiv")):
                await r.search(f"id:{id}", "query.accept")
                await r.until(lambda: "fetched" in r.status or "neither" in r.status)
                assert expected in r.status
            assert r.empty.startswith("hep-th/9901002 is not here yet. enter fetches it")
            asked = len(feed.requests)
            await r.do("find.fetch")
            await r.until(lambda: len(feed.requests) > asked)


async def test_an_unexpected_error_of_one_source_does_not_end_the_refresh(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("\x9b an odd feed")

    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    with FeedServer({"2026-05-12": [item("2605.10001", "Hot news", "2026-05-12")]}) as feed, Arxiv([]) as arxiv:
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        monkeypatch.setattr(SyndicationClient, "fetch", broken)
        async with reader(settings=settings(endpoint=feed.url)) as r:
            with closing(Feeds.open(r.file)) as feeds:
                feeds.follow("arxiv", "cs.ZZ", "A category of tomorrow", "cs.zz", "2026-05-12T08:00:00Z")
                feeds.follow("rss", f"{feed.url}/lab.xml", "Notes of a lab", "lab", "2026-05-12T08:00:00Z")
                r[Refresher].begin()
                await r.until(lambda: not r.app.state[REFRESH].is_running)
                failing = {one.slug: one.error or "" for one in feeds.failing()}
            await r.do("view.latest")
            assert "2605.10001" in r.ids
            assert failing.keys() == {"cs.zz", "lab"}
            assert "is not a category of arXiv" in failing["cs.zz"]
            assert "an odd feed); the log has the details" in failing["lab"]
            assert r.app.state[REFRESH].last is not None


# Papers of saved pages

SURE = Draft("Small verifiers, long horizons", author_count=2, published="2026-05-08", source="page")
CUT = Draft("A memory that forgets on pur…", author_count=2, published="2026-05-08", source="page")


@pytest.fixture
def page_feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    items = [
        item("2601.00001", "Small Verifiers, Long Horizons", upvotes=3),
        item("2601.00002", "A memory that forgets on purpose"),
    ]
    with FeedServer({"2026-05-11": items}) as page_feed:
        monkeypatch.delenv("ARXIV_ENDPOINT", raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield page_feed


async def show_page(r: Story) -> None:
    """Import a page in another program, and list its papers."""
    from reader.cache.storing import Cache

    with closing(Cache.open(r.file, papers.ByTitle())) as cache:
        cache.store(Listing(None, (SURE, CUT)), "2026-05-12T06:00:00Z", newer=False)
    await r.do("view.all", "find.query")
    await r.type("source:page sort:page")
    await r.press("enter")
    await r.until(lambda: len(r.ids) == 2)


async def test_a_paper_of_a_page_becomes_real_and_keeps_its_star(reader: Opener, page_feed: FeedServer) -> None:
    async with reader(settings=settings(endpoint=page_feed.url), size=(100, 30)) as r:
        await show_page(r)
        before = r.here
        assert (before.title, before.upvotes) == (SURE.title, None)
        await r.do("paper.star", "link.page")
        assert r.status == "this paper has no web page"
        r[TextsAhead].begin()
        await r.until(lambda: r.app.state[TEXTS_AHEAD] == "" and r.ids[0] == "2601.00001")
        assert (r.here.starred, r.here.upvotes) == (True, 3)
        assert [id.startswith("page:") for id in r.ids] == [False, True]
        # Once all is looked up, nothing more is asked.
        asked = len(page_feed.requests)
        r[TextsAhead].begin()
        await r.rest()
        assert len(page_feed.requests) == asked
