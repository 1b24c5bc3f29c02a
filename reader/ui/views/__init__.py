"""Views, and what was read."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.views.actions import ReadingActions, ViewActions

    return ReadingActions, ViewActions


FEATURE = Feature(_classes)
