"""Counts words and pairs in many papers. Needs numpy, so it is imported only where papers are ranked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.core.choice.words import BREAK, PAIRING

Numbers = npt.NDArray[np.uint32]
Indexes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

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
        slots = self._slots(self.codes[::-1])
        self._table[slots] = np.arange(len(self.codes))[::-1]
        self._taken = np.zeros(1 << bits, bool)
        self._taken[slots] = True

    def __len__(self) -> int:
        return len(self.codes)

    def _slots(self, values: Numbers) -> Numbers:
        return (values * np.uint32(MIXING)) >> self._shift

    def _find(self, values: Numbers) -> tuple[Indexes, Indexes]:
        """Where the values are terms, and which."""
        slots = self._slots(values)
        # Most values are none; a small table in the processor's cache tells so.
        places = np.flatnonzero(self._taken[slots])
        found = self._table[slots[places]]
        is_term = self.codes[found] == values[places]
        return places[is_term], found[is_term].astype(np.int64)

    def count(self, packed: Sequence[bytes]) -> Hits:
        """Count the terms in some papers, as many as fit into memory with their words."""
        words = _words(b"".join(packed))
        ends = np.cumsum(np.fromiter((len(one) // 4 for one in packed), np.int64, len(packed)))
        is_word = words != BREAK
        before = np.concatenate(([0], np.cumsum(is_word)))
        lengths = np.diff(before[ends], prepend=0).astype(np.float64)
        if not len(self):
            none = np.zeros(0, np.int64)
            return Hits(none, none, none, lengths)
        at_words, single = self._find(words)
        at_pairs, double = self._find(_pairs(words, is_word))
        owners = np.searchsorted(ends, np.concatenate((at_words, at_pairs)), "right")
        keys, counts = np.unique(owners * len(self) + np.concatenate((single, double)), return_counts=True)
        return Hits(keys // len(self), keys % len(self), counts, lengths)


def codes_of(packed: bytes) -> tuple[list[int], list[int]]:
    """The numbers of a paper's words, and of its pairs, each once."""
    words = _words(packed)
    both = (np.unique(found) for found in (words, _pairs(words, words != BREAK)))
    single, double = (found[found != BREAK].tolist() for found in both)
    return single, double


def _words(packed: bytes) -> Numbers:
    return np.frombuffer(packed, "<u4").astype(np.uint32, copy=False)


def _pairs(words: Numbers, is_word: Flags) -> Numbers:
    """The number of each two adjacent words, and `BREAK` where one of them is not a word."""
    pairs = words[:-1] * np.uint32(PAIRING) + words[1:]
    pairs *= is_word[:-1]
    pairs *= is_word[1:]
    return pairs


class Statistics(NamedTuple):
    """How common terms are."""

    papers: float
    """Papers that were counted, with those that ship for so many as they count for."""
    length: float
    """Mean words of a paper."""
    have: Floats
    """How many papers have each term."""
    dwell: Floats
    """How many papers have each term three times or more: those are about it."""
    everywhere: Flags
    """Which terms most papers of the cache have."""


class Common(NamedTuple):
    """How common terms are in some thousand papers of the daily feed, which ships: a small cache can't tell."""

    codes: Numbers
    """The terms, ascending; rarer ones are left out."""
    have: Floats
    """How many of `COUNT_FOR` papers have each."""
    dwell: Floats

    def of(self, terms: Terms) -> tuple[Floats, Floats]:
        """How many papers have each term, and how many dwell on it."""
        at = np.searchsorted(self.codes, terms.codes).clip(0, len(self.codes) - 1)
        is_known = self.codes[at] == terms.codes
        return self.have[at] * is_known, self.dwell[at] * is_known


def read_common(packed: bytes) -> Common:
    """The common terms from the bytes that `tests/bench/common_words.py` writes."""
    numbers = np.frombuffer(zlib.decompress(packed), "<u4")
    codes, have, dwell = numbers[1:].reshape(3, -1)
    share = COUNT_FOR / int(numbers[0])
    return Common(codes.astype(np.uint32), have * share, dwell * share)


DWELLS = 3

FEW = 8
"""Papers that are never most of a cache."""

COUNT_FOR = 1_000
"""Papers that those that ship count for."""

ENOUGH = 5_000
"""Papers enough to know how common words are."""


def survey(terms: Terms, chunks: Iterable[Chunk], common: Common | None = None) -> Statistics:
    """Count in how many papers each term is; where the papers are few, with those that ship."""
    have, dwell = np.zeros(len(terms)), np.zeros(len(terms))
    papers, words = 0, 0.0
    for chunk in chunks:
        hits = terms.count(chunk.packed)
        have += np.bincount(hits.terms, minlength=len(terms))
        dwell += np.bincount(hits.terms[hits.counts >= DWELLS], minlength=len(terms))
        papers += len(chunk.packed)
        words += hits.lengths.sum()
    length = float(max(1.0, words / max(1, papers)))
    everywhere = have > max(papers / 2, FEW)
    if common is not None and papers < ENOUGH:
        more, dwelt = common.of(terms)
        return Statistics(papers + COUNT_FOR, length, have + more, dwell + dwelt, everywhere)
    return Statistics(papers, length, have, dwell, everywhere)
