"""The pane with the outline of a full text. The state has its cursor; the pane draws it, and reports the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from reader.core.document.model import Heading
from reader.core.lines import Line, Piece, cut_line
from reader.ui.full_text.lines import heading_title
from reader.ui.full_text.outline import Outline
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.pane import Pane
from reader.ui.kit.styled_text import PLAIN

OUTLINE_ROLES = ("section", "part", "number", "sign", "here", "cursor", "highlighted")
"""The roles of the lines' pieces."""

DEEPEST = 5
"""Levels that are indented."""


def outline_line(heading: Heading, width: int, glyphs: Glyphs, *, is_folded: bool, is_here: bool) -> Line:
    """A section: its number and title, indented by its level, with a sign if its parts are folded."""
    level = min(heading.level, DEEPEST)
    sign = f"{glyphs.folded} " if is_folded else "  "
    role = "here" if is_here else "section" if level == 1 else "part"
    number = f"{heading.number.rstrip('.')} " if heading.number else ""
    title = " ".join(heading_title(heading).split())
    line: Line = (
        Piece(" " * 2 * (level - 1)),
        Piece(sign, "sign"),
        Piece(number, "here" if is_here else "number"),
        Piece(title, role),
    )
    return cut_line(tuple(piece for piece in line if piece.text), width, glyphs.ellipsis)


def first_row(rows: Sequence[int], cursor: int, height: int) -> int:
    """The first row in view, so that the cursor's is in the middle where that leaves no gap at an end."""
    place = rows.index(cursor) if cursor in rows else 0
    return max(0, min(place - height // 2, len(rows) - height))


class OutlinePane(Pane, inherit_bindings=False):
    """The sections that no fold hides; the one that is read is marked, or the cursor while keys act here."""

    PREFIX = "outline"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"outline--{role}" for role in OUTLINE_ROLES}

    @dataclass
    class Chosen(Message):
        """The user clicked a section."""

        index: int

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._outline = Outline()
        self._here = 0
        self._rows: list[int] = []

    def show(self, outline: Outline, here: int) -> None:
        """Show an outline; `here` is the section that is being read."""
        if (outline, here) == (self._outline, self._here):
            return
        if outline.folded != self._outline.folded or outline.sections is not self._outline.sections:
            self._rows = outline.shown
        self._outline, self._here = outline, here
        self._place()

    def _place(self) -> None:
        size = Size(self.columns, len(self._rows))
        if size != self.virtual_size:
            self.virtual_size = size
        cursor = self._outline.cursor if self._outline.is_open else self._here
        self.scroll_to(y=first_row(self._rows, cursor, self.size.height), animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        """Show the cursor's part."""
        self._place()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        if row >= len(self._rows):
            return Strip.blank(self.columns, self._style())
        index, outline = self._rows[row], self._outline
        is_cursor = outline.is_open and index == outline.cursor
        line = outline_line(
            outline.sections[index].heading,
            self.columns - 1,
            self._glyphs,
            is_folded=index in outline.folded,
            is_here=index == self._here,
        )
        bar = Piece(self._glyphs.cursor if is_cursor else " ", "cursor")
        return self._strip((bar, *line), "highlighted" if is_cursor else PLAIN)

    def on_click(self, event: events.Click) -> None:
        """Report a click on a section."""
        row = event.y + self.scroll_offset.y
        if row < len(self._rows):
            event.stop()
            self.post_message(self.Chosen(self._rows[row]))
