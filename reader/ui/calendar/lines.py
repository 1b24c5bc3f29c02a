"""The calendar as lines: a line to type a date, a month with the unread papers of each day, and the chosen day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from reader.cache.reads.counts import DayState
from reader.core.dates import WEEKDAYS, Period, period_containing, typed_period
from reader.core.lines import Line, Piece, cut_line, spread
from reader.refresh.plan import FIRST_DAY
from reader.ui.kit.glyphs import UNICODE, Glyphs

CELL = 7
"""Columns for a day: a bar, its number, a space, its unread papers."""

MARGIN = 4
"""Columns for the number of a week."""

WIDTH = MARGIN + 7 * CELL
WEEKS = 6
TOP = 4
"""Lines above the first week."""

EXAMPLES = "2025-03, last tuesday, W20"

HEATS = 3
"""Steps of warmth of a day with unread papers."""

WARM = 12
"""Unread papers of a day that are warm in a month of quieter days."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """What the calendar shows."""

    day: date
    """The day under the cursor."""
    today: date
    days: Mapping[str, DayState] = field(default_factory=dict)
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
    lines = [_typing(view), _reading(view), _heading(view), _weekdays(), *weeks, (), _about(view)]
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
    """A day: its number, and its unread papers on a ground that is the warmer, the more there are."""
    if not view.shows(day):
        return (Piece(" " * CELL),)
    state, glyphs = _known(view, day), view.glyphs
    figure = ""
    if state is not None:
        figure = str(min(state.unread, 999)) if state.unread else glyphs.picked if state.papers else glyphs.nothing
    warmth = heat(state.unread, max(one.unread for one in view.days.values())) if state is not None else 0
    ground = "cursor" if day == view.day else f"heat-{warmth}" if warmth else ""
    number = "day" if state is not None else "faint"
    today = "today" if day == view.today else ""
    return (
        Piece(glyphs.cursor if day == view.day else " ", "bar"),
        Piece(f"{day.day:>2}", f"{number} {ground} {today}"),
        Piece(f" {figure:<{CELL - 4}}", f"{'figure' if warmth else 'faint'} {ground}"),
    )


def _known(view: CalendarView, day: date) -> DayState | None:
    """The state of a day for which the feed has answered, or which has papers."""
    state = view.days.get(day.isoformat())
    return state if state is not None and (state.fetched or state.papers) else None


def _about(view: CalendarView) -> Line:
    """The day under the cursor, and its papers."""
    state = _known(view, view.day)
    if state is None:
        about = "not in the cache"
    elif not state.papers:
        about = "the feed listed nothing"
    else:
        papers = "1 paper" if state.papers == 1 else f"{state.papers:,} papers"
        about = f"{papers}, {state.unread:,} unread" if state.unread else f"{papers}, all read"
    name = period_containing("day", view.day).name
    return (Piece(name, "heading"), Piece(f" {view.glyphs.dot} {about}", "quiet"))
