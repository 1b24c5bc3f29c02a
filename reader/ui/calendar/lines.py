"""The calendar as lines: a line to type a date, a month with a bar for each day's unread papers, the chosen day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from reader.cache.reads.window import DayCount
from reader.core.dates import WEEKDAYS, Period, period_containing, typed_period
from reader.core.feed_days import FIRST_DAY
from reader.core.lines import Line, Piece, cut_line, spread
from reader.ui.kit.glyphs import UNICODE, Glyphs

CELL = 7
"""Columns for a day: the cursor, its number, a bar for its unread papers, and a gap."""

MARGIN = 4
"""Columns for the number of a week."""

WIDTH = MARGIN + 7 * CELL
WEEKS = 6
TOP = 4
"""Lines above the first week."""

EXAMPLES = "2025-03, last tuesday, W20"

HEATS = 3
"""Steps of warmth, and of the bar, of a day with unread papers."""

SIGN = 2
"""Columns for the bar."""

WARM = 12
"""Unread papers of a day that are warm in a month of quieter days."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """What the calendar shows."""

    day: date
    """The day under the cursor."""
    today: date
    days: Mapping[str, DayCount] = field(default_factory=dict)
    """The known days of the month, by ISO day."""
    typed: str | None = None
    """The text that is typed as a date; None while none is."""
    is_refused: bool = False
    """Whether the user chose the typed text though it is not a date."""
    is_since: bool = False
    """Whether the user chooses the day to fetch from."""
    glyphs: Glyphs = UNICODE

    @property
    def first(self) -> date:
        """The Monday of the first line."""
        return period_containing("week", self.day.replace(day=1)).first

    @property
    def last(self) -> date:
        """The Sunday of the last line."""
        return self.first + timedelta(days=7 * WEEKS - 1)

    def shows(self, day: date) -> bool:
        """Whether the month has this day."""
        return (day.year, day.month) == (self.day.year, self.day.month)


def calendar_lines(view: CalendarView) -> list[Line]:
    """Return the lines of the calendar, each of at most `WIDTH` cells."""
    weeks = [_week(view, view.first + timedelta(days=7 * week)) for week in range(WEEKS)]
    lines = [_typing(view), _reading(view), _heading(view), _weekdays(), *weeks, _legend(view), _about(view)]
    return [cut_line(line, WIDTH, view.glyphs.ellipsis) for line in lines]


def heat(unread: int, most: int) -> int:
    """Return the warmth of a day from 0 to `HEATS`, by its unread papers and the most of a day in the month."""
    return 0 if not unread else min(HEATS, -(-HEATS * unread // max(most, WARM)))


def read_typed(text: str, today: date) -> tuple[Period | None, str]:
    """Return the typed period, or a sentence on why the feed has none; neither for a text that may be incomplete."""
    try:
        period = typed_period(text, today)
    except (ValueError, OverflowError):
        return None, ""
    if period.first > today:
        return None, f"{period.name} has not come yet."
    if period.last < date.fromisoformat(FIRST_DAY):
        return None, f"The feed begins on {period_containing('day', date.fromisoformat(FIRST_DAY)).name}."
    return period, ""


# The date that is typed


def _typing(view: CalendarView) -> Line:
    """The line that a date is typed in."""
    label = Piece("Fetch all since " if view.is_since else "Go to ", "heading")
    caret = Piece(view.glyphs.caret, "caret")
    if view.typed:
        return (label, Piece(view.typed, "typed"), caret)
    return (label, caret, Piece(f" {EXAMPLES}", "quiet" if view.typed is None else "faint"))


def _reading(view: CalendarView) -> Line:
    """What the typed date is read as, or what is wrong with it."""
    if view.typed is None:
        return ()
    if not view.typed:
        return (Piece("Type a date.", "quiet"),)
    period, mistake = read_typed(view.typed, view.today)
    if period is not None:
        return (Piece(period.name, "quiet"),)
    if view.is_refused and not mistake:
        mistake = "This is not a day, week or month."
    return (Piece(mistake, "mistake"),)


# The month


def _heading(view: CalendarView) -> Line:
    unread = sum(state.unread for day, state in view.days.items() if view.shows(date.fromisoformat(day)))
    right = (Piece(f"{unread:,} unread", "quiet"),) if unread else ()
    return spread((Piece(period_containing("month", view.day).name, "heading"),), right, WIDTH)


def _weekdays() -> Line:
    names = "".join(f"{name[:2]:>3}{'':{CELL - 3}}" for name in WEEKDAYS)
    return (Piece(f"{'':{MARGIN}}{names}", "quiet"),)


def _week(view: CalendarView, monday: date) -> Line:
    days = [monday + timedelta(days=after) for after in range(7)]
    if not any(view.shows(day) for day in days):
        return ()
    number = Piece(f"{monday.isocalendar().week:>{MARGIN - 2}}  ", "faint")
    return (number, *(piece for day in days for piece in _day(view, day)))


def _day(view: CalendarView, day: date) -> Line:
    """A day: its number under its weekday, and a bar that is the higher and warmer, the more is unread.

    Dots stand in place of the bar of a day that is only partly here.
    """
    if not view.shows(day):
        return (Piece(" " * CELL),)
    known, glyphs = view.days.get(day.isoformat()), view.glyphs
    warmth = heat(known.unread, max(one.unread for one in view.days.values())) if known is not None else 0
    sign = _bars(glyphs)[warmth - 1] if warmth else ""
    if known is not None and known.is_partial:
        sign = glyphs.ellipsis
    ground = "cursor" if day == view.day else f"heat-{warmth}" if warmth else ""
    number = "day" if known is not None and known.papers else "faint"
    today = "today" if day == view.today else ""
    return (
        Piece(glyphs.cursor if day == view.day else " ", "bar"),
        Piece(f"{day.day:>2}", f"{number} {ground} {today}"),
        Piece(f"{sign:<{SIGN}}", f"figure {ground}"),
        Piece(" " * (CELL - SIGN - 3)),
    )


def _bars(glyphs: Glyphs) -> str:
    """The bars of the warm days, the lowest first."""
    return glyphs.spark[1::3]


def _legend(view: CalendarView) -> Line:
    glyphs, gap = view.glyphs, Piece("   ")
    unread = (Piece(_bars(glyphs), "figure"), Piece(" unread", "quiet"))
    partial = (Piece(glyphs.ellipsis, "figure"), Piece(" partly here", "quiet"))
    return (*unread, gap, *partial, gap, Piece("today", "quiet today"))


def _about(view: CalendarView) -> Line:
    """The day under the cursor, and its papers."""
    known = view.days.get(view.day.isoformat())
    if known is None:
        about = "not fetched yet"
    elif not known.papers:
        about = "no papers"
    else:
        papers = f"{known.papers:,}{known.plus} paper{'' if known.papers == 1 and not known.is_partial else 's'}"
        about = f"{papers}, {known.unread:,} unread" if known.unread else f"{papers}, all read"
    name = period_containing("day", view.day).name
    return (Piece(name, "heading"), Piece(f" {view.glyphs.dot} {about}", "quiet"))
