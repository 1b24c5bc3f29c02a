"""The reader's features: each line is a folder beside this file, whose `__init__.py` has its value."""

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
"""The order in which features follow the state, and in which a step back asks them for something to stop."""


def load_features() -> list[Feature]:
    """Import the value of each feature; its parts are imported later."""
    values = (import_module(f"reader.ui.{name}").FEATURE for name in FEATURES)
    return [value for value in values if isinstance(value, Feature)]


def add_keys(keymap: Keymap) -> Keymap:
    """Add the keys of features to those of the table, without importing Textual."""
    for feature in load_features():
        if feature.keys is not None:
            keymap.add(feature.keys)
    return keymap


def known_actions() -> tuple[Action, ...]:
    """The actions of the table, then those of features."""
    sets = (feature.keys for feature in load_features())
    return (*ACTIONS, *(action for one in sets if one is not None for action in one.actions))
