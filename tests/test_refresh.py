from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from reader.core.errors import (
    CacheBusy,
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
    UsageError,
)
from reader.core.paper import Draft, Listing, Skipped
from reader.core.plan import Day, Days, Latest, Month, Plan, Since, Trending
from reader.core.progress import DayEmpty, DayFailed, DayStored, Event, Finished, Started, Waiting
from reader.feeds.client import FeedClient
from reader.feeds.fetch import Bounds, Fetcher, HttpRefused
from reader.refresh import refresh
from tests.feed_server import FeedServer, item

TODAY = "2026-05-12"  # a Tuesday


def noon() -> datetime:
    return datetime(2026, 5, 12, 12, tzinfo=UTC)


def papers(*ids: int, day: str = TODAY) -> Listing:
    return Listing(day, tuple(Draft(f"Paper {id}", f"2605.{id:05}") for id in ids))


@dataclass
class Feed:
    """A feed in memory: a day's papers, or what asking for it raises."""

    days: dict[str, Listing | FeedError | tuple[Listing, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)
    held: asyncio.Event | None = None
    months: bool = True
    """Whether its records name their days; else asking for a month is of no use."""

    async def month(
        self, month: str, on_wait: Callable[[float, str], None] | None = None
    ) -> tuple[Listing, ...] | None:
        self.asked.append(month)
        found: list[Listing] = []
        for day, answer in self.days.items():
            if day.startswith(month):
                if isinstance(answer, FeedError):
                    raise answer
                found += (answer,) if isinstance(answer, Listing) else answer
        return tuple(found) if self.months else None

    async def trending(self, on_wait: Callable[[float, str], None] | None = None) -> tuple[Listing, ...]:
        self.asked.append("trending")
        answer = self.days.get("trending", ())
        if isinstance(answer, FeedError):
            raise answer
        return (answer,) if isinstance(answer, Listing) else answer

    async def day(self, day: str, on_wait: Callable[[float, str], None] | None = None) -> tuple[Listing, ...]:
        self.asked.append(day)
        assert on_wait is not None
        for wait in self.waits:
            on_wait(*wait)
        if self.held is not None:
            await self.held.wait()
        answer = self.days.get(day, Listing(day, ()))
        if isinstance(answer, FeedError):
            raise answer
        return (answer,) if isinstance(answer, Listing) else answer


@dataclass(frozen=True)
class Stored:
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


def sum_of(stored: Sequence[Stored]) -> Stored:
    return Stored(*(sum(getattr(one, name) for one in stored) for name in ("new", "updated", "unchanged", "skipped")))


@dataclass(frozen=True)
class DayFetched:
    fetched: str
    papers: int


@dataclass
class Cache:
    """A cache in memory, which must not be used from the event loop's thread."""

    known: dict[str, DayFetched] = field(default_factory=dict)
    stored: list[tuple[str | None, int, str]] = field(default_factory=list)
    noted: list[str | None] = field(default_factory=list)
    ids: set[str | None] = field(default_factory=set)
    loop_thread: int = field(default_factory=threading.get_ident)
    hold: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)

    def store(self, listing: Listing, now: str, *, noted: bool = True) -> Stored:
        assert threading.get_ident() != self.loop_thread
        self.entered.set()
        if self.hold is not None:
            self.hold.wait(5)
        new = {draft.id for draft in listing.drafts} - self.ids
        self.ids |= new
        self.stored.append((listing.day, len(listing.drafts), now))
        self.noted += [listing.day] if noted else []
        return Stored(len(new), 0, len(listing.drafts) - len(new), len(listing.skipped))

    def note(self, days: Iterable[str], now: str) -> None:
        assert threading.get_ident() != self.loop_thread
        self.noted += days

    def store_trending(self, ranked: Sequence[Listing], now: str) -> Stored:
        return sum_of([self.store(listing, now, noted=False) for listing in ranked])

    def known_days(self, first: str, last: str) -> Mapping[str, DayFetched]:
        assert threading.get_ident() != self.loop_thread
        return {day: known for day, known in self.known.items() if first <= day <= last}


async def run(feed: Feed | FeedClient, cache: Cache, plan: Plan, *, force: bool = False) -> list[Event]:
    return [event async for event in refresh(feed, cache, plan, force=force, now=noon)]


async def asked(plan: Plan, known: dict[str, DayFetched] | None = None, *, force: bool = False) -> list[str]:
    """The days that a plan asks for one by one, with a feed that has papers on each."""
    days = [f"2026-{month:02}-{day:02}" for month in (3, 4, 5) for day in range(1, 31)]
    feed = Feed({day: papers(1, day=day) for day in days}, months=False)
    events = await run(feed, Cache(known or {}), plan, force=force)
    singly = [day for day in feed.asked if len(day) == len("2026-05-12")]
    assert events[0] == Started(tuple(singly))
    return singly


