"""Topics in the filter pane and of a paper."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.topics.actions import FilterActions, TopicActions, TopicMeanings

    return FilterActions, TopicActions, TopicMeanings


FEATURE = Feature(_classes)
