"""Feed to cache: asks for days, stores what comes, and tells what happens. It knows no interface.

    async for event in refresh(feed, cache, Latest()):
        ...

Days are asked newest first, so that the first papers are there after one request. What is stored stays stored
whatever happens next: a refresh can be cancelled at any moment and taken up again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

from reader.core.errors import FeedError, FeedMalformed, FeedOffline, FeedUnreachable, UsageError
from reader.core.paper import Listing
from reader.feeds.fetch import HttpRefused

P = ParamSpec("P")
T = TypeVar("T")

FIRST_DAY = "2023-05-04"
"""The first day that the feed has."""

SETTLING_DAYS = 14
"""Until then votes, comments, keywords and code links still arrive, and a day is asked again."""

_SEARCHED_BACK = 14
"""Days before the wanted ones that are tried where none of these has papers."""

_PATIENCE = 3
"""Failures in a row after which the rest is given up."""


# What to ask for


@dataclass(frozen=True, slots=True)
class Latest:
    """The last days up to today, and before them up to the newest one that has papers."""

    days: int = 7


@dataclass(frozen=True, slots=True)
class Day:
    """One day (ISO), whether it has settled or not."""

    day: str


@dataclass(frozen=True, slots=True)
class Since:
    """All days from one (ISO) to today that are not known or have not settled."""

    day: str


@dataclass(frozen=True, slots=True)
class Month:
    """All days of a month, such as `2026-05`, that are not known or have not settled."""

    month: str


Plan = Latest | Day | Since | Month


# What happens


@dataclass(frozen=True, slots=True)
class Started:
    """The days (ISO) that will be asked for, newest first."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayStored:
    """A day's papers are in the cache; it was request `n` of `of`."""

    day: str
    new: int
    updated: int
    unchanged: int
    skipped: int
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class DayEmpty:
    """A day has no papers: a weekend, a holiday, or not yet."""

    day: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class DayFailed:
    """A day could not be fetched; what the cache has of it stays."""

    day: str
    error: FeedError
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The feed is given a pause of so many seconds before the next request."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Always the last event: the sums, and what went wrong."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    stored: int = 0
    """Days with papers that were stored."""
    failed: tuple[str, ...] = ()
    """Days (ISO) that are missing, those included that were given up."""
    error: FeedError | None = None
    """The last failure, if any."""


Event = Started | DayStored | DayEmpty | DayFailed | Waiting | Finished


# Between whom


class Feed(Protocol):
    """Where days come from."""

    async def day(self, day: str, on_wait: Callable[[float, str], None] | None = None) -> tuple[Listing, ...]: ...


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


class Known(Protocol):
    """When the feed last answered for a day (ISO time, UTC), and how many papers it lists."""

    @property
    def fetched(self) -> str: ...
    @property
    def papers(self) -> int: ...


class Store(Protocol):
    """Where listings go; its methods block and run in a thread."""

    def store(self, listing: Listing, now: str) -> Counts: ...

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
    today = now().date()
    days, older, found = await _to_end(_choose, cache, plan, today, force)
    yield Started(tuple(days))
    sums, failed, stored, in_a_row = _Sums(), list[str](), 0, 0
    error: FeedError | None = None
    n = 0
    while days or (older and not found):
        day = (days or older).popleft()
        n, of = n + 1, n + 1 + len(days)
        counts = _Sums()
        try:
            async with aclosing(_fetch(feed, cache, day, now)) as steps:
                async for step in steps:
                    if isinstance(step, Waiting):
                        yield step
                    else:
                        counts = step
        except FeedError as failure:
            error = failure
            failed.append(day)
            in_a_row += 1
            yield DayFailed(day, failure, n, of)
            if in_a_row == _PATIENCE or isinstance(failure, FeedOffline | FeedUnreachable):
                failed += days
                break
            continue
        in_a_row = 0
        sums += counts
        if counts.papers:
            found, stored = True, stored + 1
            yield DayStored(day, counts.new, counts.updated, counts.unchanged, counts.skipped, n, of)
        else:
            yield DayEmpty(day, n, of)
    yield Finished(sums.new, sums.updated, sums.unchanged, sums.skipped, stored, tuple(failed), error)


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


