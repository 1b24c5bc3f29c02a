"""Parts of lines: rows, clickable keys, marked search words, and names of days and views."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.core.dates import MONTHS, WEEKDAYS
from reader.core.lines import Line, Piece, literal
from reader.core.views import LATEST

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.core.views import View
    from reader.core.words import Marker
    from reader.session.places import Place


PRESS = "press"

_KEY = re.compile(r"`([^`\n]+)`")
_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]", re.DOTALL)


class Row(NamedTuple):
    """A line of a pane, and the subject that keys act on."""

    line: Line
    about: Any = None
    """The subject; None for a row that the cursor skips."""
    name: object = None
    """The identity of the row, by which the cursor stays on it when the rows change."""


def key_piece(key: str, text: str = "", role: str = "key") -> Piece:
    """A displayed key, or a text beside it; a click on either presses the key."""
    return Piece(literal(text or key), role, action=(PRESS, key))


def pattern(words: tuple[str, ...]) -> Marker | None:
    """A pattern that finds searched words in texts; None if there is nothing to find.

    A word is found in any form and at the beginning of longer words, a word in double quotes only unchanged. Case,
    accents, punctuation and variants of spelling are ignored.
    """
    if not words:
        return None
    # Imported late, because it takes 6 ms and a list without a search does not need it.
    from reader.core.words import marker

    return marker(words)


def hits(text: str, searched: Marker | None) -> list[tuple[int, int]]:
    """Return the (start, end) of each searched word in a text, in order."""
    if searched is None:
        return []
    if text.isascii():
        return searched.spans(text.lower())
    folded: list[str] = []
    origin: list[int] = []
    for run in _RUN.finditer(text):
        # A long text has few non-ASCII letters; folding all letters would take a hundred times as long.
        is_plain = run[0].isascii()
        bare = run[0].lower() if is_plain else _fold(run[0])
        folded.append(bare)
        origin.extend(range(*run.span()) if is_plain else [run.start()] * len(bare))
    origin.append(len(text))
    return [(origin[start], max(origin[end], origin[start] + 1)) for start, end in searched.spans("".join(folded))]


@lru_cache(4096)
def _fold(char: str) -> str:
    from reader.core.text import fold

    return fold(char)


def mark(text: str, role: str, searched: Marker | None = None) -> list[Piece]:
    """Return a text as literal pieces of a role, with each searched word in a separate piece."""
    text = literal(text)
    pieces: list[Piece] = []
    done = 0
    for start, end in hits(text, searched):
        pieces += Piece(text[done:start], role), Piece(text[start:end], role, hit=True)
        done = end
    pieces.append(Piece(text[done:], role))
    return [piece for piece in pieces if piece.text]


def with_keys(text: str) -> list[Line]:
    """Return the lines of a message in which keys are between backticks."""
    return [_with_keys(line) for line in text.split("\n")]


def _with_keys(line: str) -> Line:
    # The split puts keys at odd places, because the pattern has a single group.
    parts = _KEY.split(line)
    return tuple(Piece(literal(part), "key" if index % 2 else "muted") for index, part in enumerate(parts) if part)


DAYS_OF_WEEK = 7


def day_heading(day: str, today: date) -> str:
    """An ISO day as a heading: `TUESDAY 24 NOVEMBER`, with the year if it is not the current year."""
    when = _date(day)
    if when is None:
        return literal(day).upper() or "NO DAY"
    year = "" if when.year == today.year else f" {when.year}"
    return f"{WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}{year}".upper()


def _date(day: str) -> date | None:
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def short_day(day: str, today: date, weekday: bool = True) -> str:
    """Write an ISO day in few cells: `Tue 24 Nov`, with the year if it is not the current year."""
    when = _date(day)
    if when is None:
        return literal(day)
    year = "" if when.year == today.year else f" {when.year}"
    name = f"{WEEKDAYS[when.weekday()][:3]} " if weekday else ""
    return f"{name}{when.day} {MONTHS[when.month - 1][:3]}{year}"


def day_in_list(day: str, today: date | None) -> str:
    """Write an ISO day in at most eight cells: `12 Jun`, in another year than today `Sep 2024`; empty for no day.

    >>> day_in_list("2026-06-02", date(2026, 11, 24)), day_in_list("2024-09-30", date(2026, 11, 24))
    ('2 Jun', 'Sep 2024')
    """
    when = _date(day)
    if when is None:
        return ""
    month = MONTHS[when.month - 1][:3]
    return f"{when.day} {month}" if today is None or when.year == today.year else f"{month} {when.year}"


def day_name(day: str, newest: str) -> str:
    """Write an ISO day without the parts shared with `newest`: `Tue 24`, `Fri 30 Oct`, `Tue 24 Dec 2024`.

    >>> day_name("2026-11-24", "2026-11-24")
    'Tue 24'
    """
    then, last = _date(day), _date(newest)
    if then is None or last is None:
        return day
    name = f"{WEEKDAYS[then.weekday()][:3]} {then.day:>2}"
    if (then.year, then.month) != (last.year, last.month):
        name += f" {MONTHS[then.month - 1][:3]}"
    if then.year != last.year:
        name += f" {then.year}"
    return name


def near_day(day: str, other: str | None) -> str:
    """Name an ISO day in a sentence: `Monday` within a week of `other`, else `Mon 23 Nov`, with the year if it differs.

    >>> near_day("2026-11-23", "2026-11-24"), near_day("2026-10-30", "2026-11-24")
    ('Monday', 'Fri 30 Oct')
    """
    then, since = _date(day), _date(other or day)
    if then is None or since is None:
        return literal(day)
    if 0 < abs((since - then).days) < DAYS_OF_WEEK:
        return WEEKDAYS[then.weekday()]
    return short_day(day, since)


def day_left(day: DayCount, other: str | None) -> str:
    """Say how many papers of a day are unread: `Monday has 8 left`; the day is named as beside `other`."""
    left = f"has {day.unread:,}{day.plus} left" if day.unread else "is partly here" if day.is_partial else "is read"
    return f"{near_day(day.day, other)} {left}"


def view_name(view: View, ranked_at: str | None, newest: str | None, now: datetime, dot: str) -> str:
    """A short name of a view: `Latest · Tue 24 Nov`; `ranked_at` is the ISO time at which the ranking was fetched."""
    if view.id == LATEST and newest:
        return f"{view.name} {dot} {short_day(newest, now.astimezone().date())}"
    if ranked_at is not None:
        read = clock(datetime.fromisoformat(ranked_at).astimezone(), now)
        return f"{view.name} {dot} {read}"
    if ":" in view.id:
        from reader.core.dates import period_of_view

        period = period_of_view(view.id)
        if period is not None:
            year = period.last.year
            is_named = period.kind == "month" or year == now.astimezone().year
            return period.short if is_named else f"{period.short} {year}"
    return view.name


def needs_counts(place: Place) -> bool:
    """Whether the header needs more counts than the list's; it then waits for both, so that nothing moves."""
    return bool(place.text) or place.day is not None


def clock(then: datetime | None, now: datetime) -> str | None:
    """A time as `08:14` today, otherwise as a day such as `23 Nov`."""
    if then is None:
        return None
    here = now.astimezone()
    return f"{then:%H:%M}" if then.date() == here.date() else f"{then.day} {then:%b}"
