"""The rows of the filter pane in one column, with a cursor."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual.geometry import Region, Size
from textual.strip import Strip

from reader.core.lines import Line, Piece, cell_len, cut, literal, measure, spread
from reader.core.topics.trends import WEEKS, percent, spark
from reader.session.places import TopicOrder
from reader.ui.filter.rows import (
    FilterData,
    FilterState,
    Kind,
    Mark,
    Row,
    heading_above,
    last_of_group,
    lay_out,
    moved,
    place_of,
)
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.pane import Pane
from reader.ui.kit.styled_text import PLAIN

SHORTCUT_ROOM = 9
"""Minimum cells of a name with its key."""

NAME_ROOM = 15
"""Minimum cells of a topic's name next to its sparkline."""


def draw_row(row: Row, width: int, state: FilterState, glyphs: Glyphs, at_cursor: bool) -> Line:
    """Draw a row in `width` cells: cursor, sign, name, and at the right its sparkline and number."""
    bar = Piece(glyphs.cursor, "mark") if at_cursor else Piece(" ")
    right = _right(row, width, state.order, glyphs)
    room = width - 3 - measure(right)
    shortcut = f" {row.shortcut}" if row.shortcut and room >= SHORTCUT_ROOM else ""
    name = cut(literal(row.text), room - len(shortcut), glyphs.ellipsis)
    left: Line = (bar, _sign(row, glyphs), Piece(" "), Piece(name, _role(row)))
    if shortcut:
        left = (*left, Piece(shortcut, "nothing"))
    return spread(left, right, width)


def draw_heading(row: Row, width: int, state: FilterState, glyphs: Glyphs, here: bool) -> Line:
    """Draw a heading in `width` cells, `here` if the cursor is below it; the topics' heading names their order."""
    left: Line = (Piece(" "), Piece(row.text, "heading-here" if here else "heading"))
    if row.key != "topics":
        return left
    if state.narrowed:
        typed = cut(state.narrowed, width - 10, glyphs.ellipsis)
        return (*left, Piece("  "), Piece("/", "mark"), Piece(typed, "typed"))
    if state.order != "family":
        left = (*left, Piece(f"  {'rising' if state.order == 'rising' else 'by papers'}", "count"))
    return spread(left, (Piece(f"{state.choice.mode} {glyphs.unfolded} ", "count"),), width)


def meaning(row: Row, glyphs: Glyphs) -> str:
    """Return the hint for a row: a topic's sparkline, its rise, and its meaning."""
    if not row.weeks:
        return row.about
    moves = f"{spark(row.weeks, glyphs.spark)} {percent(row.rising)}"
    return f"{moves} · {row.about}" if row.about else moves


def _right(row: Row, width: int, order: TopicOrder, glyphs: Glyphs) -> Line:
    """Return the right part of a row: its number, and by rise a topic's sparkline and growth in place of it."""
    if order == "rising" and row.weeks:
        return _rise(row, width, glyphs)
    counted = _count(row, glyphs)
    return (Piece(" "), *counted, Piece(" ")) if counted else (Piece(" "),)


