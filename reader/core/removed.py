"""What the last release had and this one lacks: commands, settings, keys and query fields, with what to use instead.

Each row stays for one release, so that a habit, a settings file or a saved query of the last release is answered with
advice instead of "unknown".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_GROUPS = (
    "Groups were removed. Share a feed instead: one person keeps a watched file that ends in .atom, and the "
    "others run 'dailypapers feeds add ADDRESS'."
)

_CACHE = (
    "Your marks have a file of their own, and the cache may be deleted at any time: 'dailypapers doctor' says what is "
    "wrong, and 'dailypapers doctor --repair' repairs it."
)

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "cache": _CACHE,
        "restore": _CACHE,
        "group": _GROUPS,
        "schedule": "The system makes schedules: 'dailypapers help scripts' has lines for cron, systemd and launchd. "
        "What 'schedule install' made keeps running until you remove it there.",
        "serve": "Run 'textual serve dailypapers' (pip install textual-dev), or the reader over ssh.",
        "skill": "'dailypapers help agents' has what an agent should know.",
        "weights": "In the reader, W on a paper shows what For you has learned, and asks for more or less of it.",
        "vectors": "Vectors were removed. '~ words' finds papers by their words: dailypapers list '~ words'.",
    }
)
"""Removed commands, each with a sentence or two that says what to use."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {"by": _GROUPS, "foryou": "Interests have no names any more. Search for the words, and add sort:foryou."}
)
"""Removed fields of the query language."""

_CHANGES = "The page of a marked paper says what happened to it since; changed:7d finds what happened in a week."

VALUES: Mapping[tuple[str, str], str] = MappingProxyType(
    {("is", "changed"): _CHANGES, ("is", "risen"): _CHANGES, ("sort", "changed"): _CHANGES}
)
"""Removed values of fields of the query language."""

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "digest.command": "redirect what 'dailypapers digest' prints, or let sendmail be your program",
        "digest.file": "redirect what 'dailypapers digest --format html' prints to the file",
        "digest.format": "'dailypapers digest --format' chooses it",
        "second_look": "the page of a paper says what has changed",
        "vectors": "~ finds papers by their words",
        "topics_file": "a topic of your own is a saved view, such as 'dailypapers views add NAME QUERY'",
        "sync_settings": "machines share marks and lists; copy config.toml to share the rest",
    }
)
"""Removed settings and tables of the settings file, each with the end of a sentence that says what to do instead. The
settings reader ignores their values."""

_CALENDAR = ("day", "week", "month", "left", "right", "up", "down", "earlier", "later", "type", "today", "close")

ACTIONS = frozenset(
    {
        *(f"date.{name}" for name in _CALENDAR),
        "app.commands",
        "mark.replaced",
        "outline.fold",
        "topic.fold",
        "topic.unfold",
        "triage.end",
        "triage.pause",
        "view.changed",
        "view.group",
        "view.second",
        "view.reading",
        "why.rename",
        "why.join",
        "why.split",
        "why.papers",
    }
)
"""Removed actions: keys that the user gave them are ignored."""

VIEWS = frozenset({"group", "changed", "second"})
"""Removed views of the program: `hidden_views` may still name them."""
