"""Rank papers by a text: BM25, with more for words side by side, and for papers that have most of what is rare in it.

Papers are scored by `bm25 + pairs`, times the share of the text's words that the paper has; a word counts there by how
rare it is. Where many papers have all words, the best papers lend further words (RM3): nobody then looks for one paper,
and the papers on a subject do not all use its name. `python -m tests.bench.finding` measures it.

Common words and pairs are looked for only in the papers that rarer words have found, once these are enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.finding.meaning import Meaning, add
from reader.cache.finding.segment import FIRST_OF_ABSTRACT, PLACE_BITS, TITLE_WEIGHT, Floats, Ints, Segment, alphabet
from reader.cache.finding.splitter import HYPHEN, HYPHENATED, IN_TITLE, PLAIN_WORD, Splitter
from reader.core.choice.words import EMPTY_WORDS
from reader.core.nearest import distance
from reader.core.similarity import FoundBy
from reader.core.text import fold

Place = tuple[int, str, int]
"""A text's number, `title` or `abstract`, and how many words are before."""

_WORD = re.compile(r"[^\W_]+")
_CAPITAL = re.compile(r"\b[A-Z][a-z]+\b")
_BETWEEN = re.compile(r"\s+|[-‐‑]")


class WordPlaces:
    """The stems of titles and abstracts by their places."""

    def __init__(self, splitter: Splitter, texts: Sequence[tuple[str, str]]) -> None:
        self._texts = texts
        self.stems: dict[Place, str] = {
            (text, where, before): stem
            for stem, text, where, before in splitter.split(texts)
            if where in ("title", "abstract")
        }
        self.counts: dict[str, int] = {}
        """How often each stem is there; those of titles count by their weight."""
        for (_, where, _), stem in self.stems.items():
            self.counts[stem] = self.counts.get(stem, 0) + (TITLE_WEIGHT if where == "title" else 1)
        self._spans = {
            (number, where): [found.span() for found in _WORD.finditer(column)]
            for number, text in enumerate(texts)
            for where, column in zip(("title", "abstract"), text, strict=True)
        }

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """Stems side by side."""
        return {
            (stem, self.stems[after]) for place, stem in self.stems.items() if (after := _next(place)) in self.stems
        }

    def runs(self, stems: Collection[str], pairs: Collection[tuple[str, str]], longest: int) -> Iterator[list[Place]]:
        """Each place of some stems, and the places after it as far as they are pairs; places of the abstract first."""
        for place in sorted(self.stems):
            if self.stems[place] not in stems:
                continue
            run = [place]
            while len(run) < longest and (after := _next(run[-1])) in self.stems:
                is_pair = (self.stems[run[-1]], self.stems[after]) in pairs
                if not is_pair or self.stems[after] not in stems or not self._are_joined(run[-1], after):
                    break
                run.append(after)
            yield run

    def written(self, run: Sequence[Place]) -> str:
        """A run of words as its text has it, except capitals of titles and sentences."""
        number, where, first = run[0]
        spans = self._spans[number, where]
        if not all(map(self._is_found, run)):
            return " ".join(self.stems[place] for place in run)
        return _CAPITAL.sub(lambda word: word[0].lower(), self._text(run[0])[spans[first][0] : spans[run[-1][2]][1]])

    def _text(self, place: Place) -> str:
        return self._texts[place[0]][0 if place[1] == "title" else 1]

    def _is_found(self, place: Place) -> bool:
        """Whether a word is where the text has it; in rare scripts the tokenizer splits words in another way."""
        spans = self._spans[place[:2]]
        if place[2] >= len(spans):
            return False
        begin, _ = spans[place[2]]
        return fold(self._text(place)[begin])[:1] == self.stems[place][:1]

    def _are_joined(self, one: Place, other: Place) -> bool:
        """Whether no comma or bracket is between two words."""
        spans = self._spans[one[:2]]
        if not (self._is_found(one) and self._is_found(other)):
            return True
        return _BETWEEN.fullmatch(self._text(one), spans[one[2]][1], spans[other[2]][0]) is not None


def _next(place: Place) -> Place:
    number, where, before = place
    return number, where, before + 1


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


