"""Which days of the feed are known, which may have changed since the last request, and which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol, TypeAlias

FIRST_DAY = "2023-05-04"
"""The first day that the feed has."""

SETTLING_DAYS = 14
"""Age in days up to which upvotes, comments, keywords and code links still change; younger days are requested again."""

SATURDAY = 5
"""The first of the weekdays on which the feed rests."""

Hole: TypeAlias = tuple[str, ...]
"""The days (ISO, oldest first) that are missing between two days whose papers are here."""


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

    Days before the oldest complete day do not count, nor does a weekend alone, when the feed rests.
    """
    oldest = min((day for day, one in known.items() if one.papers and one.fetched), default="9")
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
        # Weekends stay empty. On a weekday, the feed may have answered with nothing by mistake.
        return False
    return date.fromisoformat(known.fetched[:10]) - then < timedelta(days=SETTLING_DAYS)


def _was_empty(day: str, known: KnownDay) -> bool:
    """Whether the feed answered after the end of a day that it has no papers."""
    over = (date.fromisoformat(day) + timedelta(days=1)).isoformat() + "T12"
    return not known.papers and known.fetched >= over
