"""Rank papers by a text: FTS5's BM25, with more for words side by side, and for papers that have most of what is rare.

The score is `bm25 + pairs`, times the share of the text's words in the paper, weighted by rarity. If many papers have
all words, the best ones lend further words that rank the papers with all words (RM3). `python -m tests.bench.finding`
measures it.

Once rarer words have found enough papers, common words and pairs are searched for only in those.
"""

from __future__ import annotations

import heapq
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

from reader.cache.finding.index import COMPOUND, HYPHEN, TITLE_WEIGHT, Index, Stemmer, UnusableIndex, open_index
from reader.core.choice.words import EMPTY_WORDS
from reader.core.nearest import distance
from reader.core.similarity import FoundBy
from reader.core.text import fold

PAIR = 1.5
"""Weight of two adjacent words, relative to the less rare one."""

MANY = 20
"""With this many papers that have all words, the best ones lend words."""

LENDERS, LENT = 20, 20
"""How many papers lend words, and how many words."""

LENT_NAMED = 4
"""Words that papers lent which are named to the user."""

LENT_SHARE = 0.6
"""The weight of lent words, relative to the text's own."""

ENOUGH = 3_000
"""Papers with rarer words, among which common ones are then searched for."""

ENOUGH_ALIKE = 20_000
"""The same where others are compared with a paper, which has many words."""

BEST = 1_000
"""The best papers so far, among which pairs and lent words are searched for."""

MOST_WORDS = 40

TOLD = 2.0
"""How often a paper must have a word to count half of what it could when others are compared with the paper."""

TELLING_WORDS = 60
"""Words of papers that others are compared with."""

WORDS_OF_PAIRS = 40
"""The most telling of these, whose pairs are compared too."""

TELLING_PAIR = 0.6
"""How much two words side by side count there, in parts of what the less rare of them could count."""

LONGEST_PHRASE = 3

WEAK_END = 0.35
"""A phrase neither begins nor ends with a word that says less than this part of what its best word says."""

BEST_READ = 5
"""How many of the best papers show how a word is written that a typed one was taken for."""

SHORTEST_SHARED = 3
"""Letters of a word or phrase that says something."""

SHORTEST = 4
"""Shorter stems are not corrected: too many words are similar."""

TWO_SLIPS = 8
"""From this length on, a stem may have two slips."""

LONGEST_ENDING = 4
"""Letters of an ending that may be spelled wrong."""

FEWEST = 3
"""Papers that must have a word: rarer ones may be spelled wrong themselves."""

_CAPITAL = re.compile(r"\b[A-Z][a-z]+\b")
_REPEATED = re.compile(r"(.)\1+")
_BETWEEN = re.compile(r"\s+|[-‐‑]")

Text = tuple[str, str]

ReadTexts = Callable[[Sequence[int]], Sequence[Text]]
"""Reads title and abstract of some papers by their keys."""

Scores = dict[int, float]
"""Papers by their keys, and what each counts."""

Pair = tuple[str, str]

T = TypeVar("T")


class Ranking(NamedTuple):
    """Papers with any of a text's words, or close to it."""

    pks: list[int]
    """Keys, the best paper first."""
    corrected: dict[str, str]
    """Unknown stems, with the similar ones searched for instead."""
    lent: tuple[str, ...] = ()
    """Stems lent by the best papers, most telling first."""


class Similar(NamedTuple):
    """Papers that have words of some papers."""

    pks: list[int]
    """Keys, the best paper first."""
    scores: list[float]
    """The similarity of each; the best has 1."""