SATURATION, LENGTH = 0.9, 0.4
"""BM25's k1 and b."""

PAIR = 1.5
"""How much two words side by side count, in parts of what the less rare of them counts."""

MANY = 20
"""Where so many papers have all words of a text, the best ones lend their words."""

LENDERS, LENT = 20, 20
"""How many papers lend words, and how many words they lend."""

LENT_NAMED = 4
"""Words that papers lent which are named to the user."""

LENT_SHARE = 0.6
"""How much the lent words count against the text's own."""

ENOUGH = 3_000
"""Papers with the rarer words of a text, among which the common ones are looked for."""

BEST = 1_000
"""The best papers so far, among which pairs and lent words are looked for."""

MOST_WORDS = 40
"""Words of a text that are looked for; the others are left out."""

TOLD = 2.0
"""How often a paper must have a word to count half of what it could when others are compared with the paper."""

TELLING_WORDS = 60
"""Words of a paper that others are compared with."""

TELLING_PAIR = 0.6
"""How much two words side by side count there, in parts of what the less rare of them could count."""

LONGEST_PHRASE = 3
"""Words of a phrase that papers share."""

WEAK_END = 0.35
"""A phrase neither begins nor ends with a word that says less than this part of what its best word says."""

BEST_READ = 5
"""How many of the best papers show how a word is written that a typed one was taken for."""

SHORTEST_SHARED = 3
"""Letters of a word or phrase that says something."""

_PLACE = (1 << PLACE_BITS) - 1

ReadTexts = Callable[[Sequence[int]], Sequence[tuple[str, str]]]
"""Reads title and abstract of some papers by their keys."""

Places = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]


class Ranking(NamedTuple):
    """Papers that have any of the words of a text, or are near to it."""

    pks: Ints
    """Keys, the best paper first."""
    corrected: dict[str, str]
    """Stems that no paper has, and the similar ones that were looked for in their place."""
    lent: tuple[str, ...] = ()
    """Stems that the best papers lent, the most telling first."""
    near: frozenset[int] = frozenset()
    """The keys of papers that are among the best for their vector more than for their words."""


class Similar(NamedTuple):
    """Papers that have words of some papers."""

    pks: Ints
    """Keys, the best paper first."""
    scores: Floats
    """How near each is: 1 would have all the words, as often."""


class Profile(NamedTuple):
    """The parts of a paper that say what it is about."""

    words: dict[Word, float]
    """Its most telling words with their weights, which add up to 1."""
    pairs: dict[tuple[Word, Word], float]
    """Words that are side by side."""


