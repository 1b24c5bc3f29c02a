"""Places: a view with a typed query, and the cache queries that follow from both.

The query language (20 ms) is imported lazily: the first frame rarely needs it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from reader.core.views import FOR_YOU, LATEST, NEW, NEWS, SPECIAL, VIEWS, WEEK, View

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.cache.search.selection import Selection
    from reader.config import Settings
    from reader.core.query import Query

DAY = "day:"
"""Prefix of the id of a day's view; the ISO day follows."""

FOLLOW = "follow:"
"""Prefix of the id of the view of what the user follows; see `core/follows.py`."""

TRIAGE = "triage"
"""The id of the view of a triage, which is not listed and not returned to."""

SAVED = "saved:"
"""Prefix of the id of a view that the user has saved; its name follows."""

TopicOrder = Literal["family", "papers"]
"""How topics are listed: by family, or by number of papers."""

TOPIC_ORDERS: tuple[TopicOrder, ...] = get_args(TopicOrder)

TopicMode = Literal["any", "all"]
"""Whether a paper needs any or all of the picked topics."""

TOPIC_MODES: tuple[TopicMode, ...] = get_args(TopicMode)


def triage_place(text: str, *, is_taught: bool) -> Place:
    """The unread papers of a query, most suitable first, or most voted until that is known.

    Without a query they are those of the newest day, and those that came since the last visit.
    """
    asked = "is:unread" if text else f"is:unread {NEWS}"
    return Place(View(TRIAGE, "Triage", asked, "foryou" if is_taught else "upvotes"), text)


def saved_view(name: str, query: str) -> View:
    """A view that the user has saved."""
    return View(f"{SAVED}{name}", name, query)


class ViewList(NamedTuple):
    """The views that are listed: the reader's own, and those that the user has saved, in his order."""

    saved: tuple[View, ...] = ()
    added: tuple[View, ...] = ()
    hidden: tuple[str, ...] = ()
    """Ids of the reader's own views that are not listed; their keys still show them."""

    @property
    def own_views(self) -> tuple[View, ...]:
        """The reader's own views that are listed."""
        return tuple(one for one in VIEWS if one.id not in self.hidden)

    @property
    def saved_views(self) -> tuple[View, ...]:
        """The saved views, and those of extensions with other names."""
        known = {one.id for one in self.saved}
        return (*self.saved, *(one for one in self.added if one.id not in known))

    def find(self, id: str) -> View:
        """The view with this id, also of a day, week or month; Latest for an unknown id."""
        return next((one for one in self.saved_views if one.id == id), None) or view(id)


def listed_views(settings: Settings) -> ViewList:
    """The views as the settings have them."""
    saved = tuple(saved_view(one.name, one.query) for one in settings.views)
    return ViewList(saved, hidden=settings.hidden_views)


def view(id: str) -> View:
    """The reader's own view with this id, also of a day, a week, a month or a follow; Latest for an unknown id."""
    if id.startswith(FOLLOW):
        from reader.core.follows import from_view

        follow = from_view(id)
        return VIEWS[0] if follow is None else View(id, follow.name, follow.query)
    if ":" in id:
        from reader.core.dates import period_of_view

        period = period_of_view(id)
        if period is not None:
            # A week or a month is opened for its best papers.
            return View(id, period.name, f"day:{period.date}", "" if period.kind == "day" else "upvotes")
    return next((view for view in (*VIEWS, *SPECIAL) if view.id == id), VIEWS[0])


def day_of(view: View, newest: str | None) -> str | None:
    """The ISO day of a view of one day, where Latest is the newest day; None for other views."""
    if view.id == LATEST:
        return newest
    return view.id.removeprefix(DAY) if view.id.startswith(DAY) else None


