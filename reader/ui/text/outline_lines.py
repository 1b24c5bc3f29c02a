"""The lines of an outline."""

from __future__ import annotations

from collections.abc import Sequence

from reader.core.document.model import Heading
from reader.ui.text.full_text_lines import heading_title
from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Line, Piece, cut_line

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
