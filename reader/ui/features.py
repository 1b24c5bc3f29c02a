"""The reader's features: each line is a folder beside this file."""

from __future__ import annotations

from typing import NamedTuple


class Feature(NamedTuple):
    """A feature; the first list imports this, so none of its modules may be imported here."""

    folder: str
    modules: tuple[str, ...] = ("actions",)
    """The folder's modules with controllers: the app makes one object of each class, see `ui/shell/controller.py`."""


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
