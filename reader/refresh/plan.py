"""What a refresh asks the feed for: plans, the days they mean, and which of these are worth a request."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Protocol

from reader.core.errors import UsageError

FIRST_DAY = "2023-05-04"
"""The first day that the feed has."""

SETTLING_DAYS = 14
"""Until then votes, comments, keywords and code links still arrive, and a day is asked again."""

DAYS_SEARCHED_BACK = 14
"""Days before the latest ones that are tried where none of these has papers."""

DAYS_WORTH_A_MONTH = 7
"""Days of a month from which on the month's list, some four to seven pages, costs less than they do."""


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


@dataclass(frozen=True, slots=True)
class Days:
    """These days (ISO), whether they have settled or not."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trending:
    """What the feed ranks first now, of whatever day."""


Plan = Latest | Day | Since | Month | Days | Trending


class KnownDay(Protocol):
    """When the feed last answered for a day (ISO time, UTC; empty if never), and how many papers it lists."""

    @property
    def fetched(self) -> str: ...
    @property
    def papers(self) -> int: ...


def planned_days(plan: Plan, today: date) -> list[str]:
    """The days of a plan up to today, newest first.

    Raises UsageError for a time that does not exist or lies before the feed's first day.
    """
    try:
        match plan:
            case Latest(count):
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
        (said,) = astuple(plan)
        raise UsageError(f"There is no such time as {said}; write 2026-05-12 or 2026-05.") from None
    first_day = date.fromisoformat(FIRST_DAY)
    if last < first_day:
        raise UsageError(f"The feed begins on {FIRST_DAY}; ask for a day since then.")
    first = max(first, first_day)
    return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def changed_days(days: Iterable[str], known: Mapping[str, KnownDay]) -> list[str]:
    """Those of the days that can have changed since the feed answered for them last."""
    return [day for day in days if day not in known or _may_have_changed(day, known[day])]


def missing_days(first: date, last: date, today: date, known: Mapping[str, KnownDay]) -> tuple[str, ...]:
    """The days from one to another, both included, of which the feed has not told yet what they hold."""
    first, last = max(first, date.fromisoformat(FIRST_DAY)), min(last, today)
    days = [(first + timedelta(days=after)).isoformat() for after in range((last - first).days + 1)]
    empty = [day for day in days if day not in known or not (known[day].fetched and known[day].papers)]
    return tuple(changed_days(empty, known))


def month_batches(days: Iterable[str], today: date, done: Container[str] = ()) -> list[tuple[str, ...]]:
    """Days in the order given, put together where the feed's list of their month is the shorter way.

    Only settled days are put together: of the others the newest papers shall come first, and soon. Nor are those of
    months that are `done` in part (`2026-05`): their list would bring again what needs no asking.
    """
    settled = (today - timedelta(days=SETTLING_DAYS)).isoformat()
    put: list[tuple[str, ...]] = []
    for (month, old), group in groupby(days, key=lambda day: (day[:7], day <= settled)):
        together = tuple(group)
        is_worth = old and len(together) >= DAYS_WORTH_A_MONTH and month not in done
        put += [together] if is_worth else [(day,) for day in together]
    return put


def is_settled(day: str, today: date) -> bool:
    """Whether a day (ISO) is so old that it hardly changes any more."""
    return today - date.fromisoformat(day) >= timedelta(days=SETTLING_DAYS)


def _may_have_changed(day: str, known: KnownDay) -> bool:
    if not known.fetched:
        return True
    then = date.fromisoformat(day)
    if not known.papers and known.fetched >= (then + timedelta(days=1)).isoformat() + "T12":
        # It was over and had nothing: a weekend or a holiday stays one.
        return False
    return date.fromisoformat(known.fetched[:10]) - then < timedelta(days=SETTLING_DAYS)
