"""The pane that replaces an empty list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widget import Widget

from reader.core.lines import Line, cut_line, fill, measure, spread
from reader.ui.kit.styled_text import draw

if TYPE_CHECKING:
    from reader.ui.list.empty_lines import EmptyReason


class Empty(Widget):
    """Shows, centred, why the list is empty and which keys help."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"empty--what", "empty--why", "empty--term", "empty--key", "empty--kept"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()

    def show(self, reason: EmptyReason, key: Callable[[str], str], on_paper: Callable[[str], str]) -> None:
        """Show why the list is empty, and which keys help: `key` has those that act here, `on_paper` on a paper."""
        # Most lists are not empty, and the first keys would wait for the import (6 ms).
        from reader.ui.list.empty_lines import empty_state

        self._lines = empty_state(reason, key, on_paper)
        self.refresh()

    def render(self) -> Content:
        from reader.ui.list.empty_lines import KEPT

        width = self.content_size.width
        longest = max((measure(line) for line in self._lines if line[0].role == KEPT), default=0)
        rows: list[Line] = []
        for line in self._lines:
            if line[0].role == KEPT:
                # Of one width, so that the lines of the block begin below each other in the middle.
                rows.append(spread(cut_line(line, width), (), min(longest, width)))
            else:
                rows += fill(line, width)
        return Content("\n").join(draw(self, row, "empty") for row in rows)
