"""Compile a query to SQL: conditions on `paper AS p` with bound values, in the forms of a `Selection`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reader.cache.history import RISING_DAYS, votes_gained
from reader.cache.search.conditions import Compiler, Scope
from reader.cache.search.full_text import (
    WEIGHTS,
    Clause,
    Param,
    fts_expression,
    in_full_text,
    select_texts,
    typed_title,
    wanted_words,
    with_compounds,
)
from reader.cache.search.selection import InTexts, Nearest, Selection
from reader.cache.search.sql_functions import register_functions
from reader.core.errors import QueryError
from reader.core.query import And, Match, Near, Node, Not, Or, Query, Sort, Term, parse
from reader.core.query.nodes import all_of, is_term, leaves, liked, names_in, rewrite, top_level
from reader.core.views import QUERIES

__all__ = ["Scope", "compile_query", "register_functions"]

_ORDER_COLUMNS = {
    "day": ("p.sort_day", "p.upvotes", "p.pk"),
    "upvotes": ("p.upvotes", "p.pk"),
    "published": ("p.published", "p.upvotes", "p.pk"),
    # Keys follow the order in which papers are added.
    "added": ("p.pk",),
    "title": ("p.title COLLATE NOCASE", "p.pk"),
    # Papers that suit the user equally are in the order of days.
    "foryou": ("coalesce((SELECT score FROM suits WHERE suits.pk = p.pk), 0)", "p.sort_day", "p.upvotes", "p.pk"),
    # Papers that are not queued come last.
    "queue": ("coalesce((SELECT place FROM queue WHERE queue.pk = p.pk), 'A')", "p.pk"),
    # Papers of no saved page come last.
    "page": ("coalesce((SELECT place FROM page_paper WHERE page_paper.pk = p.pk), 1e18)", "p.pk"),
    # Papers without a rank come last.
    "trending": ("coalesce((SELECT rank FROM trending WHERE trending.pk = p.pk), 1e9)", "p.pk"),
}

_ASCENDING = ("title", "trending", "queue", "page")
"""Orders that begin with the smallest value."""


def compile_query(query: Query, scope: Scope) -> Selection:
    """Compile a query; hidden papers are left out unless it has `is:hidden` or `is:muted`."""
    query = resolve_views(query, scope.views)
    if query.root and names_hidden(query.root):
        query = replace(query, root=rewrite(query.root, _without_muted))
    root = query.root
    near = " ".join(node.text for node in top_level(root) if isinstance(node, Near))
    if near or liked(root):
        rest = [node for node in top_level(root) if not isinstance(node, Near) and not is_term(node, "like")]
        return _nearest(near, liked(root), replace(query, root=all_of(rest) if rest else None), scope)
    terms = list(top_level(with_compounds(root))) if root else []
    if not names_hidden(query.root):
        terms.append(Not(Term("is", "hidden")))
    sort = query.sort or Sort(query.default_order or "day")
    wanted = wanted_words(root) if root and sort.key == "relevance" else []
    if sort.key == "relevance":
        selection = _selection(terms, Sort("day", sort.reverse and not wanted), scope)
        found = _by_relevance(selection, terms, wanted, sort.reverse) if wanted else selection
    else:
        found = selection = _selection(terms, sort, scope)
    return found._replace(in_texts=_in_texts(terms, selection.order, scope))


def _nearest(near: str, like: tuple[str, ...], query: Query, scope: Scope) -> Selection:
    """The papers of a query that fit a free text or are like others; `free_text.py` finds them when it is read."""
    is_by_fit = query.sort is None or query.sort.key == "relevance"
    reverse = query.sort is not None and query.sort.reverse
    exact = compile_query(replace(query, sort=None if is_by_fit else query.sort), scope)
    where, params, _ = _with_value(exact, f"{' '.join(like)}~{near}")
    return Selection(
        where,
        params,
        exact.order,
        grouped_by_day=exact.grouped_by_day and not is_by_fit,
        ordered=Clause(where, params),
        is_for_you=exact.is_for_you,
        near=Nearest(near, like, Clause(exact.where, exact.params), is_by_fit, reverse),
    )


def _in_texts(terms: Sequence[Node], order: str, scope: Scope) -> InTexts | None:
    plain = {id(node): found for node in terms if (found := in_full_text(node))}
    if not plain:
        return None
    words = And(tuple(plain.values())) if len(plain) > 1 else next(iter(plain.values()))
    rest = Compiler(scope, "day").every([node for node in terms if id(node) not in plain])
    return InTexts(select_texts(fts_expression(words, in_texts=True) or ""), rest, order)


def _selection(terms: Sequence[Node], sort: Sort, scope: Scope) -> Selection:
    plain = Compiler(scope, sort.key).every(terms)
    return Selection(
        plain.sql,
        plain.params,
        _order(sort, scope),
        grouped_by_day=sort.key == "day",
        # Reading 1,000,000 papers by the index of another order takes longer than sorting them.
        ordered=Compiler(scope, sort.key, is_ordered=True).every(terms) if sort.key == "day" else plain,
        is_for_you=sort.key == "foryou",
    )


def _order(sort: Sort, scope: Scope) -> str:
    columns = _ORDER_COLUMNS.get(sort.key, ())
    if sort.key == "rising":
        begin = scope.today - timedelta(days=RISING_DAYS)
        columns = (votes_gained(int(datetime(*begin.timetuple()[:3], tzinfo=UTC).timestamp())), "p.upvotes", "p.pk")
    descending = (sort.key not in _ASCENDING) != sort.reverse
    return ", ".join(f"{column} {'DESC' if descending else 'ASC'}" for column in columns)


def _by_relevance(selection: Selection, terms: Sequence[Node], wanted: list[Match], reverse: bool) -> Selection:
    together = [node for node in terms if fts_expression(node, literally=False)]
    words = fts_expression(And(tuple(together)) if together else Or(tuple(wanted)), literally=False)
    up = "DESC" if reverse else "ASC"
    where, params, mark = _with_value(selection, words or "")
    title_marks = []
    for is_begin in (True, False):
        titled = typed_title(wanted, is_begin=is_begin)
        where, params, title_mark = _with_value(selection._replace(where=where, params=params), titled)
        title_marks.append(title_mark)
    # MATERIALIZED makes SQLite rank once instead of once for each paper.
    score = (
        f"(WITH ranked AS MATERIALIZED (SELECT rowid AS pk, bm25(paper_fts, {WEIGHTS}) AS score"
        f" FROM paper_fts WHERE paper_fts MATCH ?{mark}) SELECT score FROM ranked WHERE ranked.pk = p.pk)"
    )
    # A title that is typed in part comes first, whatever else has its words more often.
    has_title = " + ".join(
        f"(p.pk IN (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?{title_mark}))" for title_mark in title_marks
    )
    order = f"{has_title} {'ASC' if reverse else 'DESC'}, coalesce({score}, 0) {up}, {selection.order}"
    return selection._replace(
        where=where, params=params, order=order, grouped_by_day=False, ordered=Clause(where, params)
    )


def _with_value(selection: Selection, value: str) -> tuple[str, tuple[Param, ...], int]:
    """The condition with one more value bound for the order, and the number of the value's placeholder."""
    return f"{selection.where} AND ? IS NOT NULL", (*selection.params, value), len(selection.params) + 1


