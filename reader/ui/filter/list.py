"""The rows of the filter pane in one column, with a cursor."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual.geometry import Region, Size
from textual.strip import Strip

from reader.core.lines import Line
from reader.ui.filter.lines import draw_heading, draw_row
from reader.ui.filter.rows import (
    FilterData,
    FilterState,
    Kind,
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
