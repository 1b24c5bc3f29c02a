"""The calendar: a month with the unread papers of each day; choose a day to show or to fetch from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget

from reader.cache.days import DayState
from reader.core.periods import Period, PeriodKind, parse_period, period_containing
from reader.keys.keymap import Keymap
from reader.refresh.plan import FIRST_DAY
from reader.ui.stylesheets import stylesheet
from reader.ui.text.day_names import WEEKDAYS
from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Line, Piece, cut_line, literal, measure, spread
from reader.ui.text.styled_text import draw

States = Callable[[date, date], Mapping[str, DayState]]
"""Returns the cached state of the days between two dates, by ISO day."""

CELL = 7
"""Columns for a day: its number, a space, its unread papers."""

MARGIN = 4
"""Columns for the number of a week."""

WIDTH = MARGIN + 7 * CELL
WEEKS = 6
TOP = 2
"""Lines above the first week."""

LONGEST_TYPED = 12
_DATE_LETTERS = frozenset("0123456789-wWdmy")


class Month(Widget):
    """The days of a month, and a line about the day under the cursor."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"calendar--{role}"
        for role in ("heading", "quiet", "day", "unread", "faint", "cursor", "week", "typed", "mistake", "key")
    }

    @dataclass
    class Clicked(Message):
        """The user clicked a day."""

        day: date

    def __init__(self, states: States, day: date, today: date, glyphs: Glyphs, title: str) -> None:
        super().__init__()
        self._states = states
        self._today = today
        self._glyphs = glyphs
        self._title = title
        self.day = day
        self.typed = ""
        self._known: Mapping[str, DayState] = {}
        self._read_states()

    @property
    def first(self) -> date:
        """The Monday of the first line."""
        return period_containing("week", self.day.replace(day=1)).first

    def go(self, day: date) -> None:
        """Move the cursor to a day, or to the nearest day that the feed can have."""
        self.day = min(max(day, date.fromisoformat(FIRST_DAY)), self._today)
        self._read_states()
        self.refresh()

    def _read_states(self) -> None:
        self._known = self._states(self.first, self.first + timedelta(days=7 * WEEKS - 1))

    def render(self) -> Content:
        lines = [self._heading(), self._weekdays(), *map(self._week, range(WEEKS)), (), self._about()]
        return Content("\n").join(draw(self, cut_line(line, WIDTH), "calendar") for line in lines)

    def _heading(self) -> Line:
        month = period_containing("month", self.day)
        return spread((Piece(month.name, "heading"),), (Piece(self._title, "quiet"),), WIDTH)

    def _weekdays(self) -> Line:
        names = "".join(f"{name[:2]:>3}{'':{CELL - 3}}" for name in WEEKDAYS)
        return (Piece(f"{'':{MARGIN}}{names}", "quiet"),)

    def _week(self, week: int) -> Line:
        monday = self.first + timedelta(days=7 * week)
        days = [monday + timedelta(days=after) for after in range(7)]
        if not any(self._is_shown(day) for day in days):
            return ()
        number = Piece(f"{monday.isocalendar().week:>{MARGIN - 2}}  ", "week")
        return (number, *(piece for day in days for piece in self._day(day)))

    def _day(self, day: date) -> Line:
        if not self._is_shown(day):
            return (Piece(" " * CELL),)
        sign, role = self._sign(day)
        under = day == self.day
        known = role != "faint"
        bar = self._glyphs.cursor if under else " "
        number = Piece(f"{bar}{day.day:>2} ", "cursor" if under else "day" if known else "faint")
        return (number, Piece(f"{sign:<{CELL - 4}}", "cursor" if under else role))

    def _sign(self, day: date) -> tuple[str, str]:
        """Return the sign after a day and its role: unread papers, all read, nothing listed, or not in the cache."""
        state = self._known.get(day.isoformat())
        if state is None or not (state.fetched or state.papers):
            return "", "faint"
        if state.unread:
            return f"{state.unread:,}" if state.unread < 1_000 else "999", "unread"
        return (self._glyphs.picked, "quiet") if state.papers else (self._glyphs.nothing, "quiet")

    def _is_shown(self, day: date) -> bool:
        return day.month == self.day.month

    def _about(self) -> Line:
        if self.typed:
            _, mistake = read_typed(self.typed, self._today)
            problem = Piece(f"  {mistake}", "mistake") if mistake else Piece("")
            return (Piece(f"{self.typed}{self._glyphs.cursor}", "typed"), problem)
        name = period_containing("day", self.day).name
        state = self._known.get(self.day.isoformat())
        if state is None or not (state.fetched or state.papers):
            about = "not in the cache"
        elif not state.papers:
            about = "the feed listed nothing"
        else:
            papers = "1 paper" if state.papers == 1 else f"{state.papers:,} papers"
            about = f"{papers}, {state.unread:,} unread" if state.unread else f"{papers}, all read"
        return (Piece(name, "heading"), Piece(f" {self._glyphs.dot} {about}", "quiet"))

    def on_click(self, event: events.Click) -> None:
        """Go to a clicked day, and report it."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        week, column = offset.y - TOP, (offset.x - MARGIN) // CELL
        day = self.first + timedelta(days=7 * week + column)
        if 0 <= week < WEEKS and 0 <= column < 7 and self._is_shown(day) and day <= self._today:
            self.go(day)
            self.post_message(self.Clicked(day))


class CalendarScreen(ModalScreen[None]):
    """The calendar over the list; with `since` the user chooses the day to fetch from.

    The app reads its keys, as on the main screen; digits type a date.
    """

    CSS_PATH = stylesheet("calendar")

    def __init__(
        self, states: States, day: date, today: date, glyphs: Glyphs, keymap: Keymap, *, since: bool = False
    ) -> None:
        super().__init__()
        self.since = since
        self._today = today
        self._keymap = keymap
        self._month = Month(states, day, today, glyphs, "fetch all since…" if since else "go to…")

    def compose(self) -> ComposeResult:
        from textual.containers import Container

        with Container(id="calendar"):
            yield self._month
            yield Hints(self._keymap, since=self.since)

    def move(self, *, days: int = 0, months: int = 0) -> None:
        """Move the cursor by days and months, back if negative; in a shorter month to its last day."""
        day = self._month.day
        for _ in range(abs(months)):
            month = period_containing("month", day).later if months > 0 else period_containing("month", day).earlier
            day = min(month.first + timedelta(days=day.day - 1), month.last)
        self.go(day + timedelta(days=days))

    def go(self, day: date) -> None:
        """Move the cursor to a day."""
        self._month.typed = ""
        self._month.go(day)

    def renew(self) -> None:
        """Read the days from the cache again."""
        self._month.go(self._month.day)

    def type(self, key: str, character: str | None) -> bool:
        """Take a key that writes a date; return False for keys that mean something else."""
        typed = self._month.typed
        if not typed and not (character and character.isdigit()):
            return False
        if key in ("backspace", "ctrl+h"):
            typed = typed[:-1]
        elif key in ("escape", "ctrl+u"):
            typed = ""
        elif character and character in _DATE_LETTERS and len(typed) < LONGEST_TYPED:
            typed += character
        else:
            return False
        self._month.typed = typed
        period, _ = read_typed(typed, self._today)
        self._month.go(period.first if period else self._month.day)
        return True

    def chosen(self, kind: PeriodKind | None) -> Period | None:
        """Return the typed period, else the day under the cursor, or its week or month; None for an invalid date."""
        if self._month.typed:
            period, _ = read_typed(self._month.typed, self._today)
            return period_containing(kind, period.first) if period and kind else period
        return period_containing(kind or "day", self._month.day)

    def on_month_clicked(self, event: Month.Clicked) -> None:
        """Replace the typed date by the clicked day; the message goes on to the app."""
        self.go(event.day)


class Hints(Widget):
    """The line of the calendar's keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"calendar--key", "calendar--quiet"}

    def __init__(self, keymap: Keymap, *, since: bool) -> None:
        super().__init__()
        left_out = {"week", "month"} if since else set()
        keys = [(key, word) for key, word in keymap.hints("calendar", WIDTH) if word not in left_out]
        self._keys = [(key, "fetch since" if since and word == "day" else word) for key, word in keys]

    def render(self) -> Content:
        line: list[Piece] = []
        for key, word in self._keys:
            line += [Piece(key, "key"), Piece(f" {word}  ", "quiet")]
        typed = "2026-05 types a date"
        if measure(line) + len(typed) <= WIDTH:
            line.append(Piece(literal(typed), "quiet"))
        return draw(self, cut_line(tuple(line), WIDTH), "calendar")


def read_typed(text: str, today: date) -> tuple[Period | None, str]:
    """Return the typed period, or the mistake in the text; neither for a text that may be incomplete."""
    try:
        period = parse_period(text, today)
    except ValueError:
        return None, "a day, week or month, such as 2026-05-11" if len(text) > len("2026-05-1") else ""
    if period.first > today:
        return None, "that has not come yet"
    if period.last < date.fromisoformat(FIRST_DAY):
        return None, f"the feed begins on {FIRST_DAY}"
    return period, ""
