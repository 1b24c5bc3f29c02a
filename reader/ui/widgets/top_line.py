"""The first line: the place, the query, the counts of papers, and the time of the last refresh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut_line, literal, measure, spread
from reader.ui.text.query_text import QUERY_ROLES, query_pieces
from reader.ui.text.styled_text import draw

_PROGRAM = "dailypapers"
_GAP = 3
_LEAST_QUERY = 12
"""Minimum cells for a query; with fewer it is not shown."""


class Whereabouts(NamedTuple):
    """The content of the first line."""

    place: str = ""
    """The view's or the day's name."""
    query: str = ""
    shown: int | None = None
    """Number of matching papers; None while unknown."""
    total: int | None = None
    """Number of papers in the place without the query."""
    approximate: bool = False
    """Whether `shown` is an estimate; it is until the papers are counted."""
    refreshed: str | None = None
    """The time of the last refresh, as text."""
    progress: str | None = None
    """The progress of a refresh, such as `day 3 of 7`; None while none runs."""


class TopLine(Widget):
    """One line above the panes; a narrow one drops the program's name first, then the time, then the total."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "top--quiet",
        "top--place",
        "top--count",
        "top--spinner",
        *(f"top--{role}" for role in QUERY_ROLES),
    }

    class EditQuery(Message):
        """The user clicked the query, or its empty place."""

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        spin: float | None = 0.4,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`spin` is the seconds between two signs of the spinner; None keeps it still."""
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._spin = spin
        self._spinner: Timer | None = None
        self._turn = 0
        self._here = Whereabouts()
        self._query_at = range(0)

    def show(self, here: Whereabouts) -> None:
        """Show a place."""
        if here == self._here:
            return
        self._here = here
        if (here.progress is not None) != self.is_turning:
            self._turn_spinner(here.progress is not None)
        self.refresh()

    @property
    def is_turning(self) -> bool:
        """Whether the spinner is turning."""
        return self._spinner is not None

    def render(self) -> Content:
        width = self.size.width
        left, query, right = self._fitting(width)
        # The empty middle belongs to the query: a click there opens the query line.
        self._query_at = range(measure(left), width - measure(right))
        gap: Line = (Piece(" " * _GAP),) if query and right else ()
        return draw(self, cut_line(spread(left, (*query, *gap, *right), width), width), "top")

    def on_click(self, event: events.Click) -> None:
        """Report a click on the query."""
        if event.x in self._query_at:
            event.stop()
            self.post_message(self.EditQuery())

    def _fitting(self, width: int) -> tuple[Line, Line, Line]:
        """Return the left part, the query and the right part, as long as the width allows."""
        query = query_pieces(self._here.query)
        left: Line = ()
        right: Line = ()
        for left, right in self._choices():
            room = width - measure(left) - measure(right) - (2 * _GAP if query else 1)
            if measure(query) <= room:
                return left, query, right
        room = width - measure(left) - measure(right) - 2 * _GAP
        if room >= _LEAST_QUERY:
            return left, cut_line(query, room, self._glyphs.ellipsis), right
        room = width - measure(right) - 1
        return cut_line(left, max(0, room), self._glyphs.ellipsis), (), right

    def _choices(self) -> Iterator[tuple[Line, Line]]:
        """Yield left and right parts, the fullest first."""
        name: Line = (Piece(f" {_PROGRAM}  ", "quiet"),)
        place: Line = (Piece(" "), Piece(literal(self._here.place), "place"))
        for age in (self._age(True), self._age(False)):
            counts = list(self._counts(age))
            yield (*name, *place), counts[0]
            yield place, counts[0]
        yield place, counts[-1]

    def _counts(self, age: Line) -> Iterator[Line]:
        """Yield the counts of matching and of all papers, with `age`; then only the matching ones."""
        here, end = self._here, Piece(" ")
        dot: Line = (Piece(f" {self._glyphs.dot} ", "quiet"),) if age else ()
        if here.shown is None:
            yield (*age, end) if age else ()
            return
        shown = f"{'~' if here.approximate else ''}{here.shown:,}"
        papers = " paper" if here.shown == 1 else " papers"
        all_shown = here.total is None or here.total == here.shown
        beside = papers if all_shown else f" of {here.total:,}"
        yield Piece(shown, "count"), Piece(beside, "quiet"), *dot, *age, end
        yield Piece(shown, "count"), end

    def _age(self, full: bool) -> Line:
        """Return the progress of the refresh, or the time of the last one; only the spinner unless `full`."""
        here = self._here
        if here.progress is not None:
            sign = Piece(self._glyphs.spinner[self._turn % len(self._glyphs.spinner)], "spinner")
            return (sign, Piece(f" {literal(here.progress)}", "quiet")) if full else (sign,)
        if here.refreshed and full:
            return (Piece(f"{self._glyphs.refreshed} {literal(here.refreshed)}", "quiet"),)
        return ()

    def _turn_spinner(self, on: bool) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None
        if on and self._spin is not None and self.app.animation_level != "none":
            self._spinner = self.set_interval(self._spin, self._step)

    def _step(self) -> None:
        self._turn += 1
        self.refresh()