# Plans


async def test_the_latest_days_are_asked_newest_first() -> None:
    assert await asked(Latest(3)) == ["2026-05-12", "2026-05-11", "2026-05-10"]
    assert len(await asked(Latest())) == 7


async def test_one_day_is_asked_even_if_it_has_settled() -> None:
    known = {"2026-03-02": DayFetched("2026-04-30T00:00:00Z", 20)}
    assert await asked(Day("2026-03-02"), known) == ["2026-03-02"]


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


async def test_force_asks_all_again() -> None:
    known = {"2026-04-24": DayFetched("2026-05-10T00:00:00Z", 20)}
    assert len(await asked(Since("2026-04-24"), known, force=True)) == 19


async def test_a_day_of_a_file_was_never_asked() -> None:
    assert await asked(Since("2026-05-12"), {"2026-05-12": DayFetched("", 20)}) == ["2026-05-12"]


async def test_a_month_is_asked_up_to_today() -> None:
    assert (await asked(Month("2026-05")))[-1] == "2026-05-01"
    assert len(await asked(Month("2026-05"))) == 12
    assert len(await asked(Month("2026-04"))) == 30
    assert await asked(Month("2026-06")) == []


async def test_nothing_is_asked_before_the_feed_s_first_day() -> None:
    assert (await asked(Since("2020-01-01")))[-1] == "2023-05-04"
    for plan in (Day("2023-05-03"), Month("2023-04")):
        with pytest.raises(UsageError, match="begins on 2023-05-04"):
            await asked(plan)


@pytest.mark.parametrize("plan", [Day("2026-02-30"), Since("someday"), Month("2026-13"), Latest(10**9)])
async def test_times_that_are_none(plan: Plan) -> None:
    with pytest.raises(UsageError, match="no such time"):
        await asked(plan)


async def test_over_a_weekend_the_newest_day_with_papers_is_found() -> None:
    feed = Feed({"2026-05-08": papers(1, day="2026-05-08"), "2026-05-07": papers(2, day="2026-05-07")})
    events = await run(feed, Cache(), Latest(1))
    assert feed.asked == ["2026-05-12", "2026-05-11", "2026-05-10", "2026-05-09", "2026-05-08"]
    assert isinstance(events[-2], DayStored)


async def test_the_search_back_ends() -> None:
    feed = Feed()
    await run(feed, Cache(), Latest(2))
    assert len(feed.asked) == 16


async def test_known_papers_are_papers() -> None:
    feed = Feed()
    await run(feed, Cache({"2026-05-11": DayFetched("2026-05-11T10:00:00Z", 20)}), Latest(2))
    assert feed.asked == ["2026-05-12", "2026-05-11"]


async def test_settled_days_of_a_month_are_asked_for_together() -> None:
    days = {"2026-04-20": (1, 2), "2026-04-30": (4,), "2026-03-31": (3,)}
    feed = Feed({day: papers(*ids, day=day) for day, ids in days.items()})
    cache = Cache()

    events = await run(feed, cache, Since("2026-03-30"))

    young = [f"2026-05-{day:02}" for day in range(12, 0, -1)] + ["2026-04-30", "2026-04-29"]
    # Two days of March are too few to ask for the month.
    assert feed.asked == [*young, "2026-04", "2026-03-31", "2026-03-30"]
    assert events[0] == Started(tuple(day for day, *_ in cache.stored))
    assert DayStored("2026-04-20", new=2, updated=0, unchanged=0, skipped=0, n=23, of=44) in events
    assert events[-2:] == [DayEmpty("2026-03-30", n=44, of=44), Finished(new=4, stored=3)]
    # What the month says of its young days is not stored a second time.
    assert [day for day, *_ in cache.stored].count("2026-04-30") == 1
    # Its empty days are known to be empty.
    assert ("2026-04-19", 0, "2026-05-12T12:00:00Z") in cache.stored


async def test_a_month_that_tells_no_days_is_asked_for_by_the_day() -> None:
    feed = Feed({"2026-03-31": papers(1, day="2026-03-31")}, months=False)
    *_, finished = await run(feed, Cache(), Month("2026-03"))
    assert feed.asked == ["2026-03", *(f"2026-03-{day:02}" for day in range(31, 0, -1))]
    assert finished == Finished(new=1, stored=1)


