"""Date expressions of the query language: `2026-05-11`, `2026-05`, `2026-W20`, `today`, `7d`, `a..b`.

Parsing does not depend on today. A date is resolved to ISO days when its query is compiled, so a saved query is right
on any day.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

DATE_WORDS = ("today", "yesterday", "latest")
"""`latest` is the newest day that has papers."""

_HELP = "write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m"
_ABSOLUTE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?|-w([0-9]{2}))?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AGO = re.compile(r"([0-9]{1,4})([dwmy])")


class DateExpression(NamedTuple):
    """One date as written, in lower case except the W of a week: a day, week, month or year, or relative to today."""

    text: str

    @property
    def ago(self) -> bool:
        """Whether it counts back from today, as `7d` does."""
        return _AGO.fullmatch(self.text) is not None

    @property
    def absolute(self) -> bool:
        """Whether it does not depend on today or on the cache."""
        return self.text[:4].isdigit() and not self.ago

    def span(self, today: date, latest: date | None = None) -> tuple[date, date] | None:
        """The first and last day that it covers; None for `latest` if no day has papers."""
        match self.text:
            case "today":
                return today, today
            case "yesterday":
                day = _days_before(today, 1)
                return day, day
            case "latest":
                return (latest, latest) if latest else None
        if ago := _AGO.fullmatch(self.text):
            day = _days_ago(today, int(ago[1]), ago[2])
            return day, day
        return _calendar_span(self.text)


class DateRange(NamedTuple):
    """A range of days, both ends included; an end that is None is open."""

    start: DateExpression | None
    end: DateExpression | None

    @property
    def text(self) -> str:
        """The range as `parse_days` reads it."""
        if self.start is not None and self.start == self.end and not self.start.ago:
            return self.start.text
        return f"{self.start.text if self.start else ''}..{self.end.text if self.end else ''}"

    def bounds(self, today: date, latest: date | None = None) -> tuple[str | None, str | None] | None:
        """First and last ISO day, None for an open end; None alone if no day can match."""
        first = last = None
        if self.start is not None:
            span = self.start.span(today, latest)
            if span is None:
                return None
            first = span[0].isoformat()
        if self.end is not None:
            span = self.end.span(today, latest)
            if span is None:
                return None
            last = span[1].isoformat()
        return first, last


def parse_date(text: str) -> DateExpression:
    """Parse one date; raises ValueError with a sentence."""
    lower = text.strip().lower()
    if lower in DATE_WORDS or _AGO.fullmatch(lower):
        return DateExpression(lower)
    if not _ABSOLUTE.fullmatch(lower):
        raise ValueError(f"“{text}” is not a date: {_HELP}")
    moment = DateExpression(lower.replace("w", "W"))
    try:
        _calendar_span(moment.text)
    except ValueError:
        raise ValueError(f"“{text}” is not in the calendar") from None
    return moment


def parse_date_range(text: str) -> DateRange:
    """Parse a date or a range; `7d` alone is from seven days ago to today. Raises ValueError with a sentence."""
    left, dots, right = text.partition("..")
    if not dots:
        moment = parse_date(text)
        return DateRange(moment, DateExpression("today") if moment.ago else moment)
    if not left and not right:
        raise ValueError("A range needs a date on one side of the dots")
    days = DateRange(parse_date(left) if left else None, parse_date(right) if right else None)
    if days.start and days.end and days.start.absolute and days.end.absolute:
        start, end = _calendar_span(days.start.text), _calendar_span(days.end.text)
        if start[0] > end[1]:
            raise ValueError(f"{days.start.text} is after {days.end.text}")
    return days


def iso_day(value: object) -> str | None:
    """The day of an ISO timestamp as written, in its own time zone; None if it is invalid or not from 1800 to 2199."""
    text = value[:10] if isinstance(value, str) else ""
    if not (_ISO_DAY.fullmatch(text) and "1800" <= text[:4] < "2200"):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _calendar_span(text: str) -> tuple[date, date]:
    parts = _ABSOLUTE.fullmatch(text.lower())
    if parts is None:
        raise ValueError(text)
    year, month, day, week = (int(part or 0) for part in parts.groups())
    if parts[4]:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    if parts[3]:
        return date(year, month, day), date(year, month, day)
    if parts[2]:
        return date(year, month, 1), date(year, month, _days_in(year, month))
    return date(year, 1, 1), date(year, 12, 31)


def _days_in(year: int, month: int) -> int:
    first = date(year, month, 1)
    return 31 if month == 12 else (date(year, month + 1, 1) - first).days


def _days_ago(today: date, count: int, unit: str) -> date:
    if unit in "dw":
        return _days_before(today, count * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(today.day, _days_in(year, month + 1)))


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))


def seconds_of_days(first: str | None, last: str | None) -> tuple[int, int]:
    """When the first local day (ISO) begins and when the last one ends, in seconds since 1970."""
    begin = 0 if first is None else int(datetime.fromisoformat(first).timestamp())
    if last is None or last >= date.max.isoformat():
        return begin, 1 << 62
    return begin, int((datetime.fromisoformat(last) + timedelta(days=1)).timestamp())


def utc_stamp(moment: datetime) -> str:
    """A moment as the cache keeps it: ISO, UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