def _rise(row: Row, width: int, glyphs: Glyphs) -> Line:
    """A topic's sparkline and growth; in a narrow pane only the sparkline, as the topic's hint has the growth."""
    # Numbers have a column of five cells, which aligns the sparklines before them.
    number = f" {percent(row.rising):>5} "
    room = width - 3 - max(NAME_ROOM, cell_len(row.text)) - len(number) - 1
    if room < WEEKS // 2:
        return (Piece(" "), Piece(spark(row.weeks, glyphs.spark, WEEKS // 2), "spark"), Piece(" "))
    line = spark(row.weeks, glyphs.spark, WEEKS if room >= WEEKS else WEEKS // 2)
    return (Piece(" "), Piece(line, "spark"), Piece(number, "count" if row.count else "nothing"))


def _count(row: Row, glyphs: Glyphs) -> Line:
    """The number of a row's papers, the unread ones before it: `12/34`; of a day that is only partly here, `12/34+`."""
    if row.count is None:
        return ()
    count = f"{row.count:,}{'+' if row.is_partial else ''}"
    if row.unread is not None:
        return (Piece(f"{row.unread:,}", "unread" if row.unread else "nothing"), Piece(f"/{count}", "nothing"))
    if row.is_partial:
        return (Piece(count, "nothing"),)
    if not row.count and row.kind is not Kind.VIEW:
        return (Piece(glyphs.nothing, "nothing"),)
    role = "count" if row.count else "nothing"
    return (Piece(count, role),)


def _sign(row: Row, glyphs: Glyphs) -> Piece:
    marks = {
        Mark.NONE: (" ", "name"),
        Mark.CHOSEN: (glyphs.here, "mark"),
        Mark.OPEN: (glyphs.unfolded, "quiet"),
        Mark.FOLDED: (glyphs.folded, "quiet"),
        Mark.PICKED: (glyphs.picked, "mark"),
        Mark.EXCLUDED: (glyphs.excluded, "mark"),
        Mark.IMPLIED: (glyphs.implied, "mark"),
    }
    return Piece(*marks[row.mark])


def _role(row: Row) -> str:
    """Return the role of a row's text."""
    if row.mark in (Mark.PICKED, Mark.CHOSEN):
        return "picked"
    if row.mark is Mark.EXCLUDED:
        return "excluded"
    if row.mark is Mark.IMPLIED:
        return "implied"
    if row.kind is Kind.FAMILY:
        return "family"
    return "quiet" if row.quiet else "name"


_ROLES = (
    "cursor", "heading", "heading-here", "name", "quiet", "family", "count", "unread", "nothing", "mark", "picked",
    "excluded", "typed", "spark", "implied",
)  # fmt: skip


class FilterList(Pane, inherit_bindings=False):
    """Views, days, tags and topics, laid out from data and a state; a subclass changes the state.

    `_tell_row` is called when the row under the cursor, or what it says, may be another.
    """

    PREFIX = "filter"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"filter--{role}" for role in _ROLES}

    def __init__(self, glyphs: Glyphs, state: FilterState, *, id: str | None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._data = FilterData()
        self._state = state
        self._rows: tuple[Row, ...] = ()
        self._cursor = 0
        self._strips: dict[int, Strip] = {}

    def _tell_row(self) -> None:
        """Tell others of the row under the cursor; by itself, nobody."""

    def show(self, data: FilterData) -> None:
        """Show other data; the cursor stays on its row if the row still exists."""
        self._data = data
        self._lay_out()

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in view or not."""
        return self._rows

    # Moving

    def move(self, delta: int) -> None:
        """Move the cursor down by `delta` rows, up if negative; it stops at the ends."""
        self._move_cursor(moved(self._rows, self._cursor, delta))

    def to_first(self) -> None:
        """Move the cursor to the first row."""
        self.move(-len(self._rows))

    def to_last(self) -> None:
        """Move the cursor to the last row."""
        self.move(len(self._rows))

    # Drawing

    def render_line(self, y: int) -> Strip:
        index = self.scroll_offset.y + y
        if index >= len(self._rows):
            return Strip.blank(self.columns, self._style())
        strip = self._strips.get(index)
        # A new size is drawn before it is told.
        if strip is None or strip.cell_length != self.columns:
            row = self._rows[index]
            at_cursor = index == self._cursor and self.has_focus and row.selectable
            line = self._line(row, self.columns, at_cursor)
            strip = self._strips[index] = self._strip(line, "cursor" if at_cursor else PLAIN)
        return strip

    def _repaint(self, *indexes: int) -> None:
        """Draw these rows again, or all rows."""
        if not indexes:
            self._strips.clear()
            self.refresh()
        for index in indexes:
            self._strips.pop(index, None)
            self.refresh_line(index)

    def notify_style_update(self) -> None:
        """Drop lines drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def _line(self, row: Row, width: int, at_cursor: bool) -> Line:
        if row.kind is not Kind.HEADING:
            return draw_row(row, width, self._state, self._glyphs, at_cursor)
        here = self.has_focus and row.key == heading_above(self._rows, self._cursor)
        return draw_heading(row, width, self._state, self._glyphs, here)

    def on_resize(self) -> None:
        self._reveal()

    # Changes

    def _set_state(self, state: FilterState) -> None:
        if state != self._state:
            self._state = state
            self._lay_out()
            self._repaint()

    def _lay_out(self) -> None:
        before, current, line = self._rows, self.current, self._cursor - self.scroll_offset.y
        self._rows = lay_out(self._data, self._state)
        self.virtual_size = Size(0, len(self._rows))
        self._cursor = place_of(self._rows, current, self._cursor)
        # Rows come and go with the counts; the cursor's row stays where it is on the screen.
        self.scroll_to(y=self._cursor - line if before else 0, animate=False, force=True)
        self._reveal()
        for index, (old, new) in enumerate(zip_longest(before, self._rows)):
            if old != new:
                self._repaint(index)
        self._tell_row()

    def _move_cursor(self, index: int) -> None:
        before, self._cursor = self._cursor, index
        section_changed = heading_above(self._rows, before) != heading_above(self._rows, index)
        self._reveal()
        if section_changed:
            self._repaint()
        else:
            self._repaint(before, index)
        self._tell_row()

    def _reveal(self) -> None:
        """Scroll just enough to show the cursor; with the first row, also show the headings above it."""
        if not self._rows or not self.size.height:
            return
        first = next((index for index, row in enumerate(self._rows) if row.selectable), 0)
        top = 0 if self._cursor <= first else self._cursor
        self.scroll_to_region(Region(0, top, 1, self._cursor - top + 1), animate=False, force=True)

    def _reveal_group(self) -> None:
        """Scroll to show as much as fits of the topics below the cursor's row, which were unfolded."""
        top = max(self.scroll_offset.y, last_of_group(self._rows, self._cursor) + 1 - self.size.height)
        self.scroll_to(y=min(top, self._cursor), animate=False, force=True)
