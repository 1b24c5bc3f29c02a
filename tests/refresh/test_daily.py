from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from reader.cache.reads.window import DayFetched
from reader.cache.storing.papers import Stored
from reader.core.errors import (
    CacheBusy,
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
)
from reader.core.paper import Listing, Skipped
from reader.feeds.http.client import HttpClient
from reader.feeds.http.responses import HttpRefused, Limits
from reader.feeds.huggingface.client import HuggingFaceClient
from reader.refresh.daily import refresh_daily
from reader.refresh.jobs import DayEmpty, DayFailed, DayStored, RefreshFinished, RefreshStarted
from reader.refresh.plan import Day, Days, Latest, Month, Trending
from tests.doubles import TODAY, Cache, Feed, asked, noon, papers, run
from tests.feed_server import FeedServer, item

# Events


async def test_the_days_of_a_month_count_as_asked_once_all_of_them_are_stored() -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 31)]
    feed, cache = Feed({day: papers(1, day=day) for day in days}), Cache()
    events = refresh_daily(feed, cache, Month("2026-03"), now=noon)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, DayStored) and event.n == 20:
                break
    assert len(cache.stored) == 20
    assert cache.noted == []
    await run(feed, cache, Month("2026-03"))
    assert sorted(filter(None, cache.noted)) == [*days, "2026-03-31"]


async def test_certain_days_are_asked_whatever_is_known_of_them() -> None:
    known = {"2026-03-02": DayFetched("2026-04-30T00:00:00Z", 20)}
    plan = Days(("2026-03-02", "2026-03-04", "2023-01-01", "2026-05-13"))
    assert await asked(plan, known) == ["2026-03-04", "2026-03-02"]


async def test_what_is_trending_is_stored_as_ranked() -> None:
    cache = Cache()
    feed = Feed({"trending": (papers(7, day="2026-01-05"), papers(3, day="2026-05-11"))})
    assert await run(feed, cache, Trending()) == [RefreshStarted(()), RefreshFinished(new=2)]
    assert [day for day, *_ in cache.stored] == ["2026-01-05", "2026-05-11"]
    assert (cache.noted, feed.asked) == ([], ["trending"])


@pytest.mark.parametrize("answer", [FeedOffline("No network."), (Listing(None, (), (Skipped("item 1", "no title"),)),)])
async def test_what_is_trending_can_fail(answer: FeedError | tuple[Listing, ...]) -> None:
    cache = Cache()
    _, finished = await run(Feed({"trending": answer}), cache, Trending())
    assert isinstance(finished, RefreshFinished)
    assert finished.error is not None
    assert cache.stored == []


@pytest.mark.parametrize(
    "counts", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (2, 1, 1), (1, 1, 2), (1, 2, 1)]
)
async def test_a_day_has_papers_whether_they_are_new_updated_or_unchanged(counts: tuple[int, int, int]) -> None:
    class Counting(Cache):
        def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> Stored:
            return Stored(*counts, 0)

    *_, stored, finished = await run(Feed({TODAY: papers(1, 2)}), Counting(), Day(TODAY))
    assert stored == DayStored(TODAY, *counts, skipped=0, n=1, of=1)
    assert finished == RefreshFinished(*counts, stored=1)


async def test_the_counts_of_all_days_are_added_up() -> None:
    class Counting(Cache):
        def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> Stored:
            return Stored(1, 2, 3, 4)

    *_, day, finished = await run(Feed(), Counting(), Latest(3))
    assert day == DayStored("2026-05-10", new=1, updated=2, unchanged=3, skipped=4, n=3, of=3)
    assert finished == RefreshFinished(new=3, updated=6, unchanged=9, skipped=12, stored=3)


async def test_a_refresh_tells_its_story() -> None:
    feed = Feed({"2026-05-12": papers(1, 2), "2026-05-10": papers(2, 3, day="2026-05-10")})
    cache = Cache()

    assert await run(feed, cache, Latest(3)) == [
        RefreshStarted(("2026-05-12", "2026-05-11", "2026-05-10")),
        DayStored("2026-05-12", new=2, updated=0, unchanged=0, skipped=0, n=1, of=3),
        DayEmpty("2026-05-11", n=2, of=3),
        DayStored("2026-05-10", new=1, updated=0, unchanged=1, skipped=0, n=3, of=3),
        RefreshFinished(new=3, updated=0, unchanged=1, skipped=0, stored=2),
    ]
    # An empty day is stored too, so that it is known to be empty.
    assert cache.stored == [
        ("2026-05-12", 2, "2026-05-12T12:00:00Z"),
        ("2026-05-11", 0, "2026-05-12T12:00:00Z"),
        ("2026-05-10", 2, "2026-05-12T12:00:00Z"),
    ]


async def test_papers_that_say_another_day_are_stored_on_it() -> None:
    feed = Feed({TODAY: (papers(1), papers(2, day="2026-05-11"))})
    cache = Cache()
    _, stored, _ = await run(feed, cache, Day(TODAY))
    assert stored == DayStored(TODAY, new=2, updated=0, unchanged=0, skipped=0, n=1, of=1)
    assert [day for day, *_ in cache.stored] == ["2026-05-11", TODAY]
    # The other day has not been asked for.
    assert cache.noted == [TODAY]


