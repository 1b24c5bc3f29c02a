"""Counts words and word pairs in one paper, and in many papers to learn how common they are."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from itertools import chain, pairwise
from math import log, sqrt
from struct import unpack
from typing import NamedTuple

from reader.core.choice.words import MASK, PAIRING

Papers = Iterable[tuple[int, bytes]]
"""The keys and packed words of papers."""


def numbers_of(packed: bytes) -> tuple[list[int], list[int]]:
    """The numbers of a paper's words and word pairs, repeated as often as they occur."""
    numbers = unpack(f"<{len(packed) // 4}I", packed)
    # A break is 0.
    pairs = [(one * PAIRING + other) & MASK for one, other in pairwise(numbers) if one and other]
    return [*filter(None, numbers)], pairs


def count(packed: bytes, known: Container[int] | None = None) -> tuple[Counter[int], int]:
    """How often a paper has each word and pair, or each known one, and its number of words."""
    words, pairs = numbers_of(packed)
    every = chain(words, pairs)
    return Counter(every if known is None else filter(known.__contains__, every)), len(words)


class Saying(NamedTuple):
    """What one word says about a paper."""

    says: float
    """From 0 to 1: more in a short paper, less for each repetition."""
    size: float
    """The same without a bound."""


def sayings(packed: bytes, length: float, known: Container[int] | None = None) -> dict[int, Saying]:
    """What each word and pair, or each known one, says about a paper; `length` is the mean number of words."""
    counts, words = count(packed, known)
    norm = 0.25 + 0.75 * words / length
    # Most terms occur once or twice.
    each = {times: Saying(times / (times + norm), (1 + log(times)) / sqrt(norm)) for times in set(counts.values())}
    return {code: each[times] for code, times in counts.items()}


Common = Mapping[int, tuple[float, float]]
"""How many of `COUNT_FOR` papers of the daily feed have each term, and how many dwell on it; rarer terms are left out.

Shipped, because a small cache is not enough to tell.
"""


class Statistics(NamedTuple):
    """How common terms are."""

    papers: float
    """Papers that were counted, including those that the shipped counts stand for."""
    length: float
    have: Mapping[int, float]
    dwell: Mapping[int, float]
    """How many papers have each term at least three times: those are about it."""
    everywhere: frozenset[int]
    """Terms in most papers of the cache."""


def read_common(packed: bytes) -> Common:
    """The common terms from the bytes that `tests/bench/common_words.py` writes."""
    text = zlib.decompress(packed)
    papers, *numbers = unpack(f"<{len(text) // 4}I", text)
    count = len(numbers) // 3
    share = COUNT_FOR / papers
    each = zip(numbers[:count], numbers[count : 2 * count], numbers[2 * count :], strict=True)
    return {code: (have * share, dwell * share) for code, have, dwell in each}


DWELLS = 3

FEW = 8
"""A cache with at most this many papers has no terms in most papers."""

COUNT_FOR = 1_000
"""Number of papers that the shipped counts stand for."""

ENOUGH = 5_000
"""Number of papers that suffice to know how common words are."""


def survey(terms: Collection[int], some: Papers, common: Common | None = None) -> Statistics:
    """Count how many papers have each term; with few papers, the shipped counts are added."""
    have, dwell = (dict.fromkeys(terms, 0.0) for _ in range(2))
    papers = words = 0
    for _, packed in some:
        counts, length = count(packed, have)
        papers += 1
        words += length
        for code, times in counts.items():
            have[code] += 1
            if times >= DWELLS:
                dwell[code] += 1
    mean = max(1.0, words / max(1, papers))
    everywhere = frozenset(code for code, having in have.items() if having > max(papers / 2, FEW))
    if common is not None and papers < ENOUGH:
        papers += COUNT_FOR
        for code in have.keys() & common.keys():
            have[code] += common[code][0]
            dwell[code] += common[code][1]
    return Statistics(papers, mean, have, dwell, everywhere)
