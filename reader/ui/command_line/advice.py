"""The advice below the command line, and what commands have printed in the words of the reader."""

from __future__ import annotations

import json
import re

from reader.core.lines import Line, Piece, cut, cut_line, literal, measure
from reader.ui.kit.lines import key_piece
from reader.ui.shell.commands import Suggested

EXAMPLES = "tag add later  mark read until:30d  export bibtex ~/refs.bib  theme light  help"

LEAST_ABOUT = 12
"""Minimum cells for what the marked word means."""

_UNDO = re.compile(r"[.;]? 'dailypapers undo' (?:takes it back|undoes that)\.?")
_COMMAND = re.compile(r"'dailypapers ([^'\n]+)'")
_PROGRAM = re.compile(r"^dailypapers(?: [a-z]+)?: ")


def suggestions(suggested: Suggested, selected: int, *, key: str, width: int, ellipsis: str = "…") -> Line:
    """What may follow a text, with the `selected` word marked and explained; `key` takes it."""
    found = suggested.candidates
    if not found:
        return ()
    line: list[Piece] = [key_piece(key), key_piece(key, " takes", "quiet")]
    about = literal(found[selected].about)
    room = width - min(measure([Piece(about)]), width // 2) - 3 if about else width
    first = max(0, selected - 2)
    for place, one in enumerate(found[first:], first):
        item = (Piece("  "), Piece(literal(one.text), "chosen" if place == selected else "quiet"))
        if place > selected and measure((*line, *item)) > room:
            break
        line += item
    rest = width - measure(line) - 3
    if about and rest >= LEAST_ABOUT:
        line += [Piece(" " * 3), Piece(cut(about, rest, ellipsis), "number")]
    return cut_line(tuple(line), width, ellipsis)


def in_the_readers_words(text: str, undo_key: str) -> str:
    """What a command has printed, with its advice for the shell as keys and commands of the reader."""
    text = _UNDO.sub(f" · {undo_key} undoes" if undo_key else "", text)
    return _COMMAND.sub(r":\1", _PROGRAM.sub("", text))


LONGEST_JSON = 1_000_000
"""Characters of JSON that is formatted: 20 ms."""


def as_formatted(text: str) -> str:
    """What was printed, to be read: JSON with a line for each value, all else as it is."""
    if not text.startswith(("{", "[")) or len(text) > LONGEST_JSON:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def as_notice(text: str, undo_key: str) -> str:
    """The same as one sentence of the last line, without a full stop; empty if it is longer than that."""
    lines = in_the_readers_words(text, undo_key).splitlines()
    return lines[0].removesuffix(".") if len(lines) == 1 else ""
