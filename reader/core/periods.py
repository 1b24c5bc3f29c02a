"""Periods for browsing the feed: days, weeks and months, and how a person types one."""

from __future__ import annotations

import re
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


_KINDS: dict[str, PeriodKind] = {"day": "day", "week": "week", "month": "month"}
_WEEK = re.compile(r"(?:w|week )([0-9]{1,2})(?: ([0-9]{4}))?")


def typed_period(text: str, today: date) -> Period:
    """The period that a person means; without a year the latest one up to today. Raises ValueError for other texts."""
    words = re.sub(r"[\s,]+", " ", text.lower()).strip()
    for read in (_week, _named_day, _step_back, _named_month):
        period = read(words, today)
        if period is not None:
            return period
    return parse_period(words, today)


def _week(text: str, today: date) -> Period | None:
    """`W20`, `week 20`, `week 20 2025`."""
    found = _WEEK.fullmatch(text)
    if found is None:
        return None
    number, year = int(found[1]), int(found[2] or today.isocalendar().year)
    monday = date.fromisocalendar(year, number, 1)
    if not found[2] and monday > today:
        monday = date.fromisocalendar(year - 1, number, 1)
    return Period("week", monday)


def _named_day(text: str, today: date) -> Period | None:
    """`tuesday`, which may be today, and `last tuesday`, which is not."""
    is_last = text.startswith("last ")
    place = _index(_WEEKDAYS, text.removeprefix("last "))
    if place is None:
        return None
    back = (today.weekday() - place) % 7 or (7 if is_last else 0)
    return Period("day", today - timedelta(days=back))


def _step_back(text: str, today: date) -> Period | None:
    """A week or month counted from today's: `this week`, `last month`."""
    which, _, kind = text.partition(" ")
    if which not in ("this", "last") or kind not in _KINDS:
        return None
    period = period_containing(_KINDS[kind], today)
    return period.earlier if which == "last" else period


def _named_month(text: str, today: date) -> Period | None:
    """`march`, `march 2025`, `14 march`, `mar 14 2025`."""
    words = text.removeprefix("last ").split()
    months = [place for word in words if (place := _index(_MONTHS, word)) is not None]
    numbers = [int(word) for word in words if word.isascii() and word.isdigit()]
    years, days = [number for number in numbers if number > 31], [number for number in numbers if number <= 31]
    if len(months) != 1 or len(words) != 1 + len(numbers) or len(years) > 1 or len(days) > 1:
        return None

    def in_year(year: int) -> date:
        return date(year, months[0] + 1, *(days or [1]))

    first = in_year(years[0]) if years else in_year(today.year)
    if not years and first > today:
        first = in_year(today.year - 1)
    return Period("day" if days else "month", first)


def _index(names: tuple[str, ...], word: str) -> int | None:
    """The place of a name that is written whole, or by its first three letters or more."""
    if len(word) < 3:
        return None
    return next((place for place, name in enumerate(names) if name.lower().startswith(word)), None)
