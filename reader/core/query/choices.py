"""The topics and tags of a query, for the filter pane to show and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reader.core.query.nodes import Node, Not, Or, Query, Sort, Term, TopTerm, any_of, in_parentheses, is_term, names_in
from reader.core.query.parser import parse

Mark = Literal["picked", "excluded"]
Field = Literal["topic", "tag"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The picked and excluded topics or tags, in text order; papers need `all` or `any` of the picked names.

    With fewer than two picked names both modes have the same meaning; `chosen_terms` then returns `all`.
    """

    mode: Literal["all", "any"] = "all"
    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def toggle(self, name: str, where: Mark) -> Choice:
        """The choice with a name picked or excluded, ignoring case; the same mark a second time removes it."""
        same = name.casefold()
        is_undone = same in map(str.casefold, getattr(self, where))
        kept = {
            mark: tuple(kept for kept in getattr(self, mark) if kept.casefold() != same)
            for mark in ("picked", "excluded")
        }
        if not is_undone:
            kept[where] = (*kept[where], name)
        return Choice(self.mode, **kept)


def chosen_terms(query: Query, field: Field) -> Choice:
    """The topics or tags at the top level of a query.

    `topic:a topic:b` picks both, `(topic:a OR topic:b)` or `topic:a,b` either, and `-topic:c` excludes a topic. The
    pane shows single names if there are any, else the first group; other groups are only text.
    """
    choices = [choice for _, choice in _shown_terms(query, field)]
    picked = dict.fromkeys(name for choice in choices for name in choice.picked)
    excluded = dict.fromkeys(name for choice in choices for name in choice.excluded)
    return Choice("any" if any(choice.mode == "any" for choice in choices) else "all", tuple(picked), tuple(excluded))


def with_choice(text: str, field: Field, choice: Choice) -> str:
    """The query in canonical form, with a choice in place of the names that `chosen_terms` finds. Raises QueryError."""
    query = parse(text)
    picked: list[Node] = [Term(field, name) for name in choice.picked]
    if choice.mode == "any" and picked:
        picked = [any_of(picked)]
    new: list[Node] = [*picked, *(Not(Term(field, name)) for name in choice.excluded)]
    gone = [part for part, _ in _shown_terms(query, field)]
    at = gone[0].start if gone else 0
    kept = [part for part in query.parts if part not in gone]
    before, after = ([part.node for part in kept if (part.start < at) is is_before] for is_before in (True, False))
    return " ".join(str(node) if isinstance(node, Sort) else in_parentheses(node) for node in (*before, *new, *after))


def _shown_terms(query: Query, field: Field) -> Sequence[tuple[TopTerm, Choice]]:
    """The parts of the query that the pane shows, in text order: single names, or the first group."""
    choices: list[tuple[TopTerm, Choice]] = []
    for part in query.parts:
        node = part.node.node if isinstance(part.node, Not) else part.node
        if isinstance(node, Sort) or not is_term(node, field):
            continue
        names = tuple(names_in(node, field))
        if node is not part.node:
            choices.append((part, Choice(excluded=names)))
        else:
            choices.append((part, Choice("any" if isinstance(node, Or) else "all", names)))
    has_single = any(choice.mode == "all" and choice.picked for _, choice in choices)
    group = None if has_single else next((part for part, choice in choices if choice.mode == "any"), None)
    return [(part, choice) for part, choice in choices if choice.mode == "all" or part is group]
