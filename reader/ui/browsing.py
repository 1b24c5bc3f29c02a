"""Where one is in the reader: a view, a query in it, a paper; and what that asks of the cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reader.core.query import And, Match, Node, Not, Or, Query, Sort, parse
from reader.core.query.nodes import all_of

DAY = "day:"
"""How the id of a day's view begins; the ISO day follows."""

ORDERS = ("day", "upvotes", "published", "title")
"""What the order key goes through."""

WORD_FIELDS = (None, "title", "abstract", "author", "keyword", "org")


@dataclass(frozen=True, slots=True)
class View:
    """A place to be: what it is called, and the query that its papers match."""

    id: str
    name: str
    query: str


VIEWS = (
    View("today", "Today", "day:latest"),
    View("unread", "Unread", "is:unread"),
    View("starred", "Starred", "is:starred"),
    View("all", "All", ""),
)


def view(id: str) -> View:
    """The view with this id, also that of a day; Today where there is no such view."""
    if id.startswith(DAY):
        day = id.removeprefix(DAY)
        return View(id, _day_name(day), f"day:{day}")
    return next((view for view in VIEWS if view.id == id), VIEWS[0])


def _day_name(day: str) -> str:
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{then:%A} {then.day} {then:%B} {then.year}"


@dataclass(frozen=True, slots=True)
class Place:
    """A view and the query typed in it."""

    view: View = VIEWS[0]
    text: str = ""

    @property
    def query(self) -> Query:
        """What the user typed; raises QueryError."""
        return parse(self.text)

    def whole(self, order: str) -> Query:
        """All that the list asks for, by `order` where the text names none."""
        return _joined(self.view.query, self.query, order)

    def base(self, order: str) -> Query:
        """The view without what was typed."""
        return _joined(self.view.query, Query(), order)

    def facets(self, order: str) -> Query:
        """What topics are counted in: picked ones that combine as `any` do not narrow what others would add."""
        from reader.core.query.topics import TopicChoice, picked_topics, with_topics

        choice = picked_topics(self.query)
        if choice.mode == "all":
            return self.whole(order)
        others = with_topics(self.text, TopicChoice("any", (), choice.excluded))
        return _joined(self.view.query, parse(others), order)


def _joined(base: str, query: Query, order: str) -> Query:
    nodes = [node for node in (parse(base).root, query.root) if node is not None]
    return Query(all_of(nodes) if nodes else None, query.sort or Sort(order))


def next_order(text: str, default: str) -> str:
    """The text with its `sort:` moved on to the next order, and none for the default."""
    query = parse(text)
    now = query.sort.key if query.sort else default
    orders = (default, *(order for order in ORDERS if order != default))
    order = orders[(orders.index(now) + 1) % len(orders)] if now in orders else default
    kept = text
    for part in reversed(query.parts):
        if isinstance(part.node, Sort):
            kept = f"{kept[: part.start].rstrip()} {kept[part.end :].lstrip()}".strip()
    return kept if order == default else f"{kept} sort:{order}".strip()


def words(query: Query) -> tuple[str, ...]:
    """The words and phrases that a query looks for in text, to be marked where they stand."""
    return tuple(_words(query.root)) if query.root is not None else ()


def _words(node: Node) -> Iterator[str]:
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _words(inner)
        case Match(field=field) if field in WORD_FIELDS:
            # In quotes, whole words alone are marked.
            yield f'"{node.text}"' if node.exact else node.text
        case Not():
            return