async def test_a_month_that_fails_is_asked_for_by_the_day() -> None:
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-03-31": papers(1, day="2026-03-31"), "2026-03-20": trouble})
    *_, finished = await run(feed, Cache(), Month("2026-03"))
    assert feed.asked[:2] == ["2026-03", "2026-03-31"]
    assert finished == Finished(new=1, stored=1, failed=("2026-03-20",), error=trouble)


async def test_a_month_without_a_connection_ends_it() -> None:
    gone = FeedUnreachable("No answer.")
    *_, failed, finished = await run(Feed({"2026-03-20": gone}), Cache(), Month("2026-03"))
    assert failed == DayFailed("2026-03-31", gone, n=1, of=31)
    assert isinstance(finished, Finished)
    assert len(finished.failed) == 31


async def test_papers_of_a_month_that_say_a_day_outside_it_are_kept() -> None:
    feed = Feed({"2026-03-31": (papers(1, day="2026-03-31"), papers(2, day="2026-04-01"))})
    cache = Cache()
    *_, finished = await run(feed, cache, Month("2026-03"))
    assert finished == Finished(new=2, stored=1)
    assert ("2026-04-01", 1, "2026-05-12T12:00:00Z") in cache.stored


# Events


async def test_the_days_of_a_month_count_as_asked_once_all_of_them_are_stored() -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 31)]
    feed, cache = Feed({day: papers(1, day=day) for day in days}), Cache()
    events = refresh(feed, cache, Month("2026-03"), now=noon)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, DayStored) and event.n == 20:
                break
    assert len(cache.stored) == 20
    assert cache.noted == []
    await run(feed, cache, Month("2026-03"))
    assert sorted(filter(None, cache.noted)) == [*days, "2026-03-31"]


async def test_a_day_is_not_asked_for_because_a_paper_of_another_says_so() -> None:
    cache = Cache()
    await run(Feed({TODAY: (papers(1), papers(2, day="2026-05-04"))}), cache, Day(TODAY))
    assert [day for day, *_ in cache.stored] == ["2026-05-04", TODAY]
    assert cache.noted == [TODAY]


async def test_certain_days_are_asked_whatever_is_known_of_them() -> None:
    known = {"2026-03-02": DayFetched("2026-04-30T00:00:00Z", 20)}
    plan = Days(("2026-03-02", "2026-03-04", "2023-01-01", "2026-05-13"))
    assert await asked(plan, known) == ["2026-03-04", "2026-03-02"]


async def test_what_is_trending_is_stored_as_ranked() -> None:
    cache = Cache()
    feed = Feed({"trending": (papers(7, day="2026-01-05"), papers(3, day="2026-05-11"))})
    assert await run(feed, cache, Trending()) == [Started(()), Finished(new=2)]
    assert [day for day, *_ in cache.stored] == ["2026-01-05", "2026-05-11"]
    assert (cache.noted, feed.asked) == ([], ["trending"])


@pytest.mark.parametrize("answer", [FeedOffline("No network."), (Listing(None, (), (Skipped("item 1", "no title"),)),)])
async def test_what_is_trending_can_fail(answer: FeedError | tuple[Listing, ...]) -> None:
    cache = Cache()
    _, finished = await run(Feed({"trending": answer}), cache, Trending())
    assert isinstance(finished, Finished)
    assert finished.error is not None
    assert cache.stored == []


