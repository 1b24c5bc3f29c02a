"""Dates in queries and as people type them, and the days, weeks and months by which the feed is browsed.

A query has `2026-05-11`, `2026-05`, `2026-W20`, `today`, `7d`, `a..b`. Parsing these does not depend on today: a date
is resolved to ISO days when its query is compiled, so a saved query is right on any day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol, TypeAlias, get_args

DATE_WORDS = ("today", "yesterday", "latest")
"""`latest` is the newest day that has papers."""

_HELP = "write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m"
_ABSOLUTE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?|-w([0-9]{2}))?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AGO = re.compile(r"([0-9]{1,4})([dwm])")


class DateExpression(NamedTuple):
    """One date as written, in lower case except the W of a week: a day, week, month or year, or relative to today."""

    text: str

    @property
    def ago(self) -> bool:
        """Whether it counts back from today, such as `7d`."""
        return _AGO.fullmatch(self.text) is not None

    @property
    def absolute(self) -> bool:
        """Whether it does not depend on today or on the cache."""
        return self.text[:4].isdigit() and not self.ago

    def span(self, today: date, latest: date | None = None) -> tuple[date, date] | None:
        """The first and last day that it covers; None for `latest` if no day has papers."""
        if ago := _AGO.fullmatch({"today": "0d", "yesterday": "1d"}.get(self.text, self.text)):
            day = _days_ago(today, int(ago[1]), ago[2])
            return day, day
        if self.text == "latest":
            return (latest, latest) if latest else None
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
        """First and last ISO day, each None if open; None instead of the pair if no day can match."""
        start, end = (None if end is None else end.span(today, latest) for end in (self.start, self.end))
        if (self.start and not start) or (self.end and not end):
            return None
        return start and start[0].isoformat(), end and end[1].isoformat()


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
        raise ValueError("A range needs a date before or after the dots")
    days = DateRange(parse_date(left) if left else None, parse_date(right) if right else None)
    if days.start and days.end and days.start.absolute and days.end.absolute:
        start, end = _calendar_span(days.start.text), _calendar_span(days.end.text)
        if start[0] > end[1]:
            raise ValueError(f"{days.start.text} is after {days.end.text}")
    return days


def iso_day(value: object) -> str | None:
    """The day of an ISO timestamp in its own time zone; None if it is invalid or not from 1800 to 2199."""
    text = value[:10] if isinstance(value, str) else ""
    if not (_ISO_DAY.fullmatch(text) and "1800" <= text < "2200"):
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
        return date(year, month, 1), date(year, month, _days_in_month(year, month))
    return date(year, 1, 1), date(year, 12, 31)


def _days_ago(today: date, count: int, unit: str) -> date:
    if unit in "dw":
        return date.fromordinal(max(1, today.toordinal() - count * (7 if unit == "w" else 1)))
    months = today.year * 12 + today.month - 1 - count
    year, month = divmod(months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(today.day, _days_in_month(year, month + 1)))


def _days_in_month(year: int, month: int) -> int:
    # The module `calendar` would take 1 ms of the first frame to import.
    return 31 if month == 12 else (date(year, month + 1, 1) - timedelta(days=1)).day


def seconds_of_days(first: str | None, last: str | None) -> tuple[int, int]:
    """When the first local day (ISO) begins and when the last one ends, in seconds since 1970."""
    begin = 0 if first is None else int(datetime.fromisoformat(first).timestamp())
    if last is None or last >= date.max.isoformat():
        return begin, 1 << 62
    return begin, int((datetime.fromisoformat(last) + timedelta(days=1)).timestamp())


def utc_now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)


def utc_stamp(moment: datetime) -> str:
    """A moment in the cache's format: ISO, UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Periods

PeriodKind: TypeAlias = Literal["day", "week", "month"]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Period(NamedTuple):
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
        month = f"{MONTHS[last.month - 1]} {last.year}"
        match self.kind:
            case "day":
                return f"{WEEKDAYS[first.weekday()]} {first.day} {month}"
            case "week":
                begin = f"{first.day}" if first.month == last.month else f"{first.day} {MONTHS[first.month - 1][:3]}"
                return f"Week {first.isocalendar().week}, {begin} to {last.day} {month}"
        return month

    @property
    def short(self) -> str:
        """The short name: `Mon 11 May`, `Week 20`, `May 2026`."""
        match self.kind:
            case "day":
                return f"{WEEKDAYS[self.first.weekday()][:3]} {self.first.day} {MONTHS[self.first.month - 1][:3]}"
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
    # The first and last year are excluded, as they have no earlier or later period.
    if span is not None and date.min.year < span[0].year < date.max.year:
        for period in (period_containing(kind, span[0]) for kind in get_args(PeriodKind)):
            if (period.first, period.last) == span:
                return period
    raise ValueError(f"“{text}” is not a day, week or month: write it as 2026-05-11, 2026-W20 or 2026-05")


