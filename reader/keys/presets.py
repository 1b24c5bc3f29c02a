"""Keys for hands that know another program: a preset gives some actions other keys than the table does.

A preset is data like the table, and is checked like it. The user's own keys win over those of the preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

VIM: Final[Mapping[str, str]] = MappingProxyType({})
"""The table itself."""

NEWSBOAT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper.read": "N",
        "paper.star": "s ctrl+e",
        "paper.queue": "e b",
        "paper.note": "w",
        "paper.follow": "alt+w",
        "paper.hide": "x D",
        "paper.editor": "E",
        "mark.undo": "U",
        "find.previous": "p",
        "find.filter": "f F",
        "find.clear": "ctrl+g",
        "read.open": "enter O",
        "link.pdf": "P",
        "text.previous_match": "p",
        "picture.open": "I",
        "picture.close": "escape q I",
        "link.list": "u L",
        "app.refresh": "r R",
        "find.similar": "gR",
        "app.quit": "Q ctrl+q",
    }
)
"""As newsboat's own keys where it has the same action; its `g` sorts, and here begins the names of views."""

ARROWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "move.down": "down",
        "move.up": "up",
        "move.half_down": "",
        "move.half_up": "",
        "move.page_down": "pagedown",
        "move.page_up": "pageup",
        "move.top": "home",
        "move.bottom": "end",
        "read.open": "enter right",
        "read.down": "ctrl+down",
        "read.up": "ctrl+up",
        "read.next": "right",
        "read.previous": "left",
        "text.search": "/ ctrl+f",
        "text.next_match": "n f3",
        "text.previous_match": "N shift+f3",
        "text.right": "right",
        "text.left": "left",
        "text.back": "ctrl+o alt+left",
        "picture.next": "right down space",
        "picture.previous": "left up",
        "outline.fold": "left",
        "outline.unfold": "right",
        "paper.hide": "x delete",
        "mark.undo": "u ctrl+z",
        "mark.redo": "ctrl+y",
        "find.query": "/ ctrl+f",
        "find.next": "n f3",
        "find.previous": "N shift+f3",
        "day.older": "[ ctrl+left",
        "day.newer": "] ctrl+right",
        "queue.down": "shift+down",
        "queue.up": "shift+up",
        "text.next_section": "] ctrl+right",
        "text.previous_section": "[ ctrl+left",
        "topic.fold": "left",
        "topic.unfold": "right",
        "date.left": "left",
        "date.right": "right",
        "date.down": "down",
        "date.up": "up",
        "date.earlier": "pageup",
        "date.later": "pagedown",
        "app.refresh": "r f5",
        "app.back": "q backspace",
        "app.suspend": "",
        "app.help": "f1 ?",
        "help.close": "escape q f1 ?",
    }
)
"""Arrows and the keys of editors and browsers: ctrl+z undoes, ctrl+f searches, backspace goes back."""

PRESETS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"vim": VIM, "newsboat": NEWSBOAT, "arrows": ARROWS})
"""By the names that the setting key_preset has."""
