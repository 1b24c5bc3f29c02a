"""What the filter pane counts: the question, and the numbers that answer it. Plain data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reader.cache.search.compile import Selection
    from reader.cache.window import DayCount, TopicCount
    from reader.core.topics.trends import Trend


class Question(NamedTuple):
    """What the filter pane wants counted."""

    views: tuple[Selection, ...]
    facets: Selection
    """The selection in which topics are counted."""
    base: Selection
    anywhere: Selection


class Counts(NamedTuple):
    """The numbers that the filter pane shows."""

    views: tuple[int, ...]
    """Papers of each view of the question, in the question's order."""
    days: tuple[DayCount, ...]
    topics: tuple[TopicCount, ...]
    base: int
    """Papers of the view without the query."""
    anywhere: int
    """Papers that the query matches in all views."""
    approximate: bool = False
    """Whether the topics' numbers are estimates, to be followed by exact ones."""


class TopicFacts(NamedTuple):
    """What is known of topics beyond their counts."""

    trends: Mapping[str, Trend]
    """By slug; empty where the cache holds too few weeks."""
    implied: frozenset[str]
    """Topics that every paper with the picked topics has."""
