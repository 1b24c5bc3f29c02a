"""Fetch days of the daily papers into the cache.

The newest days come first, so that the first papers arrive after one request. Stored days stay, so that a refresh can
be cancelled at any moment and continued later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from reader.cache.storing import Cache, StoreResult
from reader.core.dates import FIRST_DAY, KnownDay, changed_days, iso_day, utc_now, utc_stamp
from reader.core.errors import FeedError, FeedMalformed, FeedOffline, FeedUnreachable, UsageError
from reader.feeds.http import HttpRefused
from reader.feeds.huggingface import HuggingFaceClient
from reader.refresh.lines import Days, Latest, Plan, Since, Tell, Trending, failure_line, failure_of, ignore, step

DAYS_SEARCHED_BACK = 14
"""Earlier days to try if none of the latest days has papers."""

MAX_AWAY_DAYS = 31
"""Maximum days before the latest days that a refresh also requests after an absence."""

_MAX_FAILURES = 3
"""Consecutive failures after which the refresh gives up."""


@dataclass
class FetchResult:
    """The result of fetching days."""

    counts: StoreResult = StoreResult()  # noqa: RUF009 (immutable)
    days: int = 0
    """Number of days with papers."""
    missing: list[str] = field(default_factory=list)
    """The days (ISO) that were not fetched because of `error`."""
    error: FeedError | None = None


async def refresh_daily(
    feed: HuggingFaceClient, cache: Cache, plan: Plan, tell: Tell = ignore, *, now: Callable[[], datetime] = utc_now
) -> FetchResult:
    """Fetch the plan's days into the cache, and report each day and each failure.

    Raises UsageError (a plan before the feed's first day) and CacheError. Cancel the task to stop; storing the
    current day finishes first.
    """
    if isinstance(plan, Trending):
        tell(step("days", days=[]))
        return await _refresh_trending(feed, cache, now)
    wanted, older, found = _choose_days(cache, plan, now().date())
    tell(step("days", days=wanted))
    fetched, failures = FetchResult(), 0
    for n, day in enumerate((*wanted, *older), 1):
        if n > len(wanted) and (found or fetched.days):
            break
        progress = {"n": n, "of": max(n, len(wanted))}
        try:
            stored = await _fetch_day(feed, cache, day, now)
        except Exception as error:
            failures += 1
            fetched.error = failure = failure_of("the daily papers", error)
            fetched.missing.append(day)
            tell(failure_line("day", failure, day=day, **progress))
            if isinstance(failure, FeedOffline | FeedUnreachable) or failures == _MAX_FAILURES:
                fetched.missing += wanted[n:]
                break
        else:
            failures = 0
            fetched.counts += stored
            fetched.days += bool(stored.new or stored.updated or stored.unchanged)
            tell(step("day", day=day, **asdict(stored), **progress))
    return fetched


async def _refresh_trending(feed: HuggingFaceClient, cache: Cache, now: Callable[[], datetime]) -> FetchResult:
    try:
        ranked = await feed.trending()
        if not any(listing.drafts for listing in ranked):
            raise FeedMalformed("None of the feed's ranked papers could be read; try again later.")
    except FeedError as error:
        return FetchResult(error=error)
    return FetchResult(cache.store_trending(ranked, utc_stamp(now())))


async def _fetch_day(feed: HuggingFaceClient, cache: Cache, day: str, now: Callable[[], datetime]) -> StoreResult:
    """Fetch and store one day; raises FeedError."""
    try:
        listings = await feed.day(day)
    except HttpRefused as refused:
        # The feed decides which day is today: it answers 400 for a later day.
        if refused.status != 400 or day < (now().date() - timedelta(days=1)).isoformat():
            raise
        return StoreResult()
    skipped = sum(listing.skipped_count for listing in listings)
    if skipped and not any(listing.drafts for listing in listings):
        # If stored as empty, the day would never be requested again.
        raise FeedMalformed(f"None of the feed's {skipped} records could be read; look for a newer version.")
    stored = StoreResult()
    # The day's own listing comes last: once its validator is stored, the feed does not send the response again.
    for listing in sorted(listings, key=lambda listing: listing.day == day):
        stored += cache.store(listing, utc_stamp(now()), noted=listing.day == day)
    return stored


def _choose_days(cache: Cache, plan: Plan, today: date) -> tuple[list[str], list[str], bool]:
    """The days to request, older days to try after them, and whether the plan's days have papers in the cache.

    Raises UsageError.
    """
    days = planned_days(plan, today)
    known = cache.known_days(FIRST_DAY, days[0]) if days else {}
    wanted = days if isinstance(plan, Days) else changed_days(days, known)
    older: list[str] = []
    if isinstance(plan, Latest):
        wanted = [*wanted, *days_away(days[-1], known)]
        older = _days_before(days[-1], DAYS_SEARCHED_BACK)
    return wanted, older, any(known[day].papers for day in days if day in known)


def planned_days(plan: Plan, today: date) -> list[str]:
    """The days of a plan up to today, newest first; raises UsageError for a wrong date or one before the first day."""
    first, last = today, today
    try:
        match plan:
            case Latest(count):
                first = today - timedelta(days=count - 1)
            case Since(start, end):
                first = date.fromisoformat(start)
                last = min(today, date.fromisoformat(end)) if end else today
    except (ValueError, OverflowError):
        raise UsageError(f"{plan} has a date that is not in the calendar; write 2026-05-12.") from None
    if isinstance(plan, Days):
        days = [day for day in plan.days if iso_day(day) == day and day <= today.isoformat()]
    else:
        days = [(first + timedelta(days=after)).isoformat() for after in range((last - first).days + 1)]
    if days and max(days) < FIRST_DAY:
        raise UsageError(f"The feed begins on {FIRST_DAY}; choose a later day.")
    return sorted((day for day in days if day >= FIRST_DAY), reverse=True)


def days_away(first: str, known: Mapping[str, KnownDay]) -> list[str]:
    """The days between the oldest known day and `first` that were never requested, newest first."""
    oldest = min(known, default=first)
    return [day for day in _days_before(first, MAX_AWAY_DAYS) if day > oldest and day not in known]


def _days_before(first: str, count: int) -> list[str]:
    """The days (ISO) before a day, newest first."""
    return [(date.fromisoformat(first) - timedelta(days=back)).isoformat() for back in range(1, count + 1)]
