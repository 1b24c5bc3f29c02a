"""What was learned of the user at one moment, for other threads: a value that says why a paper suits them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Sequence
from typing import NamedTuple

from reader.core.choice.reasons import explain
from reader.core.choice.taste import Taste, TasteTerm
from reader.core.choice.wishes import Wish

SURPRISE = "a surprise: unlike what you marked"
"""Why a paper is listed that nothing speaks for."""


class Learned(NamedTuple):
    """What the user likes, and which papers have the topics, authors and organizations of it."""

    taste: Taste = Taste()
    holders: tuple[Sequence[int], ...] = ()
    """The keys of the papers that have each trait of the taste, in their order."""
    wishes: tuple[Wish, ...] = ()
    """What the user decided about it, the newest last."""
    surprises: frozenset[int] = frozenset()
    """Papers that are listed although nothing speaks for them."""

    def traits_of(self, pk: int) -> tuple[TasteTerm, ...]:
        """The traits of the taste that a paper has."""
        return tuple(trait for trait, pks in zip(self.taste.traits, self.holders, strict=True) if _is_among(pk, pks))

    def reasons(self, pk: int, codes: Container[int]) -> tuple[TasteTerm, ...]:
        """What speaks for and against a paper with these words, the weightiest first."""
        words = (term for term in self.taste.terms if term.code in codes)
        return tuple(sorted((*words, *self.traits_of(pk)), key=lambda term: -abs(term.weight)))

    def why(self, pk: int, codes: Container[int]) -> str:
        """The same in words, without a full stop; empty if nothing is to be said."""
        return SURPRISE if pk in self.surprises else explain(self.reasons(pk, codes))


def _is_among(pk: int, pks: Sequence[int]) -> bool:
    place = bisect_left(pks, pk)
    return place < len(pks) and pks[place] == pk
