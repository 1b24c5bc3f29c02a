"""Feed to cache: asks for days, stores what comes, and tells what happens. It knows no interface.

    async for event in refresh(feed, cache, Latest()):
        ...

Days are asked newest first, so that the first papers are there after one request. What is stored stays stored
whatever happens next: a refresh can be cancelled at any moment and taken up again.
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
from reader.feeds.http.fetch import HttpRefused, WaitTold
from reader.refresh.plan import (
    SEARCHED_BACK,
    Day,
    Days,
    Known,
    Latest,
    Plan,
    Trending,
    batches,
    is_settled,
    planned_days,
    worth_asking,
)
from reader.refresh.progress import DayEmpty, DayFailed, DayStored, Event, Finished, Started, Waiting

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 3
"""Failures in a row after which the rest is given up."""

# Between whom


class Feed(Protocol):
    """Where days come from."""

    async def day(self, day: str, on_wait: WaitTold | None = None) -> tuple[Listing, ...]: ...

    async def month(self, month: str, on_wait: WaitTold | None = None) -> tuple[Listing, ...] | None: ...

    async def trending(self, on_wait: WaitTold | None = None) -> tuple[Listing, ...]: ...


class Counts(Protocol):
    """What storing a listing came to."""

    @property
    def new(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def skipped(self) -> int: ...


class Store(Protocol):
    """Where listings go; its methods block and run in a thread."""

    def store(self, listing: Listing, now: str, *, noted: bool = True) -> Counts: ...

    def note(self, days: Iterable[str], now: str) -> None: ...

    def store_trending(self, ranked: Sequence[Listing], now: str) -> Counts: ...

    def known_days(self, first: str, last: str) -> Mapping[str, Known]: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def refresh(
    feed: Feed,
    cache: Store,
    plan: Plan,
    *,
    force: bool = False,
    now: Callable[[], datetime] = _utc_now,
) -> AsyncGenerator[Event, None]:
    """Fetch what the plan says into the cache; with `force` settled days too.

    Failures of the feed come as events; UsageError (a plan before the feed's first day) and CacheError are raised.
    Close the iterator or cancel the task to stop: a day that is being stored is stored to its end.
    """
    if isinstance(plan, Trending):
        async for event in _trending(feed, cache, now):
            yield event
        return
    today = now().date()
    wanted, older, found = await to_end(_choose, cache, plan, today, force)
    yield Started(tuple(day for days in wanted for day in days))
    n, of = 0, sum(map(len, wanted))
    sums, stored, failed, in_a_row = _Sums(), 0, list[str](), 0
    error: FeedError | None = None
    while wanted or (older and not found):
        days = wanted.popleft() if wanted else (older.popleft(),)
        left = list(days)
        try:
            async with aclosing(_fetch(feed, cache, days, now)) as steps:
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
            if lost or in_a_row == _PATIENCE:
                failed += [*left, *(day for days in wanted for day in days)]
                break
        found = found or stored > 0
        # What could not be had by the month is asked for by the day.
        wanted.extendleft((day,) for day in reversed(left))
    yield Finished(sums.new, sums.updated, sums.unchanged, sums.skipped, stored, tuple(failed), error)


async def _trending(feed: Feed, cache: Store, now: Callable[[], datetime]) -> AsyncGenerator[Event, None]:
    """Fetch and store what the feed ranks first."""
    yield Started(())
    ranked: tuple[Listing, ...] = ()
    try:
        async with aclosing(ask(feed.trending)) as answers:
            async for answer in answers:
                if isinstance(answer, Waiting):
                    yield answer
                else:
                    ranked = answer
        if not any(listing.drafts for listing in ranked):
            raise FeedMalformed("The feed ranks no papers that could be read; try again later.")
    except FeedError as error:
        yield Finished(error=error)
        return
    counts = await to_end(cache.store_trending, ranked, _stamp(now()))
    yield Finished(counts.new, counts.updated, counts.unchanged, counts.skipped)


@dataclass(slots=True)
class _Sums:
    """Sums over listings."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0

    @property
    def papers(self) -> int:
        return self.new + self.updated + self.unchanged

    def __iadd__(self, counts: Counts) -> _Sums:
        self.new += counts.new
        self.updated += counts.updated
        self.unchanged += counts.unchanged
        self.skipped += counts.skipped
        return self


@dataclass(frozen=True, slots=True)
class _Done:
    """A day that was fetched and stored, and what storing it came to."""

    day: str
    counts: _Sums

    def event(self, n: int, of: int) -> DayStored | DayEmpty:
        counts = self.counts
        if not counts.papers:
            return DayEmpty(self.day, n, of)
        return DayStored(self.day, counts.new, counts.updated, counts.unchanged, counts.skipped, n, of)


async def _fetch(
    feed: Feed, cache: Store, days: tuple[str, ...], now: Callable[[], datetime]
) -> AsyncGenerator[Waiting | _Done, None]:
    """Fetch and store a day, or days of one month: the waits meanwhile, and each day once it is stored.

    No day comes where the feed's list of a month does not tell the days of its papers. Raises FeedError.
    """
    listings: tuple[Listing, ...] | None = None
    together = len(days) > 1
    asked = days[0][:7] if together else days[0]
    async with aclosing(ask(partial(feed.month if together else feed.day, asked))) as answers:
        try:
            async for answer in answers:
                if isinstance(answer, Waiting):
                    yield answer
                else:
                    listings = answer
        except HttpRefused as refused:
            # The feed's clock decides what today is: of a day that has not come yet it says so by a 400.
            if refused.status != 400 or days[0] < (now().date() - timedelta(days=1)).isoformat():
                raise
            yield _Done(days[0], _Sums())
    if listings is None:
        return
    skipped = sum(len(listing.skipped) for listing in listings)
    if skipped and not any(listing.drafts for listing in listings):
        # Stored as empty they would never be asked for again.
        raise FeedMalformed(f"None of the feed's {skipped} records could be read; see if there is a newer version.")
    of_day = {listing.day: listing for listing in listings}
    # Of the same month come days too that were not wanted, since they are known or were asked for by themselves.
    stray = [listing for listing in listings if not (listing.day or "").startswith(asked)]
    for day in days:
        counts = _Sums()
        # The day's own comes last: once its validator is kept, the answer is not sent again.
        for listing in (*stray, of_day.get(day, Listing(day, ()))):
            noted = listing.day == day and not together
            counts += await to_end(cache.store, listing, _stamp(now()), noted=noted)
        stray = []
        yield _Done(day, counts)
    if together:
        # At last and all at once, so that days of one answer are never asked for again in part.
        await to_end(cache.note, days, _stamp(now()))


async def ask(asking: Callable[[WaitTold], Awaitable[T]]) -> AsyncGenerator[Waiting | T, None]:
    """The waits while the feed is asked for something, at last the answer.

    Raises FeedError.
    """
    told: asyncio.Queue[Waiting | None] = asyncio.Queue()

    def tell(seconds: float, why: str) -> None:
        told.put_nowait(Waiting(seconds, why))

    request = asyncio.ensure_future(asking(tell))
    request.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (waiting := await told.get()) is not None:
            yield waiting
        yield await request
    finally:
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)


async def to_end(call: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """What a blocking call returns, run in a thread; a cancellation lets it come to its end first."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *arguments, **keywords))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise


def _choose(cache: Store, plan: Plan, today: date, force: bool) -> tuple[deque[tuple[str, ...]], deque[str], bool]:
    """What to ask for, days to try after it while nothing is found, and whether some papers are known already.

    Raises UsageError.
    """
    days = planned_days(plan, today)
    known = cache.known_days(f"{days[-1][:7]}-01", days[0]) if days else {}
    wanted = days if force or isinstance(plan, Day | Days) else worth_asking(days, known)
    older: deque[str] = deque()
    if isinstance(plan, Latest) and days:
        oldest = date.fromisoformat(days[-1])
        older.extend((oldest - timedelta(days=back)).isoformat() for back in range(1, SEARCHED_BACK + 1))
    done = {day[:7] for day in known.keys() - set(wanted) if known[day].papers and is_settled(day, today)}
    found = any(known[day].papers for day in days if day in known)
    return deque(batches(wanted, today, done)), older, found


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
