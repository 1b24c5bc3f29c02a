"""The topics and tags of a query as the filter pane shows and changes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reader.core.query.nodes import Node, Not, Or, Query, Sort, Term, TopTerm, any_of, grouped, is_term, names_in
from reader.core.query.parser import parse

Mark = Literal["picked", "excluded"]


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """The slugs of picked and excluded topics, in text order; papers need `all` or `any` of the picked ones.

    With fewer than two picked topics both modes mean the same; `picked_topics` then returns `all`.
    """

    mode: Literal["all", "any"] = "all"
    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def toggle(self, slug: str, where: Mark) -> TopicChoice:
        """The choice with a topic picked or excluded; the same mark a second time removes it."""
        is_undone = slug in (self.picked if where == "picked" else self.excluded)
        picked, excluded = (tuple(one for one in slugs if one != slug) for slugs in (self.picked, self.excluded))
        if not is_undone and where == "picked":
            picked = (*picked, slug)
        elif not is_undone:
            excluded = (*excluded, slug)
        return TopicChoice(self.mode, picked, excluded)


@dataclass(frozen=True, slots=True)
class TagChoice:
    """The tags that papers must have and must not have, ignoring case."""

    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def picked_topics(query: Query) -> TopicChoice:
    """The topics at the top level of a query.

    `topic:a topic:b` picks all of two, `(topic:a OR topic:b)` or `topic:a,b` any of two, `-topic:c` excludes one. The
    pane shows single topics if there are any, else the first group; other groups are only text.
    """
    shown = [choice for _, choice in _shown(query)]
    mode: Literal["all", "any"] = "any" if any(one.mode == "any" for one in shown) else "all"
    picked, excluded = (dict.fromkeys(slug for one in shown for slug in getattr(one, mark)) for mark in _MARKS)
    return TopicChoice(mode, tuple(picked), tuple(excluded))


def with_topics(text: str, choice: TopicChoice) -> str:
    """The query with a choice in place of the topics that `picked_topics` finds. Raises QueryError."""
    query = parse(text)
    picked: list[Node] = [Term("topic", slug) for slug in choice.picked]
    if choice.mode == "any" and picked:
        picked = [any_of(picked)]
    excluded = [Not(Term("topic", slug)) for slug in choice.excluded]
    return _with_terms(query, [part for part, _ in _shown(query)], [*picked, *excluded])


def chosen_tags(query: Query) -> TagChoice:
    """The tags at the top level of a query."""
    found = [choice for _, choice in _parts(query, "tag") if len(choice.picked + choice.excluded) == 1]
    picked, excluded = (tuple(tag for one in found for tag in getattr(one, mark)) for mark in _MARKS)
    return TagChoice(picked, excluded)


def with_tag(text: str, tag: str, where: Mark) -> str:
    """The query with a tag picked or excluded, or without it if it already was. Raises QueryError."""
    query, same = parse(text), (tag.casefold(),)
    named = [
        (part, choice) for part, choice in _parts(query, "tag") if _folded(choice.picked + choice.excluded) == same
    ]
    is_undone = any(_folded(getattr(choice, where)) == same for _, choice in named)
    term = Term("tag", tag)
    new: list[Node] = [] if is_undone else [term if where == "picked" else Not(term)]
    return _with_terms(query, [part for part, _ in named], new)


_MARKS = ("picked", "excluded")


def _folded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in names)


def _shown(query: Query) -> list[tuple[TopTerm, TopicChoice]]:
    """The parts of the query that the pane shows as topics, in text order."""
    found = _parts(query, "topic")
    has_single = any(one.mode == "all" and one.picked for _, one in found)
    group = None if has_single else next((part for part, one in found if one.mode == "any"), None)
    return [(part, one) for part, one in found if one.mode == "all" or part is group]


def _parts(query: Query, field: str) -> list[tuple[TopTerm, TopicChoice]]:
    """The parts of the query with no other terms than names of a field, with these names."""
    found: list[tuple[TopTerm, TopicChoice]] = []
    for part in query.parts:
        node = part.node.node if isinstance(part.node, Not) else part.node
        if not isinstance(node, Sort) and is_term(node, field):
            names = tuple(names_in(node, field))
            picked = TopicChoice("any" if isinstance(node, Or) else "all", names)
            found.append((part, picked if node is part.node else TopicChoice(excluded=names)))
    return found


def _with_terms(query: Query, gone: Sequence[TopTerm], new: Sequence[Node]) -> str:
    """A query's text in canonical form, with new terms where others were; else at its beginning."""
    at = gone[0].start if gone else 0
    kept = [part for part in query.parts if part not in gone]
    before, after = ([part.node for part in kept if (part.start < at) is is_before] for is_before in (True, False))
    nodes = [*before, *new, *after]
    return " ".join(str(node) if isinstance(node, Sort) else grouped(node) for node in nodes)
