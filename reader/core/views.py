"""The reader's own views: queries that have an id and a name."""

from __future__ import annotations

from typing import NamedTuple

LATEST = "latest"
"""The id of the view of the newest day that has papers."""

QUEUED = "queue"
"""The id of the view of the papers to read later, in their own order."""

FOR_YOU = "foryou"
"""The id of the view of papers to read that suit the user, the best first, with some surprises."""


NEWS = "(day:latest OR (is:new since:30d))"
"""The query of what is new: the newest day, and what came since the last visit, without old days that came late."""

NEW, WEEK, ARCHIVE = "new", "earlier this week", "from the archive"
"""The parts of For you: what is new since the last visit, what else of the week suits the user, and all others."""


class View(NamedTuple):
    """A named query."""

    id: str
    name: str
    query: str
    order: str = ""
    """The view's own order; empty for the order of the settings."""
    is_ranking: bool = False
    """Whether it lists the feed's own ranking, which is fetched as a whole and gets out of date in minutes."""


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
    View("changed", "Changed", "is:changed", "changed"),
    View("group", "Group", "by:anyone"),
    View("pages", "Saved pages", "source:page", "page"),
    View("muted", "Muted", "is:muted"),
)
"""Views listed only while they have papers: the feed's ranking, marked papers that have changed since, what a
group shares, saved pages in their own order, and what muted words leave out."""

IDS = tuple(one.id for one in (*VIEWS, *SPECIAL))

QUERIES = {name.casefold(): one.query for one in (*VIEWS, *SPECIAL) for name in (one.name, one.id)}
"""What `view:NAME` asks for, by name and id in small letters; a view of that name that the user saved wins."""

_FORMER = {"today": LATEST, "second": "changed"}
"""Ids that the user's files may have from earlier versions."""


def current_id(id: str) -> str:
    """The id of a view, or of the action that shows it, by what it is called now: `today` is `latest`."""
    name = id.removeprefix("view.")
    return f"{id.removesuffix(name)}{_FORMER.get(name, name)}"
