"""What the panes should show, worked out from the cache's tables one paper after another.

It shares nothing with what fills the panes: no SQL of the search, no index, no derived column. A query is parsed by the
reader's parser and then tested on each paper in Python; marks are replayed from the log of events.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from reader.core.query import And, Count, Match, Node, Not, Or, Query, Regex, Sort, Term, When, parse
from reader.core.query.nodes import any_of
from reader.core.spellings import joined, keyword_spellings, spellings
from reader.session.places import Place

Truth = bool | None
"""None where it depends on marks that may have changed since a list was read."""

MARKS = {"read": "read", "star": "starred", "hide": "hidden", "queue": "queued"}


@dataclass(frozen=True)
class Paper:
    """One paper as the tables have it, its marks as the log has them."""

    facts: Mapping[str, Any]
    """The columns of `paper` and `paper_text`."""
    days: tuple[str, ...]
    """ISO days that list it, oldest first."""
    topics: tuple[str, ...]
    """Slugs, strongest first."""
    marks: frozenset[str]
    """Those of `MARKS` that it has."""
    queued_at: str | None
    """Its place in the queue."""

    @property
    def pk(self) -> int:
        return int(self.facts["pk"])

    @property
    def sort_day(self) -> str:
        return self.days[-1] if self.days else self.facts["published"] or ""


class Truths(NamedTuple):
    """What the filter pane should show."""

    views: tuple[int, ...]
    days: tuple[tuple[str, int, int], ...]
    """(ISO day, papers, unread ones), newest first."""
    topics: tuple[tuple[str, int], ...]
    base: int
    anywhere: int


class Oracle:
    """Knows the whole cache at the time when it is made."""

    def __init__(self, file: Path, today: date) -> None:
        self.today = today
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            self.papers = tuple(_papers(connection))
            self.topics = tuple(slug for (slug,) in connection.execute("SELECT slug FROM topic ORDER BY pk"))
            # Votes that move are no part of this: what has changed depends on them.
            (changes,) = connection.execute("SELECT count(*) FROM paper_change").fetchone()
            assert changes == 0
        self.by_pk = {paper.pk: paper for paper in self.papers}
        self.newest = max((day for paper in self.papers for day in paper.days), default=None)

    # Lists

    def listed(self, place: Place, order: str) -> list[int]:
        """The papers of a place, in order."""
        return [paper.pk for paper, truth in self._judged(place, order, are_marks_known=True) if truth]

    def may_be_listed(self, place: Place, order: str) -> tuple[list[int], set[int]]:
        """The papers that a list of the place may hold, in order, and those it must, whatever the marks were then."""
        judged = list(self._judged(place, order, are_marks_known=False))
        may = [paper.pk for paper, truth in judged if truth is not False]
        return may, {paper.pk for paper, truth in judged if truth}

    def _judged(self, place: Place, order: str, *, are_marks_known: bool) -> Iterator[tuple[Paper, Truth]]:
        query = parse(place.text)
        for paper in self._in_order(query.sort or Sort(view if (view := place.view.id) in _ORDERS else order)):
            judge = _Judge(self, paper, are_marks_known)
            yield paper, judge.place(place.view.id, query.root)

    def _in_order(self, sort: Sort) -> Sequence[Paper]:
        key, is_ascending = _ORDERS[sort.key]
        return sorted(self.papers, key=key, reverse=is_ascending == sort.reverse)

    # Counts

    def counts(self, place: Place, views: Sequence[str], mode: str) -> Truths:
        root = parse(place.text).root
        return Truths(
            views=tuple(self._count(view, None) for view in views),
            days=tuple(self._days()),
            topics=tuple(self._topics(place, mode)),
            base=self._count(place.view.id, None),
            anywhere=self._count("all", root),
        )

    def _count(self, view: str, root: Node | None) -> int:
        return sum(bool(_Judge(self, paper, True).place(view, root)) for paper in self.papers)

    def _days(self) -> Iterator[tuple[str, int, int]]:
        seen = [paper for paper in self.papers if "hidden" not in paper.marks]
        for day in sorted({day for paper in seen for day in paper.days}, reverse=True):
            here = [paper for paper in seen if day in paper.days]
            yield day, len(here), sum("read" not in paper.marks for paper in here)

    def _topics(self, place: Place, mode: str) -> Iterator[tuple[str, int]]:
        root = _without_alternatives(parse(place.text), mode)
        here = [paper for paper in self.papers if _Judge(self, paper, True).place(place.view.id, root)]
        for topic in self.topics:
            yield topic, sum(topic in paper.topics for paper in here)


def _without_alternatives(query: Query, mode: str) -> Node | None:
    """The query without the picked topics, if they are alternatives: each would add papers and narrow nothing."""
    root = query.root
    terms = root.nodes if isinstance(root, And) else () if root is None else (root,)
    alone: list[Node] = [term for term in terms if _is_topic(term)]
    groups = [term for term in terms if isinstance(term, Or) and all(map(_is_topic, term.nodes))]
    picked = alone or groups[:1]
    slugs = set(map(str, alone or [node for group in groups[:1] for node in group.nodes]))
    if len(slugs) > 1:
        mode = "all" if alone else "any"
    if mode == "all":
        return root
    rest = tuple(term for term in terms if not any(term is one for one in picked))
    return And(rest) if rest else None


def _is_topic(node: Node) -> bool:
    return isinstance(node, Term) and node.field == "topic"


# One paper


@dataclass(frozen=True)
class _Judge:
    """Whether one paper is in a place."""

    oracle: Oracle
    paper: Paper
    are_marks_known: bool

    def place(self, view: str, root: Node | None) -> Truth:
        truths = [self._in_view(view)]
        if root is not None:
            truths.append(self.node(root))
        if not _asks_for_hidden(root):
            truths.append(_not(self._has_mark("hidden")))
        return _all(truths)

    def _in_view(self, view: str) -> Truth:
        kind, _, period = view.partition(":")
        match kind:
            case "all":
                return True
            case "latest":
                return self.oracle.newest in self.paper.days
            case "unread":
                return _not(self._has_mark("read"))
            case "foryou":
                return _all([_not(self._has_mark("read")), _not(self._has_mark("starred"))])
            case "starred":
                return self._has_mark("starred")
            case "queue":
                return self._has_mark("queued")
            case "followed" | "follow":
                # What is followed and shared is not told to the oracle.
                return None
            case "changed" | "muted" | "pages" | "trending":
                # Nothing rises while no votes move, no words are muted, no pages are imported, and nothing is ranked.
                return False
        assert kind == "day", f"no view is called {view}"
        return period in self.paper.days

    def node(self, node: Node) -> Truth:
        match node:
            case And(nodes):
                return _all([self.node(inner) for inner in _joined(nodes)])
            case Or(nodes):
                return _not(_all([_not(self.node(inner)) for inner in nodes]))
            case Not(inner):
                return _not(self.node(inner))
            case Match():
                return self._has_words(node)
            case Regex(field, pattern):
                lines = _plain(self._text(field)).split("\n")
                return any(re.search(_plain(pattern), line, re.IGNORECASE) for line in lines)
            case Count(field, low, high):
                number = self.paper.facts[{"stars": "code_stars", "authors": "author_count"}.get(field, field)]
                number = None if field == "authors" and not number else number
                return number is not None and (low or 0) <= number <= (number if high is None else high)
            case When():
                return self._is_of(node)
            case Term(field, value):
                return self._is(field, value)
        raise AssertionError(f"no meaning is written down for {node}")

    def _is(self, field: str, value: str) -> Truth:
        match field, value:
            case "is", "unread":
                return _not(self._has_mark("read"))
            case "is", ("read" | "starred" | "hidden" | "queued"):
                return self._has_mark(value)
            case "has", "code":
                return self.paper.facts["code_url"] is not None
            case "topic", _:
                return value in self.paper.topics
        raise AssertionError(f"no meaning is written down for {field}:{value}")

    def _has_mark(self, mark: str) -> Truth:
        return mark in self.paper.marks if self.are_marks_known else None

    def _is_of(self, node: When) -> bool:
        newest = self.oracle.newest
        bounds = node.days.bounds(self.oracle.today, date.fromisoformat(newest) if newest else None)
        if bounds is None:
            return False
        first, last = bounds[0] or "", bounds[1] or "9999-12-31"
        days = {
            "published": [self.paper.facts["published"]] if self.paper.facts["published"] else [],
            "since": self.paper.days[-1:],
            "until": self.paper.days[:1],
            "day": self.paper.days,
        }[node.field]
        return any(first <= day <= last for day in days)

    def _text(self, field: str | None) -> str:
        columns = {"author": "authors", "keyword": "keywords", "org": "organization"}
        return self.paper.facts[columns.get(field or "", field or "")] or ""

    def _has_words(self, match: Match) -> bool:
        fields = ("title", "abstract", "author", "keyword", "org") if match.field is None else (match.field,)
        if match.field in ("author", "org"):
            forms: Sequence[tuple[str, bool]] = [(match.text, match.exact)]
        else:
            forms = (keyword_spellings if match.field == "keyword" else spellings)(match.text, match.exact)
        return any(_stands_in(form, is_whole, self._text(field)) for field in fields for form, is_whole in forms)


def _stands_in(phrase: str, is_exact: bool, text: str) -> bool:
    """Whether the phrase's words stand next to each other; the last one may be a beginning, unless it is exact."""
    wanted, words = _words(phrase), _words(text)
    may_go_on = not is_exact and phrase[-1:].isalnum()
    for start in range(len(words) - len(wanted) + 1):
        here = words[start : start + len(wanted)]
        if here == wanted or (may_go_on and here[:-1] == wanted[:-1] and here[-1].startswith(wanted[-1])):
            return bool(wanted)
    return False


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _plain(text).lower())


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _joined(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes, of which two plain words may also be joined; in place of `and` may be `&`, which is no word."""
    rest = [node for node in nodes if node != Match("and")] or list(nodes)
    either = [[node] for node in rest]
    for at, (before, after) in enumerate(pairwise(rest)):
        match before, after:
            case Match(one, False, field), Match(other, False, same) if field == same and field not in (
                "author",
                "org",
            ):
                for whole in joined(one, other):
                    either[at].append(Match(whole, False, field))
                    either[at + 1].append(Match(whole, False, field))
    yield from map(any_of, either)


def _asks_for_hidden(node: Node | None) -> bool:
    match node:
        case And(nodes) | Or(nodes):
            return any(map(_asks_for_hidden, nodes))
        case Not(inner):
            return _asks_for_hidden(inner)
    return node == Term("is", "hidden")


def _all(truths: Sequence[Truth]) -> Truth:
    return False if False in truths else None if None in truths else True


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


# Orders


def _votes(paper: Paper) -> int:
    return int(paper.facts["upvotes"])


_ORDERS: Mapping[str, tuple[Callable[[Paper], tuple[Any, ...]], bool]] = {
    "day": (lambda paper: (paper.sort_day, _votes(paper), paper.pk), False),
    "upvotes": (lambda paper: (_votes(paper), paper.pk), False),
    "added": (lambda paper: (paper.pk,), False),
    "title": (lambda paper: (paper.facts["title"].lower(), paper.pk), True),
    "queue": (lambda paper: ("A" if paper.queued_at is None else paper.queued_at, paper.pk), True),
    # No votes move, so that all have gained as many.
    "rising": (lambda paper: (_votes(paper), paper.pk), False),
}
"""The key of each order, and whether the least comes first."""


# The tables


def _papers(connection: sqlite3.Connection) -> Iterator[Paper]:
    marks = _marks(connection)
    for row in connection.execute("SELECT * FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk ORDER BY p.pk"):
        pk, id = row["pk"], row["id"]
        yield Paper(
            facts=dict(row),
            days=_column(connection, "SELECT day FROM listing WHERE pk = ? ORDER BY day", pk),
            topics=_column(
                connection,
                "SELECT slug FROM paper_topic JOIN topic ON topic.pk = topic WHERE paper_topic.pk = ? ORDER BY rank",
                pk,
            ),
            marks=frozenset(mark for mark, ids in marks.items() if id in ids),
            queued_at=next(iter(_column(connection, "SELECT place FROM queue WHERE pk = ?", pk)), None),
        )


def _column(connection: sqlite3.Connection, sql: str, pk: int) -> tuple[Any, ...]:
    return tuple(value for (value,) in connection.execute(sql, (pk,)))


def _marks(connection: sqlite3.Connection) -> Mapping[str, set[str]]:
    """The ids of the papers that have each mark, from the log alone."""
    events = connection.execute("SELECT id, kind, value, papers FROM event ORDER BY clock, id").fetchall()
    undone: set[str] = set()
    for _, kind, value, _ in events:
        if kind == "undo":
            undone.add(value)
        elif kind == "redo":
            undone.discard(value)
    found: dict[str, set[str]] = {mark: set() for mark in MARKS.values()}
    for id, kind, value, papers in events:
        if kind in MARKS and id not in undone:
            named = set(zlib.decompress(papers).decode().split("\n"))
            marked = found[MARKS[kind]]
            found[MARKS[kind]] = marked - named if value == "0" else marked | named
    return found
