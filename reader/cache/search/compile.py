"""Queries as SQL: conditions on `paper AS p`, all values bound, in the shapes that keep a million papers quick.

What a query asks of a paper can be put in several ways. The state of a paper stands in its row, but a topic or a word
is either looked up from the topic or word (`p.pk IN (...)`, quick when few papers have it) or asked of each paper in
turn (`EXISTS`, `says`; quick when many have it and the order comes from an index, for then the first fifty are soon
found). Neither is good for the other's case, by a factor of a thousand, and which it is can't be seen in the query:
`Selection` holds both, and `strategy` chooses as it reads. Words that are listed by day have a third way between the
two: they are looked up for some days at a time (`DayWalk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reader.cache.history import RISING_DAYS, votes_gained
from reader.cache.search.conditions import Compiler, Form, Scope
from reader.cache.search.full_text import (
    WEIGHTS,
    Clause,
    Param,
    fts,
    indexed,
    is_text,
    matching,
    pruned,
    respelled,
    wanted_words,
)
from reader.cache.search.functions import register_functions
from reader.core.query import And, Match, Node, Not, Or, Query, Sort, Term, When

__all__ = ["Clause", "Driver", "Scope", "Selection", "compile_query", "register_functions"]


class Driver(NamedTuple):
    """One way in: from what a term names, rather than from the order."""

    pks: Clause
    """A SELECT of the papers' keys that the term names."""
    rest: Clause
    """What the other terms ask of each of those papers."""
    words: bool
    """Whether it reads the full-text index, which takes its time before the first paper and can't be interrupted."""
    reads: bool
    """Whether the other terms read each paper's text, which costs ten times what its row does."""
    sample: str | None = None
    """For a single word, an expression that tells soon how many of some papers have it, or a little more."""


class DayWalk(NamedTuple):
    """How the papers of a few days are found at a time, for a walk from day to day."""

    expression: str | None
    """Words of the query for the full-text index, only such as it reads from any paper on."""
    excludes: bool
    """Whether it finds those that are not wanted."""
    span: Clause | None
    """A SELECT of the least and greatest key that a paper can have, where the query tells."""
    ends: Clause
    """What the query says of the days that the walk begins and ends with."""
    rest: Clause
    """What else is asked of each paper: all other terms, and words that the expression does not ask for in full."""
    reads: bool
    """Whether that includes words that many a paper may not have, though its text is read for them."""
    upwards: bool
    """Whether the oldest day comes first."""


class Selection(NamedTuple):
    """The papers of a query and their order: `SELECT ... FROM paper AS p WHERE {where} ORDER BY {order}`.

    The order's marks are numbered and point into `params`, which are the condition's, so that the same values serve
    with and without it. The connection needs `register_functions`.
    """

    where: str
    params: tuple[Param, ...]
    order: str
    grouped_by_day: bool
    by_order: Clause
    """The same condition, each term asked of each paper in turn, for a walk in the index's order."""
    by_scan: Clause
    """The same, with words and topics looked up first and the walk in the index's order."""
    drivers: tuple[Driver, ...] = ()
    """Other ways in, cheapest to try first."""
    sweep: DayWalk | None = None
    """How to look words up while walking from day to day; None for other orders, and where no words are asked for."""
    ranked: Ranked | None = None
    """How to do without a rank; None where the order is not by relevance."""
    is_spread: bool = False
    """Whether the papers come by day and may be of any: the first ones tell how many there are."""


class Ranked(NamedTuple):
    """What stands in for a rank where too many papers have the words to weigh each: the title has them, or not."""

    sampled: Clause
    """Whether one paper has any of the words."""
    order: str
    """The whole order, those with the words in the title first."""
    where: str
    params: tuple[Param, ...]
    """The condition and its values, this order's among them."""
    tiers: tuple[Selection, ...]
    """The same in two parts, each in the order of days."""


