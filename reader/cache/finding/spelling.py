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

LONGEST_ENDING = 4
"""Letters of an ending that may be spelled wrong."""

FEWEST = 3
"""Papers of a segment that must have a word: rarer ones may be spelled wrong themselves."""


def correct(word: str, segments: Sequence[Segment]) -> str | None:
    """The word that a wrong one stands for; None if none is similar.

    The fewest slips win, then the word that most papers have.
    """
    if len(word) < SHORTEST:
        return None
    allowed = 2 if len(word) >= TWO_SLIPS else 1
    slips: dict[str, int] = {}
    papers: dict[str, int] = {}
    for segment in segments:
        for number in _similar(word, allowed, segment):
            other = segment.word(number).decode()
            slips.setdefault(other, distance(word, other, allowed))
            papers[other] = papers.get(other, 0) + int(segment.papers[number])
    found = [other for other, count in slips.items() if count <= allowed]
    return min(found, key=lambda other: (slips[other], -papers[other], other), default=None) or _begun(word, segments)


def _begun(word: str, segments: Sequence[Segment]) -> str | None:
    """The longest word that begins a wrong one: `diffusoin` keeps an ending that stems do not have."""
    shortest = max(SHORTEST + 1, len(word) - LONGEST_ENDING)
    for length in range(len(word) - 1, shortest - 1, -1):
        if any(segment.number(word[:length]) is not None for segment in segments):
            return word[:length]
    return None


def _similar(word: str, allowed: int, segment: Segment) -> list[int]:
    """The words of a segment that have nearly the same length and letters; each slip changes at most two letters."""
    lengths = np.diff(segment.ends, prepend=np.uint32(0)).astype(np.int64)
    is_near = np.abs(lengths - len(word.encode())) <= allowed
    is_near &= np.bitwise_count(segment.alphabets ^ np.uint32(alphabet(word))) <= 2 * allowed
    is_near &= segment.papers >= FEWEST
    return [int(number) for number in np.flatnonzero(is_near)]