def _without_muted(term: Node) -> Node:
    """`is:hidden` as the papers that the user or a rule has hidden, without those with a muted word."""
    return And((term, Not(Term("is", "muted")))) if term == Term("is", "hidden") else term


def names_hidden(node: Node | None) -> bool:
    """Whether a query asks for hidden papers, which no other one lists or counts."""
    return not {"hidden", "muted"}.isdisjoint(names_in(node, "is"))


NOTHING = Term("id", "\x00")
"""Found by no paper."""


class _Unknown(Exception):
    """A view that is not there, that names itself, or whose query has a mistake."""


def resolve_views(query: Query, views: Sequence[tuple[str, str]]) -> Query:
    """The query with each named view's own query, whose order does not count; `views` are the saved (name, query).

    A query with a view that is not known finds no paper, so that `NOT view:gone` does not find all of them.
    """
    root = query.root
    if root is None or next(names_in(root, "view"), None) is None:
        return query
    known = {**QUERIES, **{name.casefold(): text for name, text in views}}
    try:
        return replace(query, root=_resolved(root, known, ()))
    except _Unknown:
        return replace(query, root=NOTHING)


def selects(query: Query, views: Sequence[tuple[str, str]]) -> bool:
    """Whether a query chooses papers: it has a term, and no view in it is an order alone, which all papers are in."""
    root = resolve_views(query, views).root
    return root is not None and (root == NOTHING or NOTHING not in leaves(root))


def _resolved(node: Node, known: dict[str, str], within: tuple[str, ...]) -> Node:
    def named(term: Node) -> Node:
        if not isinstance(term, Term) or term.field != "view":
            return term
        name = term.value.casefold()
        if name not in known or name in within:
            raise _Unknown
        try:
            root = parse(known[name]).root
        except QueryError:
            raise _Unknown from None
        return _resolved(root, known, (*within, name)) if root is not None else Not(NOTHING)

    return rewrite(node, named) or NOTHING