_KEYS = {
    "day": ("p.sort_day", "p.upvotes", "p.pk"),
    "upvotes": ("p.upvotes", "p.pk"),
    "published": ("p.published", "p.upvotes", "p.pk"),
    # Keys are given out in the order in which papers are added.
    "added": ("p.pk",),
    "title": ("p.title COLLATE NOCASE", "p.pk"),
    # What is not ranked comes last.
    "trending": ("coalesce((SELECT rank FROM trending WHERE trending.pk = p.pk), 1e9)", "p.pk"),
}

_UPWARDS = ("title", "trending")
"""Orders that begin with the least."""

MOST_WORDS = 4
"""So many words of a query are tried as ways in, the longest first."""


def compile_query(query: Query, scope: Scope) -> Selection:
    """Put a query as SQL; hidden papers are left out unless it names `is:hidden`."""
    root = pruned(query.root) if query.root else None
    spelled = respelled(root) if root else None
    terms = list(spelled.nodes) if isinstance(spelled, And) else [spelled] if spelled else []
    if not _names_hidden(query.root):
        terms.append(Not(Term("is", "hidden")))
    sort = query.sort or Sort("day")
    wanted = wanted_words(root) if root and sort.key == "relevance" else []
    if sort.key == "relevance":
        selection = _selection(terms, Sort("day", sort.reverse and not wanted), scope)
        return _ranked(selection, terms, wanted, sort.reverse, scope) if wanted else selection
    return _selection(terms, sort, scope)


def _selection(terms: Sequence[Node], sort: Sort, scope: Scope) -> Selection:
    """The papers of which all terms are true."""
    forms: tuple[Form, ...] = ("plain", "order", "scan")
    plain, by_order, by_scan = (Compiler(scope, sort.key, form).all(terms) for form in forms)
    return Selection(
        plain.sql,
        plain.params,
        _order(sort, scope),
        grouped_by_day=sort.key == "day",
        by_order=by_order,
        by_scan=by_scan,
        drivers=_drivers(terms, Compiler(scope, sort.key, "driven")),
        sweep=_sweep(terms, sort, scope) if sort.key == "day" else None,
        is_spread=sort.key == "day" and not sort.reverse and not any(map(_tells_when, terms)),
    )


def _sweep(terms: Sequence[Node], sort: Sort, scope: Scope) -> DayWalk | None:
    texts = [node for node in terms if is_text(node)]
    wanted = [(node, found) for node in texts if (found := indexed(node)) and fts(found)]
    unwanted = [node for node in texts if isinstance(node, Not) and fts(node.node) and indexed(node)]
    if wanted:
        expression = fts(And((*(found for _, found in wanted), *unwanted)))
    else:
        expression = fts(Or(tuple(node.node for node in unwanted))) if unwanted else None
    compiler = Compiler(scope, sort.key, "order")
    span = compiler.span(terms)
    if expression is None and span is None:
        return None
    settled = [*(node for node, found in wanted if node == found), *unwanted]
    rest = _without(terms, settled)
    reads = any(is_text(node) and not _is_a_letter(node) for node in rest)
    return DayWalk(expression, not wanted, span, compiler.ends(rest), compiler.all(rest), reads, upwards=sort.reverse)


def _order(sort: Sort, scope: Scope) -> str:
    columns = _KEYS.get(sort.key, ())
    if sort.key == "rising":
        begin = scope.today - timedelta(days=RISING_DAYS)
        columns = (votes_gained(int(datetime(*begin.timetuple()[:3], tzinfo=UTC).timestamp())), "p.upvotes", "p.pk")
    downwards = (sort.key not in _UPWARDS) != sort.reverse
    return ", ".join(f"{column} {'DESC' if downwards else 'ASC'}" for column in columns)


