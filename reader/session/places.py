"""Places: a view with a typed query, and the cache queries derived from both.

The query language (20 ms) is imported lazily: the first frame rarely needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from reader.core.views import FOR_YOU, LATEST, NEWS, SPECIAL, VIEWS, View

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.cache.search.selection import Selection
    from reader.config import Settings
    from reader.core.query import Query

DAY = "day:"
"""Prefix of the id of a day's view; the ISO day follows."""

FOLLOW = "follow:"
"""Prefix of the id of the view of a follow; see `core/follows.py`."""

TRIAGE = "triage"
"""The id of the view of a triage, which is not listed and not returned to."""

SAVED = "saved:"
"""Prefix of the id of a view that the user has saved; its name follows."""

TopicMode = Literal["any", "all"]
"""Whether a paper needs any or all of the picked topics."""


def triage_place(text: str, *, is_taught: bool) -> Place:
    """The unread papers of a query, most suitable first, or most upvoted until the program has learned.

    Without a query, it has the papers of the newest day and the papers that came since the last visit.
    """
    query = "is:unread" if text else f"is:unread {NEWS}"
    return Place(View(TRIAGE, "Triage", query, "foryou" if is_taught else "upvotes"), text)


def saved_view(name: str, query: str) -> View:
    """A view that the user has saved."""
    return View(f"{SAVED}{name}", name, query)


class ViewList(NamedTuple):
    """The listed views: the reader's own, and the user's saved views in the user's order."""

    saved: tuple[View, ...] = ()

    def find(self, id: str) -> View:
        """The view with this id, also of a day, week or month; Latest for an unknown id."""
        return next((saved for saved in self.saved if saved.id == id), None) or view(id)


def listed_views(settings: Settings) -> ViewList:
    """The listed views by the settings."""
    saved = tuple(saved_view(view.name, view.query) for view in settings.views)
    return ViewList(saved)


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
    """The ISO day of a view of a single day, where Latest is the newest day; None for other views."""
    if view.id == LATEST:
        return newest
    return view.id.removeprefix(DAY) if view.id.startswith(DAY) else None


class Place(NamedTuple):
    """A view and the typed query."""

    view: View = VIEWS[0]
    text: str = ""

    @property
    def day(self) -> str | None:
        """The only ISO day that is listed; empty for the newest day, None in other places."""
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
    def paper_id(self) -> str | None:
        """The arXiv id if the query is only for a paper or for papers like it, else None; raises QueryError."""
        from reader.core.ids import is_arxiv_id
        from reader.core.query import Term

        term = self.query.root
        if not isinstance(term, Term) or term.field not in ("id", "like") or not is_arxiv_id(term.value):
            return None
        return term.value

    def whole(self, order: str) -> Query:
        """The query of the list, sorted by `order` if neither the text nor the view has an order."""
        return _join_query(self.view.query, self.query, self.view.order or order)

    @property
    def is_search(self) -> bool:
        """Whether words are typed without an explicit order, so that many papers are listed by fit."""
        return bool(self.text) and not self.view.order and self.query.sort is None and bool(self.query.plain_words)

    @property
    def title_query(self) -> Query | None:
        """The query for the papers whose title has the typed words; None for a single word."""
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
        exact = " ".join(f"({part})" for part in (viewed, kept) if part)
        return " ".join(filter(None, (exact or "-is:hidden -is:muted", order or own_order, near)))

    def facets(self, order: str, mode: str = "all") -> Query:
        """The query for counting topics: without the picked topics if a paper needs only one of them.

        `mode` is how topics combine, which a query with fewer than two topics does not express.
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
    from reader.core.query import parse

    parts = (NEWS, "(since:7d OR published:7d)") if place.view.id == FOR_YOU else ()
    return selection._replace(offer=tuple(compile_query(parse(query), scope).where for query in parts))


def _split_order(text: str) -> tuple[str, str]:
    """A query without its `sort:`, and the `sort:`; raises QueryError."""
    from reader.core.query import parse
    from reader.core.query.lexer import lex

    parse(text)
    sort = next((token for token in lex(text) if token.kind == "field" and token.text == "sort"), None)
    if sort is None:
        return text, ""
    return f"{text[: sort.start]} {text[sort.end :]}".strip(), text[sort.start : sort.end]


def _join_query(base: str, query: Query, order: str) -> Query:
    from dataclasses import replace

    from reader.core.query import Query, Sort, parse
    from reader.core.query.nodes import all_of

    viewed = parse(base)
    nodes = [node for node in (viewed.root, query.root) if node is not None]
    joined = Query(all_of(nodes) if nodes else None, query.sort or viewed.sort)
    # Papers that fit a text or are like a paper are listed best first.
    return joined if joined.sort else replace(joined, sort=Sort(joined.default_order or order))


def with_best_first(text: str, default: str, best: str) -> str:
    """The query sorted by `best`, or by day where `best` is the default; without `sort:` if it is sorted so already."""
    from reader.core.query import parse
    from reader.core.query.lexer import split_near

    typed, near = split_near(text)
    kept, order = _split_order(typed)
    usual = "relevance" if near else parse(kept).default_order or default
    sort = f"sort:{'day' if best == usual else best}"
    return " ".join(filter(None, (kept, "" if order == sort else sort, near)))


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
