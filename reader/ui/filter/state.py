"""The parts of the state for the filter pane's counts and the facts of topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reader.core.views import FOR_YOU, LATEST, SPECIAL, VIEWS
from reader.session.places import TopicMode
from reader.ui.shell.state import Part, State

if TYPE_CHECKING:
    from reader.cache.standing import FollowCount
    from reader.ui.filter.counter import Counts, ViewCount
    from reader.ui.filter.pane import FilterData

COUNTED: Part[Counts | None] = Part(None)

VIEW_COUNTS: Part[Mapping[str, ViewCount]] = Part({})
"""The counts of the saved views by id; a view is missing until it is counted."""

CORRECTED: Part[tuple[str, str]] = Part(("", ""))
"""The last query for best fits, and the query that was searched in its place; both empty if no word was corrected."""

FOLLOWED: Part[tuple[FollowCount, ...]] = Part(())
"""The user's follows with numbers of papers; empty until counted."""

TOPIC_NAMES: Part[Mapping[str, str]] = Part({})

TOPIC_MODE: Part[TopicMode] = Part("any")
"""Whether papers need any or all of the picked topics; kept if the query has too few topics to say so."""


def place_counts(state: State) -> Counts | None:
    """The counts of the listed place; None before it is counted."""
    counts = state[COUNTED]
    return counts if counts is not None and counts.place == state.listing.place else None


def in_all(state: State) -> int | None:
    """Number of matching papers in all views, if known and more than in the list."""
    listing, counts = state.listing, place_counts(state)
    if counts is None or listing.results is not None or not listing.place.text or listing.count is None:
        return None
    return counts.anywhere if counts.anywhere > listing.count else None


def topic_papers(state: State) -> Mapping[str, int]:
    """All topics by slug with their numbers of papers in the list, the largest first; 0 before they are counted."""
    counts, names = state[COUNTED], state[TOPIC_NAMES]
    counted = sorted(counts.topics, key=lambda topic: -topic.papers) if counts else ()
    return {topic.slug: topic.papers for topic in counted} or dict.fromkeys(names, 0)


def filter_parts(state: State) -> object:
    return state[COUNTED], state[VIEW_COUNTS], state[FOLLOWED], state[TOPIC_NAMES], state.views


def filter_data(state: State, keys: Sequence[str] = ()) -> FilterData:
    """Views, days and topics, without numbers until counted. `keys` show the saved views, by place."""
    from reader.ui.filter.pane import FilterData, ViewItem

    counts, named, by_view = state[COUNTED], state.views.saved, state[VIEW_COUNTS]
    saved = tuple(
        ViewItem(one.id, one.name, (found := by_view.get(one.id)) and found.papers, found and found.unread, key)
        for one, key in zip(named, (*keys, *[""] * len(named)), strict=False)
    )
    if counts is None:
        return FilterData((*(ViewItem(one.id, one.name) for one in VIEWS), *saved))
    newest = counts.days[0] if counts.days else None
    views = tuple(
        # The newest day is the view Latest, unless all of its papers are hidden.
        ViewItem(
            one.id,
            one.name,
            # For you has nearly all unread papers, so its number says nothing.
            None if one.id == FOR_YOU else number,
            newest.unread if newest and (one.id, number) == (LATEST, newest.papers) else None,
        )
        for one in (*VIEWS, *SPECIAL)
        if (number := counts.views[one.id]) or one in VIEWS
    )
    follows = tuple(
        ViewItem(one.follow.view, one.follow.in_words(state[TOPIC_NAMES]), one.papers, one.unread)
        for one in state[FOLLOWED]
    )
    return FilterData((*views, *saved), counts.days, counts.topics, counts.tags, follows)
