"""A parsed query: a tree of frozen nodes. `str(node)` is a node's canonical text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from reader.core.dates import DateRange


@dataclass(frozen=True, slots=True)
class Match:
    """Words to find in a paper's text, in a field or in all fields.

    A bare word matches words that begin with it. With `exact` (typed in quotes) whole words match, in this order.
    All spellings count (`core/words.py`).
    """

    text: str
    exact: bool = False
    field: str | None = None
    """`title`, `abstract`, `author`, `keyword`, `org`, or None for all of them; or `fulltext`."""

    def __str__(self) -> str:
        value = quote(self.text) if self.exact else self.text
        return f"{self.field}:{value}" if self.field else value


@dataclass(frozen=True, slots=True)
class Term:
    """A field whose value is a name: one of `lexer.NAME_FIELDS`."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}:{self.value if is_plain(self.value) else quote(self.value)}"


@dataclass(frozen=True, slots=True)
class Count:
    """A range of numbers for `upvotes comments stars authors`; both ends are included, None is an open end."""

    field: str
    low: int | None
    high: int | None

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.field}:{self.low}"
        if self.high is None:
            return f"{self.field}:>={self.low}"
        if self.low is None:
            return f"{self.field}:<={self.high}"
        return f"{self.field}:{self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class DateTerm:
    """A range of days for `day published since until changed`."""

    field: str
    days: DateRange

    def __str__(self) -> str:
        days = self.days
        if self.field == "since" and days.start:
            return f"since:{days.start.text}"
        if self.field == "until" and days.end:
            return f"until:{days.end.text}"
        return f"{self.field}:{days.text}"


@dataclass(frozen=True, slots=True)
class Near:
    """Free text after `~`: the best-fitting papers, which need not have all its words.

    It comes after the other terms, which the papers must match. Within the `OR` or `NOT` of a saved view's name, it
    means the papers that have all its words.
    """

    text: str

    def __str__(self) -> str:
        return f"~{self.text}"


@dataclass(frozen=True, slots=True)
class Not:
    """Matches papers that its node does not match."""

    node: Node

    def __str__(self) -> str:
        return f"-{in_parentheses(self.node)}"


@dataclass(frozen=True, slots=True)
class And:
    """Matches papers that all its nodes match. Made by `all_of`: at least two nodes, none of them an `And`."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(in_parentheses(node) if isinstance(node, Or) else str(node) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    """Matches papers that any of its nodes matches. Made by `any_of`: at least two nodes, none of them an `Or`."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(in_parentheses(node) if isinstance(node, And) else str(node) for node in self.nodes)


Node = Match | Term | Count | DateTerm | Near | Not | And | Or