class Place(NamedTuple):
    """A view and the typed query."""

    view: View = VIEWS[0]
    text: str = ""

    @property
    def day(self) -> str | None:
        """The ISO day whose papers alone are listed; empty for the newest day, None in other places."""
        return None if self.text else day_of(self.view, "")

    @property
    def is_one_day(self) -> bool:
        """Whether the view has the papers of one day."""
        return day_of(self.view, "") is not None

    @property
    def is_period(self) -> bool:
        """Whether the view has the papers of one week or month."""
        return self.view.id.startswith(("week:", "month:"))

    @property
    def words(self) -> tuple[str, ...]:
        """The searched words and phrases to mark in texts; raises QueryError."""
        return self.query.words() if self.text else ()

    @property
    def text_words(self) -> tuple[str, ...]:
        """The searched words and phrases that full texts may have; raises QueryError."""
        return self.query.words((None, "fulltext")) if self.text else ()

    @property
    def query(self) -> Query:
        """The typed query; raises QueryError."""
        from reader.core.query import parse

        return parse(self.text)

    @property
    def names_topics(self) -> bool:
        """Whether the typed query picks topics, or excludes some."""
        return _names_topics(self.text)

    @property
    def paper_id(self) -> str | None:
        """The arXiv id if the query asks only for one paper, or those like it, else None; raises QueryError."""
        from reader.core.ids import is_arxiv_id
        from reader.core.query import Term

        asked = self.query.root
        if not isinstance(asked, Term) or asked.field not in ("id", "like") or not is_arxiv_id(asked.value):
            return None
        return asked.value

    def whole(self, order: str) -> Query:
        """The query of the list, sorted by `order` if neither the text nor the view has an order."""
        return _join_query(self.view.query, self.query, self.view.order or order)

    @property
    def nearest(self) -> Query | None:
        """The query for the papers that are near to the typed words; None if it has others than plain ones."""
        from reader.core.query import Near

        query = self.query
        words = query.plain_words
        return _join_query(self.view.query, query.with_words_as(Near(words)), "relevance") if words else None

    @property
    def is_search(self) -> bool:
        """Whether words are typed, in no order of the user's own: many papers are then listed by fit."""
        return bool(self.text) and not self.view.order and self.query.sort is None and bool(self.query.plain_words)

    @property
    def title_query(self) -> Query | None:
        """The query for the papers whose title has the typed words as they are; None for a single word."""
        from reader.core.query import Match

        words = self.query.plain_words
        if " " not in words:
            return None
        return _join_query(self.view.query, self.query.with_words_as(Match(words, field="title")), "day")

    def as_query(self) -> str:
        """The query of the list as a text, without the view's own order."""
        from reader.core.query.lexer import split_near

        typed, near = split_near(self.text)
        kept, order = _split_order(typed)
        viewed, own_order = _split_order(self.view.query)
        asked = " ".join(f"({one})" for one in (viewed, kept) if one)
        return " ".join(filter(None, (asked or "-is:hidden -is:muted", order or own_order, near)))

    def facets(self, order: str, mode: str = "all") -> Query:
        """The query for counting topics: without the picked topics if a paper needs only one of them.

        `mode` is how topics combine; a query with fewer than two does not express it.
        """
        from reader.core.query import parse
        from reader.core.query.choices import Choice, chosen_terms, with_choice

        choice = chosen_terms(self.query, "topic")
        if (choice.mode if len(choice.picked) > 1 else mode) == "all":
            return self.whole(order)
        others = with_choice(self.text, "topic", Choice("any", (), choice.excluded))
        return _join_query(self.view.query, parse(others), self.view.order or order)


def selection_of(place: Place, order: str, scope: Scope) -> Selection:
    """The papers of a place, sorted by `order` if neither the text nor the view has an order; raises QueryError."""
    from reader.cache.search.compile import compile_query

    selection = compile_query(place.whole(order), scope)
    if place.view.id not in (FOR_YOU, TRIAGE) or not selection.is_for_you or place.query.sort is not None:
        return selection
    from reader.cache.search.selection import Offer
    from reader.core.query import parse

    parts = ((NEW, NEWS), (WEEK, "(since:7d OR published:7d)")) if place.view.id == FOR_YOU else ()
    found = tuple((name, compile_query(parse(query), scope).where) for name, query in parts)
    return selection._replace(offer=Offer(found))


@lru_cache(4)
def _names_topics(text: str) -> bool:
    if "topic:" not in text.lower():
        return False
    from reader.core.query import parse
    from reader.core.query.choices import chosen_terms

    choice = chosen_terms(parse(text), "topic")
    return bool(choice.picked or choice.excluded)


def _split_order(text: str) -> tuple[str, str]:
    """A query without its `sort:`, and that; raises QueryError."""
    from reader.core.query import Sort, parse

    order = ""
    for part in reversed(parse(text).parts):
        if isinstance(part.node, Sort):
            order = text[part.start : part.end]
            text = f"{text[: part.start]} {text[part.end :]}".strip()
    return text, order


def _join_query(base: str, query: Query, order: str) -> Query:
    from dataclasses import replace

    from reader.core.query import Query, Sort, parse
    from reader.core.query.nodes import all_of

    viewed = parse(base)
    nodes = [node for node in (viewed.root, query.root) if node is not None]
    asked = Query(all_of(nodes) if nodes else None, query.sort or viewed.sort)
    # Of what fits a text or is like a paper, the best comes first.
    return asked if asked.sort else replace(asked, sort=Sort(asked.default_order or order))


def with_best_first(text: str, default: str, best: str) -> str:
    """The query sorted by `best`; as it was without `sort:` if it is sorted by that. Where `best` is usual, by day."""
    from reader.core.query import parse
    from reader.core.query.lexer import split_near

    typed, near = split_near(text)
    kept, order = _split_order(typed)
    usual = "relevance" if near else parse(kept).default_order or default
    wanted = f"sort:{'day' if best == usual else best}"
    return " ".join(filter(None, (kept, "" if order == wanted else wanted, near)))


def feed_text(text: str) -> str:
    """The query's words, the only part that the feed understands; the whole text if it does not parse.

    Empty if the query has no words.
    """
    from reader.core.query import QueryError, parse

    try:
        query = parse(text)
    except QueryError:
        return " ".join(text.split())
    return " ".join(filter(None, (*(word.strip('"') for word in query.words()), query.near)))
