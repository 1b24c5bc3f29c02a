"""The panes and screens in which keys are pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

Context: TypeAlias = str
"""The pane or screen in which a key is pressed: one of `PLACES`, or one that a feature adds."""

Contexts: TypeAlias = tuple[Context, ...]

PLACES: Final[Mapping[Context, str]] = {
    "list": "in the list",
    "detail": "in the detail",
    "triage": "in a triage",
    "page": "on a paper's page",
    "text": "in a full text",
    "outline": "in the outline of a text",
    "picture": "with a picture in front",
    "filter": "in the filter",
    "query": "while typing a query",
    "tags": "while typing tags",
    "note": "while writing a note",
    "command": "while typing a command",
    "output": "in a command's output",
    "calendar": "in the calendar",
    "weights": "with the weights in front",
    "help": "in this help",
    "empty": "with nothing to show",
}
"""Each context in words, for the end of a sentence."""

CONTEXTS: Final[Contexts] = tuple(PLACES)


def place_of(context: Context) -> str:
    """A context in words, for the end of a sentence."""
    return PLACES.get(context, f"in the {context}")


TYPING: Final[Contexts] = ("query", "tags", "note", "command")
"""Contexts where letters are text: an action shared with other contexts acts here only by keys that write no text."""
