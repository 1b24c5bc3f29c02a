"""A search of the feed: it is told when it takes long, and its results wait for a user who types or reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from reader.core.errors import FeedUnreachable
from reader.core.paper import Listing
from reader.refresh.jobs import SearchAnswered, SearchFeed, StorePapers, Waiting
from reader.ui.query.actions import BLINK, FeedSearch
from reader.ui.shell.listing import SearchStatus
from reader.ui.shell.state import State
from tests.ui.bench import Bench
from tests.ui.papers import draft
from tests.ui.states import at

LIST = at("all").highlight(1)
FOUND = (Listing("", (draft(1, "Gloves"), draft(2, "More gloves"))),)
STOPS = "esc stops searching for gloves"


class Search(Bench):
    """A search whose feed answers what the test wants."""

    def __init__(self, state: State = LIST) -> None:
        super().__init__(state, {"pk_of": lambda _id: None}, run_job=self.run_job)
        self.asked: list[object] = []
        self.listings: tuple[Listing, ...] = FOUND
        self.problem: Exception | None = None
        self.search = FeedSearch(self.services)

    async def run_job(self, job: SearchFeed | StorePapers) -> AsyncIterator[Any]:
        self.asked.append(job)
        if self.problem is not None:
            raise self.problem
        self.later[-1].act()
        yield Waiting(2.6, "the feed asks to wait")
        self.waited = self.model.state.search.progress, self.shown
        yield SearchAnswered(self.listings)

    def follow(self) -> None:
        self.search.follow(self.model.state)


async def test_what_the_feed_finds_is_listed() -> None:
    bench = Search()
    bench.search.begin("gloves")
    assert bench.model.state.search == SearchStatus("gloves", "gloves")
    await bench.work()
    assert (bench.asked, bench.begun, bench.later[0].is_waiting) == ([SearchFeed("gloves")], [BLINK], False)
    assert bench.waited == ("the feed asks to wait, 3 s", STOPS)
    assert bench.shown == "esc goes back · + is stored once you open or mark it"
    results = bench.model.state.results
    assert results is not None and len(results.order.pks) == 2 and bench.model.state.search == SearchStatus()
    await asyncio.to_thread(bench.search._store, FOUND)
    assert bench.asked[1:] == [StorePapers(FOUND)]
    bench.listings = ()
    bench.search.begin("mittens")
    await bench.work()
    assert bench.shown == "" and bench.model.state.listed_text == "mittens"


async def test_results_wait_for_a_user_who_types() -> None:
    bench = Search(LIST.focused("filter"))
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
    assert not bench.search.stop_and_tell()
    bench.follow()
    bench.search.begin("gloves")
    bench.follow()
    assert bench.cancelled == 0 and bench.search.stop_and_tell() and bench.shown == "search stopped"
    bench.follow()
    bench.follow()
    assert bench.cancelled == 1
    # What it still reports is shown no more.
    bench.search._report("gloves", "page 2")
    assert bench.model.state.search == SearchStatus("", "gloves")
