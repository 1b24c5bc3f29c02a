"""Rank papers by a text: BM25, with more for words side by side, and for papers that have most of what is rare in it.

Papers are scored by `bm25 + pairs`, times the share of the text's words that the paper has; a word counts there by how
rare it is. Where many papers have all words, the best papers lend further words (RM3): it is then no use to
look for one paper, but the papers on a subject do not all use its name. `python -m tests.bench.finding` measures it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.finding.segment import FIRST_OF_ABSTRACT, PLACE_BITS, TITLE_WEIGHT, Floats, Ints, Segment
from reader.cache.finding.spelling import correct
from reader.cache.finding.splitter import JOINED_IN_TITLE, TITLE, Splitter

SATURATION, LENGTH = 0.9, 0.4
"""BM25's k1 and b."""

PAIR = 1.5
"""How much two words side by side count, in parts of what the less rare of them counts."""

MANY = 20
"""Where so many papers have all words of a text, the best ones lend their words."""

LENDERS, LENT = 20, 50
"""How many papers lend words, and how many words they lend."""

LENT_SHARE = 0.6
"""How much the lent words count against the text's own."""

MOST_WORDS = 40
"""Words of a text that are looked for; the others are left out."""

_PLACE = (1 << PLACE_BITS) - 1

ReadTexts = Callable[[Sequence[int]], Sequence[tuple[str, str]]]
"""Reads title and abstract of some papers by their keys."""


class Ranking(NamedTuple):
    """Papers that have any of the words of a text."""

    pks: Ints
    """Keys, the best paper first."""
    corrected: dict[str, str]
    """Stems that no paper has, and the similar ones that were looked for in their place."""


class Postings(NamedTuple):
    """The papers of all segments that have a word or a pair of words."""

    rows: Ints
    """The papers' numbers through all segments, in order."""
    counts: Floats
    """How often each paper has it; what stands in the title counts by its weight."""