class Ranker:
    """Ranks the papers of an index; used by one thread."""

    def __init__(self, index: Index, stemmer: Stemmer, read_texts: ReadTexts) -> None:
        self._index = index
        self._stemmer = stemmer
        self._read_texts = read_texts

    def rank(self, text: str) -> Ranking:
        """The papers that fit a text, best first."""
        corrected: dict[str, str] = {}
        stems: list[str] = []
        for stem, *_ in self._stemmer.words(text)[:MOST_WORDS]:
            if self._index.papers(stem):
                stems.append(stem)
            elif meant := self._correct(stem):
                corrected[stem] = meant
                stems.append(meant)
        scores, shares = self._scores(stems)
        lent: list[str] = []
        if scores and sum(one > 0.999 for one in shares.values()) >= MANY:
            scores, lent = self._with_lent_words(scores, set(stems))
        return Ranking(_best_first(scores), corrected, tuple(lent))

    def corrections(self, text: str) -> dict[str, str]:
        """Unknown words of a text with their corrections, as the best papers write them.

        Empty if one of them has no similar word: either all are corrected or none.
        """
        ranking = self.rank(text)
        typed = {stem: word for stem, word in self._firsts([("", text)]).items() if not self._index.papers(stem)}
        if typed.keys() != ranking.corrected.keys():
            return {}
        return self._corrected(ranking, typed)

    def _corrected(self, ranking: Ranking, typed: Mapping[str, str]) -> dict[str, str]:
        written = self._firsts(self._read_texts(ranking.pks[:BEST_READ])) if ranking.corrected else {}
        return {typed[stem]: written.get(meant, meant) for stem, meant in ranking.corrected.items() if stem in typed}

    def explain(self, text: str, ranking: Ranking, pk: int, paper: Text) -> FoundBy:
        """How a text found a paper with this key, title and abstract."""
        typed = self._firsts([("", text)])
        firsts, compounds = self._firsts([paper]), self._compounds(paper)
        written = {fold(word) for column in paper for word in _all_written(column)}
        words: dict[str, str] = {}
        parts: set[str] = set()
        for stem, word in typed.items():
            meant = ranking.corrected.get(stem, stem)
            own = firsts.get(meant) or compounds.get(meant)
            if own is None:
                continue
            # It may have the word in another form, such as `pre-trained` for `pretraining`.
            parts.update(HYPHEN.split(own))
            if meant == stem and fold(word) in written:
                own = word
            words.setdefault(meant, own)
        asked = {ranking.corrected.get(stem, stem) for stem in typed}
        lent = [firsts[stem] for stem in ranking.lent if stem in firsts and stem not in asked]
        meaning = tuple(word for word in lent if word not in parts)[:LENT_NAMED]
        # The correction of a word is written the same for each paper.
        corrected = tuple(self._corrected(ranking, typed).items())
        return FoundBy(tuple(words.values()), len(typed), meaning, corrected)

    def rank_similar(self, texts: Sequence[Text], most: int) -> Similar:
        """At most `most` papers similar to some others, given by title and abstract."""
        words: dict[str, float] = {}
        pairs: dict[Pair, float] = {}
        for text in texts:
            own_words, own_pairs = self._profile(text)
            for stem, weight in own_words.items():
                words[stem] = words.get(stem, 0.0) + weight
            for pair, weight in own_pairs.items():
                pairs[pair] = pairs.get(pair, 0.0) + weight
        telling = sorted(words, key=lambda stem: -words[stem])[:TELLING_WORDS]
        scores: Scores = {}
        for _ in self._add_words(scores, {stem: words[stem] for stem in telling}, ENOUGH_ALIKE):
            pass
        best = set(_best_first(scores, BEST))
        kept = set(telling[:WORDS_OF_PAIRS])
        for pair, weight in pairs.items():
            if kept.issuperset(pair):
                self._add_pair(scores, pair, weight, best)
        found = _best_first(scores, most)
        whole = scores[found[0]] if found else 1.0
        return Similar(found, [scores[pk] / whole for pk in found])

    def shared_phrases(self, texts: Sequence[Text], other: Text, most: int) -> tuple[str, ...]:
        """The most telling words and phrases that a paper shares with others, in the paper's spelling."""
        counts: Counter[str] = Counter()
        pairs: set[Pair] = set()
        for title, abstract in texts:
            for column, weight in ((title, TITLE_WEIGHT), (abstract, 1)):
                stems = [word.stem for word in self._stemmer.words(column)]
                counts.update(weight * stems)
                pairs.update(pairwise(stems))
        # Rare words may still say nothing, such as "toward".
        empty = set(self._stemmer.stems(sorted(EMPTY_WORDS)))
        told = {
            stem: self._rarity(stem) * count / (count + TOLD)
            for stem, count in counts.items()
            if stem not in empty and self._index.papers(stem) > 1
        }
        phrases: dict[tuple[str, ...], tuple[float, str]] = {}
        for written, stems in self._runs(other, told, pairs):
            ends = min(told[stems[0]], told[stems[-1]])
            if len(written) >= SHORTEST_SHARED and ends >= WEAK_END * max(told[stem] for stem in stems):
                phrases.setdefault(tuple(stems), (sum(told[stem] for stem in stems), written))
        chosen: list[str] = []
        used: set[str] = set()
        for phrase in sorted(phrases, key=lambda phrase: (-phrases[phrase][0], phrases[phrase][1])):
            if len(chosen) < most and used.isdisjoint(phrase):
                chosen.append(phrases[phrase][1])
                used.update(phrase)
        return tuple(chosen)

    def _runs(self, paper: Text, told: Mapping[str, float], pairs: set[Pair]) -> Iterator[tuple[str, list[str]]]:
        """Runs of adjacent words from each telling word of a paper, as written and as stems; abstract first.

        Runs do not cross commas or brackets.
        """
        for column in reversed(paper):
            words = self._stemmer.words(column)
            for at, first in enumerate(words):
                if first.stem not in told:
                    continue
                run = [first]
                for before, after in pairwise(words[at : at + LONGEST_PHRASE]):
                    is_pair = after.stem in told and (before.stem, after.stem) in pairs
                    if not is_pair or not _BETWEEN.fullmatch(column, before.end, after.begin):
                        break
                    run.append(after)
                yield _as_written(column, run[0].begin, run[-1].end), [word.stem for word in run]

    def _scores(self, stems: Sequence[str]) -> tuple[Scores, Scores]:
        """The score of each paper that has any of some stems, and the share of all stems that it has."""
        scores: Scores = {}
        shares: Scores = {}
        distinct = dict.fromkeys(stems)
        whole = sum(map(self._rarity, distinct))
        rarities = {stem: self._index.bm25_rarity(stem) for stem in distinct}
        for stem, having in self._add_words(scores, rarities, ENOUGH):
            share = self._rarity(stem) / whole
            for pk in having:
                shares[pk] = shares.get(pk, 0.0) + share
        best = set(_best_first({pk: score * shares[pk] for pk, score in scores.items()}, BEST))
        for one, other in dict.fromkeys(pairwise(stems)):
            self._add_pair(scores, (one, other), PAIR * min(self._rarity(one), self._rarity(other)), best)
        return {pk: score * shares[pk] for pk, score in scores.items()}, shares

    def _add_words(self, scores: Scores, weights: Mapping[str, float], enough: int) -> Iterator[tuple[str, list[int]]]:
        """Add the weights of words, rarest first; yield each with its papers.

        Once `enough` papers have rare words, common words count only in these, with equal weight.
        """
        rare: list[str] = []
        for stem in sorted(weights, key=self._index.papers):
            if len(scores) >= enough:
                having = self._index.keys(f"{_quoted(stem)} AND ({' OR '.join(map(_quoted, rare))})")
                for pk in having:
                    scores[pk] += weights[stem]
            else:
                rare.append(stem)
                weight = weights[stem] / self._index.bm25_rarity(stem)
                found = self._index.scores(_quoted(stem))
                for pk, score in found:
                    scores[pk] = scores.get(pk, 0.0) + weight * score
                having = [pk for pk, _ in found]
            yield stem, having

    def _add_pair(self, scores: Scores, pair: Pair, weight: float, best: set[int]) -> None:
        for pk in self._index.keys(_quoted(" ".join(pair))):
            if pk in best:
                scores[pk] += weight

    def _with_lent_words(self, scores: Scores, stems: set[str]) -> tuple[Scores, list[str]]:
        best = _best_first(scores, BEST)
        lent = self._lent(scores, best[:LENDERS])
        own = " AND ".join(map(_quoted, sorted(stems)))
        without = dict(self._index.scores(own))
        scores = {pk: score * (1 - LENT_SHARE) / len(stems) for pk, score in scores.items()}
        known = set(best)
        for stem, share in lent.items():
            for pk, score in self._index.scores(f"{_quoted(stem)} AND {own}"):
                if pk in known:
                    scores[pk] += LENT_SHARE * share * (score - without[pk])
        return scores, list(lent)

    def _lent(self, scores: Scores, best: Sequence[int]) -> dict[str, float]:
        """The stems lent by some papers, most telling first, with shares that sum to 1."""
        whole = sum(scores[pk] for pk in best)
        shares: dict[str, float] = {}
        for pk, text in zip(best, self._read_texts(best), strict=True):
            counts = self._counts(text)
            length = counts.total()
            for stem, count in counts.items():
                shares[stem] = shares.get(stem, 0.0) + scores[pk] / whole * count / length
        most = sorted(shares, key=lambda stem: (-shares[stem], stem))[:LENT]
        lent = sum(shares[stem] for stem in most)
        return {stem: shares[stem] / lent for stem in most}

    def _profile(self, text: Text) -> tuple[dict[str, float], dict[Pair, float]]:
        """A paper's most telling words with weights that sum to 1, and adjacent pairs."""
        counts = self._counts(text)
        rarity = {stem: self._rarity(stem) for stem in counts if self._index.papers(stem) > 1}
        weights = {stem: rarity[stem] * counts[stem] / (counts[stem] + TOLD) for stem in rarity}
        best = sorted(weights, key=lambda stem: -weights[stem])[:TELLING_WORDS]
        whole = sum(weights[stem] for stem in best) or 1.0
        pairs = {
            (one.stem, other.stem): TELLING_PAIR * min(rarity[one.stem], rarity[other.stem]) / whole
            for column in text
            for one, other in pairwise(self._stemmer.words(column))
            if one.stem in rarity and other.stem in rarity
        }
        return {stem: weights[stem] / whole for stem in best}, pairs

    def _counts(self, text: Text) -> Counter[str]:
        title, abstract = self._stemmer.indexed(text)
        return Counter(TITLE_WEIGHT * title + abstract)

    def _firsts(self, papers: Sequence[Text]) -> dict[str, str]:
        """The first spelling of each stem, preferably in an abstract."""
        found: dict[str, str] = {}
        for paper in papers:
            for column in reversed(paper):
                for word in self._stemmer.words(column):
                    found.setdefault(word.stem, _as_written(column, word.begin, word.end))
        return found

    def _compounds(self, paper: Text) -> dict[str, str]:
        found: dict[str, str] = {}
        for column in paper:
            for word in self._stemmer.compounds(column):
                found.setdefault(word.stem, column[word.begin : word.end])
        return found

    def _rarity(self, stem: str) -> float:
        papers = self._index.papers(stem)
        return math.log1p((self._index.size - papers + 0.5) / (papers + 0.5))

    def _correct(self, stem: str) -> str | None:
        """The intended stem of a wrong one; None if none is similar.

        The fewest slips win, then a letter that is doubled or single by mistake, or two in the wrong order; then the
        stem that most papers have.
        """
        if len(stem) < SHORTEST:
            return None
        allowed = 2 if len(stem) >= TWO_SLIPS else 1
        letters = set(stem)
        similar = [
            (distance(stem, other, allowed), not _has_same_letters(stem, other), -papers, other)
            for other, papers in self._index.stems(len(stem) - allowed, len(stem) + allowed, FEWEST)
            # Each slip changes at most two letters.
            if len(letters.symmetric_difference(other)) <= 2 * allowed
        ]
        slips, *_, found = min(similar, default=(allowed + 1, True, 0, ""))
        return found if slips <= allowed else self._begun(stem)

    def _begun(self, stem: str) -> str | None:
        """The longest stem that begins a wrong one: `diffusoin` keeps an ending that stems do not have."""
        shortest = max(SHORTEST + 1, len(stem) - LONGEST_ENDING)
        begun = (stem[:length] for length in range(len(stem) - 1, shortest - 1, -1))
        return next(filter(self._index.papers, begun), None)


