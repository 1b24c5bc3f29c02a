"""The typed query, and the words that complete it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reader.ui.filter.state import in_all
from reader.ui.shell.state import Part, State

if TYPE_CHECKING:
    from reader.ui.query.advice import Reach

VOCABULARY: Part[Mapping[str, Mapping[str, int] | Sequence[str]]] = Part({})
"""Keywords, people and other query values; empty until needed."""


def type_query(state: State, text: str, topics: Collection[str] = ()) -> State:
    """Store the typed text; the list follows unless it has a mistake. `topics` are all known ones."""
    if state.draft is None:
        return state
    from reader.core.query.suggestions import finished_query
    from reader.ui.query.advice import find_mistake

    typing = replace(state, draft=state.draft._replace(typed=text))
    return typing if find_mistake(text) else typing.go(typing.place._replace(text=finished_query(text, topics)))


def reach(state: State) -> Reach:
    """How many papers the typed query matches here and in all."""
    from reader.ui.query.advice import Reach

    back = state.widened_from.name if state.widened_from is not None else ""
    return Reach(state.listing.count or 0, in_all(state), back)