async def _fetch(
    feed: Feed, cache: Store, day: str, now: Callable[[], datetime]
) -> AsyncGenerator[Waiting | _Sums, None]:
    """Fetch and store a day: the waits meanwhile, at last what storing came to.

    Raises FeedError.
    """
    listings: tuple[Listing, ...] = ()
    async with aclosing(_ask(feed, day)) as answers:
        try:
            async for answer in answers:
                if isinstance(answer, Waiting):
                    yield answer
                else:
                    listings = answer
        except HttpRefused as refused:
            # The feed's clock decides what today is: of a day that has not come yet it says so by a 400.
            if refused.status != 400 or day < (now().date() - timedelta(days=1)).isoformat():
                raise
    skipped = sum(len(listing.skipped) for listing in listings)
    if skipped and not any(listing.drafts for listing in listings):
        # Stored as an empty day it would never be asked again.
        raise FeedMalformed(f"None of the {skipped} records of {day} could be read; see if there is a newer version.")
    counts = _Sums()
    for listing in listings:
        counts += await _to_end(cache.store, listing, _stamp(now()))
    yield counts


async def _ask(feed: Feed, day: str) -> AsyncGenerator[Waiting | tuple[Listing, ...], None]:
    """The waits while a day is asked for, at last its listings.

    Raises FeedError.
    """
    told: asyncio.Queue[Waiting | None] = asyncio.Queue()
    request = asyncio.ensure_future(feed.day(day, lambda seconds, why: told.put_nowait(Waiting(seconds, why))))
    request.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (waiting := await told.get()) is not None:
            yield waiting
        yield await request
    finally:
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)


async def _to_end(call: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """What a blocking call returns, run in a thread; a cancellation lets it come to its end first."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *arguments, **keywords))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise


def _choose(cache: Store, plan: Plan, today: date, force: bool) -> tuple[deque[str], deque[str], bool]:
    """The days to ask, those to try after them while nothing is found, and whether some papers are known already.

    Raises UsageError.
    """
    days = _days(plan, today)
    if not days:
        return deque(), deque(), True
    known = cache.known_days(days[-1], days[0])
    force = force or isinstance(plan, Day)
    wanted = deque(day for day in days if force or _is_worth_asking(day, known.get(day), today))
    older: deque[str] = deque()
    if isinstance(plan, Latest):
        oldest = date.fromisoformat(days[-1])
        older.extend((oldest - timedelta(days=back)).isoformat() for back in range(1, _SEARCHED_BACK + 1))
    return wanted, older, any(known[day].papers for day in days if day in known)


def _days(plan: Plan, today: date) -> list[str]:
    """The days of a plan up to today, newest first."""
    first_day = date.fromisoformat(FIRST_DAY)
    try:
        match plan:
            case Latest(count):
                first, last = today - timedelta(days=count - 1), today
            case Day(day):
                first = last = date.fromisoformat(day)
            case Since(day):
                first, last = date.fromisoformat(day), today
            case Month(month):
                first = date.fromisoformat(f"{month}-01")
                last = min(today, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    except (ValueError, OverflowError):
        (said,) = astuple(plan)
        raise UsageError(f"There is no such time as {said}; write 2026-05-12 or 2026-05.") from None
    if last < first_day:
        raise UsageError(f"The feed begins on {FIRST_DAY}; ask for a day since then.")
    first = max(first, first_day)
    return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def _is_worth_asking(day: str, known: Known | None, today: date) -> bool:
    """Whether a day can have changed since the feed answered for it last."""
    if known is None or not known.fetched:
        return True
    date_of_day = date.fromisoformat(day)
    if not known.papers and known.fetched >= (date_of_day + timedelta(days=1)).isoformat() + "T12":
        # It was over and had nothing: a weekend or a holiday stays one.
        return False
    return date.fromisoformat(known.fetched[:10]) - date_of_day < timedelta(days=SETTLING_DAYS)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
