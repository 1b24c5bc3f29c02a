"""What the first frame shows, read from the cache and the last visit by the standard library."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader import paths
from reader.cache import schema
from reader.cache.reads.orders import Order
from reader.cache.reads.window import Window
from reader.core.paper_row import PaperRow
from reader.core.views import LATEST
from reader.session.first_list import SCREENFUL, find_holes, first_list, is_by_index
from reader.session.places import SAVED, Place, saved_view, view
from reader.session.visit import Visit, resumed

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.feed_days import Hole

PATIENCE = 0.05
"""Seconds to wait for a cache that another program holds."""


class Content(NamedTuple):
    """The first papers of the place where the reader begins, and the facts of the header."""

    place: Place
    order: Order[int]
    rows: Mapping[int, PaperRow]
    """The rows around the cursor."""
    cursor: int
    """The highlighted paper's place in the order."""
    ranked_at: str | None
    """When the feed's ranking was fetched, in a view of it."""
    newest_day: str | None
    """The newest day of the cache, in the view of it."""
    holes: tuple[Hole, ...]
    """The runs of days that are missing between the listed ones."""
    refreshed: datetime | None
    """The local time of the last complete refresh."""
    topic_names: Mapping[str, str]
    """Names of topics by slug, for a query that picks some."""


def is_certain(cache: Path) -> bool:
    """Whether a cache can be opened without a look at its health: no migration, no repair and no lock is due."""
    if paths.suspect_stamp(cache).exists() or not os.access(cache, os.W_OK) or not os.access(cache.parent, os.W_OK):
        return False
    log, locks = (cache.with_name(f"{cache.name}{end}") for end in ("-wal", "-shm"))
    if log.exists() and not locks.exists():
        # Another program may be opening it just now, which takes a while to tell.
        return False
    return schema.version(cache) == schema.HEAD


def read_content(cache: Path, visit: Visit, order: str) -> Content | None:
    """Read what the first frame shows, in the order of the settings.

    None if it can't show the place as the reader will. Raises CacheError.
    """
    with closing(Window.open(cache, PATIENCE)) as window:
        visit = resumed(visit, window.has_news)
        is_saved = visit.view.startswith(SAVED)
        shown = saved_view(visit.view.removeprefix(SAVED), visit.view_query) if is_saved else view(visit.view)
        place = Place(shown, visit.text)
        if "view:" in f"{shown.query} {visit.text}":
            # The settings have the queries that it names.
            return None
        if visit.visited is not None:
            window.visited(int(datetime.fromisoformat(visit.visited).timestamp()))
        kept = window.pk_of(visit.paper) if visit.paper else None
        if kept is not None and is_by_index(place, order) and not window.has_by_index(place.view.query, kept):
            # It has left the list, such as a paper that was opened in Unread.
            kept = None
        listed = first_list(window, place, order, _scope(window, visit.visited), limit=SCREENFUL, keep=kept)
        is_there = kept is not None and kept in listed.pks
        if not listed.pks or not (kept is None or is_there or listed.complete):
            # Nothing to draw, or the cursor is farther down.
            return None
        cursor = listed.pks.index(kept) if kept is not None and is_there else 0
        near = listed.pks[max(0, cursor - SCREENFUL) : cursor + SCREENFUL]
        return Content(
            place=place,
            order=listed,
            rows={pk: row for row in window.rows(near) if isinstance(pk := row.pk, int)},
            cursor=cursor,
            ranked_at=window.meta("trending") if place.view.is_ranking else None,
            newest_day=window.newest_day() if place.view.id == LATEST else None,
            holes=find_holes(window, place, order, datetime.now(UTC).date()),
            refreshed=paths.last_refresh(cache),
            topic_names=window.topic_names() if place.text else {},
        )


def _scope(window: Window, visited: str | None) -> Callable[[], Scope]:
    def scope() -> Scope:
        from reader.cache.search.compile import Scope

        return Scope(datetime.now(UTC).date(), window.newest_day(), visited)

    return scope
