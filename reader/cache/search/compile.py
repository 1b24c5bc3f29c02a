"""Compile a query to SQL: conditions on `paper AS p` with bound values, and an order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from reader.cache.flags import HIGHLIGHTED, WITH_HIGHLIGHT_WORDS, having
from reader.cache.history import HAPPENED_BETWEEN
from reader.cache.search.full_text import (
    WEIGHTS,
    fts_expression,
    is_common_letter,
    is_literal,
    select_texts,
    text_test,
    typed_title,
    wanted_words,
    with_compounds,
)
from reader.cache.search.selection import (
    Clause,
    Nearest,
    Param,
    Selection,
    in_parentheses,
    join_clauses,
    register_functions,
    search_keys,
)
from reader.core.dates import seconds_of_days
from reader.core.errors import QueryError
from reader.core.follows import name_slug
from reader.core.ids import doi_in
from reader.core.marks import FINISH, OPEN, TRACES, sql_list
from reader.core.paper_row import UNKNOWN, Flag
from reader.core.query import And, Count, DateTerm, Match, Near, Node, Not, Or, Query, Sort, Term, parse
from reader.core.query.nodes import all_of, is_term, leaves, liked_ids, names_in, rewrite, top_level
from reader.core.text import split_words
from reader.core.views import QUERIES

__all__ = ["Scope", "compile_query", "register_functions"]


class Scope(NamedTuple):
    """The values outside its text that a query's meaning depends on."""

    today: date
    newest_day: str | None = None
    """The ISO day of `day:latest`; None if no day has papers."""
    new_since: str | None = None
    """Papers added at or after this time (ISO, UTC) are `is:new`; None if no paper is new."""
    views: tuple[tuple[str, str], ...] = ()
    """The user's saved views as (name, query)."""


def compile_query(query: Query, scope: Scope) -> Selection:
    """Compile a query; hidden papers are left out unless it has `is:hidden` or `is:muted`."""
    query = resolve_views(query, scope.views)
    if query.root and names_hidden(query.root):
        query = replace(query, root=rewrite(query.root, _without_muted))
    root = query.root
    near = " ".join(node.text for node in top_level(root) if isinstance(node, Near))
    if near or liked_ids(root):
        rest = [node for node in top_level(root) if not isinstance(node, Near) and not is_term(node, "like")]
        return _nearest(near, liked_ids(root), replace(query, root=all_of(rest) if rest else None), scope)
    terms = list(top_level(with_compounds(root))) if root else []
    if not names_hidden(root):
        terms.append(Not(Term("is", "hidden")))
    else:
        terms.append(Not(_FOUND))
    sort = query.sort or Sort(query.default_order or "day")
    if sort.key == "relevance":
        words = wanted_words(root) if root else []
        by_day = _selection(terms, Sort("day", sort.reverse and not words), scope)
        return _by_relevance(by_day, terms, words, sort.reverse) if words else by_day
    return _selection(terms, sort, scope)


def _nearest(near: str, like: tuple[str, ...], query: Query, scope: Scope) -> Selection:
    """The papers of a query that fit a free text or are like others; `free_text.py` finds them when it is read."""
    is_by_fit = query.sort is None or query.sort.key == "relevance"
    reverse = query.sort is not None and query.sort.reverse
    exact = compile_query(replace(query, sort=None if is_by_fit else query.sort), scope)
    # Counts are cached by condition, so the condition must differ for different texts.
    where = Clause(f"{exact.where.sql} AND ? IS NOT NULL", (*exact.where.params, f"{' '.join(like)}~{near}"))
    return exact._replace(
        where=where,
        ordered=where,
        grouped_by_day=exact.grouped_by_day and not is_by_fit,
        near=Nearest(near, like, exact.where, is_by_fit, reverse),
    )


# Orders


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
    # An import adds a page's papers in the page's order.
    "page": ("p.pk",),
    # Papers without a rank come last.
    "trending": ("coalesce((SELECT rank FROM trending WHERE trending.pk = p.pk), 1e9)", "p.pk"),
}

_ASCENDING = ("title", "trending", "queue", "page")
"""Orders that begin with the smallest value."""


def _selection(terms: Sequence[Node], sort: Sort, scope: Scope) -> Selection:
    exact = _every(terms, scope)
    # Without the pluses, SQLite may use the indexes of the conditions.
    where = Clause(exact.sql.replace("+p.", "p."), exact.params)
    # Reading 1,000,000 papers by the index of another order takes longer than sorting them.
    ordered = where
    if letters := [node for node in terms if is_common_letter(node)] if sort.key == "day" else []:
        others = _every([node for node in terms if node not in letters], scope)
        ordered = join_clauses([others, *map(text_test, letters)], "AND")
    elif sort.key == "day":
        ordered = exact
    return Selection(
        where,
        Clause(_order(sort)),
        grouped_by_day=sort.key == "day",
        ordered=ordered,
        is_for_you=sort.key == "foryou",
    )


