"""Terms next to `by:` ask for what that member of the group shares: `by:ada is:starred` has what ada starred.

These are `is:starred`, `is:queued`, `has:note` and `tag:`. With a minus they ask for the user's own marks, as all other
terms do: `by:ada is:starred -is:starred`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reader.core.query.nodes import And, Node, Not, Or, Query, Term, all_of, any_of

MARK = "\n"
"""Stands between the name and the kind of mark in the value of a `by:` that asks for one."""

_KINDS = {("is", "starred"): "star", ("is", "queued"): "queue", ("has", "note"): "note"}


def resolve_members(query: Query) -> Query:
    """The query in which each `by:` has the kinds of marks that are next to it."""
    return replace(query, root=_resolved(query.root)) if query.root is not None and _names_member(query.root) else query


def name_and_kind(value: str) -> tuple[str, str]:
    """The name of a `by:`, and the kind of mark that it asks for; empty for any kind."""
    name, _, kind = value.partition(MARK)
    return name, kind


def _names_member(node: Node) -> bool:
    match node:
        case And(nodes) | Or(nodes):
            return any(map(_names_member, nodes))
        case Not(inner):
            return _names_member(inner)
    return isinstance(node, Term) and node.field == "by"


def _resolved(node: Node) -> Node:
    match node:
        case And(nodes) if any(map(_is_by, nodes)):
            kinds = {id(one): found for one in nodes if (found := _kinds(one))}
            members = [one for one in nodes if _is_by(one)]
            asked = [_asked(member, either) for member in members for either in kinds.values()] or members
            return all_of([*asked, *(_resolved(one) for one in nodes if not _is_by(one) and id(one) not in kinds)])
        case And(nodes) | Or(nodes):
            return replace(node, nodes=tuple(map(_resolved, nodes)))
        case Not(inner):
            return Not(_resolved(inner))
    return node


def _is_by(node: Node) -> bool:
    """Whether a node names members: one, or any of several."""
    if isinstance(node, Or):
        return all(map(_is_by, node.nodes))
    return isinstance(node, Term) and node.field == "by"


def _kinds(node: Node) -> list[str]:
    """The kinds of marks of which a node asks for any; empty if it asks for something else."""
    if isinstance(node, Or):
        found = [_kinds(one) for one in node.nodes]
        return [kind for kinds in found for kind in kinds] if all(found) else []
    if not isinstance(node, Term):
        return []
    if node.field == "tag":
        return [f"tag:{node.value}"]
    kind = _KINDS.get((node.field, node.value))
    return [kind] if kind is not None else []


def _asked(members: Node, kinds: Sequence[str]) -> Node:
    """Any of the kinds by any of the members."""
    names = members.nodes if isinstance(members, Or) else (members,)
    return any_of([Term("by", f"{one.value}{MARK}{kind}") for one in names if isinstance(one, Term) for kind in kinds])
