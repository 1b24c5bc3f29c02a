"""Turn foreign text into lines of a given width: literal, cut, wrapped, and with the searched words marked.

All widths are in terminal cells. The result has no markup and no control characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, get_character_cell_size

from reader.core.cells import wrap

UNBROKEN = "\u00a0"
"""A space at which no line breaks; drawn as a plain one."""

PRESS = "press"
"""The action of a click on a key, with the key."""

_TOKEN = re.compile(r"[^\W_]+")
_KEY = re.compile(r"`([^`\n]+)`")
_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]", re.DOTALL)
_VARIATION_SELECTOR = "\ufe0f"


class Piece(NamedTuple):
    """A run of text in one style."""

    text: str
    role: str = "text"
    """The kind of the text, such as `title` or `people`; a widget has a style for each role."""
    hit: bool = False
    """Whether it is a searched word."""
    action: tuple[str, str] | None = None
    """The action of a click on it, such as `("link", "https://…")`."""


Line: TypeAlias = tuple[Piece, ...]


def literal(text: str) -> str:
    """Return a text as one line that is safe to draw: each character has a shape, and one width in all terminals.

    Control and format characters are removed, and so are joiners and variation selectors, on whose width terminals
    disagree. Every kind of space becomes a plain one, a character without a shape `�`.
    """
    if text.isprintable() and _VARIATION_SELECTOR not in text:
        return text
    return "".join(_drawn(char) for char in text)


@lru_cache(1024)
def _drawn(char: str) -> str:
    if char == _VARIATION_SELECTOR:
        return ""
    if char.isprintable():
        return char
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in {"Cc", "Cf"} else "\ufffd"


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """Shorten a text to at most `width` cells, with an ellipsis if anything is left out."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room < 0:
        return ""
    return _head(text, room).rstrip(" ") + ellipsis


def _head(text: str, room: int) -> str:
    """Return the longest beginning of at most `room` cells, without half a wide character or a lost accent."""
    if text.isascii():
        return text[:room]
    for index, char in enumerate(text):
        room -= get_character_cell_size(char)
        if room < 0:
            return text[:index]
    return text


def fill(pieces: Iterable[Piece], width: int) -> list[Line]:
    """Wrap a run of pieces into lines."""
    run = tuple(pieces)
    return [_slice(run, start, end) for start, end in wrap("".join(piece.text for piece in run), width)]


def _slice(run: Sequence[Piece], start: int, end: int) -> Line:
    line: list[Piece] = []
    offset = 0
    for piece in run:
        if offset >= end:
            break
        part = piece.text[max(0, start - offset) : end - offset]
        offset += len(piece.text)
        if part:
            line.append(piece._replace(text=part.replace(UNBROKEN, " ")))
    return tuple(line)


def join_items(items: Iterable[Sequence[Piece]], between: Piece, width: int) -> list[Line]:
    """Put items side by side, with `between` only between two items on one line."""
    lines: list[Line] = []
    for item in items:
        filled = fill(item, width)
        if lines and len(filled) == 1 and measure(lines[-1]) + measure((between, *filled[0])) <= width:
            lines[-1] = (*lines[-1], between, *filled[0])
        else:
            lines.extend(filled)
    return lines


def unbroken(text: str) -> str:
    """Return a short text, such as a name, that stays on one line."""
    return text.replace(" ", UNBROKEN)


def measure(line: Iterable[Piece]) -> int:
    """Return the width of a line in cells."""
    return sum(cell_len(piece.text) for piece in line)


def centre(line: Line, width: int) -> Line:
    """Centre a line in a width."""
    return (Piece(" " * max(0, (width - measure(line)) // 2)), *line)


def cut_line(line: Line, width: int, ellipsis: str = "…") -> Line:
    """Shorten a line at its end to at most `width` cells."""
    if measure(line) <= width:
        return line
    kept: list[Piece] = []
    room = width
    for piece in line:
        size = measure([piece])
        if size + len(ellipsis) > room:
            # The piece ends in an ellipsis even if it fits, because another one follows.
            kept.append(piece._replace(text=cut(piece.text + ellipsis, room, ellipsis)))
            break
        kept.append(piece)
        room -= size
    return tuple(kept)


def key_piece(key: str, text: str = "", role: str = "key") -> Piece:
    """Return a key as it is displayed, or a text beside it; a click on either presses the key."""
    return Piece(literal(text or key), role, action=(PRESS, key))


def piece_at(line: Line, column: int) -> Piece | None:
    """Return the piece that is drawn in a column, if any."""
    for piece in line:
        column -= measure([piece])
        if column < 0:
            return piece
    return None


def spread(left: Line, right: Line, width: int) -> Line:
    """Put one line at the left edge and one at the right edge."""
    return (*left, Piece(" " * max(0, width - measure(left) - measure(right))), *right)


@lru_cache(64)
def pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Compile searched words to a pattern for folded text; None if there is nothing to find.

    A word is found at the beginning of words, a word in double quotes only whole, each in all its spellings. Case,
    accents and punctuation do not matter.
    """
    if not words:
        return None
    # Late: a list without a search is drawn without this import (6 ms).
    from reader.core.spellings import typed_spellings, with_joined
    from reader.core.text import fold

    found: dict[str, None] = {}
    for word in dict.fromkeys(one for group in with_joined(words) for one in group):
        for text, is_whole in typed_spellings(word):
            tokens = _TOKEN.findall(fold(text))
            if tokens:
                found[r"[\W_]+".join(tokens) + (r"(?![^\W_])" if is_whole else "")] = None
    if not found:
        return None
    return re.compile(r"(?<![^\W_])(?:" + "|".join(sorted(found, key=len, reverse=True)) + ")")


def hits(text: str, searched: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Return the (start, end) of each searched word in a text, in order."""
    if searched is None:
        return []
    if text.isascii():
        return [match.span() for match in searched.finditer(text.lower())]
    folded: list[str] = []
    origin: list[int] = []
    for run in _RUN.finditer(text):
        # A long text has few letters that are not ASCII: to fold each would take a hundred times as long.
        is_plain = run[0].isascii()
        bare = run[0].lower() if is_plain else _folded(run[0])
        folded.append(bare)
        origin.extend(range(*run.span()) if is_plain else [run.start()] * len(bare))
    origin.append(len(text))
    return [
        (origin[match.start()], max(origin[match.end()], origin[match.start()] + 1))
        for match in searched.finditer("".join(folded))
    ]


@lru_cache(4096)
def _folded(char: str) -> str:
    from reader.core.text import fold

    return fold(char)


def mark(text: str, role: str, searched: re.Pattern[str] | None = None) -> list[Piece]:
    """Return a text as literal pieces of one role, with each searched word as a piece of its own."""
    text = literal(text)
    pieces: list[Piece] = []
    done = 0
    for start, end in hits(text, searched):
        if start > done:
            pieces.append(Piece(text[done:start], role))
        pieces.append(Piece(text[start:end], role, hit=True))
        done = end
    if done < len(text):
        pieces.append(Piece(text[done:], role))
    return pieces


def with_keys(text: str, role: str = "muted") -> list[Line]:
    """Return the lines of a message in which keys are between backticks."""
    return [_with_keys(line, role) for line in text.split("\n")]


def _with_keys(line: str, role: str) -> Line:
    # The pattern has one group, so keys are at the odd places.
    parts = _KEY.split(line)
    return tuple(Piece(literal(part), "key" if index % 2 else role) for index, part in enumerate(parts) if part)
