"""The filter pane."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.filter.counter import Counter

    return (Counter,)


FEATURE = Feature(_classes)
