"""Refresh plans: which days to request from the feed, and how to group the requests."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from reader.core.dates import FIRST_DAY, SETTLING_DAYS, KnownDay
from reader.core.errors import UsageError

DAYS_SEARCHED_BACK = 14
"""Earlier days to try if none of the latest days has papers."""

MAX_AWAY_DAYS = 31
"""Maximum days before the latest days that a refresh also requests after an absence."""

MIN_DAYS_FOR_MONTH_LIST = 7
"""Minimum days of a month for which the month's list (four to seven pages) takes fewer requests."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The last days up to today; if all are empty, also earlier days, back to the newest day with papers."""

    days: int = 7
    after_absence: bool = True
    """Also request those of the `MAX_AWAY_DAYS` days before that were never requested since the first fetch."""


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
    """The papers of any day that are trending now."""


Plan = Latest | Day | Since | Month | Days | Trending

_KINDS: dict[str, type[Plan]] = {kind.__name__.lower(): kind for kind in (Latest, Day, Since, Month, Days, Trending)}


def plan_values(plan: Plan) -> dict[str, Any]:
    """A plan as plain values, such as `{"plan": "day", "day": "2026-05-12"}`."""
    return {"plan": type(plan).__name__.lower(), **asdict(plan)}


def plan_of(plan: str = "latest", **values: Any) -> Plan:
    """The plan from its plain values; raises TypeError for other values."""
    if plan not in _KINDS:
        raise TypeError(f"there is no plan {plan!r}")
    arguments: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return _KINDS[plan](**arguments)


def planned_days(plan: Plan, today: date) -> list[str]:
    """The days of a plan up to today, newest first; raises UsageError for a wrong date or one before the first day."""
    try:
        match plan:
            case Latest(count, _):
                first, last = today - timedelta(days=count - 1), today
            case Day(day):
                first = last = date.fromisoformat(day)
            case Days(days):
                return sorted((day for day in days if FIRST_DAY <= day <= today.isoformat()), reverse=True)
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
        raise UsageError(f"The feed begins on {FIRST_DAY}; choose a later day.")
    first = max(first, first_day)
    return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def days_away(first: str, known: Mapping[str, KnownDay]) -> list[str]:
    """The days between the oldest known day and `first` that were never requested, newest first."""
    start = date.fromisoformat(first)
    earlier = (start - timedelta(days=back) for back in range(1, MAX_AWAY_DAYS + 1))
    oldest = min(known, default=first)
    return [iso for day in earlier if (iso := day.isoformat()) > oldest and iso not in known]


def month_batches(days: Iterable[str], today: date, done: Container[str] = ()) -> list[tuple[str, ...]]:
    """Group days of a month, in order, if the month's list takes fewer requests.

    Only settled days are grouped, because the newest papers must come first. Days of months (`2026-05`) that are
    partly `done` are not grouped, because the month's list would contain days that need no request.
    """
    settled = (today - timedelta(days=SETTLING_DAYS)).isoformat()
    grouped: list[tuple[str, ...]] = []
    for (month, old), group in groupby(days, key=lambda day: (day[:7], day <= settled)):
        together = tuple(group)
        is_worth = old and len(together) >= MIN_DAYS_FOR_MONTH_LIST and month not in done
        grouped += [together] if is_worth else [(day,) for day in together]
    return grouped