def _order(sort: Sort) -> str:
    columns = _ORDER_COLUMNS[sort.key]
    descending = (sort.key not in _ASCENDING) != sort.reverse
    return ", ".join(f"{column} {'DESC' if descending else 'ASC'}" for column in columns)


def _by_relevance(by_day: Selection, terms: Sequence[Node], matches: list[Match], reverse: bool) -> Selection:
    """The selection ordered by relevance, but papers whose title contains the typed text come first."""
    together = [node for node in terms if fts_expression(node, literally=False)]
    words = fts_expression(And(tuple(together)) if together else Or(tuple(matches)), literally=False)
    titled = "(p.pk IN (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?))"
    # MATERIALIZED makes SQLite rank once instead of once for each paper.
    score = (
        f"(WITH ranked AS MATERIALIZED (SELECT rowid AS pk, bm25(paper_fts, {WEIGHTS}) AS score"
        " FROM paper_fts WHERE paper_fts MATCH ?) SELECT score FROM ranked WHERE ranked.pk = p.pk)"
    )
    up, down = ("DESC", "ASC") if reverse else ("ASC", "DESC")
    order = Clause(
        f"{titled} + {titled} {down}, coalesce({score}, 0) {up}, {by_day.order.sql}",
        (typed_title(matches, is_begin=True), typed_title(matches), words or ""),
    )
    return by_day._replace(order=order, grouped_by_day=False, ordered=by_day.where)


# Conditions. A plus before a column keeps SQLite from using the column's index, so that the first papers in the order
# of days are found by a walk in that order.


def _every(nodes: Sequence[Node], scope: Scope) -> Clause:
    """The condition that all nodes are true; words share one look-up."""
    required = [node for node in nodes if fts_expression(node)]
    excluded = [node.node for node in nodes if isinstance(node, Not) and fts_expression(node.node)]
    look_ups = []
    if required:
        look_ups.append(_matches(fts_expression(And((*required, *map(Not, excluded)))) or ""))
    elif excluded:
        look_ups.append(_matches(fts_expression(Or(tuple(excluded))) or "", "NOT IN"))
    rest = [node for node in nodes if node not in required and not (isinstance(node, Not) and node.node in excluded)]
    return join_clauses([*look_ups, *(_condition(node, scope) for node in rest)], "AND")


def _either(nodes: Sequence[Node], scope: Scope) -> Clause:
    """The condition that at least one node is true; words share one look-up."""
    words = [node for node in nodes if fts_expression(node)]
    look_ups = [_matches(fts_expression(Or(tuple(words))) or "")] if words else []
    return join_clauses([*(_condition(node, scope) for node in nodes if node not in words), *look_ups], "OR")


def _condition(node: Node, scope: Scope) -> Clause:
    """The condition that one node is true."""
    match node:
        case And(nodes):
            return in_parentheses(_every(nodes, scope))
        case Or(nodes):
            return in_parentheses(_either(nodes, scope))
        case Not(Term("is", ("read" | "unread" | "starred" | "hidden") as state)):
            # SQLite uses the partial indexes only if this text equals their conditions.
            column, _, value = _STATES[state].partition(" = ")
            return Clause(f"p.{column} = {1 - int(value)}")
        case Not(inner):
            if expression := fts_expression(inner):
                return _matches(expression, "NOT IN")
            clause = _condition(inner, scope)
            # A paper without a date matches `-day:...`.
            return Clause(f"({clause.sql}) IS NOT TRUE", clause.params)
        case Match(field="fulltext"):
            return _key_in(select_texts(node))
        case Match() if is_literal(node):
            # The index finds the few papers with the stems of the words; their texts are then compared literally.
            candidates = _matches(fts_expression(node, literally=False) or "")
            return in_parentheses(join_clauses([candidates, text_test(node)], "AND"))
        case Match():
            return _matches(fts_expression(node) or "")
        case Count(name, low, high):
            least = _LEAST.get(name)
            return in_range(f"+p.{_COUNTS[name]}", low if least is None else max(low or 0, least), high)
        case DateTerm():
            return _date_condition(node, scope)
        case Term():
            return _term_condition(node, scope)
        case Near(text):
            return _condition(And(tuple(map(Match, split_words(text)))), scope)


