"""Counts of the filter pane: the question, and the resulting numbers. Plain data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount, TopicCount
    from reader.cache.search.selection import Selection
    from reader.core.topics.trends import Trend
    from reader.session.places import Place


class Question(NamedTuple):
    """The selections that the filter pane needs counted."""

    place: Place
    views: tuple[Selection, ...]
    facets: Selection
    """The selection in which topics are counted."""
    base: Selection
    anywhere: Selection


class Counts(NamedTuple):
    """The numbers that the filter pane shows."""

    views: tuple[int, ...]
    """Number of papers in each view, in the question's order."""
    days: tuple[DayCount, ...]
    topics: tuple[TopicCount, ...]
    base: int
    """Number of papers in the view without the query."""
    anywhere: int
    """Number of papers that match the query in all views."""
    place: Place | None = None
    """The place that was counted."""
    approximate: bool = False
    """Whether the topics' numbers are estimates; exact ones then follow."""
    tags: tuple[tuple[str, int], ...] = ()
    """The user's tags with their numbers of papers, by name."""


class ViewCount(NamedTuple):
    """The numbers of a view that the user has saved."""

    papers: int
    unread: int


class TopicFacts(NamedTuple):
    """Facts about topics besides their counts."""

    trends: Mapping[str, Trend]
    """By slug; empty if the cache has too few weeks."""
    implied: frozenset[str]
    """Topics that every paper with the picked topics has."""
