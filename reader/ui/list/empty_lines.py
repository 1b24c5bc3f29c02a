"""The text in place of an empty list: what is so, why, and the keys that help here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reader.ui.kit.lines import Line, Piece, cut, unbroken

_ON_A_PAPER = "on a paper"
"""The role of a piece whose text is an action's id, in place of its key; the id can be run too, behind a colon."""

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


def on_a_paper(action: str, effect: str) -> Line:
    """A sentence on a key that does not act here, because it needs a paper: the action, and what it does."""
    return (Piece("On a paper, ", "why"), Piece(action, _ON_A_PAPER), Piece(f" {effect}", "why"))


def _sentence(role: str, text: str, term: str, after: str) -> Line:
    pieces = (Piece(text, role), Piece(cut(term, _LONGEST_TERM), "term"), Piece(after, role))
    return tuple(piece for piece in pieces if piece.text)


def empty_state(
    reason: EmptyReason, key: Callable[[str], str], on_paper: Callable[[str], str] = lambda _: ""
) -> tuple[Line, ...]:
    """Say what is so, why, and which keys help, in three lines at most.

    `key` returns an action's key here, or nothing, and `on_paper` its key on a paper.
    """
    why = tuple(
        Piece(on_paper(piece.text) or f":{piece.text}", "key") if piece.role == _ON_A_PAPER else piece
        for piece in reason.why
    )
    return tuple(line for line in (reason.what, why, _keys(reason.ways, key)) if line)


def _keys(ways: tuple[Way, ...], key: Callable[[str], str]) -> Line:
    """List the keys with their effects; the line breaks only between two of them."""
    line: list[Piece] = []
    shown = [(key(way.action), way.effect) for way in ways if key(way.action)]
    for name, effect in shown[:_MOST_WAYS]:
        if line:
            line.append(Piece("   "))
        line += [Piece(unbroken(name), "key"), Piece(unbroken(f" {effect}"), "why")]
    return tuple(line)