async def test_a_refresh_tells_its_story() -> None:
    feed = Feed({"2026-05-12": papers(1, 2), "2026-05-10": papers(2, 3, day="2026-05-10")})
    cache = Cache()

    assert await run(feed, cache, Latest(3)) == [
        Started(("2026-05-12", "2026-05-11", "2026-05-10")),
        DayStored("2026-05-12", new=2, updated=0, unchanged=0, skipped=0, n=1, of=3),
        DayEmpty("2026-05-11", n=2, of=3),
        DayStored("2026-05-10", new=1, updated=0, unchanged=1, skipped=0, n=3, of=3),
        Finished(new=3, updated=0, unchanged=1, skipped=0, stored=2),
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


async def test_skipped_records_are_counted() -> None:
    feed = Feed({TODAY: Listing(TODAY, papers(1).drafts, (Skipped("item 2", "no title"),))})
    *_, finished = await run(feed, Cache(), Day(TODAY))
    assert finished == Finished(new=1, skipped=1, stored=1)


async def test_a_day_of_which_nothing_can_be_read_is_not_taken_for_empty() -> None:
    feed = Feed({TODAY: Listing(TODAY, (), (Skipped("item 1", "no title"),))})
    cache = Cache()
    _, failed, finished = await run(feed, cache, Day(TODAY))
    assert isinstance(failed, DayFailed)
    assert isinstance(failed.error, FeedMalformed)
    assert isinstance(finished, Finished)
    assert finished.failed == (TODAY,)
    assert cache.stored == []


async def test_waits_are_told() -> None:
    feed = Feed({TODAY: papers(1)}, waits=[(12.0, "the feed asks for a pause"), (1.0, "again")])
    _, *waits, stored, _ = await run(feed, Cache(), Day(TODAY))
    assert waits == [Waiting(12.0, "the feed asks for a pause"), Waiting(1.0, "again")]
    assert isinstance(stored, DayStored)


# Failures


async def test_one_failing_day_does_not_stop_the_others() -> None:
    trouble = FeedRefused("The feed has trouble.")
    feed = Feed({"2026-05-11": trouble, "2026-05-10": papers(1, day="2026-05-10")})
    events = await run(feed, Cache(), Latest(3))
    assert events[2] == DayFailed("2026-05-11", trouble, n=2, of=3)
    assert events[-1] == Finished(new=1, stored=1, failed=("2026-05-11",), error=trouble)


@pytest.mark.parametrize("error", [FeedOffline("There is no network."), FeedUnreachable("No answer.")])
async def test_without_a_connection_it_ends_with_one_failure(error: FeedError) -> None:
    feed = Feed({"2026-05-12": papers(1), "2026-05-11": error})
    events = await run(feed, Cache(), Latest(4))
    assert feed.asked == ["2026-05-12", "2026-05-11"]
    assert events[-2:] == [
        DayFailed("2026-05-11", error, n=2, of=4),
        Finished(new=1, stored=1, failed=("2026-05-11", "2026-05-10", "2026-05-09"), error=error),
    ]


async def test_failure_after_failure_ends_it() -> None:
    days = [f"2026-05-{day:02}" for day in range(12, 0, -1)]
    feed = Feed({day: FeedRefused("No.") for day in days})
    feed.days["2026-05-10"] = papers(1, day="2026-05-10")
    events = await run(feed, Cache(), Latest(10))
    # Two failures, a success, then three in a row.
    assert feed.asked == days[:6]
    assert isinstance(events[-1], Finished)
    assert len(events[-1].failed) == 9


@pytest.mark.parametrize("day", ["2026-05-13", "2026-05-12", "2026-05-11"])
async def test_a_day_that_has_not_come_yet_is_no_failure(day: str) -> None:
    feed = Feed({day: HttpRefused("Date must not be after …", 400)})
    cache = Cache()
    assert await run(feed, cache, Day(day)) == [Started((day,)), DayEmpty(day, n=1, of=1), Finished()]
    assert cache.stored == []


@pytest.mark.parametrize(("day", "status"), [("2026-05-01", 400), ("2026-05-12", 403)])
async def test_other_refusals_are_failures(day: str, status: int) -> None:
    feed = Feed({day: HttpRefused("No.", status)})
    assert isinstance((await run(feed, Cache(), Day(day)))[1], DayFailed)


async def test_a_cache_that_fails_is_not_the_feed_s_failure() -> None:
    class Busy(Cache):
        def store(self, listing: Listing, now: str, *, noted: bool = True) -> Stored:
            raise CacheBusy("Another program holds the cache.")

    with pytest.raises(CacheBusy):
        await run(Feed({TODAY: papers(1)}), Busy(), Day(TODAY))


# Stopping


async def test_closing_it_stops_the_request() -> None:
    feed = Feed(waits=[(9.0, "a pause")], held=asyncio.Event())
    before = asyncio.all_tasks()
    events = refresh(feed, Cache(), Latest(3), now=noon)
    assert isinstance(await anext(events), Started)
    assert isinstance(await anext(events), Waiting)
    await events.aclose()
    assert asyncio.all_tasks() == before
    assert len(feed.asked) == 1


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
    fetcher = Fetcher(server.url, bounds=Bounds(), sleep=no_sleep)
    cache = Cache()
    async with FeedClient(fetcher) as client:
        events = await run(client, cache, Latest(2))
    assert [event for event in events if isinstance(event, DayFailed)] == []
    assert len(cache.ids) == 240
    assert any(isinstance(event, Waiting) for event in events)


async def test_the_feed_s_own_today_decides(server: FeedServer) -> None:
    server.today = "2026-05-11"
    async with FeedClient(Fetcher(server.url, sleep=no_sleep)) as client:
        events = await run(client, Cache(), Latest(2))
    assert events[1] == DayEmpty("2026-05-12", n=1, of=2)
    assert isinstance(events[-1], Finished)
    assert (events[-1].new, events[-1].error) == (120, None)
