"""Refresh plans: which days to request from the feed, and how to group the requests."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Protocol

from reader.core.dates import SATURDAY, Hole
from reader.core.errors import UsageError

FIRST_DAY = "2023-05-04"
"""The first day that the feed has."""

SETTLING_DAYS = 14
"""Age in days up to which upvotes, comments, keywords and code links still change; such days are requested again."""

DAYS_SEARCHED_BACK = 14
"""Earlier days to try if none of the latest days has papers."""

MAX_AWAY_DAYS = 31
"""Age in days up to which a refresh asks for the days of an absence by itself."""

DAYS_WORTH_A_MONTH = 7
"""From this number of days of a month, the month's list (four to seven pages) takes fewer requests."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The last days up to today; if all are empty, also earlier days, back to the newest one with papers."""

    days: int = 7
    after_absence: bool = True
    """Also ask for earlier days, up to `MAX_AWAY_DAYS` old, that were never asked for since the first fetch."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day (ISO), settled or not."""

    day: str


@dataclass(frozen=True, slots=True)
class Since:
    """All days from a day (ISO) to today that are unknown or not settled."""

    day: str


@dataclass(frozen=True, slots=True)
class Month:
    """All days of a month, such as `2026-05`, that are unknown or not settled."""

    month: str


@dataclass(frozen=True, slots=True)
class Days:
    """These days (ISO), settled or not."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trending:
    """The papers that are trending now, of any day."""


Plan = Latest | Day | Since | Month | Days | Trending


class KnownDay(Protocol):
    """When a day was last fetched (ISO time, UTC; empty if never), and its number of papers."""

    @property
    def fetched(self) -> str: ...
    @property
    def papers(self) -> int: ...


def planned_days(plan: Plan, today: date) -> list[str]:
    """The days of a plan up to today, newest first.

    Raises UsageError for an invalid date or one before the feed's first day.
    """
    try:
        match plan:
            case Latest(count, _):
                first, last = today - timedelta(days=count - 1), today
            case Day(day):
                first = last = date.fromisoformat(day)
            case Days(days):
                asked = (day for day in days if FIRST_DAY <= day <= today.isoformat())
                return sorted(asked, reverse=True)
            case Since(day):
                first, last = date.fromisoformat(day), today
            case Trending():
                return []
            case Month(month):
                first = date.fromisoformat(f"{month}-01")
                last = min(today, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    except (ValueError, OverflowError):
        text, *_ = astuple(plan)
        raise UsageError(f"{text} is not in the calendar; write 2026-05-12 or 2026-05.") from None
    first_day = date.fromisoformat(FIRST_DAY)
    if last < first_day:
        raise UsageError(f"The feed begins on {FIRST_DAY}; ask for a day since then.")
    first = max(first, first_day)
    return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def changed_days(days: Iterable[str], known: Mapping[str, KnownDay]) -> list[str]:
    """The days that may have changed since they were last fetched."""
    return [day for day in days if day not in known or _may_have_changed(day, known[day])]


def days_away(first: str, known: Mapping[str, KnownDay]) -> list[str]:
    """The days before `first` that were not asked for since the oldest known one, newest first."""
    start = date.fromisoformat(first)
    earlier = (start - timedelta(days=back) for back in range(1, MAX_AWAY_DAYS))
    oldest = min(known, default=first)
    return [day for one in earlier if (day := one.isoformat()) > oldest and day not in known]


def missing_days(first: date, last: date, today: date, known: Mapping[str, KnownDay]) -> tuple[str, ...]:
    """The days from `first` to `last`, both included, that have no papers stored and are worth a request."""
    first, last = max(first, date.fromisoformat(FIRST_DAY)), min(last, today)
    days = [(first + timedelta(days=after)).isoformat() for after in range((last - first).days + 1)]
    empty = [day for day in days if day not in known or not (known[day].fetched and known[day].papers)]
    return tuple(changed_days(empty, known))


def holes(known: Mapping[str, KnownDay], today: date) -> tuple[Hole, ...]:
    """The runs of days that `missing_days` finds between two days with papers, the newest run first.

    There are none before the oldest day that is whole. The feed rests at weekends, so a weekend alone is none.
    """
    oldest = min((day for day, one in known.items() if one.papers and one.fetched), default="9")
    ends = [date.fromisoformat(day) for day in sorted(known, reverse=True) if known[day].papers and day >= oldest]
    runs = [
        missing_days(before + timedelta(days=1), after - timedelta(days=1), today, known)
        for after, before in pairwise(ends)
        if (after - before).days > 1
    ]
    return tuple(run for run in runs if any(date.fromisoformat(day).weekday() < SATURDAY for day in run))


def month_batches(days: Iterable[str], today: date, done: Container[str] = ()) -> list[tuple[str, ...]]:
    """Group days of a month, in order, if the month's list takes fewer requests.

    Only settled days are grouped, because the newest papers must come first. Months (`2026-05`) that are partly `done`
    are not grouped, because their list would contain days that need no request.
    """
    settled = (today - timedelta(days=SETTLING_DAYS)).isoformat()
    grouped: list[tuple[str, ...]] = []
    for (month, old), group in groupby(days, key=lambda day: (day[:7], day <= settled)):
        together = tuple(group)
        is_worth = old and len(together) >= DAYS_WORTH_A_MONTH and month not in done
        grouped += [together] if is_worth else [(day,) for day in together]
    return grouped


def is_settled(day: str, today: date) -> bool:
    """Whether a day (ISO) is so old that it hardly changes any more."""
    return today - date.fromisoformat(day) >= timedelta(days=SETTLING_DAYS)


def _may_have_changed(day: str, known: KnownDay) -> bool:
    if not known.fetched:
        return True
    then = date.fromisoformat(day)
    if not known.papers and known.fetched >= (then + timedelta(days=1)).isoformat() + "T12":
        # The day was over and empty; weekends and holidays stay empty.
        return False
    return date.fromisoformat(known.fetched[:10]) - then < timedelta(days=SETTLING_DAYS)
