"""The first line: `header_line` with a turning spinner and the mouse."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.header_line import EDIT_QUERY, HEADER_ROLES, Header, header_line
from reader.ui.text.lines import Line, piece_at
from reader.ui.text.styled_text import draw


class TopLine(Widget):
    """One line above the panes."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"top--{role}" for role in HEADER_ROLES}

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
        self._header = Header()

    def show(self, header: Header) -> None:
        """Show a place."""
        if header == self._header:
            return
        self._header = header
        is_busy = header.condition.kind == "busy"
        if is_busy != self.is_turning:
            self._turn_spinner(is_busy)
        self.refresh()

    @property
    def is_turning(self) -> bool:
        """Whether the spinner is turning."""
        return self._spinner is not None

    @property
    def _line(self) -> Line:
        return header_line(self._header, self.size.width, self._glyphs, self._turn)

    def render(self) -> Content:
        return draw(self, self._line, "top")

    def on_click(self, event: events.Click) -> None:
        """Report a click on the query."""
        piece = piece_at(self._line, event.x)
        if piece is not None and piece.action == EDIT_QUERY:
            event.stop()
            self.post_message(self.EditQuery())

    def _turn_spinner(self, on: bool) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None
        if on and self._spin is not None and self.app.animation_level != "none":
            self._spinner = self.set_interval(self._spin, self._step)

    def _step(self) -> None:
        self._turn += 1
        self.refresh()