class Word(NamedTuple):
    """A word in all segments."""

    numbers: tuple[int | None, ...]
    """Its number in each segment; None where no paper has it."""
    papers: int
    """How many papers have it."""
    rarity: float
    """What it counts."""


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

    def rank(self, text: str, read_texts: ReadTexts, meaning: Meaning | None = None) -> Ranking:
        """The papers that fit a text, the best first; with its `meaning`, those too that have other words."""
        corrected: dict[str, str] = {}
        words: list[Word] = []
        for typed in self._splitter.words(text)[:MOST_WORDS]:
            word = self._word(typed)
            if word.papers == 0:
                meant = correct(typed, self._segments)
                if meant is None:
                    continue
                corrected[typed] = meant
                word = self._word(meant)
            words.append(word)
        scores, lent, share = self._scores(words, read_texts)
        near: Ints = np.empty(0, np.int64)
        if meaning is not None:
            counted = meaning.counted(self._keys(np.arange(self._size)), share)
            scores = add(scores, counted)
            best = _highest(scores, BEST)
            near = self._keys(best[2 * counted[best] > scores[best]])
        rows = np.flatnonzero(scores)
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        return Ranking(self._keys(rows), corrected, lent, frozenset(near.tolist()))

    def explain(self, text: str, ranking: Ranking, pk: int, paper: tuple[str, str], read_texts: ReadTexts) -> FoundBy:
        """By what a text has found a paper, whose key, and title and abstract are given."""
        typed = WordPlaces(self._splitter, [("", text)])
        ours = WordPlaces(self._splitter, [paper])
        has = {stem for stem, *_ in self._splitter.split([paper])}
        firsts = _firsts(ours)
        written = {
            fold(HYPHEN.sub("", word))
            for column in paper
            for words_in in (PLAIN_WORD, HYPHENATED)
            for word in words_in.findall(column)
        }
        joined = self._joined(paper)
        parts: set[str] = set()
        meanings = self._as_written(ranking, read_texts) if ranking.corrected else {}
        words: dict[str, str] = {}
        corrected: dict[str, str] = {}
        for place, stem in sorted(typed.stems.items()):
            meant = ranking.corrected.get(stem, stem)
            if meant != stem:
                corrected[typed.written([place])] = meanings.get(meant) or firsts.get(meant, meant)
            if meant in has:
                word = typed.written([place]) if meant == stem else firsts.get(meant, meant)
                if meant == stem and fold(word) not in written:
                    # It has the word in another form, such as `pre-trained` for `pretraining`.
                    word = firsts.get(meant) or joined.get(meant, word)
                    parts.update(HYPHEN.split(word))
                words.setdefault(meant, word)
        asked = {ranking.corrected.get(stem, stem) for stem in typed.counts}
        lent = [
            firsts[stem] for stem in ranking.lent if stem in firsts and stem not in asked and firsts[stem] not in parts
        ]
        found = FoundBy(tuple(words.values()), len(typed.counts), tuple(lent[:LENT_NAMED]), tuple(corrected.items()))
        return found._replace(by_vector=pk in ranking.near)

    def _joined(self, paper: tuple[str, str]) -> dict[str, str]:
        """How each stem of a word with a hyphen is first written."""
        words = list(dict.fromkeys(word for column in paper for word in HYPHENATED.findall(column)))
        found: dict[str, str] = {}
        for stem, number, where, _ in self._splitter.split([("", word) for word in words]):
            if "joined" in where:
                found.setdefault(stem, words[number])
        return found

    def _as_written(self, ranking: Ranking, read_texts: ReadTexts) -> dict[str, str]:
        """The words of the best papers by their stems: what a typed word is taken for is the same at each paper."""
        best = read_texts([int(pk) for pk in ranking.pks[:BEST_READ]])
        return _firsts(WordPlaces(self._splitter, best))

    def rank_similar(self, texts: Sequence[tuple[str, str]], most: int) -> Similar:
        """At most so many papers that are like some others, whose titles and abstracts are given."""
        words: dict[Word, float] = {}
        pairs: dict[tuple[Word, Word], float] = {}
        for text in texts:
            profile = self._profile(text)
            for word, weight in profile.words.items():
                words[word] = words.get(word, 0.0) + weight
            for pair, weight in profile.pairs.items():
                pairs[pair] = pairs.get(pair, 0.0) + weight
        scores = np.zeros(self._size, np.float32)
        for word, weight in words.items():
            for _ in self._add_word(scores, word, weight, None):
                pass
        best = self._best(scores)
        for (one, next_one), weight in pairs.items():
            self._add_pair(scores, one, next_one, weight, best)
        if len(scores):
            scores /= max(float(scores.max()), 1e-9)
        rows = _highest(scores, most)
        rows = rows[np.lexsort((rows, -scores[rows]))]
        return Similar(self._keys(rows), scores[rows])

    def _profile(self, text: tuple[str, str]) -> Profile:
        """The parts of a paper that say what it is about."""
        counts: dict[str, int] = {}
        places: dict[tuple[str, int], str] = {}
        for stem, _, where, offset in self._splitter.split([text]):
            counts[stem] = counts.get(stem, 0) + (TITLE_WEIGHT if where in IN_TITLE else 1)
            places[where, offset] = stem
        known = {stem: word for stem in counts if (word := self._word(stem)).papers > 1}
        weights = {word: word.rarity * counts[stem] / (counts[stem] + TOLD) for stem, word in known.items()}
        best = sorted(weights, key=lambda word: -weights[word])[:TELLING_WORDS]
        whole = sum(weights[word] for word in best) or 1.0
        beside = {
            (known[stem], known[next_stem])
            for (where, offset), stem in places.items()
            if stem in known and (next_stem := places.get((where, offset + 1))) in known and "joined" not in where
        }
        pairs = {(one, other): TELLING_PAIR * min(one.rarity, other.rarity) / whole for one, other in beside}
        return Profile({word: weights[word] / whole for word in best}, pairs)

    def shared_phrases(self, texts: Sequence[tuple[str, str]], other: tuple[str, str], most: int) -> tuple[str, ...]:
        """The words and phrases that say most of what a paper shares with others, as the paper writes them."""
        theirs = WordPlaces(self._splitter, texts)
        ours = WordPlaces(self._splitter, [other])
        # Rare words may still say nothing, such as "toward".
        empty = set(self._splitter.words(" ".join(EMPTY_WORDS)))
        rarity = {stem: word.rarity for stem in ours.counts.keys() - empty if (word := self._word(stem)).papers > 1}
        told = {
            stem: rarity[stem] * theirs.counts[stem] / (theirs.counts[stem] + TOLD)
            for stem in rarity
            if stem in theirs.counts
        }
        phrases: dict[tuple[str, ...], tuple[float, str]] = {}
        for run in ours.runs(told, theirs.pairs, LONGEST_PHRASE):
            written = ours.written(run)
            stems = tuple(ours.stems[place] for place in run)
            ends = min(told[stems[0]], told[stems[-1]])
            if len(written) >= SHORTEST_SHARED and ends >= WEAK_END * max(told[stem] for stem in stems):
                phrases.setdefault(stems, (sum(told[stem] for stem in stems), written))
        chosen: list[str] = []
        used: set[str] = set()
        for stems in sorted(phrases, key=lambda stems: (-phrases[stems][0], phrases[stems][1])):
            if len(chosen) < most and used.isdisjoint(stems):
                chosen.append(phrases[stems][1])
                used.update(stems)
        return tuple(chosen)

    def _word(self, word: str) -> Word:
        numbers = tuple(segment.number(word) for segment in self._segments)
        papers = sum(
            int(segment.papers[number])
            for segment, number in zip(self._segments, numbers, strict=True)
            if number is not None
        )
        return Word(numbers, papers, float(np.log1p((self._size - papers + 0.5) / (papers + 0.5))))

    def _scores(self, words: Sequence[Word], read_texts: ReadTexts) -> tuple[Floats, tuple[str, ...], float]:
        """The score of each paper, the stems that papers lent, and the share of the words that the best paper has."""
        distinct = sorted(set(words), key=lambda word: word.papers)
        scores = np.zeros(self._size, np.float32)
        shares = np.zeros(self._size, np.float32)
        if not words:
            return scores, (), 0.0
        among: Flags | None = None
        for word in distinct:
            if among is None and np.count_nonzero(shares) >= ENOUGH:
                among = shares > 0
            for rows in self._add_word(scores, word, word.rarity, among):
                shares[rows] += np.float32(word.rarity)
        whole = sum(word.rarity for word in distinct)
        shares /= np.float32(whole)
        best = self._best(scores * shares)
        for one, next_one in dict.fromkeys(pairwise(words)):
            self._add_pair(scores, one, next_one, PAIR * min(one.rarity, next_one.rarity), best)
        scores *= shares
        of_best = float(shares[np.argmax(scores)])
        lent: list[str] = []
        if np.count_nonzero(shares > 0.999) >= MANY:
            scores *= np.float32((1 - LENT_SHARE) / len(distinct))
            for stem, share in self._lent(scores, read_texts):
                lent.append(stem)
                word = self._word(stem)
                for _ in self._add_word(scores, word, LENT_SHARE * share * word.rarity, best):
                    pass
        return scores, tuple(lent), of_best

    def _best(self, scores: Floats) -> Flags:
        """Which papers have the best scores."""
        found = np.zeros(self._size, np.bool_)
        found[_highest(scores, BEST)] = True
        return found

    def _add_word(self, scores: Floats, word: Word, weight: float, among: Flags | None) -> Iterator[Ints]:
        """Add what a word counts in each paper; yield the papers that have it."""
        for at, places in self._places(word, among):
            rows, counts = _counted(places, TITLE_WEIGHT)
            rows += self._begins[at]
            scores[rows] += np.float32(weight * (SATURATION + 1)) * counts / (counts + self._damping[rows])
            yield rows

    def _add_pair(self, scores: Floats, one: Word, next_one: Word, weight: float, among: Flags) -> None:
        """Add what two words count that are side by side, without regard to stop words between them."""
        weight *= SATURATION + 1
        seconds = dict(self._places(next_one, among))
        for at, places in self._places(one, among):
            if at in seconds:
                rows, counts = _counted(_common(places + np.uint32(1), seconds[at]), 1)
                rows += self._begins[at]
                scores[rows] += np.float32(weight) * counts / (counts + np.float32(SATURATION))

    def _places(self, word: Word, among: Flags | None) -> Iterator[tuple[int, Places]]:
        """The segments that have a word, and its places there, perhaps only those in some papers."""
        for at, (segment, number) in enumerate(zip(self._segments, word.numbers, strict=True)):
            if number is not None:
                places = segment.places_of(number)
                if among is not None:
                    here = among[self._begins[at] : self._begins[at + 1]]
                    places = places[here[places >> PLACE_BITS]]
                yield at, places

    def _lent(self, scores: Floats, read_texts: ReadTexts) -> Iterator[tuple[str, float]]:
        """The stems that the best papers lend, with their shares, which add up to 1."""
        best = _highest(scores, LENDERS)
        trust = (scores[best] / scores[best].sum()).tolist()
        counts: dict[tuple[str, int], int] = {}
        lengths = [0] * len(best)
        for word, text, where, _ in self._splitter.split(read_texts(self._keys(best).tolist())):
            weight = TITLE_WEIGHT if where in IN_TITLE else 1
            counts[word, text] = counts.get((word, text), 0) + weight
            lengths[text] += weight
        shares: dict[str, float] = {}
        for (word, text), count in counts.items():
            shares[word] = shares.get(word, 0.0) + trust[text] * count / lengths[text]
        most = sorted(shares, key=lambda word: (-shares[word], word))[:LENT]
        whole = sum(shares[word] for word in most)
        return ((word, shares[word] / whole) for word in most)

    def _keys(self, rows: Ints) -> Ints:
        """The keys of papers by their numbers through all segments."""
        found = np.empty(len(rows), np.int64)
        at = np.searchsorted(self._begins, rows, side="right") - 1
        for number, segment in enumerate(self._segments):
            here = at == number
            found[here] = segment.pks[rows[here] - self._begins[number]]
        return found


