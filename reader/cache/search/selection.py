"""A query that is compiled to SQL: its papers and their order, in one form for each way of reading.

A term can be looked up (`p.pk IN (...)`), which is quick if few papers have it. It can also be tested on each paper
in turn (`EXISTS`, `has_words`), which is quick if many papers have it and an index gives the order: the first
screenful is then found soon. The wrong choice is a thousand times slower, and the query's text does not tell which is
right. `Selection` therefore holds both, and `plan` chooses while it reads.
"""

from __future__ import annotations

from typing import NamedTuple

from reader.cache.search.full_text import Clause, Param


class Lookup(NamedTuple):
    """How to look up the papers of one term, or of all words together, and test the other terms on them."""

    pks: Clause
    """A SELECT of the papers' keys."""
    rest: Clause
    """The condition of the other terms."""
    is_full_text: bool
    """Whether it reads the full-text index, which can take long until the first row and can't be interrupted."""
    reads_text: bool
    """Whether the other terms read each paper's text, which costs ten times as much as its row."""


class Word(NamedTuple):
    """One of several words of a query, looked up alone if it is rare."""

    expression: str
    """FTS5 expression that quickly counts a range of papers with the word; it may find a few more."""
    lookup: Lookup


class DayWalk(NamedTuple):
    """How to find the papers of a few days at a time, for a walk from day to day."""

    expression: str | None
    """FTS5 expression of the query's words, without those that make the index merge lists; None if no word is left."""
    excludes: bool
    """Whether the expression finds the papers to exclude."""
    keys: Clause | None
    """A SELECT of the least and greatest key that a paper can have; None if the query has no publication days."""
    bounds: Clause
    """Where the walk begins and ends, by the query's days."""
    rest: Clause
    """The condition of all terms that the expression does not decide."""
    reads_text: bool
    """Whether that condition reads texts for words that few papers have."""
    upwards: bool
    """Whether the oldest day comes first."""


class InTexts(NamedTuple):
    """The papers that have all plain words of a query in their full text, whether or not they are found without it."""

    pks: Clause
    """A SELECT of the keys of the papers whose full text has the words."""
    rest: Clause
    """The condition of the other terms."""
    order: str
    """Their order, without placeholders."""


class Nearest(NamedTuple):
    """The papers that fit a free text or are like others, of those that match the exact terms."""

    text: str
    """The free text; empty without any."""
    like: tuple[str, ...]
    """The ids of the others."""
    exact: Clause
    """The condition of the exact terms, tested on each paper."""
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
    walk: Clause
    """The same condition, with each term tested on each paper, for a walk along the order's index."""
    ordered: Clause
    """The same condition, with words and topics looked up, for reading all papers; the order of days needs no sort."""
    lookups: tuple[Lookup, ...] = ()
    """The terms to look up, in the query's order, then all words together."""
    words: tuple[Word, ...] = ()
    """The words that can be looked up, if there are several."""
    day_walk: DayWalk | None = None
    """How to walk by days; None for other orders, and for queries without words or publication days."""
    ranked: TitleFirst | None = None
    """The order that replaces relevance for common words; None if the order is not relevance."""
    is_sequential: bool = False
    """Whether a walk reads papers in about their stored order."""
    is_for_you: bool = False
    """Whether the order is by what the user likes."""
    offer: Offer | None = None
    """How the papers are offered to the user, if they are; None where the user asks for an order."""
    in_texts: InTexts | None = None
    """The papers that are found by their full text; None for a query without plain words. No other field finds them."""
    near: Nearest | None = None
    """What its papers fit best or are like; None for a query without. The other fields do not know these papers."""


class Offer(NamedTuple):
    """How papers are offered: the best first, with the surprises of a day among them."""

    day: str
    """The ISO day."""
    parts: tuple[tuple[str, Clause], ...] = ()
    """The names and conditions of the papers that come before all others: those of For you, which is empty until
    something is learned."""


class TitleFirst(NamedTuple):
    """The order that replaces relevance if too many papers have the words: those with the words in the title first.

    `where`, `params` and `order` read all of the papers at once; `parts` are the same papers in two parts.
    """

    has_words: Clause
    """The condition that a paper has any of the words."""
    order: str
    where: str
    params: tuple[Param, ...]
    parts: tuple[Selection, Selection]
    """The papers with all words in the title and the others, each in the order of days."""
