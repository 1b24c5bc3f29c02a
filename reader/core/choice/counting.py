"""Counts words and pairs in many papers. Needs numpy, so it is imported only where papers are ranked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.core.choice.words import BREAK, PAIRING

Numbers = npt.NDArray[np.uint32]
Indexes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SMALLEST_TABLE = 12
"""Bits of the smallest table of terms."""

MIXING = 2654435769
"""An odd number by which the upper bits of a product depend on all bits."""


class Chunk(NamedTuple):
    """Some papers: their keys, and their packed words."""

    keys: Sequence[int]
    packed: Sequence[bytes]


class Hits(NamedTuple):
    """Which terms some papers have, a row for each paper and term."""

    papers: Indexes
    """Positions of the papers in their chunk."""
    terms: Indexes
    """Positions of the terms."""
    counts: Indexes
    """How often the paper has the term."""
    lengths: Floats
    """Words of each paper of the chunk."""


class Terms:
    """Words and pairs to look for, by their numbers; of two that get in each other's way, the first is found."""

    def __init__(self, codes: Iterable[int]) -> None:
        self.codes: Numbers = np.fromiter(dict.fromkeys(codes), np.uint32)
        bits = max(SMALLEST_TABLE, (16 * len(self.codes)).bit_length())
        self._shift = np.uint32(32 - bits)
        self._table = np.zeros(1 << bits, np.int32)
        # The last write counts.
        self._table[self._slots(self.codes[::-1])] = np.arange(len(self.codes))[::-1]

    def __len__(self) -> int:
        return len(self.codes)

    def _slots(self, values: Numbers) -> Numbers:
        return (values * np.uint32(MIXING)) >> self._shift

    def _find(self, values: Numbers) -> tuple[Indexes, Indexes]:
        """Where the values are terms, and which."""
        found = self._table[self._slots(values)]
        places = np.flatnonzero(self.codes[found] == values)
        return places, found[places].astype(np.int64)

    def count(self, packed: Sequence[bytes]) -> Hits:
        """Count the terms in some papers, as many as fit into memory with their words."""
        words: Numbers = np.frombuffer(b"".join(packed), "<u4").astype(np.uint32, copy=False)
        sizes = np.fromiter((len(one) // 4 for one in packed), np.int64, len(packed))
        owners = np.repeat(np.arange(len(packed)), sizes)
        is_word = words != BREAK
        lengths = np.bincount(owners[is_word], minlength=len(packed)).astype(np.float64)
        if not len(self):
            none = np.zeros(0, np.int64)
            return Hits(none, none, none, lengths)
        pairs = np.where(is_word[:-1] & is_word[1:], words[:-1] * np.uint32(PAIRING) + words[1:], np.uint32(BREAK))
        at_words, single = self._find(words)
        at_pairs, double = self._find(pairs)
        found = np.concatenate((owners[at_words] * len(self) + single, owners[at_pairs] * len(self) + double))
        keys, counts = np.unique(found, return_counts=True)
        return Hits(keys // len(self), keys % len(self), counts, lengths)


class Statistics(NamedTuple):
    """How common terms are."""

    papers: int
    """Papers that were counted."""
    length: float
    """Mean words of a paper."""
    have: Floats
    """How many papers have each term."""
    dwell: Floats
    """How many papers have each term three times or more: those are about it."""


DWELLS = 3


def survey(terms: Terms, chunks: Iterable[Chunk]) -> Statistics:
    """Count in how many papers each term is."""
    have, dwell = np.zeros(len(terms)), np.zeros(len(terms))
    papers, words = 0, 0.0
    for chunk in chunks:
        hits = terms.count(chunk.packed)
        have += np.bincount(hits.terms, minlength=len(terms))
        dwell += np.bincount(hits.terms[hits.counts >= DWELLS], minlength=len(terms))
        papers += len(chunk.packed)
        words += hits.lengths.sum()
    return Statistics(papers, max(1.0, words / max(1, papers)), have, dwell)


def strength(hits: Hits, length: float) -> Floats:
    """How much each hit says, from 0 to 1: more in a short paper, and less for each further time."""
    norm = 0.25 + 0.75 * hits.lengths / length
    return hits.counts / (hits.counts + norm[hits.papers])


def scores(terms: Terms, weights: Floats, length: float, chunks: Iterable[Chunk]) -> Iterator[tuple[int, float]]:
    """The key and the score of each paper: the sum of its terms' weights, each by how much it says."""
    for chunk in chunks:
        hits = terms.count(chunk.packed)
        summed = np.bincount(hits.papers, weights[hits.terms] * strength(hits, length), len(chunk.packed))
        yield from zip(chunk.keys, summed.tolist(), strict=True)
