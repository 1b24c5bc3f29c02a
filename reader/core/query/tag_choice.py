"""The tags of a query as the filter pane shows and changes them: `tag:later -tag:done`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reader.core.query.lexer import split_near
from reader.core.query.nodes import Node, Not, Or, Query, Sort, Term
from reader.core.query.parser import parse
from reader.core.query.topic_choice import cut_parts


@dataclass(frozen=True, slots=True)
class TagChoice:
    """The tags that papers must have, and those that they must not have, with no regard to capitals."""

    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def chosen_tags(query: Query) -> TagChoice:
    """The tags at the top level of a query."""
    found = [named for part in query.parts if (named := _named(part.node)) is not None]
    return TagChoice(
        tuple(tag for tag, is_picked in found if is_picked), tuple(tag for tag, is_picked in found if not is_picked)
    )


def with_tag(text: str, tag: str, where: Literal["picked", "excluded"]) -> str:
    """The query with a tag picked or excluded; without it, if it was so already. Raises QueryError."""
    text, near = split_near(text)
    if near:
        return " ".join(part for part in (with_tag(text, tag, where), near) if part)
    query = parse(text)
    named = [(part, found) for part in query.parts if (found := _named(part.node)) and _same(found[0], tag)]
    kept = cut_parts(text, [part for part, _ in named])
    if any(is_picked == (where == "picked") for _, (_, is_picked) in named):
        return kept
    term: Node = Term("tag", tag)
    rest = parse(kept)
    if isinstance(rest.root, Or):
        # An OR at the top level needs parentheses before a term can be added.
        sorts = [part for part in rest.parts if isinstance(part.node, Sort)]
        order = " ".join(kept[part.start : part.end] for part in sorts)
        kept = " ".join(piece for piece in (f"({cut_parts(kept, sorts)})", order) if piece)
    return f"{kept} {term if where == 'picked' else Not(term)}".strip()


def _named(node: Node | Sort) -> tuple[str, bool] | None:
    """The tag of a part, and whether papers must have it; None for other parts."""
    inner = node.node if isinstance(node, Not) else node
    return (inner.value, inner is node) if isinstance(inner, Term) and inner.field == "tag" else None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
