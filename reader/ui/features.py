"""The features of the reader: each line is a folder beside this file, whose `feature.py` has its value."""

from __future__ import annotations

from importlib import import_module

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
    "calendar",
    "triage",
    "notes",
    "follows",
    "help",
)
"""In the order in which they follow the state, and in which a step back asks them what there is to stop."""


def load_features() -> list[Feature]:
    """Import the value of each feature; what it is made of comes later."""
    values = (import_module(f"reader.ui.{name}.feature").FEATURE for name in FEATURES)
    return [value for value in values if isinstance(value, Feature)]
