"""A command of the palette in one line: its name, what it does, and its keys."""

from __future__ import annotations

from rich.cells import cell_len

from reader.ui.text.finder import Finder
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut, literal, measure, spread

NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from the sentence after it."""

SHORT = 16
"""Maximum cells of a text after a name, such as a day, before which the name is cut."""

_LEAST_ABOUT = 12


def command_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """Return a line of `width` cells, with the typed words marked in the name, and the keys at its end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "keys"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= SHORT:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*_marked(name, finder), Piece(" " * (min(NAME_COLUMN, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(_LEAST_ABOUT, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


def _marked(name: str, finder: Finder) -> Line:
    """The name, with the typed words marked."""
    pieces, done = [], 0
    for start, end in sorted(finder.spans(name)):
        if start >= done:
            pieces += [Piece(name[done:start], "name"), Piece(name[start:end], "name hit")]
            done = end
    return tuple(piece for piece in (*pieces, Piece(name[done:], "name")) if piece.text)
