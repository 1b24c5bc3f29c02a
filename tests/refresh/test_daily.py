"""The days of the daily feed: which a refresh asks for, and what it tells of each."""

from __future__ import annotations

import asyncio
from dataclasses import astuple
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
from reader.refresh.lines import Line, failure_line, step
from reader.refresh.plan import (
    Day,
    Days,
    Latest,
    Month,
    Plan,
    Since,
    Trending,
    month_batches,
    planned_days,
)
from reader.refresh.sources import refresh_daily
from tests.doubles import TODAY, Cache, Feed, asked, fetched, noon, papers, run
from tests.table import each

# Events


async def test_the_days_of_a_month_count_as_asked_once_all_of_them_are_stored() -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 31)]
    feed, cache = Feed({day: papers(1, day=day) for day in days}), Cache()

    def stop(line: Line) -> None:
        if line.get("step") == "day" and line["n"] == 20:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await refresh_daily(feed, cache, Month("2026-03"), stop, now=noon)
    assert len(cache.stored) == 20
    assert cache.noted == []
    await run(feed, cache, Month("2026-03"))
    assert sorted(filter(None, cache.noted)) == [*days, "2026-03-31"]


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


async def test_a_day_has_papers_whether_they_are_new_updated_or_unchanged() -> None:
    for counts in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (2, 1, 1), (1, 1, 2), (1, 2, 1)):
        cache = Counting()
        cache.counts = StoreResult(*counts, 0)
        *_, stored, finished = await run(Feed({TODAY: papers(1, 2)}), cache, Day(TODAY))
        new, updated, unchanged = counts
        assert stored == step("day", day=TODAY, new=new, updated=updated, unchanged=unchanged, skipped=0, n=1, of=1)
        assert finished == fetched(cache.counts, days=1)
    *_, day, finished = await run(Feed(), Counting(), Latest(3))
    assert day == step("day", day="2026-05-10", new=1, updated=2, unchanged=3, skipped=4, n=3, of=3)
    assert finished == fetched(StoreResult(new=3, updated=6, unchanged=9, skipped=12), days=3)


async def test_a_refresh_tells_its_story() -> None:
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


async def test_papers_that_say_another_day_are_stored_on_it() -> None:
    feed = Feed({TODAY: (papers(1), papers(2, day="2026-05-11"))})
    cache = Cache()
    _, stored, _ = await run(feed, cache, Day(TODAY))
    assert stored == step("day", day=TODAY, new=2, updated=0, unchanged=0, skipped=0, n=1, of=1)
    assert [day for day, *_ in cache.stored] == ["2026-05-11", TODAY]
    # The other day has not been asked for.
    assert cache.noted == [TODAY]


async def test_skipped_records_are_counted_and_a_day_of_them_alone_is_not_taken_for_empty() -> None:
    skipped = (SkippedRecord("item 2", "no title"),)
    *_, finished = await run(Feed({TODAY: Listing(TODAY, papers(1).drafts, skipped)}), Cache(), Day(TODAY))
    assert finished == fetched(StoreResult(new=1, skipped=1), days=1)
    cache = Cache()
    _, failure, finished = await run(Feed({TODAY: Listing(TODAY, (), skipped)}), cache, Day(TODAY))
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


async def test_failure_after_failure_ends_it() -> None:
    days = [f"2026-05-{day:02}" for day in range(12, 0, -1)]
    feed = Feed({day: FeedRefused("No.") for day in days})
    feed.days["2026-05-10"] = papers(1, day="2026-05-10")
    events = await run(feed, Cache(), Latest(10))
    # Two failures, a success, then three in a row.
    assert feed.asked == days[:6]
    assert events[-1].get("step") == "fetched"
    assert tuple(events[-1]["missing"]) == (*days[:2], *days[3:10])


async def test_a_day_that_has_not_come_yet_is_no_failure_but_other_refusals_are() -> None:
    for day in ("2026-05-13", "2026-05-12", "2026-05-11"):
        cache = Cache()
        feed = Feed({day: HttpRefused("Date must not be after …", 400)})
        assert await run(feed, cache, Day(day)) == [
            step("days", days=[day]),
            step("day", day=day, new=0, updated=0, unchanged=0, skipped=0, n=1, of=1),
            fetched(),
        ]
        assert cache.stored == []
    for day, status in (("2026-05-10", 400), ("2026-05-12", 403)):
        _, failure, _ = await run(Feed({day: HttpRefused("No.", status)}), Cache(), Day(day))
        assert failure["failed"] == "day"


async def test_a_cache_that_fails_is_not_the_feed_s_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> StoreResult:
        raise CacheBusy("Another program holds the cache.")

    monkeypatch.setattr(Cache, "store", busy)
    with pytest.raises(CacheBusy):
        await run(Feed({TODAY: papers(1)}), Cache(), Day(TODAY))


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
    days = await asked(Since("2026-04-24"), known)
    assert days[0] == "2026-05-12"
    assert set(known) - set(days) == {"2026-04-24", "2026-04-25"}
    assert len(days) == 19 - 2


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


