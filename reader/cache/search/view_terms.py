"""Put the queries of saved views in place of the terms that name them: `view:evals`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reader.core.errors import QueryError
from reader.core.query import And, Node, Not, Or, Query, Term, parse

NOTHING = Term("id", "\x00")
"""Found by no paper: a view that is not there, or that names itself."""


def resolve_views(query: Query, views: Sequence[tuple[str, str]]) -> Query:
    """The query with each named view's own query, whose order does not count; `views` are (name, query)."""
    root = query.root
    if root is None or not names_view(root):
        return query
    known = {name.casefold(): text for name, text in views}
    return replace(query, root=_resolved(root, known, ()))


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
                return NOTHING
            try:
                root = parse(known[name]).root
            except QueryError:
                return NOTHING
            return _resolved(root, known, (*within, name)) if root is not None else Not(NOTHING)
    return node
