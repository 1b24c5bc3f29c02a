"""The topics and tags of a query as the filter pane shows and changes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reader.core.query.nodes import And, Node, Not, Or, Query, Sort, Term, TopTerm, any_of, grouped
from reader.core.query.parser import parse


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """The slugs of picked and excluded topics, in text order; papers need `all` or `any` of the picked ones.

    With fewer than two picked topics both modes mean the same; `picked_topics` then returns `all`.
    """

    mode: Literal["all", "any"] = "all"
    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def toggle(self, slug: str, where: Literal["picked", "excluded"]) -> TopicChoice:
        """The choice with a topic picked or excluded; the same mark a second time removes it."""
        picked, excluded = (tuple(one for one in slugs if one != slug) for slugs in (self.picked, self.excluded))
        if where == "picked" and slug not in self.picked:
            picked = (*picked, slug)
        elif where == "excluded" and slug not in self.excluded:
            excluded = (*excluded, slug)
        return TopicChoice(self.mode, picked, excluded)


def picked_topics(query: Query) -> TopicChoice:
    """The topics at the top level of a query.

    `topic:a topic:b` picks all of two, `(topic:a OR topic:b)` or `topic:a,b` any of two, `-topic:c` excludes one. The
    pane shows single topics if there are any, else the first group; other groups are only text.
    """
    roles = [role for role, _ in _shown(query)]
    excluded = _unique(slug for role in roles for slug in role.excluded)
    if group := next((role.picked for role in roles if role.mode == "any"), ()):
        return TopicChoice("any", _unique(group), excluded)
    return TopicChoice("all", _unique(slug for role in roles for slug in role.picked), excluded)


def with_topics(text: str, choice: TopicChoice) -> str:
    """The query with a choice in place of the topics that `picked_topics` finds. Raises QueryError."""
    query = parse(text)
    picked: list[Node] = [Term("topic", slug) for slug in choice.picked]
    if choice.mode == "any" and picked:
        picked = [any_of(picked)]
    excluded = [Not(Term("topic", slug)) for slug in choice.excluded]
    return _with_terms(query, [part for _, part in _shown(query)], [*picked, *excluded])


def _with_terms(query: Query, gone: Sequence[TopTerm], new: Sequence[Node]) -> str:
    """A query's text in canonical form, with new terms where others were; else at its beginning."""
    at = gone[0].start if gone else 0
    kept = [part for part in query.parts if part not in gone]
    before, after = ([part.node for part in kept if (part.start < at) is is_before] for is_before in (True, False))
    nodes = [*before, *new, *after]
    return " ".join(str(node) if isinstance(node, Sort) else grouped(node) for node in nodes)


def _shown(query: Query) -> list[tuple[TopicChoice, TopTerm]]:
    """The parts of the query that the pane shows, in text order."""
    found = []
    for part in query.parts:
        role = None if isinstance(part.node, Sort) else _role(part.node)
        if role is not None:
            found.append((role, part))
    has_single = any(role.mode == "all" and role.picked for role, _ in found)
    first_group = next((part for role, part in found if role.mode == "any"), None)
    return [(role, part) for role, part in found if role.mode == "all" or (part is first_group and not has_single)]


def _role(node: Node) -> TopicChoice | None:
    """The topics of a part; None if it has other terms."""
    inner = node.node if isinstance(node, Not) else node
    slugs = _slugs(inner.nodes if isinstance(inner, Or) else (inner,))
    if slugs:
        if inner is not node:
            return TopicChoice(excluded=slugs)
        return TopicChoice("any" if isinstance(inner, Or) else "all", slugs)
    if not isinstance(node, And):
        return None
    roles = [role for part in node.nodes if (role := _role(part)) and role.mode == "all"]
    if len(roles) < len(node.nodes):
        return None
    picked = tuple(slug for role in roles for slug in role.picked)
    return TopicChoice("all", picked, tuple(slug for role in roles for slug in role.excluded))


def _slugs(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    slugs = tuple(node.value for node in nodes if isinstance(node, Term) and node.field == "topic")
    return slugs if len(slugs) == len(nodes) else ()


def _unique(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs))


# Tags


@dataclass(frozen=True, slots=True)
class TagChoice:
    """The tags that papers must have and must not have, ignoring case."""

    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def chosen_tags(query: Query) -> TagChoice:
    """The tags at the top level of a query."""
    found = [named for part in query.parts if (named := _named(part.node)) is not None]
    return TagChoice(
        tuple(tag for tag, is_picked in found if is_picked), tuple(tag for tag, is_picked in found if not is_picked)
    )


def with_tag(text: str, tag: str, where: Literal["picked", "excluded"]) -> str:
    """The query with a tag picked or excluded, or without it if it already was. Raises QueryError."""
    query = parse(text)
    named = [(part, found[1]) for part in query.parts if (found := _named(part.node)) and _same(found[0], tag)]
    term = Term("tag", tag)
    is_undone = any(is_picked == (where == "picked") for _, is_picked in named)
    new: list[Node] = [] if is_undone else [term if where == "picked" else Not(term)]
    return _with_terms(query, [part for part, _ in named], new)


def _named(node: Node | Sort) -> tuple[str, bool] | None:
    """The tag of a part, and whether papers must have it; None for other parts."""
    inner = node.node if isinstance(node, Not) else node
    return (inner.value, inner is node) if isinstance(inner, Term) and inner.field == "tag" else None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
