"""Periods for browsing the feed: days, weeks and months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from reader.core.dates import parse_date

PeriodKind: TypeAlias = Literal["day", "week", "month"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week from Monday to Sunday, or a month."""

    kind: PeriodKind
    first: date

    @property
    def last(self) -> date:
        """The last day, included."""
        match self.kind:
            case "day":
                return self.first
            case "week":
                return self.first + timedelta(days=6)
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def date(self) -> str:
        """The period in a query's syntax: `2026-05-11`, `2026-W20` or `2026-05`."""
        match self.kind:
            case "day":
                return self.first.isoformat()
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
        return self.first.isoformat()[:7]

    @property
    def id(self) -> str:
        """The id of the period's view: `week:2026-W20`."""
        return f"{self.kind}:{self.date}"

    @property
    def name(self) -> str:
        """The full name: `Monday 11 May 2026`, `Week 20, 11 to 17 May 2026`, `May 2026`."""
        first, last = self.first, self.last
        month = f"{_MONTHS[last.month - 1]} {last.year}"
        match self.kind:
            case "day":
                return f"{_WEEKDAYS[first.weekday()]} {first.day} {month}"
            case "week":
                begin = f"{first.day}" if first.month == last.month else f"{first.day} {_MONTHS[first.month - 1][:3]}"
                return f"Week {first.isocalendar().week}, {begin} to {last.day} {month}"
        return month

    @property
    def short(self) -> str:
        """The short name: `Mon 11 May`, `Week 20`, `May 2026`."""
        match self.kind:
            case "day":
                return f"{_WEEKDAYS[self.first.weekday()][:3]} {self.first.day} {_MONTHS[self.first.month - 1][:3]}"
            case "week":
                return f"Week {self.first.isocalendar().week}"
        return self.name

    @property
    def earlier(self) -> Period:
        """The period before."""
        return period_containing(self.kind, self.first - timedelta(days=1))

    @property
    def later(self) -> Period:
        """The period after."""
        return period_containing(self.kind, self.last + timedelta(days=1))


def period_containing(kind: PeriodKind, day: date) -> Period:
    """The day, week or month that contains a day."""
    match kind:
        case "day":
            return Period(kind, day)
        case "week":
            return Period(kind, day - timedelta(days=day.weekday()))
    return Period(kind, day.replace(day=1))


def period_of_view(id: str) -> Period | None:
    """The period of a view's id, such as `month:2026-05`; None for other ids."""
    _, _, text = id.partition(":")
    try:
        period = parse_period(text, date.min)
    except ValueError:
        return None
    return period if period.id == id else None


def parse_period(text: str, today: date) -> Period:
    """The period that a query's date covers; raises ValueError with a sentence if there is none."""
    span = parse_date(text).span(today)
    # Not at the calendar's ends, where no period comes before or after.
    if span is not None and date.min.year < span[0].year < date.max.year:
        kinds: tuple[PeriodKind, ...] = ("day", "week", "month")
        for period in (period_containing(kind, span[0]) for kind in kinds):
            if (period.first, period.last) == span:
                return period
    raise ValueError(f"“{text}” is not a day, week or month: write it as 2026-05-11, 2026-W20 or 2026-05")
