"""Lines of the interface: clickable keys, and marked search words."""

from __future__ import annotations

import re
from functools import lru_cache

from reader.core.lines import Line, Piece, literal

PRESS = "press"

_TOKEN = re.compile(r"[^\W_]+")
_KEY = re.compile(r"`([^`\n]+)`")
_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]", re.DOTALL)


def key_piece(key: str, text: str = "", role: str = "key") -> Piece:
    """A displayed key, or a text beside it; a click on either presses the key."""
    return Piece(literal(text or key), role, action=(PRESS, key))


@lru_cache(64)
def pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Compile searched words to a pattern for folded text; None if there is nothing to find.

    A word also matches the beginning of longer words, a word in double quotes only whole words, each in all spellings.
    Case, accents and punctuation are ignored.
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
        # A long text has few non-ASCII letters; folding all letters would take a hundred times as long.
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
