"""The reader's features: the modules that the app imports after the first list is drawn."""

from __future__ import annotations

FEATURES = (
    "reader.ui.marks",
    "reader.ui.list.loader",
    "reader.ui.list.movement",
    "reader.ui.list.news",
    "reader.ui.refresh.changes",
    "reader.ui.query.actions",
    "reader.ui.command_line.actions",
    "reader.ui.page.actions",
    "reader.ui.page.loader",
    "reader.ui.full_text.actions",
    "reader.ui.full_text.fetcher",
    "reader.ui.pictures",
    "reader.ui.filter.counter",
    "reader.ui.views",
    "reader.ui.why.actions",
    "reader.ui.dates",
    "reader.ui.triage",
    "reader.ui.notes",
    "reader.ui.follows",
    "reader.ui.help",
    "reader.ui.extensions",
)
"""The order in which features follow the state, and in which a step back asks them for something to stop.

The app makes one object of each class of controllers in these modules, see `ui/shell/controller.py`.
"""
