"""The topics and tags of a query, for the filter pane to show and change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reader.core.query.nodes import Node, Not, Or, Query, Term, any_of, in_parentheses, is_term, names_in
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
    gone = [place for place, _ in _shown_terms(query, field)]
    nodes = list(query.terms)
    nodes[gone[0] if gone else 0 : gone[0] if gone else 0] = new
    for place in reversed(gone):
        del nodes[place + len(new)]
    texts = [in_parentheses(node) for node in nodes]
    if query.sort:
        # Free text extends to the end of the query.
        texts.insert(len(texts) - bool(query.near), str(query.sort))
    return " ".join(texts)


def _shown_terms(query: Query, field: Field) -> list[tuple[int, Choice]]:
    """The places of the query's terms that the pane shows, with their names: single names, or the first group."""
    choices: list[tuple[int, Choice]] = []
    for place, term in enumerate(query.terms):
        node = term.node if isinstance(term, Not) else term
        if is_term(node, field):
            names = tuple(names_in(node, field))
            mode: Literal["all", "any"] = "any" if isinstance(term, Or) else "all"
            choices.append((place, Choice(excluded=names) if node is not term else Choice(mode, names)))
    has_single = any(choice.mode == "all" and choice.picked for _, choice in choices)
    group = None if has_single else next((place for place, choice in choices if choice.mode == "any"), None)
    return [(place, choice) for place, choice in choices if choice.mode == "all" or place == group]