def _firsts(places: WordPlaces) -> dict[str, str]:
    """How each stem is first written."""
    found: dict[str, str] = {}
    for place in sorted(places.stems):
        found.setdefault(places.stems[place], places.written([place]))
    return found


def _highest(scores: Floats, most: int) -> Ints:
    """The papers with the highest scores above 0, in any order; of equal ones at the end the first."""
    rows = np.flatnonzero(scores)
    if len(rows) <= most:
        return rows
    # Partitioned without the zeros: many equal values make it a hundred times slower.
    values = scores[rows]
    least = np.partition(values, -most)[-most]
    above = rows[values > least]
    return np.concatenate((above, rows[values == least][: most - len(above)]))


def _counted(places: Places, title_weight: int) -> tuple[Ints, Floats]:
    """The papers of a segment that have some places, and how often; what is in the title counts by its weight."""
    rows = (places >> PLACE_BITS).astype(np.int64)
    if len(rows) == 0:
        return rows, np.empty(0, np.float32)
    firsts = np.concatenate(([0], np.flatnonzero(rows[1:] != rows[:-1]) + 1))
    weights = np.where(places & _PLACE < FIRST_OF_ABSTRACT, np.float32(title_weight), np.float32(1))
    return rows[firsts], np.add.reduceat(weights, firsts)


def _common(one: Places, other: Places) -> Places:
    """The places that are in both."""
    few, many = (one, other) if len(one) < len(other) else (other, one)
    if len(few) == 0:
        return few
    nearest = np.minimum(np.searchsorted(many, few), len(many) - 1)
    found: Places = few[many[nearest] == few]
    return found