def _has_same_letters(stem: str, other: str) -> bool:
    """Whether two stems differ in the order of letters, or in how often one stands in a row: `atent`, `attent`."""
    return sorted(stem) == sorted(other) or _REPEATED.sub(r"\1", stem) == _REPEATED.sub(r"\1", other)


def rank(connection: sqlite3.Connection, cache: Path, text: str) -> Ranking:
    """The papers of the index that fit a text, the best first."""
    return _ask(connection, cache, lambda ranker: ranker.rank(text), Ranking([], {}))


def corrections(connection: sqlite3.Connection, cache: Path, text: str) -> dict[str, str]:
    """Words of a text that no paper has, each with the one that it stands for; empty if one of them is like none."""
    return _ask(connection, cache, lambda ranker: ranker.corrections(text), {})


def found_by(connection: sqlite3.Connection, cache: Path, text: str, pk: int) -> FoundBy:
    """By what a text finds a paper."""

    def explain(ranker: Ranker) -> FoundBy:
        ranking = ranker.rank(text)
        [paper] = _titles_and_abstracts(connection, [pk])
        return ranker.explain(text, ranking, pk, paper)

    return _ask(connection, cache, explain, FoundBy())


def rank_by_papers(connection: sqlite3.Connection, cache: Path, texts: Sequence[Text], most: int) -> Similar:
    """At most `most` papers similar to others, given by title and abstract."""
    return _ask(connection, cache, lambda ranker: ranker.rank_similar(texts, most), Similar([], []))


