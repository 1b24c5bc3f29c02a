"""Reads a day, week or month as a person types it: `2025-03`, `last tuesday`, `W20`, `14 march`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from reader.core.periods import Period, PeriodKind, parse_period, period_containing

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_KINDS: dict[str, PeriodKind] = {"day": "day", "week": "week", "month": "month"}
_WEEK = re.compile(r"(?:w|week )([0-9]{1,2})(?: ([0-9]{4}))?")


def typed_period(text: str, today: date) -> Period:
    """The period that a person means; without a year the latest one up to today. Raises ValueError for other texts."""
    words = re.sub(r"[\s,]+", " ", text.lower()).strip()
    for read in (_week, _named_day, _step_back, _month):
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


def _month(text: str, today: date) -> Period | None:
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
    return next((place for place, name in enumerate(names) if name.startswith(word)), None)