def _ranked(selection: Selection, terms: Sequence[Node], wanted: list[Match], reverse: bool, scope: Scope) -> Selection:
    """The selection in the order of how well its papers fit the words."""
    together = [node for node in terms if fts(node)]
    words = fts(And(tuple(together))) if together else fts(Or(tuple(wanted)))
    up, down = ("DESC", "ASC") if reverse else ("ASC", "DESC")
    where, params, mark = _anchored(selection, words or "")
    # Ranked once, not once for each paper: a materialized part is not folded into the outer loop.
    score = (
        f"(WITH ranked AS MATERIALIZED (SELECT rowid AS pk, bm25(paper_fts, {WEIGHTS}) AS score"
        f" FROM paper_fts WHERE paper_fts MATCH ?{mark}) SELECT score FROM ranked WHERE ranked.pk = p.pk)"
    )
    in_title = And(tuple(Match(match.text, match.exact, "title") for match in wanted))
    common_where, common_params, mark = _anchored(selection, fts(in_title) or "")
    titled = f"p.pk IN (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?{mark})"
    tiers = [_selection([*terms, *extra], Sort("day"), scope) for extra in (in_title.nodes, (Not(in_title),))]
    ranked = Ranked(
        sampled=Compiler(scope, "day", "order").reading([Or(tuple(wanted))]),
        where=common_where,
        params=common_params,
        order=f"{titled} {down}, {selection.order}",
        tiers=tuple(reversed(tiers) if reverse else tiers),
    )
    return selection._replace(
        where=where,
        params=params,
        order=f"coalesce({score}, 0) {up}, {selection.order}",
        grouped_by_day=False,
        ranked=ranked,
    )


def _anchored(selection: Selection, value: str) -> tuple[str, tuple[Param, ...], int]:
    """The condition with one more value bound at its end, for the order to point at, and the number of its mark."""
    return f"{selection.where} AND ? IS NOT NULL", (*selection.params, value), len(selection.params) + 1


def _drivers(terms: Sequence[Node], compiler: Compiler) -> tuple[Driver, ...]:
    """The ways in: the terms that an index leads to, then words, longest and so probably rarest first."""
    led: list[Driver] = []
    for node in terms:
        if members := compiler.members(node):
            led.append(_driver(members, _without(terms, [node]), compiler, words=False))
    matches = sorted((node for node in terms if fts(node) and indexed(node)), key=_length, reverse=True)
    alone = [
        _driver(matching(fts(node) or ""), _without(terms, [node]), compiler, words=True)._replace(
            sample=fts(indexed(node) or node)
        )
        for node in matches
    ]
    if len(matches) < 2:
        return (*led, *alone)
    together = matching(fts(And(tuple(matches))) or "")
    return (*led, *alone[:MOST_WORDS], _driver(together, _without(terms, matches), compiler, words=True))


def _length(node: Node) -> int:
    return len(str(node))


def _is_a_letter(node: Node) -> bool:
    """Whether a node is one that nothing is looked up for: it begins some word of nearly every paper."""
    return isinstance(node, Match) and node.field in (None, "abstract") and not indexed(node)


def _without(terms: Sequence[Node], some: Sequence[Node]) -> list[Node]:
    return [term for term in terms if not any(term is one for one in some)]


def _driver(pks: Clause, others: Sequence[Node], compiler: Compiler, words: bool) -> Driver:
    return Driver(pks, compiler.all(others), words, reads=any(map(is_text, others)))


def _tells_when(node: Node) -> bool:
    """Whether a node says of which days or keys papers are."""
    match node:
        case And(nodes) | Or(nodes):
            return any(map(_tells_when, nodes))
        case Not(inner):
            return _tells_when(inner)
    return isinstance(node, When) or node == Term("is", "new") or (isinstance(node, Term) and node.field == "id")


def _names_hidden(node: Node | None) -> bool:
    match node:
        case And(nodes) | Or(nodes):
            return any(map(_names_hidden, nodes))
        case Not(inner):
            return _names_hidden(inner)
    return node == Term("is", "hidden")
