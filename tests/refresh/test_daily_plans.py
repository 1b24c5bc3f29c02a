"""Which days a refresh asks for, by what it is asked and what is known."""

from __future__ import annotations

from reader.cache.reads.window import DayFetched
from reader.core.errors import (
    FeedRefused,
    FeedUnreachable,
)
from reader.refresh.jobs import DayEmpty, DayFailed, DayStored, RefreshFinished, RefreshStarted
from reader.refresh.plan import MAX_AWAY_DAYS, Latest, Month, Since, days_away
from tests.doubles import Cache, Feed, asked, papers, run


async def test_since_asks_what_is_not_known_or_has_not_settled() -> None:
    known = {
        "2026-04-24": DayFetched("2026-05-10T00:00:00Z", 20),  # settled when it was asked last
        "2026-04-25": DayFetched("2026-04-26T12:00:00Z", 0),  # a Saturday that was over
        "2026-04-27": DayFetched("2026-04-28T00:00:00Z", 20),  # asked once, too early
        "2026-05-11": DayFetched("2026-05-11T10:00:00Z", 20),  # young
        "2026-05-12": DayFetched("2026-05-12T08:00:00Z", 0),  # may still come
    }
    days = await asked(Since("2026-04-24"), known)
    assert days[0] == "2026-05-12"
    assert set(known) - set(days) == {"2026-04-24", "2026-04-25"}
    assert len(days) == 19 - 2


async def test_over_a_weekend_the_newest_day_with_papers_is_found() -> None:
    feed = Feed({"2026-05-08": papers(1, day="2026-05-08"), "2026-05-07": papers(2, day="2026-05-07")})
    events = await run(feed, Cache(), Latest(1))
    assert feed.asked == ["2026-05-12", "2026-05-11", "2026-05-10", "2026-05-09", "2026-05-08"]
    assert events[-2] == DayStored("2026-05-08", 1, 0, 0, 0, n=5, of=5)
    # The search ends, and known papers are papers.
    known = {"2026-05-11": DayFetched("2026-05-11T10:00:00Z", 20)}
    for cache, count in ((Cache(), 16), (Cache(known), 2)):
        feed = Feed()
        await run(feed, cache, Latest(2))
        assert len(feed.asked) == count


async def test_after_an_absence_the_days_between_come_after_the_latest() -> None:
    known = {"2026-04-20": DayFetched("2026-04-20T20:00:00Z", 20), "2026-05-01": DayFetched("2026-05-02T12:00:00Z", 0)}
    feed = Feed({"2026-05-12": papers(1, day="2026-05-12"), "2026-04-30": papers(2, day="2026-04-30")})
    events = await run(feed, Cache(known), Latest(2))
    days = [f"2026-05-{day:02}" for day in (12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)]
    assert feed.asked == [*days, *(f"2026-04-{day}" for day in range(30, 20, -1))]
    assert isinstance(events[0], RefreshStarted)
    assert events[0].days[-1] == "2026-04-21"
    # Who asks for so many days gets these, and a first start has missed nothing.
    for plan, cache in ((Latest(2, after_absence=False), Cache(known)), (Latest(2), Cache())):
        feed = Feed({"2026-05-12": papers(1, day="2026-05-12")})
        await run(feed, cache, plan)
        assert feed.asked == ["2026-05-12", "2026-05-11"]


def test_an_absence_has_a_bound() -> None:
    days = days_away("2026-05-06", {"2025-01-01": DayFetched("2025-01-01T12:00:00Z", 1)})
    assert (len(days), days[0], days[-1]) == (MAX_AWAY_DAYS, "2026-05-05", "2026-04-05")


async def test_settled_days_of_a_month_are_asked_for_together() -> None:
    days = {"2026-04-20": (1, 2), "2026-04-30": (4,), "2026-03-31": (3,)}
    feed = Feed({day: papers(*ids, day=day) for day, ids in days.items()})
    cache = Cache()

    events = await run(feed, cache, Since("2026-03-30"))

    young = [f"2026-05-{day:02}" for day in range(12, 0, -1)] + ["2026-04-30", "2026-04-29"]
    # Two days of March are too few to ask for the month.
    assert feed.asked == [*young, "2026-04", "2026-03-31", "2026-03-30"]
    assert isinstance(events[0], RefreshStarted)
    assert list(events[0].days) == [day for day, *_ in cache.stored]
    assert DayStored("2026-04-20", new=2, updated=0, unchanged=0, skipped=0, n=23, of=44) in events
    assert events[-2:] == [DayEmpty("2026-03-30", n=44, of=44), RefreshFinished(new=4, stored=3)]
    # What the month says of its young days is not stored a second time.
    assert [day for day, *_ in cache.stored].count("2026-04-30") == 1
    # Its empty days are known to be empty.
    assert ("2026-04-19", 0, "2026-05-12T12:00:00Z") in cache.stored


async def test_a_month_that_fails_or_tells_no_days_is_asked_for_by_the_day() -> None:
    feed = Feed({"2026-03-31": papers(1, day="2026-03-31")}, months=False)
    *_, finished = await run(feed, Cache(), Month("2026-03"))
    assert feed.asked == ["2026-03", *(f"2026-03-{day:02}" for day in range(31, 0, -1))]
    assert finished == RefreshFinished(new=1, stored=1)
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-03-31": papers(1, day="2026-03-31"), "2026-03-20": trouble})
    *_, finished = await run(feed, Cache(), Month("2026-03"))
    assert feed.asked[:2] == ["2026-03", "2026-03-31"]
    assert finished == RefreshFinished(new=1, stored=1, failed=("2026-03-20",), error=trouble)


async def test_a_month_without_a_connection_ends_it() -> None:
    gone = FeedUnreachable("No answer.")
    *_, failed, finished = await run(Feed({"2026-03-20": gone}), Cache(), Month("2026-03"))
    assert failed == DayFailed("2026-03-31", gone, n=1, of=31)
    days = tuple(f"2026-03-{day:02}" for day in range(31, 0, -1))
    assert finished == RefreshFinished(failed=days, error=gone)


async def test_papers_of_a_month_that_say_a_day_outside_it_are_kept() -> None:
    feed = Feed({"2026-03-31": (papers(1, day="2026-03-31"), papers(2, day="2026-04-01"))})
    cache = Cache()
    *_, finished = await run(feed, cache, Month("2026-03"))
    assert finished == RefreshFinished(new=2, stored=1)
    assert ("2026-04-01", 1, "2026-05-12T12:00:00Z") in cache.stored