def shared_phrases(
    connection: sqlite3.Connection, cache: Path, texts: Sequence[Text], other: Text, most: int = 3
) -> tuple[str, ...]:
    """The words and phrases that a paper shares with others, the most telling first."""
    return _ask(connection, cache, lambda ranker: ranker.shared_phrases(texts, other, most), ())


def _ask(connection: sqlite3.Connection, cache: Path, question: Callable[[Ranker], T], otherwise: T) -> T:
    """Ask a cache's ranker; `otherwise` is the answer without a usable index."""
    try:
        with open_index(cache, connection) as index, closing(Stemmer()) as stemmer:
            return question(Ranker(index, stemmer, lambda pks: _titles_and_abstracts(connection, pks)))
    except UnusableIndex:
        return otherwise


def _titles_and_abstracts(connection: sqlite3.Connection, pks: Sequence[int]) -> list[Text]:
    sql = (
        "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk"
        f" WHERE p.pk IN ({','.join('?' * len(pks))})"
    )
    found = {pk: (title, abstract) for pk, title, abstract in connection.execute(sql, tuple(pks))}
    return [found.get(pk, ("", "")) for pk in pks]


def _best_first(scores: Scores, most: int | None = None) -> list[int]:
    if most is None:
        return sorted(sorted(scores), key=scores.__getitem__, reverse=True)
    return heapq.nsmallest(most, scores, key=lambda pk: (-scores[pk], pk))


def _quoted(words: str) -> str:
    return f'"{words}"'


def _as_written(text: str, begin: int, end: int) -> str:
    """A part of a text, without the capitals of titles and sentences."""
    return _CAPITAL.sub(lambda word: word[0].lower(), text[begin:end])


def _all_written(text: str) -> Iterator[str]:
    yield from re.findall(r"\w+", text)
    yield from (HYPHEN.sub("", word) for word in COMPOUND.findall(text))
