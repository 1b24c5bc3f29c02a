"""Put the queries of saved views in place of the terms that name them: `view:evals`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reader.core.errors import QueryError
from reader.core.query import And, Node, Not, Or, Query, Term, parse

NOTHING = Term("id", "\x00")
"""Found by no paper."""


class _Unknown(Exception):
    """A view that is not there, that names itself, or whose query has a mistake."""


def resolve_views(query: Query, views: Sequence[tuple[str, str]]) -> Query:
    """The query with each named view's own query, whose order does not count; `views` are (name, query).

    A query with a view that is not known finds no paper, so that `NOT view:gone` does not find all of them.
    """
    root = query.root
    if root is None or not names_view(root):
        return query
    known = {name.casefold(): text for name, text in views}
    try:
        return replace(query, root=_resolved(root, known, ()))
    except _Unknown:
        return replace(query, root=NOTHING)


def selects(query: Query, views: Sequence[tuple[str, str]] = ()) -> bool:
    """Whether a query chooses papers: it has a term, and no view in it is an order alone, which all papers are in."""
    return query.root is not None and not _has_everything(resolve_views(query, views).root)


def _has_everything(node: Node | None) -> bool:
    match node:
        case And(nodes) | Or(nodes):
            return any(map(_has_everything, nodes))
        case Not(inner):
            return inner == NOTHING or _has_everything(inner)
    return False


def names_view(node: Node | None) -> bool:
    """Whether a node names a view."""
    match node:
        case And(nodes) | Or(nodes):
            return any(map(names_view, nodes))
        case Not(inner):
            return names_view(inner)
    return isinstance(node, Term) and node.field == "view"


def _resolved(node: Node, known: dict[str, str], within: tuple[str, ...]) -> Node:
    match node:
        case And(nodes) | Or(nodes):
            return replace(node, nodes=tuple(_resolved(one, known, within) for one in nodes))
        case Not(inner):
            return Not(_resolved(inner, known, within))
        case Term("view", name):
            name = name.casefold()
            if name not in known or name in within:
                raise _Unknown
            try:
                root = parse(known[name]).root
            except QueryError:
                raise _Unknown from None
            return _resolved(root, known, (*within, name)) if root is not None else Not(NOTHING)
    return node
