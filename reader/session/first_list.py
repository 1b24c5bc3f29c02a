"""The first papers of a place, which a start draws before and with Textual."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.reads.window import Order, Window
from reader.session.places import Place, selection_of

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.dates import Hole

SCREENFUL_PAPERS = 100
"""Number of papers that are read first, more than any terminal shows."""

MAX_PAPERS_READ = 20_000
"""Maximum number of papers read to reach the paper where the user left off, which takes 20 ms."""

_DEEPER = 8
"""Factor by which the number of papers grows while the paper where the user left off is not among them."""


def first_list(
    window: Window, place: Place, order: str, scope: Callable[[], Scope], *, limit: int, keep: int | None = None
) -> Order:
    """The first papers of a place, sorted by `order` if the place has no order of its own; raises CacheError.

    They extend beyond the paper `keep`, if it is listed and not too deep.
    """
    query = place.view.query
    if order == "day" and place.text and place.is_search:
        # The list may turn out to be ordered by fit, and must not be replaced on the screen.
        return Order((), complete=False)
    if is_by_index(place, order):
        read = partial(window.first_by_day, query)
        keep = keep if keep is not None and window.has_by_index(query, keep) else None
    else:
        selection = selection_of(place, order, scope())
        if selection.near is not None:
            # Ranking papers by a text takes about 10 ms, for which a start does not wait.
            return Order((), complete=False)
        read = partial(window.first, selection)
    listed = found = read(limit)
    reached = limit
    while keep is not None and found.pks and not found.complete and keep not in found.pks and reached < MAX_PAPERS_READ:
        reached = min(_DEEPER * reached, MAX_PAPERS_READ)
        found = read(reached + limit)
    return found if keep in found.pks else listed


def find_holes(window: Window, place: Place, order: str, today: date) -> tuple[Hole, ...]:
    """The runs of missing days between the days that a place lists, newest run first.

    Only lists of all papers or of all unread papers have them; in other lists, a day without papers is normal.
    """
    if place.text or place.view.id not in ("all", "unread") or order != "day":
        return ()
    from reader.core.dates import holes

    return holes(window.fetched_days(), today)


def is_by_index(place: Place, order: str) -> bool:
    """Whether an index lists the papers of a place without the query language."""
    return not place.text and (place.view.order or order) == "day" and Window.is_by_index(place.view.query)
