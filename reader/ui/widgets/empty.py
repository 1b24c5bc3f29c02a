"""The pane that replaces an empty list."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from reader.ui.text.empty_lines import EmptyKeys, EmptyReason, empty_state
from reader.ui.text.lines import Line, fill
from reader.ui.text.styled_text import draw


class Empty(Widget):
    """Shows, centred, why the list is empty and which keys help."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"empty--what", "empty--why", "empty--term", "empty--key"}

    def __init__(self, keys: EmptyKeys | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._keys = keys or EmptyKeys()
        self._lines: tuple[Line, ...] = ()

    def show(self, reason: EmptyReason) -> None:
        """Show why the list is empty, and which keys help."""
        self._lines = empty_state(reason, self._keys)
        self.refresh()

    def render(self) -> Content:
        width = self.content_size.width
        rows = [row for line in self._lines for row in fill(line, width)]
        return Content("\n").join(draw(self, row, "empty") for row in rows)
