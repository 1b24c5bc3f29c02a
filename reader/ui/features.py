"""The features of the reader: each line is a folder beside this file, whose `__init__.py` has its value."""

from __future__ import annotations

from importlib import import_module

from reader.keys.actions import ACTIONS, Action
from reader.keys.keymap import Keymap
from reader.ui.shell.feature import Feature

FEATURES = (
    "marks",
    "list",
    "refresh",
    "query",
    "command_line",
    "page",
    "full_text",
    "pictures",
    "filter",
    "topics",
    "views",
    "why",
    "calendar",
    "triage",
    "notes",
    "follows",
    "help",
    "extensions",
)
"""In the order in which they follow the state, and in which a step back asks them what there is to stop."""


def load_features() -> list[Feature]:
    """Import the value of each feature; what it is made of comes later."""
    values = (import_module(f"reader.ui.{name}").FEATURE for name in FEATURES)
    return [value for value in values if isinstance(value, Feature)]


def add_keys(keymap: Keymap) -> Keymap:
    """Add the keys that features bring besides those of the table; Textual is not imported for it."""
    for feature in load_features():
        if feature.keys is not None:
            keymap.add(feature.keys)
    return keymap


def known_actions() -> tuple[Action, ...]:
    """The actions of the table, then those that features bring."""
    sets = (feature.keys for feature in load_features())
    return (*ACTIONS, *(action for one in sets if one is not None for action in one.actions))
