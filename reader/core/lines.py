"""Lines of styled pieces of text, drawn literally, cut and wrapped to a width. All widths are in terminal cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from types import ModuleType
from typing import NamedTuple, TypeAlias

UNBROKEN = "\u00a0"
"""A space at which no line breaks; drawn as a plain space."""

FOLLOW = "follow"
"""The action of a click on a reference; its argument is the target."""

_WORD = re.compile(r"[^ ]+")
_NARROW = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e]*")
"""Text of characters that all take one cell."""

_VARIATION_SELECTOR = "\ufe0f"


class Piece(NamedTuple):
    """A run of text in one style."""

    text: str
    role: str = "text"
    """The kind of text, such as `title` or `people`; each widget has a style for each role."""
    hit: bool = False
    """Whether it is a search match."""
    action: tuple[str, str] | None = None
    """The action of a click on it, such as `("link", "https://…")`."""


Line: TypeAlias = tuple[Piece, ...]


# Width


def cell_len(text: str) -> int:
    """The cells that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    cells: int = _cells().cell_len(text)
    return cells


@cache
def _cells() -> ModuleType:
    """Rich's cell measurement, imported late: the core is also used where nothing is drawn."""
    import rich.cells

    return rich.cells


def measure(line: Iterable[Piece]) -> int:
    """The width of a line."""
    return sum(cell_len(piece.text) for piece in line)


def _head(text: str, room: int) -> str:
    """The longest beginning that fits in `room` cells, without splitting a wide character or losing an accent."""
    if text.isascii():
        return text[:room]
    size = _cells().get_character_cell_size
    for index, char in enumerate(text):
        room -= size(char)
        if room < 0:
            return text[:index]
    return text


# What is safe to draw


def literal(text: str) -> str:
    """A text as one line that is safe to draw: each character has a shape, and one width in all terminals.

    Control and format characters are removed, and so are joiners and variation selectors, whose width depends on the
    terminal. All spaces become plain ones; a character without a shape becomes `�`.
    """
    if text.isprintable() and _VARIATION_SELECTOR not in text:
        return text
    return "".join(_drawable(char) for char in text)


@lru_cache(1024)
def _drawable(char: str) -> str:
    if char == _VARIATION_SELECTOR:
        return ""
    if char.isprintable():
        return char
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in {"Cc", "Cf"} else "\ufffd"


# Cut


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """Shorten a text to at most `width` cells, with an ellipsis if anything is left out."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room < 0:
        return ""
    return _head(text, room).rstrip(" ") + ellipsis


def fit(text: str, width: int) -> str:
    """Cut or pad a text to exactly `width` cells."""
    kept = cut(text, width)
    return kept + " " * (width - cell_len(kept))


def cut_line(line: Line, width: int, ellipsis: str = "…") -> Line:
    """Shorten a line at its end to at most `width` cells."""
    if measure(line) <= width:
        return line
    kept: list[Piece] = []
    room = width
    for piece in line:
        size = cell_len(piece.text)
        if size + len(ellipsis) > room:
            # The piece ends in an ellipsis even if it fits, because more follows.
            kept.append(piece._replace(text=cut(piece.text + ellipsis, room, ellipsis)))
            break
        kept.append(piece)
        room -= size
    return tuple(kept)


# Wrap


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Break a text into lines of at most `width` cells; a width below 2 counts as 2.

    Returns each line's (start, end) in the text, with only spaces between lines. Words longer than a line, and text in
    wide characters, break anywhere; a character keeps its accents.
    """
    width = max(width, 2)
    return list(_narrow_lines(text, width) if _NARROW.fullmatch(text) else _wide_lines(text, width))


def wrap_text(text: str, width: int | None) -> list[str]:
    """The lines of a paragraph with single spaces between words; one line without a width."""
    if width is None:
        return [text] if text else []
    text = " ".join(text.split())
    return [text[start:end] for start, end in wrap(text, width)]


