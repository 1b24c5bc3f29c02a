"""The text in place of an empty list: what is so, why, and the keys that help here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reader.ui.text.lines import Line, Piece, cut, unbroken

EMPTY_ROLES = ("what", "why", "term", "key")
"""The roles of the text's pieces."""

_LONGEST_TERM = 120
_MOST_WAYS = 3


class Way(NamedTuple):
    """A key that helps: the action, and what it does here, such as `all papers`."""

    action: str
    """The action's id in the table of keys."""
    effect: str


class EmptyReason(NamedTuple):
    """Why a list is empty."""

    what: Line
    why: Line = ()
    ways: tuple[Way, ...] = ()
    """The ways out, the best first; those whose key does not act here are not shown."""


def said(text: str, term: str = "", after: str = "") -> Line:
    """A sentence that says what is so, perhaps with a term of the user's in it."""
    return _sentence("what", text, term, after)


def because(text: str, term: str = "", after: str = "") -> Line:
    """A sentence that says why; none for an empty text."""
    return _sentence("why", text, term, after)


def _sentence(role: str, text: str, term: str, after: str) -> Line:
    pieces = (Piece(text, role), Piece(cut(term, _LONGEST_TERM), "term"), Piece(after, role))
    return tuple(piece for piece in pieces if piece.text)


def empty_state(reason: EmptyReason, key: Callable[[str], str]) -> tuple[Line, ...]:
    """Say what is so, why, and which keys help, in three lines at most; `key` returns an action's key, or nothing."""
    lines = reason.what, reason.why, _keys(reason.ways, key)
    return tuple(line for line in lines if line)


def _keys(ways: tuple[Way, ...], key: Callable[[str], str]) -> Line:
    """List the keys with their effects; the line breaks only between two of them."""
    line: list[Piece] = []
    shown = [(key(way.action), way.effect) for way in ways if key(way.action)]
    for name, effect in shown[:_MOST_WAYS]:
        if line:
            line.append(Piece("   "))
        line += [Piece(unbroken(name), "key"), Piece(unbroken(f" {effect}"), "why")]
    return tuple(line)