_DAY_OF_MONTH = re.compile(r"0?[1-9]|[12][0-9]|3[01]")
_WEEK = re.compile(r"w([0-9]{1,2})")


def typed_period(text: str, today: date) -> Period:
    """The latest period up to today that a person typed: `29`, `W20`, `last tuesday`, or a query's date.

    Raises ValueError for other texts.
    """
    words = " ".join(text.lower().split())
    named = words.removeprefix("last ")
    weekdays = [place for place, name in enumerate(WEEKDAYS) if len(named) > 2 and name.lower().startswith(named)]
    if weekdays:
        # `tuesday` may mean today; `last tuesday` does not.
        back = (today.weekday() - weekdays[0]) % 7 or (7 if named != words else 0)
        return Period("day", today - timedelta(days=back))
    if week := _WEEK.fullmatch(words):
        years = (today.isocalendar().year, today.isocalendar().year - 1)
        mondays = (date.fromisocalendar(year, int(week[1]), 1) for year in years)
        return Period("week", next(monday for monday in mondays if monday <= today))
    if _DAY_OF_MONTH.fullmatch(words):
        day, month = int(words), period_containing("month", today)
        while day > month.last.day or month.first.replace(day=day) > today:
            month = month.earlier
        return Period("day", month.first.replace(day=day))
    return parse_period(words, today)


# Days of the feed: known days, days that may have changed since the last request, and missing days


FIRST_DAY = "2023-05-04"
"""The first day that the feed has."""

SETTLING_DAYS = 14
"""Age in days up to which upvotes, comments, keywords and code links still change; younger days are requested again."""

SATURDAY = 5
"""The weekday on which the feed's weekend begins."""

Hole: TypeAlias = tuple[str, ...]
"""The missing days (ISO, oldest first) between two days with papers in the cache."""


class KnownDay(Protocol):
    """When a day was last fetched (ISO time, UTC; empty if never), and its number of papers."""

    @property
    def fetched(self) -> str: ...
    @property
    def papers(self) -> int: ...


def changed_days(days: Iterable[str], known: Mapping[str, KnownDay]) -> list[str]:
    """The days that may have changed since they were last fetched."""
    return [day for day in days if day not in known or _may_have_changed(day, known[day])]


def missing_days(first: date, last: date, today: date, known: Mapping[str, KnownDay]) -> tuple[str, ...]:
    """The days from `first` to `last`, inclusive, that have no stored papers and are worth a request."""
    first, last = max(first, date.fromisoformat(FIRST_DAY)), min(last, today)
    days = [(first + timedelta(days=after)).isoformat() for after in range((last - first).days + 1)]
    empty = [day for day in days if day not in known or not (known[day].fetched and known[day].papers)]
    return tuple(day for day in changed_days(empty, known) if day not in known or not _was_empty(day, known[day]))


def holes(known: Mapping[str, KnownDay], today: date) -> tuple[Hole, ...]:
    """The runs of days that `missing_days` finds between two days with papers, the newest run first.

    Days before the oldest complete day do not count, nor does a weekend alone, when the feed has no papers.
    """
    oldest = min((day for day, facts in known.items() if facts.papers and facts.fetched), default="9")
    ends = [date.fromisoformat(day) for day in sorted(known, reverse=True) if known[day].papers and day >= oldest]
    runs = [
        missing_days(before + timedelta(days=1), after - timedelta(days=1), today, known)
        for after, before in pairwise(ends)
        if (after - before).days > 1
    ]
    return tuple(run for run in runs if any(date.fromisoformat(day).weekday() < SATURDAY for day in run))


def is_settled(day: str, today: date) -> bool:
    """Whether a day (ISO) is old enough that it hardly changes."""
    return today - date.fromisoformat(day) >= timedelta(days=SETTLING_DAYS)


def _may_have_changed(day: str, known: KnownDay) -> bool:
    if not known.fetched:
        return True
    then = date.fromisoformat(day)
    if then.weekday() >= SATURDAY and _was_empty(day, known):
        # Weekends stay empty. On a weekday, an empty answer of the feed may be a mistake.
        return False
    return date.fromisoformat(known.fetched[:10]) - then < timedelta(days=SETTLING_DAYS)


def _was_empty(day: str, known: KnownDay) -> bool:
    """Whether the feed reported, after the end of the day, that the day has no papers."""
    over = (date.fromisoformat(day) + timedelta(days=1)).isoformat() + "T12"
    return not known.papers and known.fetched >= over
