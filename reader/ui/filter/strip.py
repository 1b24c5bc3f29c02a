"""The widget of the filter in one line, where there is no room for its pane."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from reader.ui.filter.strip_line import STRIP_ROLES, Strip, strip_line
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.styled_text import draw


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
