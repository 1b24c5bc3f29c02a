"""The calendar: a month with the unread papers of each day; choose a day to show or to fetch from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from reader.cache.reads.window import DayCount
from reader.core.dates import Period, PeriodKind, period_containing
from reader.core.feed_days import FIRST_DAY
from reader.core.lines import Line, Piece, cut_line
from reader.keys.keymap import Keymap
from reader.ui.calendar.lines import CELL, MARGIN, TOP, WEEKS, WIDTH, CalendarView, calendar_lines, read_typed
from reader.ui.kit.glyphs import ASCII, Glyphs
from reader.ui.kit.line_widgets import ActionAsked, KeyLines
from reader.ui.kit.lines import key_piece
from reader.ui.kit.styled_text import draw
from reader.ui.looks.stylesheets import stylesheet

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
        """What is shown."""
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
        """Say that the typed text is not a date."""
        self.view = replace(self.view, is_refused=True)
        self.refresh()

    def render(self) -> Content:
        return Content("\n").join(draw(self, line, "calendar") for line in calendar_lines(self.view))

    def on_click(self, event: events.Click) -> None:
        """Replace the typed date by the clicked day, and choose it."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        week, column = offset.y - TOP, (offset.x - MARGIN) // CELL
        day = self.view.first + timedelta(days=7 * week + column)
        if 0 <= week < WEEKS and 0 <= column < 7 and self.view.shows(day) and day <= self.view.today:
            self.type(None)
            self.go(day)
            self.post_message(ActionAsked("date.day"))


class CalendarScreen(ModalScreen[None]):
    """The calendar over the list; with `since` the user chooses the day to fetch from.

    The app reads its keys, as on the main screen. Digits type a date, and so do letters without a binding.
    """

    CSS_PATH = stylesheet("calendar")

    def __init__(
        self, states: States, day: date, today: date, glyphs: Glyphs, keymap: Keymap, *, since: bool = False
    ) -> None:
        super().__init__()
        # Where only a column or two of the list would show beside it, it stands alone.
        self.HORIZONTAL_BREAKPOINTS = [(0, "-alone"), (70, "-over")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]
        self.since = since
        self._keymap = keymap
        self.set_class(glyphs is ASCII, "-ascii")
        self.month = Month(states, CalendarView(day, today, is_since=since, glyphs=glyphs))

    def compose(self) -> ComposeResult:
        from textual.containers import Container

        with Container(id="calendar"):
            yield self.month
            yield Hints(self._keymap, since=self.since)

    def move(self, *, days: int = 0, months: int = 0) -> None:
        """Move the cursor by days and months, back if negative; in a shorter month to its last day."""
        day = self.month.view.day
        for _ in range(abs(months)):
            month = period_containing("month", day).later if months > 0 else period_containing("month", day).earlier
            day = min(month.first + timedelta(days=day.day - 1), month.last)
        self.go(day + timedelta(days=days))

    def go(self, day: date) -> None:
        """Move the cursor to a day."""
        self.month.type(None)
        self.month.go(day)

    def type(self, key: str, character: str | None) -> bool:
        """Take a key that writes a date; return False for keys that mean something else."""
        typed = self.month.view.typed
        is_text = bool(character and (character.isalnum() or (character in " -" and typed)))
        if typed is None and (not is_text or (character,) in self._keymap.resolve("calendar")):
            return False
        if key in ("backspace", "ctrl+h"):
            self.month.type((typed or "")[:-1] or None)
        elif key == "escape":
            self.month.type(None)
        elif key == "ctrl+u":
            self.month.type("")
        elif is_text and character:
            self.month.type(f"{typed or ''}{character}"[:LONGEST_TYPED])
        else:
            return False
        return True

    def chosen(self, kind: PeriodKind | None) -> Period | None:
        """Return the typed period, else the day under the cursor, or its week or month; None for an invalid date."""
        view = self.month.view
        if view.typed:
            period, _ = read_typed(view.typed, view.today)
            return period_containing(kind, period.first) if period and kind else period
        return period_containing(kind or "day", view.day)


class Hints(KeyLines):
    """The line of the calendar's keys, which can be clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"calendar--key", "calendar--quiet"}

    def __init__(self, keymap: Keymap, *, since: bool) -> None:
        super().__init__()
        without = {"date.week", "date.month"} if since else set()
        keys = keymap.hints("calendar", WIDTH, without)
        self._keys = [(key, "fetch since" if since and word == "day" else word) for key, word in keys]

    def shown_lines(self) -> Sequence[Line]:
        """Return the line as it is drawn."""
        line: list[Piece] = []
        for key, word in self._keys:
            line += [Piece("  " if line else ""), key_piece(key), key_piece(key, f" {word}", "quiet")]
        return (cut_line(tuple(line), WIDTH),)

    def render(self) -> Content:
        return draw(self, self.shown_lines()[0], "calendar")
