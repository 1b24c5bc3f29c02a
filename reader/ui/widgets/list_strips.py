"""The drawn lines of a list, kept for the next paint."""

from __future__ import annotations

from collections.abc import Callable

from textual.strip import Strip

from reader.ui.text.lines import Line
from reader.ui.text.list_lines import Content, ListLook, PaperAt, draw_content
from reader.ui.text.styled_text import PLAIN

KEPT = 2_000
"""Maximum number of contents with drawn lines."""


class ListStrips:
    """Draws papers, headings and the end in one look; what was drawn before is not drawn again."""

    def __init__(self, look: ListLook, columns: Callable[[], int], strip: Callable[[Line, str], Strip]) -> None:
        """`columns` are asked for only to draw; `strip` draws a line with a role laid over it."""
        self.look = look
        self._columns = columns
        self._strip = strip
        # By the type too: a heading may equal an end.
        self._kept: dict[tuple[type[Content], Content], tuple[Strip, ...]] = {}

    def change_look(self, look: ListLook) -> None:
        """Draw in another look from now on."""
        if look != self.look:
            self.look = look
            self.forget()

    def of(self, content: Content) -> tuple[Strip, ...]:
        """Return the lines of a content."""
        key = type(content), content
        strips = self._kept.get(key)
        if strips is None:
            over = "highlighted" if isinstance(content, PaperAt) and content.is_highlighted else PLAIN
            strips = tuple(self._strip(line, over) for line in draw_content(content, self._columns(), self.look))
            if len(self._kept) >= KEPT:
                self.forget()
            self._kept[key] = strips
        return strips

    def forget(self) -> None:
        """Drop all lines: the width or the colours have changed."""
        self._kept.clear()