async def test_skipped_records_are_counted() -> None:
    feed = Feed({TODAY: Listing(TODAY, papers(1).drafts, (Skipped("item 2", "no title"),))})
    *_, finished = await run(feed, Cache(), Day(TODAY))
    assert finished == RefreshFinished(new=1, skipped=1, stored=1)


async def test_a_day_of_which_nothing_can_be_read_is_not_taken_for_empty() -> None:
    feed = Feed({TODAY: Listing(TODAY, (), (Skipped("item 1", "no title"),))})
    cache = Cache()
    _, failed, finished = await run(feed, cache, Day(TODAY))
    assert isinstance(failed, DayFailed)
    assert isinstance(failed.error, FeedMalformed)
    assert isinstance(finished, RefreshFinished)
    assert finished.failed == (TODAY,)
    assert cache.stored == []


# Failures


async def test_one_failing_day_does_not_stop_the_others() -> None:
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-05-11": trouble, "2026-05-10": papers(1, day="2026-05-10")})
    events = await run(feed, Cache(), Latest(3))
    assert events[2] == DayFailed("2026-05-11", trouble, n=2, of=3)
    assert events[-1] == RefreshFinished(new=1, stored=1, failed=("2026-05-11",), error=trouble)


@pytest.mark.parametrize("error", [FeedOffline("There is no network."), FeedUnreachable("No answer.")])
async def test_without_a_connection_it_ends_with_one_failure(error: FeedError) -> None:
    feed = Feed({"2026-05-12": papers(1), "2026-05-11": error})
    events = await run(feed, Cache(), Latest(4))
    assert feed.asked == ["2026-05-12", "2026-05-11"]
    assert events[-2:] == [
        DayFailed("2026-05-11", error, n=2, of=4),
        RefreshFinished(new=1, stored=1, failed=("2026-05-11", "2026-05-10", "2026-05-09"), error=error),
    ]


async def test_failure_after_failure_ends_it() -> None:
    days = [f"2026-05-{day:02}" for day in range(12, 0, -1)]
    feed = Feed({day: FeedRefused("No.") for day in days})
    feed.days["2026-05-10"] = papers(1, day="2026-05-10")
    events = await run(feed, Cache(), Latest(10))
    # Two failures, a success, then three in a row.
    assert feed.asked == days[:6]
    assert isinstance(events[-1], RefreshFinished)
    assert len(events[-1].failed) == 9


@pytest.mark.parametrize("day", ["2026-05-13", "2026-05-12", "2026-05-11"])
async def test_a_day_that_has_not_come_yet_is_no_failure(day: str) -> None:
    feed = Feed({day: HttpRefused("Date must not be after …", 400)})
    cache = Cache()
    assert await run(feed, cache, Day(day)) == [RefreshStarted((day,)), DayEmpty(day, n=1, of=1), RefreshFinished()]
    assert cache.stored == []


@pytest.mark.parametrize(("day", "status"), [("2026-05-01", 400), ("2026-05-12", 403)])
async def test_other_refusals_are_failures(day: str, status: int) -> None:
    feed = Feed({day: HttpRefused("No.", status)})
    assert isinstance((await run(feed, Cache(), Day(day)))[1], DayFailed)


async def test_a_cache_that_fails_is_not_the_feed_s_failure() -> None:
    class Busy(Cache):
        def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> Stored:
            raise CacheBusy("Another program holds the cache.")

    with pytest.raises(CacheBusy):
        await run(Feed({TODAY: papers(1)}), Busy(), Day(TODAY))


# Stopping


async def test_a_cancellation_lets_the_cache_finish() -> None:
    cache = Cache(hold=threading.Event())
    task = asyncio.create_task(run(Feed({TODAY: papers(1)}), cache, Latest(3)))
    await asyncio.to_thread(cache.entered.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    assert cache.hold is not None
    cache.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cache.stored == [(TODAY, 1, "2026-05-12T12:00:00Z")]


async def test_a_cancellation_while_asking_stores_nothing() -> None:
    feed = Feed({TODAY: papers(1)}, held=asyncio.Event())
    cache = Cache()
    task = asyncio.create_task(run(feed, cache, Latest(3)))
    while not feed.asked:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cache.stored == []


# With the real client


@pytest.fixture
def server() -> Iterator[FeedServer]:
    days = {day: [item(f"2605.{day[-2:]}{n:03}", day=day) for n in range(120)] for day in ("2026-05-12", "2026-05-11")}
    with FeedServer(days) as feed:
        yield feed


async def no_sleep(_: float) -> None:
    await asyncio.sleep(0)


async def test_a_refresh_through_faults_gets_everything(server: FeedServer) -> None:
    server.faults += ["error", "ok", "drop", "truncate", "gzip", "ok", "limit:2", "nulls"]
    fetcher = HttpClient(server.url, limits=Limits(), sleep=no_sleep)
    cache = Cache()
    async with HuggingFaceClient(fetcher) as client:
        events = await run(client, cache, Latest(2))
    assert [event for event in events if isinstance(event, DayFailed)] == []
    assert len(cache.ids) == 240


async def test_the_feed_s_own_today_decides(server: FeedServer) -> None:
    server.today = "2026-05-11"
    async with HuggingFaceClient(HttpClient(server.url, sleep=no_sleep)) as client:
        events = await run(client, Cache(), Latest(2))
    assert events[1] == DayEmpty("2026-05-12", n=1, of=2)
    assert isinstance(events[-1], RefreshFinished)
    assert (events[-1].new, events[-1].error) == (120, None)
