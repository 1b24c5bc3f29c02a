"""Lines that show keys: a click on a key presses it, as a phone without such keys needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widget import Widget

from reader.ui.text.lines import PRESS, Line, piece_at


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
