"""Lines of the interface: rows, clickable keys, and marked search words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.core.lines import Line, Piece, literal

if TYPE_CHECKING:
    from reader.core.words import Marker

PRESS = "press"

_KEY = re.compile(r"`([^`\n]+)`")
_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]", re.DOTALL)


class Row(NamedTuple):
    """A line of a pane, and what keys act on there."""

    line: Line
    about: Any = None
    """None for a row that the cursor passes over."""
    name: object = None
    """Its identity when the rows change."""


def key_piece(key: str, text: str = "", role: str = "key") -> Piece:
    """A displayed key, or a text beside it; a click on either presses the key."""
    return Piece(literal(text or key), role, action=(PRESS, key))


def pattern(words: tuple[str, ...]) -> Marker | None:
    """What finds searched words in texts; None if there is nothing to find.

    A word is found in any form and at the beginning of longer words, a word in double quotes only as it is. Case,
    accents, punctuation and spelling are ignored.
    """
    if not words:
        return None
    # Late: a list without a search is drawn without this import (6 ms).
    from reader.core.words import marker

    return marker(words)


def hits(text: str, searched: Marker | None) -> list[tuple[int, int]]:
    """Return the (start, end) of each searched word in a text, in order."""
    if searched is None:
        return []
    if text.isascii():
        return searched.spans(text.lower())
    folded: list[str] = []
    origin: list[int] = []
    for run in _RUN.finditer(text):
        # A long text has few non-ASCII letters; folding all letters would take a hundred times as long.
        is_plain = run[0].isascii()
        bare = run[0].lower() if is_plain else _folded(run[0])
        folded.append(bare)
        origin.extend(range(*run.span()) if is_plain else [run.start()] * len(bare))
    origin.append(len(text))
    return [(origin[start], max(origin[end], origin[start] + 1)) for start, end in searched.spans("".join(folded))]


@lru_cache(4096)
def _folded(char: str) -> str:
    from reader.core.text import fold

    return fold(char)


def mark(text: str, role: str, searched: Marker | None = None) -> list[Piece]:
    """Return a text as literal pieces of one role, with each searched word as a piece of its own."""
    text = literal(text)
    pieces: list[Piece] = []
    done = 0
    for start, end in hits(text, searched):
        pieces += Piece(text[done:start], role), Piece(text[start:end], role, hit=True)
        done = end
    pieces.append(Piece(text[done:], role))
    return [piece for piece in pieces if piece.text]


def with_keys(text: str) -> list[Line]:
    """Return the lines of a message in which keys are between backticks."""
    return [_with_keys(line) for line in text.split("\n")]


def _with_keys(line: str) -> Line:
    # The pattern has one group, so keys are at the odd places.
    parts = _KEY.split(line)
    return tuple(Piece(literal(part), "key" if index % 2 else "muted") for index, part in enumerate(parts) if part)
