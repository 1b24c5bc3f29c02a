"""Refresh the daily papers: request days from the feed, store them, and yield events. Knows no interface.

    async for event in refresh_daily(feed, cache, Latest()):
        ...

The newest days come first, so the first papers arrive after one request. Stored days stay: a refresh can be
cancelled at any moment and continued later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from reader.core.errors import FeedError, FeedMalformed, FeedOffline, FeedUnreachable
from reader.core.paper import Listing
from reader.feeds.http.client import OnWait
from reader.feeds.http.failures import HttpRefused
from reader.refresh.plan import (
    DAYS_SEARCHED_BACK,
    Day,
    Days,
    KnownDay,
    Latest,
    Plan,
    Trending,
    changed_days,
    is_settled,
    month_batches,
    planned_days,
)
from reader.refresh.progress import (
    DayEmpty,
    DayFailed,
    DayStored,
    RefreshEvent,
    RefreshFinished,
    RefreshStarted,
    Waiting,
)

P = ParamSpec("P")
T = TypeVar("T")

_MAX_FAILURES = 3
"""Consecutive failures after which the refresh gives up."""


class DailyFeed(Protocol):
    """The daily papers feed."""

    async def day(self, day: str, on_wait: OnWait | None = None) -> tuple[Listing, ...]: ...

    async def month(self, month: str, on_wait: OnWait | None = None) -> tuple[Listing, ...] | None: ...

    async def trending(self, on_wait: OnWait | None = None) -> tuple[Listing, ...]: ...


class StoreCounts(Protocol):
    """The counts of papers from storing a listing."""

    @property
    def new(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def skipped(self) -> int: ...


class DailyStore(Protocol):
    """The cache that stores listings; its methods block, and run in a thread."""

    def store(self, listing: Listing, now: str, *, noted: bool = True) -> StoreCounts: ...

    def note(self, days: Iterable[str], now: str) -> None: ...

    def store_trending(self, ranked: Sequence[Listing], now: str) -> StoreCounts: ...

    def known_days(self, first: str, last: str) -> Mapping[str, KnownDay]: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def refresh_daily(
    feed: DailyFeed,
    cache: DailyStore,
    plan: Plan,
    *,
    force: bool = False,
    now: Callable[[], datetime] = _utc_now,
) -> AsyncGenerator[RefreshEvent, None]:
    """Fetch the plan's days into the cache, settled days too with `force`.

    Yields feed errors as events; raises UsageError (a plan before the feed's first day) and CacheError.
    Close the iterator or cancel the task to stop; storing the current day finishes first.
    """
    if isinstance(plan, Trending):
        async for event in _refresh_trending(feed, cache, now):
            yield event
        return
    today = now().date()
    wanted, older, found = await run_to_end(_choose_days, cache, plan, today, force)
    yield RefreshStarted(tuple(day for days in wanted for day in days))
    n, of = 0, sum(map(len, wanted))
    sums, stored, failed, in_a_row = _Totals(), 0, list[str](), 0
    error: FeedError | None = None
    while wanted or (older and not found):
        days = wanted.popleft() if wanted else (older.popleft(),)
        left = list(days)
        try:
            async with aclosing(_fetch_days(feed, cache, days, now)) as steps:
                async for step in steps:
                    if isinstance(step, Waiting):
                        yield step
                        continue
                    left.remove(step.day)
                    n += 1
                    sums += step.counts
                    stored += step.counts.papers > 0
                    yield step.event(n, max(n, of))
            in_a_row = 0
        except FeedError as failure:
            lost = isinstance(failure, FeedOffline | FeedUnreachable)
            if lost or len(days) == 1:
                error = failure
                failed.append(left.pop(0))
                n, in_a_row = n + 1, in_a_row + 1
                yield DayFailed(failed[-1], failure, n, max(n, of))
            if lost or in_a_row == _MAX_FAILURES:
                failed += [*left, *(day for days in wanted for day in days)]
                break
        found = found or stored > 0
        # Days that the month's list could not provide are requested one by one.
        wanted.extendleft((day,) for day in reversed(left))
    yield RefreshFinished(sums.new, sums.updated, sums.unchanged, sums.skipped, stored, tuple(failed), error)


async def _refresh_trending(
    feed: DailyFeed, cache: DailyStore, now: Callable[[], datetime]
) -> AsyncGenerator[RefreshEvent, None]:
    """Fetch and store the trending papers."""
    yield RefreshStarted(())
    ranked: tuple[Listing, ...] = ()
    try:
        async with aclosing(with_waits(feed.trending)) as answers:
            async for answer in answers:
                if isinstance(answer, Waiting):
                    yield answer
                else:
                    ranked = answer
        if not any(listing.drafts for listing in ranked):
            raise FeedMalformed("None of the feed's ranked papers could be read; try again later.")
    except FeedError as error:
        yield RefreshFinished(error=error)
        return
    counts = await run_to_end(cache.store_trending, ranked, _timestamp(now()))
    yield RefreshFinished(counts.new, counts.updated, counts.unchanged, counts.skipped)


@dataclass(slots=True)
class _Totals:
    """Sums of the counts of several listings."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0

    @property
    def papers(self) -> int:
        return self.new + self.updated + self.unchanged

    def __iadd__(self, counts: StoreCounts) -> _Totals:
        self.new += counts.new
        self.updated += counts.updated
        self.unchanged += counts.unchanged
        self.skipped += counts.skipped
        return self


@dataclass(frozen=True, slots=True)
class _StoredDay:
    """A day that was fetched and stored, and its counts."""

    day: str
    counts: _Totals

    def event(self, n: int, of: int) -> DayStored | DayEmpty:
        counts = self.counts
        if not counts.papers:
            return DayEmpty(self.day, n, of)
        return DayStored(self.day, counts.new, counts.updated, counts.unchanged, counts.skipped, n, of)


async def _fetch_days(
    feed: DailyFeed, cache: DailyStore, days: tuple[str, ...], now: Callable[[], datetime]
) -> AsyncGenerator[Waiting | _StoredDay, None]:
    """Fetch and store one day, or several days of one month; yields waits, and each day once it is stored.

    Yields no day if some papers in the feed's list of the month lack their day. Raises FeedError.
    """
    listings: tuple[Listing, ...] | None = None
    together = len(days) > 1
    asked = days[0][:7] if together else days[0]
    async with aclosing(with_waits(partial(feed.month if together else feed.day, asked))) as answers:
        try:
            async for answer in answers:
                if isinstance(answer, Waiting):
                    yield answer
                else:
                    listings = answer
        except HttpRefused as refused:
            # The feed decides which day is today: it answers 400 for a later day.
            if refused.status != 400 or days[0] < (now().date() - timedelta(days=1)).isoformat():
                raise
            yield _StoredDay(days[0], _Totals())
    if listings is None:
        return
    skipped = sum(listing.skipped_count for listing in listings)
    if skipped and not any(listing.drafts for listing in listings):
        # If stored as empty, these days would never be requested again.
        raise FeedMalformed(f"None of the feed's {skipped} records could be read; see if there is a newer version.")
    of_day = {listing.day: listing for listing in listings}
    # The month's list also has other days: they are known already, or requested separately.
    stray = [listing for listing in listings if not (listing.day or "").startswith(asked)]
    for day in days:
        counts = _Totals()
        # The day's own listing comes last: once its validator is stored, the feed does not send the response again.
        for listing in (*stray, of_day.get(day, Listing(day, ()))):
            noted = listing.day == day and not together
            counts += await run_to_end(cache.store, listing, _timestamp(now()), noted=noted)
        stray = []
        yield _StoredDay(day, counts)
    if together:
        # Recorded last and all at once, so that the days of one response are requested again only together.
        await run_to_end(cache.note, days, _timestamp(now()))


async def with_waits(request: Callable[[OnWait], Awaitable[T]]) -> AsyncGenerator[Waiting | T, None]:
    """Run a request; yields its waits, and its result last. Raises FeedError."""
    waits: asyncio.Queue[Waiting | None] = asyncio.Queue()

    def queue_wait(seconds: float, why: str) -> None:
        waits.put_nowait(Waiting(seconds, why))

    task = asyncio.ensure_future(request(queue_wait))
    task.add_done_callback(lambda _: waits.put_nowait(None))
    try:
        while (waiting := await waits.get()) is not None:
            yield waiting
        yield await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def run_to_end(call: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Run a blocking call in a thread and return its result; on cancellation the call finishes first."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *arguments, **keywords))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise


def _choose_days(
    cache: DailyStore, plan: Plan, today: date, force: bool
) -> tuple[deque[tuple[str, ...]], deque[str], bool]:
    """The days to request, older days to try if they are empty, and whether the cache already has papers of the plan.

    Raises UsageError.
    """
    days = planned_days(plan, today)
    known = cache.known_days(f"{days[-1][:7]}-01", days[0]) if days else {}
    wanted = days if force or isinstance(plan, Day | Days) else changed_days(days, known)
    older: deque[str] = deque()
    if isinstance(plan, Latest) and days:
        oldest = date.fromisoformat(days[-1])
        older.extend((oldest - timedelta(days=back)).isoformat() for back in range(1, DAYS_SEARCHED_BACK + 1))
    done = {day[:7] for day in known.keys() - set(wanted) if known[day].papers and is_settled(day, today)}
    found = any(known[day].papers for day in days if day in known)
    return deque(month_batches(wanted, today, done)), older, found


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
