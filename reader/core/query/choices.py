"""The topics and tags of a query as the filter pane shows and changes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from reader.core.query.lexer import lex, split_near
from reader.core.query.nodes import And, Node, Not, Or, Query, Sort, Term, TopTerm, all_of, any_of
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
    """Replace the topics that `picked_topics` finds by a choice; the rest of the text stays as typed.

    Raises QueryError if the text does not parse.
    """
    text, near = split_near(text)
    if near:
        return " ".join(part for part in (with_topics(text, choice), near) if part)
    query = parse(text)
    shown = [part for _, part in _shown(query)]
    terms = _terms(choice)
    if not shown:
        return " ".join(filter(None, (terms, _ready_for_terms(text, query) if terms else text.strip())))
    if isinstance(query.root, Or):
        # The whole text is one group of topics, maybe with a sort inside.
        order = str(query.sort) if query.sort else ""
        return " ".join(filter(None, (terms, order)))
    return _cut_parts(text, shown, terms)


def _terms(choice: TopicChoice) -> str:
    picked: list[Node] = [Term("topic", slug) for slug in choice.picked]
    pieces = [str(Not(Term("topic", slug))) for slug in choice.excluded]
    if len(picked) == 1 or (picked and choice.mode == "all"):
        pieces.insert(0, str(all_of(picked)))
    elif picked:
        pieces.insert(0, f"({any_of(picked)})")
    return " ".join(pieces)


def _ready_for_terms(text: str, query: Query) -> str:
    """The text of a query to which terms can be added: an OR at the top level is put in parentheses."""
    if not isinstance(query.root, Or):
        return text.strip()
    sorts = [part for part in query.parts if isinstance(part.node, Sort)]
    return " ".join((f"({_cut_parts(text, sorts)})", *(text[part.start : part.end] for part in sorts)))


def _cut_parts(text: str, parts: list[TopTerm], replacement: str = "") -> str:
    """The text without some parts and the ANDs that joined them; `replacement` takes the place of the first."""
    pieces = []
    at = 0
    for start, end in _spans(text, parts):
        pieces += [text[at:start].strip(), replacement]
        replacement, at = "", end
    pieces.append(text[at:].strip())
    return " ".join(filter(None, pieces))


def _spans(text: str, parts: list[TopTerm]) -> Iterator[tuple[int, int]]:
    """The spans of the parts, each with an adjacent written AND: the one before, else the one after."""
    tokens = lex(text)
    taken = 0
    for part in parts:
        start, end = part.start, part.end
        before = next((token for token in reversed(tokens) if token.end <= start), None)
        after = next((token for token in tokens if token.start >= end), None)
        if before and before.kind == "and" and before.start >= taken:
            start = before.start
        elif after and after.kind == "and":
            end = after.end
        taken = end
        yield start, end


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
    text, near = split_near(text)
    if near:
        return " ".join(part for part in (with_tag(text, tag, where), near) if part)
    query = parse(text)
    named = [(part, found) for part in query.parts if (found := _named(part.node)) and _same(found[0], tag)]
    kept = _cut_parts(text, [part for part, _ in named])
    if any(is_picked == (where == "picked") for _, (_, is_picked) in named):
        return kept
    term: Node = Term("tag", tag)
    return f"{_ready_for_terms(kept, parse(kept))} {term if where == 'picked' else Not(term)}".strip()


def _named(node: Node | Sort) -> tuple[str, bool] | None:
    """The tag of a part, and whether papers must have it; None for other parts."""
    inner = node.node if isinstance(node, Not) else node
    return (inner.value, inner is node) if isinstance(inner, Term) and inner.field == "tag" else None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