class Sort(NamedTuple):
    """The order of the papers; `reverse` reverses the key's own order, which is newest or most first."""

    key: str
    reverse: bool = False

    def __str__(self) -> str:
        return f"sort:{'-' if self.reverse else ''}{self.key}"


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; two queries are equal if they have the same terms in the same order."""

    root: Node | None = None
    sort: Sort | None = None

    @property
    def text(self) -> str:
        """The query in canonical form: `parse(query.text) == query`."""
        # Free text extends to the end of the query.
        order = (self.sort, self.root) if self.near else (self.root, self.sort)
        return " ".join(str(part) for part in order if part is not None)

    @property
    def near(self) -> str:
        return next((node.text for node in top_level(self.root) if isinstance(node, Near)), "")

    @property
    def like(self) -> tuple[str, ...]:
        """The ids in `like:`."""
        return liked_ids(self.root)

    @property
    def is_by_fit(self) -> bool:
        """Whether the query asks for the best-fitting papers: close to a text or to other papers."""
        return bool(self.near or self.like)

    @property
    def default_order(self) -> str:
        """The order of a query without `sort:`, which is best first; empty for other queries."""
        return "relevance" if self.is_by_fit else ""

    @property
    def terms(self) -> tuple[Node, ...]:
        """The terms and groups that must all be true."""
        return top_level(self.root)

    @property
    def plain_words(self) -> str:
        """The plain words of a query that otherwise has only simple terms; empty for other queries."""
        if self.is_by_fit or any(isinstance(node, And | Or | Not) for node in self.terms):
            return ""
        return " ".join(node.text for node in self.terms if isinstance(node, Match) and node.field is None)

    def words(self, fields: Collection[str | None] | None = None) -> tuple[str, ...]:
        """The words and phrases to find in some fields, or in all; exact phrases are in quotes."""
        searched = (node for node in leaves(self.root, is_found=True) if isinstance(node, Match))
        return tuple(
            quote(node.text) if node.exact else node.text for node in searched if fields is None or node.field in fields
        )

    def with_words_as(self, node: Node) -> Query:
        """The query with a term in place of its plain words, and without its order."""
        exact = [term for term in self.terms if not (isinstance(term, Match) and term.field is None)]
        return Query(all_of([*exact, node]))

    def __str__(self) -> str:
        return self.text


def leaves(node: Node | None, *, is_found: bool = False) -> Iterator[Node]:
    """The terms of a tree in order; with `is_found`, without negated terms."""
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from leaves(inner, is_found=is_found)
        case Not(inner):
            yield from leaves(None if is_found else inner)
        case None:
            pass
        case _:
            yield node


def rewrite(node: Node, change: Callable[[Node], Node | None]) -> Node | None:
    """The tree with each term changed; None removes a term, and a group that becomes empty is removed too."""
    match node:
        case And(nodes) | Or(nodes):
            kept = [changed for inner in nodes if (changed := rewrite(inner, change))]
            return (all_of if isinstance(node, And) else any_of)(kept) if kept else None
        case Not(inner):
            return Not(changed) if (changed := rewrite(inner, change)) else None
    return change(node)


def top_level(node: Node | None) -> tuple[Node, ...]:
    """The nodes that must all be true."""
    return node.nodes if isinstance(node, And) else () if node is None else (node,)


def names_in(node: Node | None, field: str) -> Iterator[str]:
    """The names in all terms of a field."""
    return (leaf.value for leaf in leaves(node) if isinstance(leaf, Term) and leaf.field == field)


def include_hidden(query: Query) -> Query:
    """The same query including hidden papers."""
    hidden = Term("is", "hidden")
    return replace(query, root=all_of([*top_level(query.root), Or((hidden, Not(hidden)))]))


def all_of(nodes: Sequence[Node]) -> Node:
    """Join one or more nodes with AND, without nesting; all free text is joined and comes last."""
    flat = [part for node in nodes for part in (node.nodes if isinstance(node, And) else (node,))]
    texts = [part.text for part in flat if isinstance(part, Near)]
    if texts:
        flat = [*(part for part in flat if not isinstance(part, Near)), Near(" ".join(texts))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(nodes: Sequence[Node]) -> Node:
    """Join one or more nodes with OR, without nesting."""
    flat = [part for node in nodes for part in (node.nodes if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def liked_ids(node: Node | None) -> tuple[str, ...]:
    """The ids in all `like:` terms at the top level, each once."""
    terms = (term for term in top_level(node) if is_term(term, "like"))
    return tuple(dict.fromkeys(id for term in terms for id in names_in(term, "like")))


def is_term(node: Node | None, field: str) -> bool:
    """Whether a node is a term of a field with one or more values."""
    if isinstance(node, Or):
        return all(is_term(inner, field) for inner in node.nodes)
    return isinstance(node, Term) and node.field == field


def negation(node: Node) -> Node:
    """Negate a node; two negations cancel."""
    return node.node if isinstance(node, Not) else Not(node)


def in_parentheses(node: Node) -> str:
    """A node's text, in parentheses if it has more than one term."""
    return f"({node})" if isinstance(node, And | Or) else str(node)


def is_plain(value: str) -> bool:
    """Whether a field's value needs no quotes."""
    return bool(value) and all(char.isalnum() or char in "-_.:/+@" for char in value)


def quote(value: str) -> str:
    """A value in quotes; quotes inside it are escaped."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