def _key_in(pks: Clause, operator: str = "IN") -> Clause:
    """The condition that a SELECT of keys has the paper's key."""
    return Clause(f"+p.pk {operator} ({pks.sql})", pks.params)


def _matches(expression: str, operator: str = "IN") -> Clause:
    """The condition that an FTS5 expression finds the paper."""
    return _key_in(Clause("SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?", (expression,)), operator)


def in_range(column: str, low: Param | None, high: Param | None) -> Clause:
    """The condition that a column is between two values, both included; None is an open end."""
    if low is not None and low == high:
        return Clause(f"{column} = ?", (low,))
    ends = [Clause(f"{column} {sign} ?", (end,)) for sign, end in ((">=", low), ("<=", high)) if end is not None]
    return in_parentheses(join_clauses(ends, "AND"))


def _date_condition(node: DateTerm, scope: Scope) -> Clause:
    """The condition that a paper is on one of the node's days."""
    bounds = node.days.bounds(scope.today, date.fromisoformat(scope.newest_day) if scope.newest_day else None)
    if bounds is None:
        return Clause("0")
    match node.field:
        case "changed":
            return _key_in(Clause(HAPPENED_BETWEEN, seconds_of_days(*bounds)))
        case "day":
            listed = in_range("day", *bounds)
            return _key_in(Clause(f"SELECT pk FROM listing WHERE {listed.sql}", listed.params))
    column = {"published": "published", "since": "day", "until": "first_day"}[node.field]
    return in_range(f"+p.{column}", *bounds)


_STATES = {"unread": "read = 0", "read": "read = 1", "starred": "starred = 1", "hidden": "hidden = 1"}
_HAS = {
    "code": "has_code = 1",
    "project": "has_project = 1",
    "media": "has_media = 1",
    "note": "has_note = 1",
    "comments": "comments > 0",
    "model": "models > 0",
    "dataset": "datasets > 0",
    "space": "spaces > 0",
}
_COUNTS = {"upvotes": "upvotes", "comments": "comments", "stars": "code_stars", "authors": "author_count"}
_LEAST = {"upvotes": UNKNOWN + 1, "comments": UNKNOWN + 1, "authors": 1}
"""The least valid value of each count; lower values mean that it is not known."""


# A paper may be read to the end in the detail pane, without its page. The second condition repeats the condition of the
# partial index.
_OPENED = f"SELECT pk FROM mark WHERE kind IN ('{OPEN}', '{FINISH}') AND kind IN ({sql_list(TRACES)}) AND pk > 0"

_MEMBERS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("is", "trending"): "SELECT pk FROM trending",
        ("is", "queued"): "SELECT pk FROM queue",
        ("is", "opened"): _OPENED,
        ("is", "followed"): having(Flag.FOLLOWED),
        # A muted paper that the user unhid is no longer muted.
        ("is", "muted"): f"SELECT pk FROM paper WHERE hidden = 1 AND pk IN ({having(Flag.MUTED)})",
        ("is", "found"): having(Flag.FOUND),
        ("has", "fulltext"): "SELECT pk FROM full_text",
        ("has", "highlight"): HIGHLIGHTED,
    }
)
"""A fixed SELECT of the papers' keys, by term."""

_BY_VALUE = {
    "topic": "SELECT pk FROM paper_topic WHERE topic = (SELECT pk FROM topic WHERE slug = ?)",
    "source": "SELECT pk FROM paper_source WHERE source = ?",
    "tag": "SELECT pk FROM paper_tag WHERE tag = ? COLLATE NOCASE",
}
"""A SELECT of the keys of the papers with a value, by field."""


def _term_condition(node: Term, scope: Scope) -> Clause:
    """The condition that a field has the node's value."""
    match node:
        case Term("is", value) if value in _STATES:
            return Clause(f"p.{_STATES[value]}")
        case Term("is", "new"):
            if scope.new_since is None:
                return Clause("0")
            # New papers have greater keys than the newest old paper; this needs no index on the time.
            newest = "coalesce((SELECT pk FROM paper WHERE added < ? ORDER BY pk DESC LIMIT 1), 0)"
            return Clause(f"+p.pk > {newest}", (scope.new_since,))
        case Term("has", value) if value in _HAS:
            return Clause(f"p.{_HAS[value]}")
        case Term("source", "hf"):
            # Nearly all papers: only papers that another source brought first have a row in paper_source.
            return Clause("(p.source = 'hf' OR +p.pk IN (SELECT pk FROM paper_source WHERE source = 'hf'))")
    members = _select_members(node)
    return _key_in(members) if members else Clause("0")


