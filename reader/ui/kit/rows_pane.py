"""A pane of rows with a cursor: help, the palette, reasons, and what a command has printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from reader.ui.kit.line_widgets import PLAIN, Reported
from reader.ui.kit.lines import Row
from reader.ui.kit.pane import Pane

Compose = Callable[[int], Sequence[Row]]
"""Makes the rows for a number of cells."""


class RowsPane(Pane):
    """Rows that are composed for the pane's width, with a cursor on those that are about something."""

    def __init__(self, compose: Compose = lambda _width: (), moved: Callable[[], object] = lambda: None) -> None:
        """`moved` is called after each move of the cursor."""
        super().__init__()
        self._compose_rows = compose
        self._moved = moved
        self._rows: Sequence[Row] = ()
        self.at = 0
        """The cursor's row."""

    def show(self, compose: Compose, at: int | None = None) -> None:
        """Show other rows with the cursor at one of them, by default where it was."""
        self._compose_rows = compose
        self._compose_all(at)

    def on_resize(self) -> None:
        self._compose_all(None)

    def _compose_all(self, at: int | None) -> None:
        name = self._rows[self.at].name if self.at < len(self._rows) else None
        self._rows = self._compose_rows(max(1, self.columns - 2)) if self.size else ()
        self.virtual_size = Size(self.columns, len(self._rows))
        same = (place for place, row in enumerate(self._rows) if name is not None and row.name == name)
        self.go(next(same, self.at) if at is None else at)

    @property
    def current(self) -> Any:
        """What the cursor's row is about; None if it is out of view, or there is none."""
        return self._rows[self.at].about if self._is_in_view(self.at) and self.at < len(self._rows) else None

    @property
    def _stops(self) -> list[int]:
        return [at for at, row in enumerate(self._rows) if row.about is not None]

    def _is_in_view(self, at: int) -> bool:
        return 0 <= at - self.scroll_offset.y < self.size.height

    def go(self, at: int) -> None:
        """Put the cursor on the nearest row to go to, and show it unless it is more than a screen away."""
        stops = self._stops
        self.at = min(stops, key=lambda stop: abs(stop - at), default=0)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if stops and abs(self.at - at) < height:
            # With the first row to go to, the headings above it are shown.
            is_first = self.at == stops[0] and self.at < height
            self._scroll(0 if is_first else min(self.at, max(top, self.at - height + 1)))
        self.refresh()
        self._moved()

    def scroll_lines(self, count: int) -> bool:
        """Go down by rows, up if negative; where the next row to go to is out of view, scroll."""
        top, height = self.scroll_offset.y, self.size.height
        is_seen = self._is_in_view(self.at)
        here = self.at if is_seen else top - 1 if count > 0 else top + height
        ahead = [stop for stop in self._stops if (stop > here if count > 0 else stop < here)]
        if abs(count) == 1 and ahead and top - 1 <= (following := ahead[0 if count > 0 else -1]) <= top + height:
            self.go(following)
            return False
        is_at_end = super().scroll_lines(count)
        if abs(count) > 1 and is_seen:
            self.go(self.at + count)
        self.refresh()
        return is_at_end and not ahead

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        row = self._rows[at] if at < len(self._rows) else Row(())
        return self._strip(row.line, "cursor" if at == self.at and row.about is not None else PLAIN, margin=1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        at = -1 if offset is None else offset.y + self.scroll_offset.y
        if at in self._stops:
            event.stop()
            self.go(at)
            self.post_message(Reported("key", "enter"))
