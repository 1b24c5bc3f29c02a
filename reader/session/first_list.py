"""The first papers of a place: what a start draws, with Textual and before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.cache.reads.orders import Order
from reader.cache.reads.window import Window
from reader.session.places import Place, selection_of

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope

SCREENFUL = 100
"""Papers that are read first: more than any terminal shows."""

DEEPEST = 20_000
"""Most papers before the one where the user left that are read with it, which takes 20 ms."""


def first_list(
    window: Window, place: Place, order: str, scope: Callable[[], Scope], *, limit: int, keep: int | None = None
) -> Order[int]:
    """The first papers of a place, sorted by `order` if the place has no order of its own; raises CacheError.

    They reach beyond the paper `keep`, if that is in the list and not too deep.
    """
    if not place.text and (place.view.order or order) == "day":
        listed = _by_day(window, place.view.query, limit, keep)
        if listed is not None:
            return listed
    selection = selection_of(place, order, scope())
    if selection.near is not None:
        # To rank papers for a free text takes numpy, and the index may have to be made: a start does not wait.
        return Order((), complete=False)
    return window.first(selection, limit, at_once=True)


def _by_day(window: Window, query: str, limit: int, keep: int | None) -> Order[int] | None:
    listed = window.first_by_day(query, limit)
    if listed is None or listed.complete or keep is None or keep in listed.pks:
        return listed
    rank = window.rank_by_day(query, keep, DEEPEST)
    return listed if rank is None else window.first_by_day(query, rank + limit)
