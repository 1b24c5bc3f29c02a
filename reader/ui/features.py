"""The reader's features: each line is a folder beside this file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.keys.actions import ACTIONS, Action, KeySet

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap


class Feature(NamedTuple):
    """A feature; the first list and some commands import this, so none of its modules may be imported here."""

    folder: str
    modules: tuple[str, ...] = ("actions",)
    """The folder's modules with controllers: the app makes one object of each class, see `ui/shell/controller.py`."""
    keys: KeySet | None = None
    """Keys besides those of the table."""


FEATURES = (
    Feature("reader.ui.marks", ("actions", "traces")),
    Feature("reader.ui.list", ("loader", "movement", "news")),
    Feature("reader.ui.refresh", ("refresher", "sync")),
    Feature("reader.ui.query"),
    Feature("reader.ui.command_line"),
    Feature("reader.ui.page", ("actions", "loader")),
    Feature("reader.ui.full_text", ("actions", "fetcher")),
    Feature("reader.ui.pictures"),
    Feature("reader.ui.filter", ("counter",)),
    Feature("reader.ui.topics"),
    Feature("reader.ui.views"),
    Feature("reader.ui.why"),
    Feature("reader.ui.dates"),
    Feature("reader.ui.triage"),
    Feature("reader.ui.notes"),
    Feature("reader.ui.follows"),
    Feature("reader.ui.help"),
    Feature("reader.ui.extensions"),
)
"""The order in which features follow the state, and in which a step back asks them for something to stop."""


def add_keys(keymap: Keymap) -> Keymap:
    """Add the keys of features to those of the table."""
    for keys in _own_keys():
        keymap.add(keys)
    return keymap


def known_actions() -> tuple[Action, ...]:
    """The actions of the table, then those of features."""
    return (*ACTIONS, *(action for keys in _own_keys() for action in keys.actions))


def _own_keys() -> list[KeySet]:
    return [feature.keys for feature in FEATURES if feature.keys is not None]
