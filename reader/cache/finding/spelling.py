"""Words that are spelled wrong: the similar word that most papers have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reader.cache.finding.segment import Segment, alphabet
from reader.core.nearest import distance

SHORTEST = 4
"""Shorter stems are not corrected: too many words are similar."""

TWO_SLIPS = 8
"""From this length on, a stem may have two slips."""

FEWEST = 3
"""Places that a word must have in a segment: rarer ones may be spelled wrong themselves."""


def correct(word: str, segments: Sequence[Segment]) -> str | None:
    """The word that a wrong one stands for; None if none is similar.

    The fewest slips win, then the word that stands in the most places.
    """
    if len(word) < SHORTEST:
        return None
    allowed = 2 if len(word) >= TWO_SLIPS else 1
    slips: dict[str, int] = {}
    places: dict[str, int] = {}
    for segment in segments:
        for number in _similar(word, allowed, segment):
            other = segment.word(number).decode()
            slips.setdefault(other, distance(word, other, allowed))
            places[other] = places.get(other, 0) + int(segment.firsts[number + 1] - segment.firsts[number])
    found = [other for other, count in slips.items() if count <= allowed]
    return min(found, key=lambda other: (slips[other], -places[other], other), default=None)


def _similar(word: str, allowed: int, segment: Segment) -> list[int]:
    """The words of a segment that have nearly the same length and letters; each slip changes at most two letters."""
    lengths = np.diff(segment.ends, prepend=np.uint32(0)).astype(np.int64)
    is_near = np.abs(lengths - len(word.encode())) <= allowed
    is_near &= np.bitwise_count(segment.alphabets ^ np.uint32(alphabet(word))) <= 2 * allowed
    is_near &= np.diff(segment.firsts) >= FEWEST
    return [int(number) for number in np.flatnonzero(is_near)]