def _select_members(node: Term) -> Clause | None:
    """A SELECT of the keys of a term's papers; None for an unknown field."""
    match node:
        case Term(field, value) if field in _BY_VALUE:
            return Clause(_BY_VALUE[field], (value,))
        case Term(field, value) if fixed := _MEMBERS.get((field, value)):
            return Clause(fixed)
        case Term("category", value):
            # `cs` finds all categories of that archive.
            ends = (value, value) if "." in value else (f"{value}.", f"{value}/")
            belongs = "category = ? OR category > ? AND category < ?"
            return Clause(f"SELECT pk FROM paper_category WHERE {belongs}", (value, *ends))
        case Term("follow", name):
            named = "SELECT key FROM follow WHERE slug = ? OR field || ':' || slug = ?"
            return Clause(f"SELECT pk FROM follow_paper WHERE follow IN ({named})", (name_slug(name),) * 2)
        case Term("venue", venue):
            # Words of a venue, such as `ICLR 2026 oral`, begin with each word of the value.
            words = re.findall(r"[^\W_]+(?:[-/.&][^\W_]+)*", venue) or ["\x00"]
            begins = join_clauses([Clause("' ' || venue LIKE ?", (f"% {word}%",)) for word in words], "AND")
            return Clause(f"SELECT pk FROM paper WHERE venue IS NOT NULL AND {begins.sql}", begins.params)
        case Term("note", words):
            keys = search_keys(words, exact=False)
            noted = f"SELECT pk FROM note WHERE has_words(?, body) UNION ALL {WITH_HIGHLIGHT_WORDS}"
            return Clause(noted, (keys, keys)) if keys else Clause("SELECT 0")
        case Term("id" | "like", id):
            if doi_in(id):
                return Clause("SELECT pk FROM paper_text WHERE doi = ? COLLATE NOCASE", (id,))
            begins = join_clauses([in_range("id", prefix, f"{prefix}\U0010ffff") for prefix in _id_prefixes(id)], "OR")
            aliased = f"SELECT pk FROM paper_alias WHERE {begins.sql}"
            return Clause(f"SELECT pk FROM paper WHERE {begins.sql} UNION ALL {aliased}", begins.params * 2)
    return None


def _id_prefixes(value: str) -> list[str]:
    """An id as typed, in lower case, and without the subject class of ids before 2007: `math.GT/0309136`."""
    archive, slash, number = value.lower().partition("/")
    plain = f"{archive.partition('.')[0]}{slash}{number}" if slash else value
    return list(dict.fromkeys((value, value.lower(), plain)))


# Hidden papers, and views

_FOUND = Term("is", "found")
"""The papers that only a search on the feed found, which no query lists; users can't write this term."""


def _without_muted(term: Node) -> Node:
    """`is:hidden` as the papers that the user or a rule has hidden, without those with a muted word."""
    return And((term, Not(Term("is", "muted")))) if term == Term("is", "hidden") else term


def names_hidden(node: Node | None) -> bool:
    """Whether a query names hidden papers, which other queries neither list nor count."""
    return not {"hidden", "muted"}.isdisjoint(names_in(node, "is"))


NO_PAPER = Term("id", "\x00")
"""Matches no paper."""


class _UnknownView(Exception):
    """A view that does not exist, refers to itself, or has a mistake in its query."""


def resolve_views(query: Query, views: Sequence[tuple[str, str]]) -> Query:
    """The query with each view replaced by the view's query, without its order; `views` are the saved (name, query).

    A query with an unknown view finds no paper, so that `NOT view:gone` does not find all of them.
    """
    root = query.root
    if root is None or next(names_in(root, "view"), None) is None:
        return query
    known = {**QUERIES, **{name.casefold(): text for name, text in views}}
    try:
        return replace(query, root=_resolve(root, known, ()))
    except _UnknownView:
        return replace(query, root=NO_PAPER)


def selects(query: Query, views: Sequence[tuple[str, str]]) -> bool:
    """Whether a query restricts papers: it has a term, and no view in it that only orders all papers."""
    root = resolve_views(query, views).root
    return root is not None and (root == NO_PAPER or NO_PAPER not in leaves(root))


def _resolve(node: Node, known: dict[str, str], within: tuple[str, ...]) -> Node:
    def resolve_term(term: Node) -> Node:
        if not isinstance(term, Term) or term.field != "view":
            return term
        name = term.value.casefold()
        if name not in known or name in within:
            raise _UnknownView
        try:
            root = parse(known[name]).root
        except QueryError:
            raise _UnknownView from None
        return _resolve(root, known, (*within, name)) if root is not None else Not(NO_PAPER)

    return rewrite(node, resolve_term) or NO_PAPER
