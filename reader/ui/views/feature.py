"""Views, and what was read and learned."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.views.actions import ReadingActions, ViewActions, WeightActions

    return ReadingActions, ViewActions, WeightActions


FEATURE = Feature(_classes)
