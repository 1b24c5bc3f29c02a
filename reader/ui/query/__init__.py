"""The query line, and the search of the feed."""

from __future__ import annotations

from reader.ui.shell.feature import Feature


def _classes() -> tuple[type, ...]:
    from reader.ui.query.actions import AddActions, FeedSearch, QueryActions, SimilarActions

    return AddActions, QueryActions, SimilarActions, FeedSearch


FEATURE = Feature(_classes)
