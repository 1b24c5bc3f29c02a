"""Refresh the daily papers: request days from the feed and store them. Knows no interface.

The newest days come first, so the first papers arrive after one request. Stored days stay: a refresh can be
cancelled at any moment and continued later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from reader.cache.storing import Cache, StoreResult
from reader.core.dates import FIRST_DAY, changed_days, is_settled, utc_now, utc_stamp
from reader.core.errors import FeedError, FeedMalformed, FeedOffline, FeedUnreachable
from reader.core.paper import Listing
from reader.feeds.http import HttpRefused
from reader.feeds.huggingface import HuggingFaceClient
from reader.refresh.lines import Tell, failure_line, failure_of, ignore, step
from reader.refresh.plan import (
    DAYS_SEARCHED_BACK,
    Day,
    Days,
    Latest,
    Plan,
    Trending,
    days_away,
    month_batches,
    planned_days,
)

_MAX_FAILURES = 3
"""Consecutive failures after which the refresh gives up."""


@dataclass
class FetchResult:
    """The result of fetching days."""

    counts: StoreResult = StoreResult()  # noqa: RUF009 (immutable)
    days: int = 0
    """How many days have papers."""
    missing: list[str] = field(default_factory=list)
    """The days (ISO) that were not fetched because of `error`."""
    error: FeedError | None = None


async def refresh_daily(
    feed: HuggingFaceClient, cache: Cache, plan: Plan, tell: Tell = ignore, *, now: Callable[[], datetime] = utc_now
) -> FetchResult:
    """Fetch the plan's days into the cache, and tell of each day, and of each that fails.

    Raises UsageError (a plan before the feed's first day) and CacheError. Cancel the task to stop; storing the
    current day finishes first.
    """
    if isinstance(plan, Trending):
        tell(step("days", days=[]))
        return await _refresh_trending(feed, cache, now)
    wanted, older, found = _choose_days(cache, plan, now().date())
    tell(step("days", days=[day for days in wanted for day in days]))
    fetched, n, of, in_a_row = FetchResult(), 0, sum(map(len, wanted)), 0
    while wanted or (older and not found):
        days = wanted.popleft() if wanted else (older.popleft(),)
        left = list(days)
        try:
            async for day, stored in _fetch_days(feed, cache, days, now):
                left.remove(day)
                n += 1
                fetched.counts += stored
                fetched.days += bool(stored.new or stored.updated or stored.unchanged)
                tell(step("day", day=day, **asdict(stored), n=n, of=max(n, of)))
            in_a_row = 0
        except Exception as error:
            failure = failure_of("the daily papers", error)
            lost = isinstance(failure, FeedOffline | FeedUnreachable)
            if lost or len(days) == 1:
                fetched.error = failure
                fetched.missing.append(left.pop(0))
                n, in_a_row = n + 1, in_a_row + 1
                tell(failure_line("day", failure, day=fetched.missing[-1], n=n, of=max(n, of)))
            if lost or in_a_row == _MAX_FAILURES:
                fetched.missing += [*left, *(day for days in wanted for day in days)]
                break
        found = found or fetched.days > 0
        # Days that the month's list could not provide are requested one by one.
        wanted.extendleft((day,) for day in reversed(left))
    return fetched


async def _refresh_trending(feed: HuggingFaceClient, cache: Cache, now: Callable[[], datetime]) -> FetchResult:
    try:
        ranked = await feed.trending()
        if not any(listing.drafts for listing in ranked):
            raise FeedMalformed("None of the feed's ranked papers could be read; try again later.")
    except FeedError as error:
        return FetchResult(error=error)
    return FetchResult(cache.store_trending(ranked, utc_stamp(now())))


async def _fetch_days(
    feed: HuggingFaceClient, cache: Cache, days: tuple[str, ...], now: Callable[[], datetime]
) -> AsyncGenerator[tuple[str, StoreResult], None]:
    """Fetch and store one day, or several days of one month; yields each day once it is stored.

    Yields nothing if some papers of the month's list lack their day. Raises FeedError.
    """
    together = len(days) > 1
    asked = days[0][:7] if together else days[0]
    try:
        listings = await feed.month(asked) if together else await feed.day(asked)
    except HttpRefused as refused:
        # The feed decides which day is today: it answers 400 for a later day.
        if refused.status != 400 or days[0] < (now().date() - timedelta(days=1)).isoformat():
            raise
        yield days[0], StoreResult()
        return
    if listings is None:
        return
    skipped = sum(listing.skipped_count for listing in listings)
    if skipped and not any(listing.drafts for listing in listings):
        # If stored as empty, these days would never be requested again.
        raise FeedMalformed(f"None of the feed's {skipped} records could be read; look for a newer version.")
    of_day = {listing.day: listing for listing in listings}
    # The month's list also has other days: they are known already, or requested separately.
    stray = [listing for listing in listings if not (listing.day or "").startswith(asked)]
    if together:
        # Requested alone, a day with unreadable records is known to have them.
        days = tuple(day for day in days if not (day in of_day and of_day[day].skipped))
    for day in days:
        stored = StoreResult()
        # The day's own listing comes last: once its validator is stored, the feed does not send the response again.
        for listing in (*stray, of_day.get(day, Listing(day, ()))):
            noted = listing.day == day and not together
            stored += cache.store(listing, utc_stamp(now()), noted=noted)
        stray = []
        yield day, stored
    if together:
        # Recorded last and all at once, so that the days of one response are requested again only together.
        cache.note(days, utc_stamp(now()))


def _choose_days(cache: Cache, plan: Plan, today: date) -> tuple[deque[tuple[str, ...]], deque[str], bool]:
    """The days to request, older ones to try after them, and whether papers of the plan are here; raises UsageError."""
    days = planned_days(plan, today)
    known = cache.known_days(FIRST_DAY, days[0]) if days else {}
    wanted = days if isinstance(plan, Day | Days) else changed_days(days, known)
    if isinstance(plan, Latest) and plan.after_absence:
        wanted += days_away(days[-1], known)
    older: deque[str] = deque()
    if isinstance(plan, Latest) and days:
        oldest = date.fromisoformat(days[-1])
        older.extend((oldest - timedelta(days=back)).isoformat() for back in range(1, DAYS_SEARCHED_BACK + 1))
    done = {day[:7] for day in known.keys() - set(wanted) if known[day].papers and is_settled(day, today)}
    found = any(known[day].papers for day in days if day in known)
    return deque(month_batches(wanted, today, done)), older, found
