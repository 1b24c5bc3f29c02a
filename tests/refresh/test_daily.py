from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing

import pytest

from reader.cache.reads.window import DayFetched
from reader.cache.storing.papers import Stored
from reader.core.errors import (
    CacheBusy,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
)
from reader.core.paper import Listing, Skipped
from reader.feeds.http.responses import HttpRefused
from reader.refresh.daily import refresh_daily
from reader.refresh.jobs import DayEmpty, DayFailed, DayStored, RefreshFinished, RefreshStarted
from reader.refresh.plan import Day, Days, Latest, Month, Trending
from tests.doubles import TODAY, Cache, Feed, asked, noon, papers, run

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
    # It can fail.
    unreadable = Listing(None, (), (Skipped("item 1", "no title"),))
    for answer in (FeedOffline("No network."), (unreadable,)):
        cache = Cache()
        _, finished = await run(Feed({"trending": answer}), cache, Trending())
        assert isinstance(finished, RefreshFinished)
        assert (finished.error is not None, cache.stored) == (True, [])


class Counting(Cache):
    """A cache that says how many papers it has stored."""

    counts = Stored(1, 2, 3, 4)

    def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> Stored:
        return self.counts


async def test_a_day_has_papers_whether_they_are_new_updated_or_unchanged() -> None:
    for counts in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (2, 1, 1), (1, 1, 2), (1, 2, 1)):
        cache = Counting()
        cache.counts = Stored(*counts, 0)
        *_, stored, finished = await run(Feed({TODAY: papers(1, 2)}), cache, Day(TODAY))
        assert stored == DayStored(TODAY, *counts, skipped=0, n=1, of=1)
        assert finished == RefreshFinished(*counts, stored=1)
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


async def test_skipped_records_are_counted_and_a_day_of_them_alone_is_not_taken_for_empty() -> None:
    skipped = (Skipped("item 2", "no title"),)
    *_, finished = await run(Feed({TODAY: Listing(TODAY, papers(1).drafts, skipped)}), Cache(), Day(TODAY))
    assert finished == RefreshFinished(new=1, skipped=1, stored=1)
    cache = Cache()
    _, failed, finished = await run(Feed({TODAY: Listing(TODAY, (), skipped)}), cache, Day(TODAY))
    assert isinstance(failed, DayFailed)
    assert type(failed.error) is FeedMalformed
    assert finished == RefreshFinished(failed=(TODAY,), error=failed.error)
    assert cache.stored == []


# Failures


async def test_one_failing_day_does_not_stop_the_others() -> None:
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-05-11": trouble, "2026-05-10": papers(1, day="2026-05-10")})
    events = await run(feed, Cache(), Latest(3))
    assert events[2] == DayFailed("2026-05-11", trouble, n=2, of=3)
    assert events[-1] == RefreshFinished(new=1, stored=1, failed=("2026-05-11",), error=trouble)


async def test_without_a_connection_it_ends_with_one_failure() -> None:
    for error in (FeedOffline("There is no network."), FeedUnreachable("No answer.")):
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
    assert events[-1].failed == (*days[:2], *days[3:10])


async def test_a_day_that_has_not_come_yet_is_no_failure_but_other_refusals_are() -> None:
    for day in ("2026-05-13", "2026-05-12", "2026-05-11"):
        cache = Cache()
        feed = Feed({day: HttpRefused("Date must not be after …", 400)})
        assert await run(feed, cache, Day(day)) == [RefreshStarted((day,)), DayEmpty(day, n=1, of=1), RefreshFinished()]
        assert cache.stored == []
    for day, status in (("2026-05-10", 400), ("2026-05-12", 403)):
        assert isinstance((await run(Feed({day: HttpRefused("No.", status)}), Cache(), Day(day)))[1], DayFailed)


async def test_a_cache_that_fails_is_not_the_feed_s_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> Stored:
        raise CacheBusy("Another program holds the cache.")

    monkeypatch.setattr(Cache, "store", busy)
    with pytest.raises(CacheBusy):
        await run(Feed({TODAY: papers(1)}), Cache(), Day(TODAY))


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
    feed, cache = Feed({TODAY: papers(1)}, held=asyncio.Event()), Cache()
    task = asyncio.create_task(run(feed, cache, Latest(3)))
    while not feed.asked:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cache.stored == []
