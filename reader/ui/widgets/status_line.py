"""The last line: `status_lines` with the mouse; it grows to two lines for a prompt that needs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.content import Content

from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line
from reader.ui.text.status_lines import STATUS_ROLES, Status, status_lines
from reader.ui.text.styled_text import draw
from reader.ui.widgets.key_lines import KeyLines


class StatusLine(KeyLines):
    """The line below the panes, which give up rows while it needs more than one."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"status--{role}" for role in STATUS_ROLES}

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._status = Status()
        self._lines: tuple[Line, ...] = ()
        self._drawn_for: object = None

    def show(self, status: Status) -> None:
        """Show keys, a prompt, or what just happened."""
        if status != self._status:
            self._status = status
            self._fit(self.size.width)
            # A paint composes all panes again, which takes 5 ms, so an unchanged line is not painted.
            self.refresh()

    @property
    def said(self) -> str:
        """The whole text at the right."""
        return self._status.said

    def on_resize(self, event: events.Resize) -> None:
        """Take as many rows as the content needs in the new width."""
        self._fit(event.size.width)

    def render(self) -> Content:
        return Content("\n").join(draw(self, line, "status") for line in self.shown_lines())

    def shown_lines(self) -> Sequence[Line]:
        """Return the lines as they are drawn."""
        return self._drawn(self.size.width)

    def _fit(self, width: int) -> None:
        rows = len(self._drawn(width)) if width else 1
        if rows != (self.styles.height.value if self.styles.height else 1):
            self.styles.height = rows

    def _drawn(self, width: int) -> tuple[Line, ...]:
        if (self._status, width) != self._drawn_for:
            self._drawn_for = self._status, width
            self._lines = status_lines(self._status, width, self._glyphs)
        return self._lines
