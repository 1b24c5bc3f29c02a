"""Every workaround for Textual, each with its version and symptom.

Each has a test that fails once Textual no longer needs it; the workaround goes then.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class ControlNet(LineFilter):
    """Replaces control characters in all that is drawn by blanks, which leaves every column where it is.

    Textual 8.2.8 writes them straight to the terminal, which obeys them. All foreign text is cleaned long before, so
    this is a net that should never catch anything.
    """

    _CAUGHT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without their control characters."""
        if not self._CAUGHT.search("".join([text for text, _, _ in segments])):
            return segments
        return [
            Segment(set_cell_size(self._CAUGHT.sub("", text), cell_len(text)), style, control)
            if self._CAUGHT.search(text)
            else Segment(text, style, control)
            for text, style, control in segments
        ]