async def test_after_an_absence_the_days_between_come_after_the_latest() -> None:
    known = {"2026-04-20": FetchedDay("2026-04-20T20:00:00Z", 20), "2026-05-01": FetchedDay("2026-05-02T12:00:00Z", 0)}
    feed = Feed({"2026-05-12": papers(1, day="2026-05-12"), "2026-04-30": papers(2, day="2026-04-30")})
    events = await run(feed, Cache(known), Latest(2))
    days = [f"2026-05-{day:02}" for day in (12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)]
    assert feed.asked == [*days, *(f"2026-04-{day}" for day in range(30, 20, -1))]
    assert events[0].get("step") == "days"
    assert events[0]["days"][-1] == "2026-04-21"
    # Who asks for so many days gets these, and a first start has missed nothing.
    for plan, cache in ((Latest(2, after_absence=False), Cache(known)), (Latest(2), Cache())):
        feed = Feed({"2026-05-12": papers(1, day="2026-05-12")})
        await run(feed, cache, plan)
        assert feed.asked == ["2026-05-12", "2026-05-11"]


async def test_settled_days_of_a_month_are_asked_for_together() -> None:
    days = {"2026-04-20": (1, 2), "2026-04-30": (4,), "2026-03-31": (3,)}
    feed = Feed({day: papers(*ids, day=day) for day, ids in days.items()})
    cache = Cache()

    events = await run(feed, cache, Since("2026-03-30"))

    young = [f"2026-05-{day:02}" for day in range(12, 0, -1)] + ["2026-04-30", "2026-04-29"]
    # Two days of March are too few to ask for the month.
    assert feed.asked == [*young, "2026-04", "2026-03-31", "2026-03-30"]
    assert events[0].get("step") == "days"
    assert events[0]["days"] == [day for day, *_ in cache.stored]
    assert step("day", day="2026-04-20", new=2, updated=0, unchanged=0, skipped=0, n=23, of=44) in events
    assert events[-2:] == [
        step("day", day="2026-03-30", new=0, updated=0, unchanged=0, skipped=0, n=44, of=44),
        fetched(StoreResult(new=4), days=3),
    ]
    # What the month says of its young days is not stored a second time.
    assert [day for day, *_ in cache.stored].count("2026-04-30") == 1
    # Its empty days are known to be empty.
    assert ("2026-04-19", 0, "2026-05-12T12:00:00Z") in cache.stored


async def test_a_month_that_fails_or_tells_no_days_is_asked_for_by_the_day() -> None:
    feed = Feed({"2026-03-31": papers(1, day="2026-03-31")}, months=False)
    *_, finished = await run(feed, Cache(), Month("2026-03"))
    assert feed.asked == ["2026-03", *(f"2026-03-{day:02}" for day in range(31, 0, -1))]
    assert finished == fetched(StoreResult(new=1), days=1)
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-03-31": papers(1, day="2026-03-31"), "2026-03-20": trouble})
    *_, finished = await run(feed, Cache(), Month("2026-03"))
    assert feed.asked[:2] == ["2026-03", "2026-03-31"]
    assert finished == fetched(StoreResult(new=1), days=1, missing=("2026-03-20",), error=trouble)


# Plans


ON_TUESDAY = date(2026, 5, 12)


def test_plans_mean_days_newest_first() -> None:
    assert planned_days(Latest(2), ON_TUESDAY) == ["2026-05-12", "2026-05-11"]
    assert planned_days(Day("2026-01-02"), ON_TUESDAY) == ["2026-01-02"]
    assert planned_days(Since("2026-05-10"), ON_TUESDAY) == ["2026-05-12", "2026-05-11", "2026-05-10"]
    assert planned_days(Month("2024-02"), ON_TUESDAY)[::28] == ["2024-02-29", "2024-02-01"]
    assert planned_days(Since("2026-06-01"), ON_TUESDAY) == planned_days(Month("2026-06"), ON_TUESDAY) == []


@each("plan", [Day("2026-02-30"), Since("someday"), Month("2026-13"), Latest(10**9)])
def test_an_invalid_plan_names_its_time(plan: Plan) -> None:
    with pytest.raises(UsageError, match=f"{astuple(plan)[0]} is not in the calendar"):
        planned_days(plan, ON_TUESDAY)


def test_the_feeds_first_day_and_today_are_the_ends() -> None:
    assert planned_days(Day("2023-05-04"), ON_TUESDAY) == ["2023-05-04"]
    assert planned_days(Since("2023-05-01"), date(2023, 5, 5)) == ["2023-05-05", "2023-05-04"]
    assert planned_days(Month("2023-05"), date(2023, 5, 4)) == ["2023-05-04"]
    assert planned_days(Month("2026-05"), ON_TUESDAY)[0] == "2026-05-12"
    assert planned_days(Month("2025-12"), ON_TUESDAY)[::30] == ["2025-12-31", "2025-12-01"]
    assert planned_days(Latest(1), ON_TUESDAY) == ["2026-05-12"]
    assert planned_days(Trending(), ON_TUESDAY) == []
    asked = Days(("2023-05-03", "2023-05-04", "2026-05-12", "2026-05-13"))
    assert planned_days(asked, ON_TUESDAY) == ["2026-05-12", "2023-05-04"]
    for plan in (Day("2023-05-03"), Month("2023-04")):
        with pytest.raises(UsageError, match="begins on 2023-05-04"):
            planned_days(plan, ON_TUESDAY)


@each(("count", "is_grouped"), [(6, False), (7, True)])
def test_a_months_list_is_worth_it_for_seven_days(count: int, is_grouped: bool) -> None:
    days = [f"2026-03-{day:02}" for day in range(count, 0, -1)]
    assert month_batches(days, ON_TUESDAY) == ([tuple(days)] if is_grouped else [(day,) for day in days])
    assert month_batches(days, ON_TUESDAY, {"2026-03"}) == [(day,) for day in days]
    assert month_batches(days, ON_TUESDAY, {"2026-04"}) == month_batches(days, ON_TUESDAY)
