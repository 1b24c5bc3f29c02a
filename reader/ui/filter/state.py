"""The parts of the state that are counted for the filter pane, and what is known of topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reader.session.places import TopicMode, TopicOrder
from reader.ui.shell.state import Part, State

if TYPE_CHECKING:
    from reader.cache.follows import FollowCount
    from reader.ui.library.counting import Counts, TopicFacts, ViewCount

COUNTED: Part[Counts | None] = Part(None)
"""The filter pane's counts."""

VIEW_COUNTS: Part[Mapping[str, ViewCount]] = Part({})
"""The numbers of the saved views by their ids; those that are not counted yet are missing."""

FOLLOWED: Part[tuple[FollowCount, ...]] = Part(())
"""What the user follows, with numbers of papers; empty until it is counted."""

TOPIC_FACTS: Part[TopicFacts | None] = Part(None)

TOPIC_NAMES: Part[Mapping[str, str]] = Part({})
"""Names by slug."""

TOPIC_MEANINGS: Part[Mapping[str, str]] = Part({})
"""What each topic is about, by slug; empty until it is read."""

TOPIC_ORDER: Part[TopicOrder] = Part("family")

TOPIC_MODE: Part[TopicMode] = Part("any")
"""How picked topics combine, even if the query has too few topics to express it."""

HINT: Part[str] = Part("")
"""The meaning of the row under the filter pane's cursor."""


def place_counts(state: State) -> Counts | None:
    """The counts, if they are those of the listed place; None before it is counted."""
    counts = state[COUNTED]
    return counts if counts is not None and counts.place == state.listing.place else None


def in_all(state: State) -> int | None:
    """Number of papers in all views that match the query, if it is known and the list has fewer."""
    listing, counts = state.listing, place_counts(state)
    if counts is None or listing.results is not None or not listing.place.text or listing.count is None:
        return None
    return counts.anywhere if counts.anywhere > listing.count else None


def topic_papers(state: State) -> Mapping[str, int]:
    """All topics by slug with their numbers of papers in the list, the largest first; 0 before they are counted."""
    counts, names = state[COUNTED], state[TOPIC_NAMES]
    counted = sorted(counts.topics, key=lambda topic: -topic.papers) if counts else ()
    return {topic.slug: topic.papers for topic in counted} or dict.fromkeys(names, 0)
