"""The widgets of one or two lines: above the panes, below them, and the filter where there is no room for its pane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from reader.core.lines import Line, piece_at
from reader.ui.filter.strip_line import STRIP_ROLES, Strip, strip_line
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import PRESS
from reader.ui.kit.styled_text import draw
from reader.ui.shell.header_line import EDIT_QUERY, HEADER_ROLES, Header, header_line
from reader.ui.shell.status_lines import STATUS_ROLES, Status, status_lines


class Reported(Message):
    """What a widget reports of the mouse for a feature to answer: see `answers` in `ui/shell/handlers.py`."""


@dataclass
class ActionAsked(Message):
    """A click asks for an action of the table."""

    id: str


class KeyLines(Widget):
    """A widget whose lines have pieces with keys."""

    @dataclass
    class KeyClicked(Message):
        """The user clicked a key."""

        key: str
        """The key, as it is displayed."""

    def shown_lines(self) -> Sequence[Line]:
        """Return the lines as they are drawn."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """Report a click on a key."""
        lines, place = self.shown_lines(), event.get_content_offset(self)
        piece = piece_at(lines[place.y], place.x) if place is not None and place.y < len(lines) else None
        if piece is not None and piece.action is not None and piece.action[0] == PRESS:
            event.stop()
            self.post_message(KeyLines.KeyClicked(piece.action[1]))


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


class FilterStrip(Widget):
    """Draws `strip_line`; a click anywhere opens or closes the pane."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"strip--{role}" for role in STRIP_ROLES}

    class Clicked(Message):
        """The user wants to open or close the pane."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._strip = Strip()

    def show(self, strip: Strip) -> None:
        """Show the filters of the list."""
        if strip != self._strip:
            self._strip = strip
            self.refresh()

    def render(self) -> Content:
        return draw(self, strip_line(self._strip, self.size.width, self._glyphs), "strip")

    def on_click(self, event: events.Click) -> None:
        """Report a click anywhere on the line."""
        event.stop()
        self.post_message(self.Clicked())
