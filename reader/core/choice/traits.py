"""What marked papers have in common besides their words: topics, authors and organizations.

They count less than words, which say more: `tests/bench/foryou.py` measures both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import log
from types import MappingProxyType
from typing import NamedTuple

from reader.core.choice.taste import TasteTerm, What

SAYS: Mapping[What, float] = MappingProxyType({"topic": 0.05, "author": 0.2, "org": 0.05})
"""The weight of a trait that all liked papers have and no other; the best word has 1."""

LEAST: Mapping[What, int] = MappingProxyType({"topic": 1, "author": 2, "org": 3})
"""Marked papers that must have a trait."""

LEAST_LIKED, LEAST_HIDDEN = 0.2, 1.5
"""The weights of liked and of hidden papers that must have a trait; one that was only passed says nothing of it."""

MOST: Mapping[What, int] = MappingProxyType({"topic": 10, "author": 10, "org": 5})
"""Traits of a kind that are learned."""

SURPRISE = 3.0
"""The log of how much more liked papers have a trait than others, from which on more makes no difference."""


class TraitCount(NamedTuple):
    """How many papers have a trait."""

    what: What
    name: str
    """The topic's slug, or the author or organization as it is written."""
    text: str
    liked: float
    """Liked papers, by their weights."""
    hidden: float
    marked: int
    """Marked papers on the side that has more of them."""
    share: float
    """The share of all papers."""


def weigh_traits(counts: Iterable[TraitCount], liked: float, hidden: float) -> tuple[TasteTerm, ...]:
    """The traits that set liked papers, or hidden ones, apart; `liked` and `hidden` are the weights of all."""
    found = sorted(_weigh(counts, liked, hidden), key=lambda term: (-abs(term.weight), term.name))
    left = dict(MOST)
    kept = []
    for term in found:
        left[term.what] -= 1
        if left[term.what] >= 0:
            kept.append(term)
    return tuple(kept)


def _weigh(counts: Iterable[TraitCount], liked: float, hidden: float) -> Iterator[TasteTerm]:
    for one in counts:
        mine, all_of_side = (one.liked, liked) if one.liked >= one.hidden else (-one.hidden, hidden)
        # One more paper, which has the trait as often as all papers do.
        part = (abs(mine) + one.share) / (all_of_side + 1)
        lift = log(part / max(one.share, 1e-6))
        purity = abs(mine) / max(one.liked + one.hidden, 1e-9)
        is_said = one.liked >= LEAST_LIKED if mine > 0 else one.hidden >= LEAST_HIDDEN
        if one.marked >= LEAST[one.what] and is_said and lift > 0:
            weight = SAYS[one.what] * min(1.0, lift / SURPRISE) * part * purity**2
            yield TasteTerm(0, one.text, weight if mine > 0 else -weight, one.marked, one.what, one.name)