def _narrow_lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    """The lines of a text whose characters all take one cell, without measuring each word."""
    length, ended = len(text), f"{text} "
    start = 0
    while True:
        while start < length and text[start] == " ":
            start += 1
        if start == length:
            return
        end = start + width
        if end < length and text[end] != " ":
            word = text.rfind(" ", start, end) + 1 or start
            if ended.index(" ", end) - word <= width:
                end = word
        line = text[start:end].rstrip(" ")
        yield start, start + len(line)
        start = min(end, length)


def _wide_lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    start = end = -1
    used = 0
    for begin, stop, size in _units(text, width):
        if start >= 0 and used + begin - end + size > width:
            yield start, end
            start = -1
        if start < 0:
            start, used = begin, size
        else:
            used += begin - end + size
        end = stop
    if start >= 0:
        yield start, end


def _units(text: str, width: int) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and cells of unbreakable units: words, or parts of words that are too long or wide."""
    for word in _WORD.finditer(text):
        start, stop = word.span()
        size = cell_len(word.group())
        if size <= min(width, stop - start):
            yield start, stop, size
            continue
        for begin, end, part in _clusters(text, start, stop, joined=True):
            if part <= width:
                yield begin, end, part
            else:
                yield from _clusters(text, begin, end, joined=False)


def _clusters(text: str, start: int, stop: int, joined: bool) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and cells of each character with its accents, or, if `joined`, of narrow runs."""
    cells_of = _cells().get_character_cell_size
    begin, size, last = start, 0, 0
    for index in range(start, stop):
        cells = cells_of(text[index])
        if cells and size and not (joined and cells == last == 1):
            yield begin, index, size
            begin, size = index, 0
        size += cells
        last = cells or last
    yield begin, stop, size


def fill(pieces: Iterable[Piece], width: int | None) -> list[Line]:
    """Wrap pieces into lines; a single line without a width."""
    run = tuple(pieces)
    text = "".join(piece.text for piece in run)
    spans = [(0, len(text))] if width is None else wrap(text, width)
    return list(_lines_of(run, spans))


def _lines_of(run: Sequence[Piece], spans: Iterable[tuple[int, int]]) -> Iterator[Line]:
    place = offset = 0
    for start, end in spans:
        while place < len(run) and offset + len(run[place].text) <= start:
            offset += len(run[place].text)
            place += 1
        line: list[Piece] = []
        here, before = place, offset
        while before < end:
            piece = run[here]
            if part := piece.text[max(0, start - before) : end - before]:
                line.append(piece if part == piece.text else piece._replace(text=part))
            before += len(piece.text)
            here += 1
        yield with_spaces(line)


def with_spaces(line: Iterable[Piece]) -> Line:
    """A line with plain spaces instead of unbreakable ones."""
    return tuple(
        piece._replace(text=piece.text.replace(UNBROKEN, " ")) if UNBROKEN in piece.text else piece for piece in line
    )


def without_breaks(text: str) -> str:
    """A short text, such as a name, that stays on one line."""
    return text.replace(" ", UNBROKEN)


def join_items(items: Iterable[Sequence[Piece]], between: Piece, width: int) -> list[Line]:
    """Join items, with `between` only between two items on the same line."""
    lines: list[Line] = []
    for item in items:
        filled = fill(item, width)
        if lines and len(filled) == 1 and measure(lines[-1]) + measure((between, *filled[0])) <= width:
            lines[-1] = (*lines[-1], between, *filled[0])
        else:
            lines.extend(filled)
    return lines


# Placement


def centre(line: Line, width: int) -> Line:
    """Centre a line in a width."""
    return (Piece(" " * max(0, (width - measure(line)) // 2)), *line)


def spread(left: Line, right: Line, width: int) -> Line:
    """Put one line at the left edge and one at the right edge."""
    return (*left, Piece(" " * max(0, width - measure(left) - measure(right))), *right)


def piece_at(line: Line, column: int) -> Piece | None:
    """The piece that is drawn in a column, if any."""
    for piece in line:
        column -= cell_len(piece.text)
        if column < 0:
            return piece
    return None