class Ranker:
    """Ranks the papers of some segments; used by one thread."""

    def __init__(self, segments: Sequence[Segment], splitter: Splitter) -> None:
        self._segments = segments
        self._splitter = splitter
        self._begins = np.cumsum([0, *(len(segment.pks) for segment in segments)])
        self._size = int(self._begins[-1])
        lengths = np.concatenate([np.asarray(segment.lengths, np.float32) for segment in segments])
        relative = lengths / max(1.0, float(lengths.mean()))
        self._damping = (SATURATION * (1 - LENGTH + LENGTH * relative)).astype(np.float32)

    def rank(self, text: str, read_texts: ReadTexts) -> Ranking:
        """The papers that fit a text, the best first."""
        corrected: dict[str, str] = {}
        words: list[str] = []
        for word in self._splitter.words(text)[:MOST_WORDS]:
            meant = word if self._has(word) else correct(word, self._segments)
            if meant is None:
                continue
            if meant != word:
                corrected[word] = meant
            words.append(meant)
        if not words:
            return Ranking(np.empty(0, np.int64), corrected)
        scores = self._scores(words, read_texts)
        rows = np.flatnonzero(scores)
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        return Ranking(self._keys(rows), corrected)

    def _has(self, word: str) -> bool:
        return any(segment.number(word) is not None for segment in self._segments)

    def _scores(self, words: Sequence[str], read_texts: ReadTexts) -> Floats:
        found = {word: self._postings(word) for word in dict.fromkeys(words)}
        rarity = {word: self._rarity(postings) for word, postings in found.items()}
        scores = np.zeros(self._size, np.float32)
        shares = np.zeros(self._size, np.float32)
        for word, postings in found.items():
            self._add(scores, postings, rarity[word])
            shares[postings.rows] += rarity[word]
        for one, next_one in dict.fromkeys(zip(words, words[1:], strict=False)):
            pair = self._pair(one, next_one)
            gain = PAIR * min(rarity[one], rarity[next_one]) * (SATURATION + 1)
            scores[pair.rows] += gain * pair.counts / (pair.counts + SATURATION)
        whole = sum(rarity.values())
        scores *= shares / whole
        if np.count_nonzero(shares > 0.999 * whole) < MANY:
            return scores
        lent = self._lent(scores, read_texts)
        scores *= (1 - LENT_SHARE) / len(found)
        for word, share in lent.items():
            postings = found.get(word) or self._postings(word)
            self._add(scores, postings, LENT_SHARE * share * self._rarity(postings))
        return scores

    def _rarity(self, postings: Postings) -> float:
        papers = len(postings.rows)
        return float(np.log1p((self._size - papers + 0.5) / (papers + 0.5)))

    def _add(self, scores: Floats, postings: Postings, weight: float) -> None:
        counts = postings.counts
        scores[postings.rows] += weight * (SATURATION + 1) * counts / (counts + self._damping[postings.rows])

    def _postings(self, word: str) -> Postings:
        return _joined([self._counted(at, segment.places_of(word)) for at, segment in enumerate(self._segments)])

    def _pair(self, one: str, next_one: str) -> Postings:
        """The papers in which two words stand side by side, without regard to stop words between them."""
        found = []
        for at, segment in enumerate(self._segments):
            first, second = segment.places_of(one) + np.uint32(1), segment.places_of(next_one)
            few, many = (first, second) if len(first) < len(second) else (second, first)
            if len(few) == 0:
                continue
            nearest = np.minimum(np.searchsorted(many, few), len(many) - 1)
            found.append(self._counted(at, few[many[nearest] == few], title_weight=1))
        return _joined(found)

    def _counted(self, at: int, places: npt.NDArray[np.uint32], title_weight: int = TITLE_WEIGHT) -> Postings:
        """The papers of a segment that have some places."""
        rows = (places >> PLACE_BITS).astype(np.int64)
        if len(rows) == 0:
            return Postings(rows, np.empty(0, np.float32))
        firsts = np.concatenate(([0], np.flatnonzero(rows[1:] != rows[:-1]) + 1))
        weights = np.where(places & _PLACE < FIRST_OF_ABSTRACT, np.float32(title_weight), np.float32(1))
        return Postings(rows[firsts] + self._begins[at], np.add.reduceat(weights, firsts))

    def _lent(self, scores: Floats, read_texts: ReadTexts) -> dict[str, float]:
        """The words that the best papers lend, with their shares, which add up to 1."""
        best = np.argpartition(-scores, min(LENDERS, self._size) - 1)[:LENDERS]
        trust = scores[best] / scores[best].sum()
        stems = self._splitter.split(read_texts([int(pk) for pk in self._keys(best)]))
        counts: dict[tuple[str, int], int] = {}
        lengths = [0] * len(best)
        for word, text, where, _ in stems:
            weight = TITLE_WEIGHT if where in (TITLE, JOINED_IN_TITLE) else 1
            counts[word, text] = counts.get((word, text), 0) + weight
            lengths[text] += weight
        shares: dict[str, float] = {}
        for (word, text), count in counts.items():
            shares[word] = shares.get(word, 0.0) + float(trust[text]) * count / lengths[text]
        most = sorted(shares, key=lambda word: (-shares[word], word))[:LENT]
        whole = sum(shares[word] for word in most)
        return {word: shares[word] / whole for word in most}

    def _keys(self, rows: Ints) -> Ints:
        """The keys of papers by their numbers through all segments."""
        found = np.empty(len(rows), np.int64)
        at = np.searchsorted(self._begins, rows, side="right") - 1
        for number, segment in enumerate(self._segments):
            here = at == number
            found[here] = segment.pks[rows[here] - self._begins[number]]
        return found


def _joined(parts: Sequence[Postings]) -> Postings:
    if not parts:
        return Postings(np.empty(0, np.int64), np.empty(0, np.float32))
    return Postings(np.concatenate([part.rows for part in parts]), np.concatenate([part.counts for part in parts]))
