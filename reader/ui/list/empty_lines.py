"""The text of an empty list: what is so, why, and the keys that help here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from reader.core.lines import Line, Piece, cut, unbroken

_LONGEST_TERM = 120
_MOST_WAYS = 3
_ACTION = re.compile(r"`([a-z]+\.[a-z_]+)`")

Sentence: TypeAlias = str | tuple[str, str, str]
"""A text in which an action's id between backticks becomes its key, or a text around the user's own words."""


class EmptyReason(NamedTuple):
    """Why a list is empty."""

    what: Sentence
    why: Sentence = ""
    ways: tuple[str, ...] = ()
    """The ways out, best first: an action's id and what its key does here, such as `view.all all papers`.

    Empty texts, and those whose key does not act here, are not shown.
    """


def empty_state(
    reason: EmptyReason, key: Callable[[str], str], on_paper: Callable[[str], str] = lambda _: ""
) -> tuple[Line, ...]:
    """What is so, why, and which keys help, in at most three lines.

    `key` returns an action's key here, or nothing, and `on_paper` its key on a paper.
    """
    what, why = (_line(text, role, on_paper) for text, role in ((reason.what, "what"), (reason.why, "why")))
    return tuple(line for line in (what, why, _keys(reason.ways, key)) if line)


def _line(text: Sentence, role: str, on_paper: Callable[[str], str]) -> Line:
    if isinstance(text, tuple):
        pieces = [Piece(text[0], role), Piece(cut(text[1], _LONGEST_TERM), "term"), Piece(text[2], role)]
    else:
        # Action ids are at the odd places; an action without a key can be run from the command line.
        parts = enumerate(_ACTION.split(text))
        pieces = [Piece(on_paper(part) or f":{part}", "key") if at % 2 else Piece(part, role) for at, part in parts]
    return tuple(piece for piece in pieces if piece.text)


def _keys(ways: tuple[str, ...], key: Callable[[str], str]) -> Line:
    """List the keys with their effects; lines break only between keys."""
    line: list[Piece] = []
    parted = (way.partition(" ") for way in ways if way)
    shown = [(name, effect) for action, _, effect in parted if (name := key(action))]
    for name, effect in shown[:_MOST_WAYS]:
        if line:
            line.append(Piece("   "))
        line += [Piece(unbroken(name), "key"), Piece(unbroken(f" {effect}"), "why")]
    return tuple(line)
