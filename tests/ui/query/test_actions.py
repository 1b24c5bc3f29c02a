"""A search of the feed: it is told when it takes long, and its results wait for a user who types or reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from reader.config import Settings
from reader.core.errors import FeedUnreachable
from reader.core.paper import Listing
from reader.refresh.jobs import SearchAnswered, SearchFeed, StorePapers, Waiting
from reader.ui.query.actions import FeedSearch
from reader.ui.shell.listing import SearchStatus
from reader.ui.shell.model import Model
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from tests.ui.papers import draft
from tests.ui.stage import look
from tests.ui.states import at

LIST = at("all").highlight(1)
FOUND = (Listing("", (draft(1, "Gloves"), draft(2, "More gloves"))),)
STOPS = "esc stops searching for gloves"


class Bench:
    """A reader whose feed answers what the test wants."""

    def __init__(self, state: State = LIST) -> None:
        self.model = Model(state)
        self.works: list[Any] = []
        self.blinks: list[Any] = []
        self.asked: list[object] = []
        self.cancelled = 0
        self.listings: tuple[Listing, ...] = FOUND
        self.problem: Exception | None = None
        app: Any = SimpleNamespace(run_job=self.run_job)
        background: Any = SimpleNamespace(start=self.start, delayed=self.delay)
        library: Any = SimpleNamespace(pk_of=lambda _id: None)
        self.search = FeedSearch(Services(self.model, library, background, Settings(), look(), app=app))

    def start(self, _group: str, work: Any, *, exclusive: bool) -> Any:
        assert exclusive
        self.works.append(work)
        return SimpleNamespace(cancel=self.cancel)

    def cancel(self) -> None:
        self.cancelled += 1

    def delay(self, act: Any) -> Any:
        self.blinks.append(act)
        return SimpleNamespace(begin=self.blinks.append, stop=self.blinks.clear)

    async def run_job(self, job: SearchFeed | StorePapers) -> AsyncIterator[Any]:
        self.asked.append(job)
        if self.problem is not None:
            raise self.problem
        if self.blinks:
            self.blinks[0]()
        yield Waiting(2.6, "the feed asks to wait")
        self.waited = self.model.state.search.progress, self.said
        yield SearchAnswered(self.listings)

    def follow(self) -> None:
        self.search.follow(self.model.state)

    @property
    def said(self) -> str:
        shown = self.model.state.notices.shown
        return f"{'! ' * (shown.tone == 'warning')}{shown.text}"


async def test_what_the_feed_finds_is_listed() -> None:
    bench = Bench()
    bench.search.begin("gloves")
    assert bench.model.state.search == SearchStatus("gloves", "gloves")
    await bench.works.pop()()
    assert (bench.asked, bench.blinks) == ([SearchFeed("gloves")], [])
    assert bench.waited == ("the feed asks to wait, 3 s", STOPS)
    assert bench.said == "esc goes back · + is stored once you open or mark it"
    results = bench.model.state.results
    assert results is not None and len(results.order.pks) == 2 and bench.model.state.search == SearchStatus()
    await asyncio.to_thread(bench.search._store, FOUND)
    assert bench.asked[1:] == [StorePapers(FOUND)]
    bench.listings = ()
    bench.search.begin("mittens")
    await bench.works.pop()()
    assert bench.said == "" and bench.model.state.listed_text == "mittens"


async def test_results_wait_for_a_user_who_types() -> None:
    bench = Bench(LIST.focused("filter"))
    bench.search.begin("gloves")
    bench.model.change(bench.model.state.open_query().search_feed("gloves"))
    await bench.works.pop()()
    assert bench.said == "ctrl+s shows the 2 results for gloves" and bench.model.state.results is None
    waiting = bench.model.state.search.waiting
    bench.search.begin("gloves")
    assert bench.model.state.results is waiting is not None and bench.works == []


async def test_a_search_that_fails_or_is_stopped_says_so() -> None:
    bench = Bench()
    bench.problem = FeedUnreachable("No answer")
    bench.search.begin("gloves")
    await bench.works.pop()()
    assert bench.said == "! No answer · ctrl+s searches again" and bench.model.state.search == SearchStatus(
        "", "gloves"
    )
    assert not bench.search.stop_and_tell()
    bench.follow()
    bench.search.begin("gloves")
    bench.follow()
    assert bench.cancelled == 0 and bench.search.stop_and_tell() and bench.said == "search stopped"
    bench.follow()
    bench.follow()
    assert bench.cancelled == 1
    # What it still reports is shown no more.
    bench.search._report("gloves", "page 2")
    assert bench.model.state.search == SearchStatus("", "gloves")
