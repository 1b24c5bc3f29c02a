"""The reader's own views: queries that have an id and a name."""

from __future__ import annotations

from typing import NamedTuple

LATEST = "latest"

QUEUED = "queue"

FOR_YOU = "foryou"


NEWS = "(day:latest OR (is:new (since:30d OR published:30d)))"
"""The query of what is new: the newest day, and papers since the last visit except old days fetched late."""


class View(NamedTuple):
    """A named query."""

    id: str
    name: str
    query: str
    order: str = ""
    """The view's own order; empty for the order from the settings."""
    is_ranking: bool = False
    """Whether it lists the feed's own ranking, which is fetched as a whole and is outdated within minutes."""


VIEWS = (
    View(LATEST, "Latest", "day:latest"),
    View(FOR_YOU, "For you", "is:unread -is:starred", "foryou"),
    View("followed", "Followed", "is:followed"),
    View("unread", "Unread", "is:unread"),
    View(QUEUED, "Queue", "is:queued", "queue"),
    View("starred", "Starred", "is:starred"),
    View("all", "All", ""),
)

SPECIAL = (
    View("trending", "Trending", "is:trending", "trending", is_ranking=True),
    View("pages", "Saved pages", "source:page", "page"),
    View("muted", "Muted", "is:muted"),
)
"""Views listed only while they have papers: the feed's ranking, saved pages, and muted papers."""

IDS = tuple(view.id for view in (*VIEWS, *SPECIAL))

QUERIES = {name.casefold(): view.query for view in (*VIEWS, *SPECIAL) for name in (view.name, view.id)}
"""The query of `view:NAME`, by name and id in lower case; a saved view of that name takes precedence."""
