"""A query that is compiled to SQL: its papers and their order."""

from __future__ import annotations

from typing import NamedTuple

from reader.cache.search.full_text import Clause, Param


class InTexts(NamedTuple):
    """The papers that have all plain words of a query in their full text, whether or not they are found without it."""

    pks: Clause
    """A SELECT of the keys of the papers whose full text has the words."""
    rest: Clause
    """The condition of the other terms."""
    order: str


class Nearest(NamedTuple):
    """The papers that fit a free text or are like others, of those that match the exact terms."""

    text: str
    """The free text; empty without any."""
    like: tuple[str, ...]
    exact: Clause
    is_by_fit: bool
    """Whether the best comes first; otherwise they have the selection's order."""
    reverse: bool
    """Whether the best comes last."""


class Selection(NamedTuple):
    """The papers of a query and their order: `SELECT ... FROM paper AS p WHERE {where} ORDER BY {order}`.

    The placeholders in `order` are numbered and refer to `params`, the values of `where`. The connection needs
    `register_functions`.
    """

    where: str
    params: tuple[Param, ...]
    order: str
    grouped_by_day: bool
    ordered: Clause
    """The same condition, with words and topics looked up and no index used but that of the order of days: the quickest
    for the first papers in it. For other orders, the condition itself."""
    is_for_you: bool = False
    """Whether the order is by what the user likes."""
    offer: Offer | None = None
    """How the papers are offered to the user, if they are; None where the user asks for an order."""
    in_texts: InTexts | None = None
    """The papers that are found by their full text; None for a query without plain words. No other field finds them."""
    near: Nearest | None = None
    """What its papers fit best or are like; None for a query without. The other fields do not know these papers."""


class Offer(NamedTuple):
    """How papers are offered: the best first, and subjects take turns in the first places."""

    parts: tuple[tuple[str, Clause], ...] = ()
    """The names and conditions of the papers that come before all others: those of For you, which is empty until
    something is learned."""
