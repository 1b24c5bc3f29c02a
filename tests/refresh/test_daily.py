"""The days of the daily feed: which a refresh asks for, and what it tells of each."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from reader.cache.reads.window import FetchedDay
from reader.cache.storing import StoreResult
from reader.core.errors import (
    CacheBusy,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
    UsageError,
)
from reader.core.paper import Listing, SkippedRecord
from reader.feeds.http import HttpRefused
from reader.refresh.daily import planned_days
from reader.refresh.lines import Days, Latest, Plan, Since, Trending, failure_line, step
from tests.doubles import TODAY, Cache, Feed, fetched, papers, run
from tests.table import each

# Events


async def test_trending_papers_are_stored_in_their_order() -> None:
    cache = Cache()
    feed = Feed({"trending": (papers(7, day="2026-01-05"), papers(3, day="2026-05-11"))})
    assert await run(feed, cache, Trending()) == [step("days", days=[]), fetched(StoreResult(new=2))]
    assert [day for day, *_ in cache.stored] == ["2026-01-05", "2026-05-11"]
    assert (cache.noted, feed.asked) == ([], ["trending"])
    # It can fail.
    unreadable = Listing(None, (), (SkippedRecord("item 1", "no title"),))
    for answer in (FeedOffline("No network."), (unreadable,)):
        cache = Cache()
        _, finished = await run(Feed({"trending": answer}), cache, Trending())
        assert finished.get("step") == "fetched"
        assert (finished["error"] is not None, cache.stored) == (True, [])


class Counting(Cache):
    """A cache that says how many papers it has stored."""

    counts = StoreResult(1, 2, 3, 4)

    def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> StoreResult:
        return self.counts


async def test_a_day_counts_new_updated_and_unchanged_papers() -> None:
    for counts in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (2, 1, 1), (1, 1, 2), (1, 2, 1)):
        cache = Counting()
        cache.counts = StoreResult(*counts, 0)
        *_, stored, finished = await run(Feed({TODAY: papers(1, 2)}), cache, Days((TODAY,)))
        new, updated, unchanged = counts
        assert stored == step("day", day=TODAY, new=new, updated=updated, unchanged=unchanged, skipped=0, n=1, of=1)
        assert finished == fetched(cache.counts, days=1)
    *_, day, finished = await run(Feed(), Counting(), Latest(3))
    assert day == step("day", day="2026-05-10", new=1, updated=2, unchanged=3, skipped=4, n=3, of=3)
    assert finished == fetched(StoreResult(new=3, updated=6, unchanged=9, skipped=12), days=3)


async def test_a_refresh_prints_its_steps() -> None:
    feed = Feed({"2026-05-12": papers(1, 2), "2026-05-10": papers(2, 3, day="2026-05-10")})
    cache = Cache()

    assert await run(feed, cache, Latest(3)) == [
        step("days", days=["2026-05-12", "2026-05-11", "2026-05-10"]),
        step("day", day="2026-05-12", new=2, updated=0, unchanged=0, skipped=0, n=1, of=3),
        step("day", day="2026-05-11", new=0, updated=0, unchanged=0, skipped=0, n=2, of=3),
        step("day", day="2026-05-10", new=1, updated=0, unchanged=1, skipped=0, n=3, of=3),
        fetched(StoreResult(new=3, updated=0, unchanged=1, skipped=0), days=2),
    ]
    # An empty day is stored too, so that it is known to be empty.
    assert cache.stored == [
        ("2026-05-12", 2, "2026-05-12T12:00:00Z"),
        ("2026-05-11", 0, "2026-05-12T12:00:00Z"),
        ("2026-05-10", 2, "2026-05-12T12:00:00Z"),
    ]


async def test_papers_that_name_another_day_are_stored_under_it() -> None:
    feed = Feed({TODAY: (papers(1), papers(2, day="2026-05-11"))})
    cache = Cache()
    _, stored, _ = await run(feed, cache, Days((TODAY,)))
    assert stored == step("day", day=TODAY, new=2, updated=0, unchanged=0, skipped=0, n=1, of=1)
    assert [day for day, *_ in cache.stored] == ["2026-05-11", TODAY]
    # The other day has not been asked for.
    assert cache.noted == [TODAY]


async def test_skipped_records_are_counted_and_a_day_of_them_alone_is_not_taken_for_empty() -> None:
    skipped = (SkippedRecord("item 2", "no title"),)
    *_, finished = await run(Feed({TODAY: Listing(TODAY, papers(1).drafts, skipped)}), Cache(), Days((TODAY,)))
    assert finished == fetched(StoreResult(new=1, skipped=1), days=1)
    cache = Cache()
    _, failure, finished = await run(Feed({TODAY: Listing(TODAY, (), skipped)}), cache, Days((TODAY,)))
    assert (failure["failed"], failure["kind"]) == ("day", "FeedMalformed")
    assert finished == fetched(missing=[TODAY], error=FeedMalformed(failure["error"]))
    assert cache.stored == []


# Failures


async def test_one_failing_day_does_not_stop_the_others() -> None:
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-05-11": trouble, "2026-05-10": papers(1, day="2026-05-10")})
    events = await run(feed, Cache(), Latest(3))
    assert events[2] == failure_line("day", trouble, day="2026-05-11", n=2, of=3)
    assert events[-1] == fetched(StoreResult(new=1), days=1, missing=("2026-05-11",), error=trouble)


async def test_without_a_connection_it_ends_with_one_failure() -> None:
    for error in (FeedOffline("There is no network."), FeedUnreachable("No answer.")):
        feed = Feed({"2026-05-12": papers(1), "2026-05-11": error})
        events = await run(feed, Cache(), Latest(4))
        assert feed.asked == ["2026-05-12", "2026-05-11"]
        assert events[-2:] == [
            failure_line("day", error, day="2026-05-11", n=2, of=4),
            fetched(StoreResult(new=1), days=1, missing=("2026-05-11", "2026-05-10", "2026-05-09"), error=error),
        ]


async def test_repeated_failures_end_the_refresh() -> None:
    days = [f"2026-05-{day:02}" for day in range(12, 0, -1)]
    feed = Feed({day: FeedRefused("No.") for day in days})
    feed.days["2026-05-10"] = papers(1, day="2026-05-10")
    events = await run(feed, Cache(), Latest(10))
    # Two failures, a success, then three in a row.
    assert feed.asked == days[:6]
    assert events[-1].get("step") == "fetched"
    assert tuple(events[-1]["missing"]) == (*days[:2], *days[3:10])


async def test_a_future_day_is_no_failure_but_other_refusals_are() -> None:
    for day in ("2026-05-12", "2026-05-11"):
        cache = Cache()
        feed = Feed({day: HttpRefused("Date must not be after …", 400)})
        assert await run(feed, cache, Days((day,))) == [
            step("days", days=[day]),
            step("day", day=day, new=0, updated=0, unchanged=0, skipped=0, n=1, of=1),
            fetched(),
        ]
        assert cache.stored == []
    for day, status in (("2026-05-10", 400), ("2026-05-12", 403)):
        _, failure, _ = await run(Feed({day: HttpRefused("No.", status)}), Cache(), Days((day,)))
        assert failure["failed"] == "day"


async def test_a_failing_cache_is_not_reported_as_a_failing_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> StoreResult:
        raise CacheBusy("Another program holds the cache.")

    monkeypatch.setattr(Cache, "store", busy)
    with pytest.raises(CacheBusy):
        await run(Feed({TODAY: papers(1)}), Cache(), Days((TODAY,)))


# Stopping


async def test_a_cancellation_while_asking_stores_nothing() -> None:
    feed, cache = Feed({TODAY: papers(1)}, held=asyncio.Event()), Cache()
    task = asyncio.create_task(run(feed, cache, Latest(3)))
    while not feed.asked:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cache.stored == []


# Which days are asked for


async def test_since_asks_what_is_not_known_or_has_not_settled() -> None:
    known = {
        "2026-04-24": FetchedDay("2026-05-10T00:00:00Z", 20),  # settled when it was asked last
        "2026-04-25": FetchedDay("2026-04-26T12:00:00Z", 0),  # a Saturday that was over
        "2026-04-27": FetchedDay("2026-04-28T00:00:00Z", 20),  # asked once, too early
        "2026-05-08": FetchedDay("2026-05-11T10:00:00Z", 0),  # a Friday that the feed says was empty
        "2026-05-11": FetchedDay("2026-05-11T10:00:00Z", 20),  # young
        "2026-05-12": FetchedDay("2026-05-12T08:00:00Z", 0),  # may still come
    }
    feed = Feed()
    await run(feed, Cache(known), Since("2026-04-24"))
    assert feed.asked[0] == "2026-05-12"
    assert set(known) - set(feed.asked) == {"2026-04-24", "2026-04-25"}
    assert len(feed.asked) == 19 - 2


async def test_over_a_weekend_the_newest_day_with_papers_is_found() -> None:
    feed = Feed({"2026-05-08": papers(1, day="2026-05-08"), "2026-05-07": papers(2, day="2026-05-07")})
    events = await run(feed, Cache(), Latest(1))
    assert feed.asked == ["2026-05-12", "2026-05-11", "2026-05-10", "2026-05-09", "2026-05-08"]
    assert events[-2] == step("day", day="2026-05-08", new=1, updated=0, unchanged=0, skipped=0, n=5, of=5)
    # The search ends, and known papers are papers.
    known = {"2026-05-11": FetchedDay("2026-05-11T10:00:00Z", 20)}
    for cache, count in ((Cache(), 16), (Cache(known), 2)):
        feed = Feed()
        await run(feed, cache, Latest(2))
        assert len(feed.asked) == count


async def test_after_an_absence_the_latest_day_is_fetched_first() -> None:
    known = {"2026-04-20": FetchedDay("2026-04-20T20:00:00Z", 20), "2026-05-01": FetchedDay("2026-05-02T12:00:00Z", 0)}
    feed = Feed({"2026-05-12": papers(1, day="2026-05-12"), "2026-04-30": papers(2, day="2026-04-30")})
    events = await run(feed, Cache(known), Latest(2))
    days = [f"2026-05-{day:02}" for day in (12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)]
    assert feed.asked == [*days, *(f"2026-04-{day}" for day in range(30, 20, -1))]
    assert events[0].get("step") == "days"
    assert events[0]["days"][-1] == "2026-04-21"
    # A first start has missed nothing.
    feed = Feed({"2026-05-12": papers(1, day="2026-05-12")})
    await run(feed, Cache(), Latest(2))
    assert feed.asked == ["2026-05-12", "2026-05-11"]


# Plans


ON_TUESDAY = date(2026, 5, 12)


@each(
    ("plan", "days"),
    [
        (Latest(2), ["2026-05-12", "2026-05-11"]),
        (Since("2026-05-10"), ["2026-05-12", "2026-05-11", "2026-05-10"]),
        (Since("2026-05-01", "2026-05-02"), ["2026-05-02", "2026-05-01"]),
        (Since("2026-05-11", "2026-05-31"), ["2026-05-12", "2026-05-11"]),
        (Since("2026-06-01"), []),
        (Since("2023-05-01", "2023-05-05"), ["2023-05-05", "2023-05-04"]),
        (Days(("2023-05-03", "2023-05-04", "2026-05-12", "2026-05-13")), ["2026-05-12", "2023-05-04"]),
        (Days(("2026-02-30",)), []),
    ],
)
def test_plans_list_days_newest_first(plan: Plan, days: list[str]) -> None:
    assert planned_days(plan, ON_TUESDAY) == days


@each("plan", [Since("2026-02-30"), Since("2026-05-01", "someday"), Latest(10**9)])
def test_a_date_that_is_not_in_the_calendar_is_refused(plan: Plan) -> None:
    with pytest.raises(UsageError, match="is not in the calendar"):
        planned_days(plan, ON_TUESDAY)


@each("plan", [Days(("2023-05-03",)), Since("2023-04-01", "2023-04-30")])
def test_the_feed_has_a_first_day(plan: Plan) -> None:
    with pytest.raises(UsageError, match="begins on 2023-05-04"):
        planned_days(plan, ON_TUESDAY)
