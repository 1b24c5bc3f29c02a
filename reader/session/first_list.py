"""The first papers of a place: what a start draws, with Textual and before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.cache.window import Order, Window
from reader.session.places import Place

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope

SCREENFUL = 100
"""Papers that are read first: more than any terminal shows."""


def first_list(window: Window, place: Place, order: str, scope: Callable[[], Scope], limit: int) -> Order[int]:
    """The first papers of a place, sorted by `order` if the place has no order of its own; raises CacheError."""
    if not place.text and (place.view.order or order) == "day":
        listed = window.first_by_day(place.view.query, limit)
        if listed is not None:
            return listed
    from reader.cache.search.compile import compile_query

    return window.first(compile_query(place.whole(order), scope()), limit)
