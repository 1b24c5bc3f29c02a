"""The calendar: a month with the unread papers of each day; choose a day to show or to fetch from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from reader.cache.reads.window import DayCount
from reader.core.dates import WEEKDAYS, Period, PeriodKind, period_containing, typed_period
from reader.core.feed_days import FIRST_DAY
from reader.core.lines import Line, Piece, cut_line, spread
from reader.keys.spelling import typed_on
from reader.ui.calendar.state import CalendarRequest
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.line_widgets import Reported, draw
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.footer import status
from reader.ui.shell.screens import OverScreen
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

CELL = 7
"""Columns for a day: the cursor, its number, a bar for its unread papers, and a gap."""

MARGIN = 4
"""Columns for the number of a week."""

WIDTH = MARGIN + 7 * CELL
WEEKS = 6
TOP = 4

EXAMPLES = "2025-03, last tuesday, W20"

HEATS = 3
"""Steps of warmth and of the bar of a day with unread papers."""

SIGN = 2

WARM = 12
"""Unread papers that make a day warm in a month of quieter days."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """What the calendar shows."""

    day: date
    today: date
    days: Mapping[str, DayCount] = field(default_factory=dict)
    """The known days of the month, by ISO day."""
    typed: str | None = None
    """The text typed as a date; None if none."""
    is_refused: bool = False
    """Whether the user chose the typed text although it is not a date."""
    is_since: bool = False
    """Whether the user chooses the day to fetch from."""
    glyphs: Glyphs = UNICODE

    @property
    def first(self) -> date:
        return period_containing("week", self.day.replace(day=1)).first

    @property
    def last(self) -> date:
        return self.first + timedelta(days=7 * WEEKS - 1)

    def shows(self, day: date) -> bool:
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
    """The typed period, or a sentence on why the feed has none; neither while the text may be incomplete."""
    try:
        period = typed_period(text, today)
    except (ValueError, OverflowError):
        return None, ""
    if period.first > today:
        return None, f"{period.name} is in the future."
    if period.last < date.fromisoformat(FIRST_DAY):
        return None, f"The feed begins on {period_containing('day', date.fromisoformat(FIRST_DAY)).name}."
    return period, ""


# The date that is typed


def _typing(view: CalendarView) -> Line:
    label = Piece("Fetch all since " if view.is_since else "Go to ", "heading")
    caret = Piece(view.glyphs.caret, "caret")
    if view.typed:
        return (label, Piece(view.typed, "typed"), caret)
    return (label, caret, Piece(f" {EXAMPLES}", "quiet" if view.typed is None else "faint"))


def _reading(view: CalendarView) -> Line:
    """How the typed date is understood, or what is wrong with it."""
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
    """A day: its number under its weekday, and a bar that grows taller and warmer with the unread papers.

    A day that is only partly here has dots instead.
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
    return glyphs.spark[1::3]


def _legend(view: CalendarView) -> Line:
    glyphs, gap = view.glyphs, Piece("   ")
    unread = (Piece(_bars(glyphs), "figure"), Piece(" unread", "quiet"))
    partial = (Piece(glyphs.ellipsis, "figure"), Piece(" partly here", "quiet"))
    return (*unread, gap, *partial, gap, Piece("today", "quiet today"))


def _about(view: CalendarView) -> Line:
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


States = Callable[[str, str], Mapping[str, DayCount]]
"""Returns the cached state of the days between two dates, by ISO day."""

LONGEST_TYPED = 24
_ROLES = (
    "heading", "quiet", "faint", "day", "today", "figure", "bar", "cursor", "heat-1", "heat-2", "heat-3",
    "typed", "caret", "mistake", "key",
)  # fmt: skip


class Month(Widget):
    """A line to type a date, the days of a month, and a line about the day under the cursor."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"calendar--{role}" for role in _ROLES}

    def __init__(self, states: States, view: CalendarView) -> None:
        super().__init__()
        self._states = states
        self.view = view
        self.go(view.day)

    def go(self, day: date) -> None:
        """Move the cursor to a day, or to the nearest day that the feed can have; read the month from the cache."""
        day = min(max(day, date.fromisoformat(FIRST_DAY)), self.view.today)
        view = replace(self.view, day=day)
        self.view = replace(view, days=self._states(view.first.isoformat(), view.last.isoformat()))
        self.refresh()

    def type(self, typed: str | None) -> None:
        """Show a text as the typed date, and go there if it is one; None ends typing."""
        self.view = replace(self.view, typed=typed, is_refused=False)
        period, _ = read_typed(typed or "", self.view.today)
        self.go(period.first if period else self.view.day)

    def refuse(self) -> None:
        self.view = replace(self.view, is_refused=True)
        self.refresh()

    def render(self) -> Content:
        return Content("\n").join(draw(self, line, "calendar") for line in calendar_lines(self.view))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        column = (offset.x - MARGIN) // CELL
        day = self.view.first + timedelta(days=7 * (offset.y - TOP) + column)
        if 0 <= column < 7 and self.view.shows(day) and day <= self.view.today:
            self.type(None)
            self.go(day)
            self.post_message(Reported("action", "date.day"))


class CalendarScreen(OverScreen[CalendarRequest]):
    """The calendar over the list. Digits and letters without a binding type a date."""

    CSS_PATH = stylesheet("calendar")

    def __init__(self, services: Services, request: CalendarRequest) -> None:
        super().__init__(services, request)
        glyphs = self._look.glyphs
        # If only a column or two of the list would show beside it, hide the list.
        self.HORIZONTAL_BREAKPOINTS = [(0, "-alone"), (70, "-over")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]
        self.since = request.since
        self.set_class(glyphs is ASCII, "-ascii")
        view = CalendarView(request.day, self._look.today, is_since=request.since, glyphs=glyphs)
        self.month = Month(services.library.days_between, view)

    def compose(self) -> ComposeResult:
        from textual.containers import Container

        with Container(id="calendar"):
            yield self.month
        yield self.status

    def footer(self, state: State) -> Status:
        """Where the day to fetch from is chosen, a week or a month is none."""
        keys = self._keymap.hints("calendar", without=("date.week", "date.month") if self.since else ())
        return status(
            state, self._keymap, [(key, "fetch since" if self.since and word == "day" else word) for key, word in keys]
        )

    def move(self, *, days: int = 0, months: int = 0) -> None:
        """Move the cursor by days and months, back if negative; in a shorter month to its last day."""
        day = self.month.view.day
        for _ in range(abs(months)):
            month = period_containing("month", day).later if months > 0 else period_containing("month", day).earlier
            day = min(month.first + timedelta(days=day.day - 1), month.last)
        self.go(day + timedelta(days=days))

    def go(self, day: date) -> None:
        self.month.type(None)
        self.month.go(day)

    def type(self, key: str, character: str | None) -> bool:
        typed = self.month.view.typed
        is_text = bool(character and (character.isalnum() or (character in " -" and typed)))
        if typed is None and (not is_text or (character,) in self._keymap.resolve("calendar")):
            return False
        text = typed_on(typed or "", key, character if is_text else None, LONGEST_TYPED)
        if text is None and key != "escape":
            return False
        self.month.type(text if text or key == "ctrl+u" else None)
        return True

    def chosen(self, kind: PeriodKind | None) -> Period | None:
        """The typed period, else the cursor's day, week or month; None for an invalid date."""
        view = self.month.view
        if view.typed:
            period, _ = read_typed(view.typed, view.today)
            return period_containing(kind, period.first) if period and kind else period
        return period_containing(kind or "day", view.day)
