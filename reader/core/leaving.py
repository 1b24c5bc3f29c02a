"""What an event may be about: the README lists the same, for each event leaves the machine by `sync`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHAT_LEAVES: Mapping[str, str] = MappingProxyType(
    {
        "read": "read",
        "star": "starred",
        "hide": "hidden",
        "look": "looked at again",
        "highlight": "highlighted by a rule",
        "like": "liked or wanted by an import",
        "want": "liked or wanted by an import",
        "tag:": "tags",
        "note": "notes",
        "queue": "places in the queue",
        "watch:": "what you follow",
        "follow:": "your feeds with their addresses and titles",
        "mailed:": "what was mailed",
        "forget:": "whose marks you took back",
        "weigh:": "words and names that you weigh",
        "rule:": "names and queries of rules that acted",
        "agent:": "names of programs that marked papers for you",
        "open": "when you opened, finished and passed papers",
        "finish": "when you opened, finished and passed papers",
        "pass": "when you opened, finished and passed papers",
        "undo": "what you undid and did again",
        "redo": "what you undid and did again",
        "entry:": "your views, rules, keys and other settings",
        "setting:": "your views, rules, keys and other settings",
    }
)
"""The kinds of events, or how they begin, and the words for them in the README."""

STAYS = "here:"
"""How the kinds of events begin that never leave the machine: entries of its settings, which do not go along."""

LEAVING = f"kind NOT GLOB '{STAYS}*'"
"""SQL: whether an event may leave the machine."""


def check_listed(kind: str) -> None:
    """Raise ValueError for a kind that the README does not list, so that nothing leaves the machine unsaid."""
    prefix, colon, _ = kind.partition(":")
    if prefix + colon not in (*WHAT_LEAVES, STAYS):
        raise ValueError(f"events of the kind {kind!r} are not listed in WHAT_LEAVES and in the README")
