"""For you: one linear model of the words that the user's marks share, and the reasons that it gives.

**Terms.** A term is a word's stem, a pair of adjacent stems, or one of these in the title, as a number. The terms of a
paper are packed by how often they occur, in 1 KB a paper; reading them takes a third of the time of counting words.

**Model.** A paper's score is the sum of its terms' weights. A term's *gain* says how well it distinguishes the liked
papers from all papers: log(p / q) * p, where p is the share of the liked papers that have it and q the share of all
papers. A support vector machine with squared hinge loss finds the weights. A term's gain limits its weight: with few
marks, which hardly constrain the machine, the best few terms decide, above all pairs. The more marks there are, and
papers that the user read without a mark, the more terms count and the less their gains limit them.

**Reasons.** At most two noun phrases that name a paper's subject, and the most similar marked paper. Only the
feed's keywords name subjects: the model also gives weight to words such as `despite` and `score`, which count but are
never shown. A phrase must be in two liked papers, and in more than chance explains, so that a single star does not
become a named interest; until then the reason is the starred paper itself.

Clusters of marks, words picked greedily, the nearest marked paper as a term, and a second machine for many marks were
tried and did not help. Preferring words that other papers repeat helps while a single paper is liked, and harms later.
`python -m tests.quality` has the figures on recorded months.
"""

from __future__ import annotations

import heapq
import re
import struct
import unicodedata
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from math import log, sqrt
from random import Random
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from zlib import crc32

from reader.core.keywords import ABBREVIATIONS
from reader.core.keywords import key as keyword_key
from reader.core.words import STOP_WORDS, stems

# Terms

VERSION = "3"
"""Raised whenever the same text gives different numbers."""

BREAK = 0
"""Stands for a token that no pair may cross, such as a stop word."""

TITLE = 1 << 32
"""Added to the number of a term in the title, which is a separate term."""

_PAIRING, _MASK = 0x9E3779B1, 0xFFFFFFFF
"""An odd number that combines the numbers of two words, and the size of a number."""

IN_TITLE = 0.5
"""The value of a title term; other terms have 0.4 to 1.2 in a paper of average length."""

AVERAGE_WORDS = 220.0
"""Words of a paper of average length, without stop words."""

REPEATED_VALUE = 0.74
"""The value above which a paper repeats a term, reached by about two occurrences."""

_WORDS_OF_PAPERS = """
however thus therefore via within upon per still many much may might must several since toward towards whereas whether
whose one two three first new novel paper propose proposed present introduce show using use used based approach method
results work study existing recent significantly achieve demonstrate state art without et al ie eg
"""
IGNORED_WORDS = STOP_WORDS | frozenset(_WORDS_OF_PAPERS.split())
"""Words that say nothing about a paper's subject; half of them are frequent only in papers."""

_TOKEN = re.compile(r"[^\W_]+|[^\w\s'’-]")
"""A word, or a sign that ends a run of words; a hyphen and an apostrophe do not."""

Terms: TypeAlias = dict[int, float]
"""The terms of a paper with their values, which grow with the number of occurrences and shrink with the length."""


@lru_cache(200_000)
def _number(word: str, stem: str) -> int:
    """The number of a word; `BREAK` for a word to ignore, a sign, a single letter or digits alone."""
    is_word = len(word) > 1 and stem and word not in IGNORED_WORDS and not word.isdigit()
    return (crc32(stem.encode()) & ~1 or 2) if is_word else BREAK


def numbers(text: str) -> list[int]:
    """The number of each word and sign of a text."""
    words = _TOKEN.findall(unicodedata.normalize("NFKC", text).lower())
    return list(map(_number, words, stems(words)))


def terms_of(text: str) -> list[int]:
    """The words of a text, then its pairs of adjacent words, each as often as it occurs."""
    words = numbers(text)
    return [
        *filter(None, words),
        *((first * _PAIRING + second) & _MASK | 1 for first, second in pairwise(words) if first and second),
    ]


def pack(title: str, abstract: str) -> bytes:
    """The terms of a paper, in numbers of four bytes.

    Its number of words comes first. Then, for each number of occurrences (0 for the title's terms), that number, the
    number of terms that have it, and these terms follow.
    """
    in_title = terms_of(title)
    counts = Counter(in_title + terms_of(abstract))
    groups: dict[int, list[int]] = {0: [*dict.fromkeys(in_title)]}
    for term, count in counts.items():
        groups.setdefault(count, []).append(term)
    words = sum(count for term, count in counts.items() if not term & 1)
    packed = [words]
    for count, terms in groups.items():
        packed += [count, len(terms), *terms]
    return array("I", packed).tobytes()


def unpack(packed: bytes) -> Terms:
    """The terms of a packed paper with their values; damaged bytes yield arbitrary terms."""
    every = array("I", packed[: len(packed) // 4 * 4])
    norm = 0.5 + 1.5 * (every[0] if every else 0) / AVERAGE_WORDS
    terms: Terms = {}
    at = 1
    while at + 1 < len(every):
        count, size = every[at], every[at + 1]
        group = every[at + 2 : at + 2 + size]
        if count:
            terms.update(dict.fromkeys(group, 1.5 * count / (count + norm)))
        else:
            terms.update(dict.fromkeys([term | TITLE for term in group], IN_TITLE))
        at += 2 + size
    return terms


class Common(NamedTuple):
    """How common terms are in the daily feed; shipped with the program, because a small cache can't tell."""

    papers: int = 0
    counts: Mapping[int, int] = MappingProxyType({})
    """How many of the papers have each term; terms of fewer than ten papers are left out."""


def read_common(packed: bytes) -> Common:
    """The common terms from the bytes that `tests/topics/common_words.py` writes."""
    text = zlib.decompress(packed)
    papers, *rest = struct.unpack(f"<{len(text) // 4}I", text)
    count = len(rest) // 2
    return Common(papers, dict(zip(rest[:count], rest[count:], strict=True)))


# The model

RAREST, MOST_COMMON, ALWAYS_RARE = 3, 0.15, 8
"""Minimum number of papers with a term, the share of all papers above which it says nothing, and a number of papers
that is never too common."""

CANDIDATES = 12_000
"""Maximum number of terms that are considered; terms in the most liked papers come first."""

RARITY = 0.75
"""The power of a term's inverse document frequency in its scale."""

HALF_BROAD = 30.0
"""Marks at which the machine is half way from sharp to broad."""

AT_RANDOM, RANDOM_PART = 1_000, 0.2
"""Number of random papers that the liked papers are contrasted with, and their weight beside passed papers."""

ENOUGH, COMMON_PAPERS, COMMON_IN_TITLE = 5_000, 1_000, 0.12
"""Number of papers that suffices to know how common terms are. With fewer, the shipped counts are added as a thousand
papers, of which the last share has the term in the title. This adds .05 to the precision of a new user's first week."""

SOLVER_PASSES, SMALLEST_STEP = 30, 0.02


class Machine(NamedTuple):
    """The settings of a support vector machine."""

    terms: float
    """Maximum number of terms; terms with the highest gains are chosen."""
    freedom: float
    """The power of a term's gain in its scale: the higher, the more the best terms stand out."""
    strictness: float
    """The cost of papers on the wrong side."""


SHARP, BROAD = Machine(700, 0.75, 0.1), Machine(4_000, 0.4, 1.0)
"""The machines for few marks, and for many marks and papers that were read without one."""

FREEDOM_IF_FEW, SHARPER_IF_FEW, PAIRS_IF_FEW, FEW_MARKS = 3.0, 0.75, 2.5, 4.0
"""With a single mark: what is added to the freedom of the machine and to the power of a share in a gain, and the factor
of a pair's gain; and the marks at which half of this holds. They help until about ten papers are marked."""


class WeighedPaper(NamedTuple):
    """A paper to learn from, with its weight."""

    key: int
    terms: Terms
    weight: float = 1.0


class Background:
    """How common the terms of liked papers are in all papers, and some papers at random."""

    def __init__(self, wanted: frozenset[int], papers: Iterable[tuple[int, Terms]], count: int, common: Common) -> None:
        """Count the `wanted` terms in papers given with their keys; `count` is about the number of papers."""
        self.have: defaultdict[int, float] = defaultdict(float)
        """How many papers have each term."""
        self.random: list[WeighedPaper] = []
        self.papers: float = 0
        repeat: Counter[int] = Counter()
        for number, (key, terms) in enumerate(papers):
            self.papers += 1
            if number % max(1, count // AT_RANDOM) == 0:
                self.random.append(WeighedPaper(key, terms))
            for term in wanted.intersection(terms):
                self.have[term] += 1
                repeat[term] += terms[term] > REPEATED_VALUE
        self.repeated_share = {term: (repeat[term] + 0.5) / (self.have[term] + 2) for term in wanted}
        """The share of the papers with a term that repeat it: papers repeat the words of their subject."""
        self._everywhere = {term for term, have in self.have.items() if have > max(self.papers / 2, ALWAYS_RARE)}
        if self.papers < ENOUGH and common.papers:
            self.papers += COMMON_PAPERS
            for term, papers_with_term in common.counts.items():
                have = COMMON_PAPERS / common.papers * papers_with_term
                if term in wanted:
                    self.have[term] += have
                if term | TITLE in wanted:
                    self.have[term | TITLE] += have * COMMON_IN_TITLE

    def says_something(self, term: int) -> bool:
        """Whether a term is neither too rare nor too common to tell papers apart."""
        least, most = min(RAREST, 2 + self.papers // 500), max(MOST_COMMON * self.papers, ALWAYS_RARE)
        return least <= self.have[term] <= most and term not in self._everywhere


def candidates(liked: Iterable[WeighedPaper], muted: Container[int] = ()) -> list[int]:
    """The terms to learn; terms in the most liked papers come first."""
    weights: defaultdict[int, float] = defaultdict(float)
    for paper in liked:
        for term in paper.terms:
            weights[term] += paper.weight
    allowed = [term for term in weights if term not in muted and term & ~TITLE not in muted]
    return heapq.nsmallest(CANDIDATES, allowed, key=lambda term: (-weights[term], term))


def learn(
    liked: Sequence[WeighedPaper], passed: Sequence[WeighedPaper], terms: Iterable[int], background: Background
) -> dict[int, float]:
    """The weight of each term that counts, on a scale on which liked papers have 1 on average."""
    if not liked or not background.papers:
        return {}
    marks = sum(paper.weight for paper in liked)
    few = 1 / (1 + (marks / FEW_MARKS) ** 2)
    gains = _gains(liked, marks, few, terms, background)
    broad = marks / (marks + HALF_BROAD) if passed else 0.0
    machine = Machine(*(sharp + broad * (wide - sharp) for sharp, wide in zip(SHARP, BROAD, strict=True)))
    machine = machine._replace(freedom=machine.freedom + FREEDOM_IF_FEW * few * (1 - broad))
    return _separate(machine, liked, passed, gains, background) if gains else {}


def score(weights: Mapping[int, float], terms: Terms) -> float:
    """A paper's score."""
    return sum([weights[term] * terms[term] for term in terms if term in weights])


def _gains(
    liked: Sequence[WeighedPaper], marks: float, few: float, terms: Iterable[int], background: Background
) -> dict[int, float]:
    """How well each term distinguishes the liked papers from all papers; `few` is near 1 for few marks, else near 0."""
    held = dict.fromkeys(filter(background.says_something, terms), 0.0)
    for _, paper, weight in liked:
        for term in filter(held.__contains__, paper):
            held[term] += weight * sqrt(paper[term])
    gains = {}
    for term, value in held.items():
        common = background.have[term] / background.papers
        # Smoothing: one more paper, which has each term as often as all papers do.
        share = (value + common) / (marks + 1)
        if share > common:
            gain = log(share / common) * share ** (1 + SHARPER_IF_FEW * few)
            gains[term] = gain * PAIRS_IF_FEW**few if term & 1 else gain
    if len(liked) == 1:
        # Nothing is shared yet that would tell the paper's subject from its other words.
        gains = {term: gain * background.repeated_share[term] for term, gain in gains.items()}
    return gains


def _separate(
    machine: Machine,
    liked: Sequence[WeighedPaper],
    passed: Sequence[WeighedPaper],
    gains: Mapping[int, float],
    background: Background,
) -> dict[int, float]:
    """The weights with which a machine separates the liked papers from passed and random papers."""
    best = max(gains.values())
    chosen = heapq.nlargest(round(machine.terms), gains, key=lambda term: (gains[term], term))
    scale = {
        term: (gains[term] / best) ** machine.freedom
        * log(max(background.papers, 2.0) / background.have[term]) ** RARITY
        for term in chosen
    }  # fmt: skip
    known = {paper.key for paper in (*liked, *passed)}
    others = [paper for paper in background.random if paper.key not in known]
    random_part = RANDOM_PART if passed else 1.0
    rows, sides, costs = list[tuple[list[int], list[float]]](), list[float](), list[float]()
    for papers, side, part in ((liked, 1.0, 1.0), (passed, -1.0, 1 - random_part), (others, -1.0, random_part)):
        whole = sum(paper.weight for paper in papers)
        for _, terms, weight in papers:
            held = [term for term in terms if term in scale]
            rows.append((held, [terms[term] * scale[term] for term in held]))
            sides.append(side)
            costs.append(part * weight / whole)
    unit = sqrt(sum(value**2 for _, values in rows[: len(liked)] for value in values) / len(liked)) or 1.0
    rows = [(held, [value / unit for value in values]) for held, values in rows]
    strictness = machine.strictness * len(rows) / 2
    solution = _solve(rows, sides, [max(cost * strictness, 1e-9) for cost in costs])
    weights = {term: weight * scale[term] / unit for term, weight in solution.items() if weight}
    liking = sum(paper.weight * score(weights, paper.terms) for paper in liked) / sum(paper.weight for paper in liked)
    return {term: weight / liking for term, weight in weights.items()} if liking > 0 else weights


def _solve(
    rows: Sequence[tuple[Sequence[int], Sequence[float]]], sides: Sequence[float], costs: Sequence[float]
) -> dict[int, float]:
    """The weights of a linear support vector machine with squared hinge loss.

    By coordinate descent in the dual, after Hsieh and others, "A dual coordinate descent method for large-scale linear
    SVM", 2008. A row has terms and their values.
    """
    weights: defaultdict[int, float] = defaultdict(float)
    bias, pulls = 0.0, [0.0] * len(rows)
    curves = [sum(value**2 for value in values) + 1 + 0.5 / cost for (_, values), cost in zip(rows, costs, strict=True)]
    active, chance = [*range(len(rows))], Random(0)  # noqa: S311  # the same order each time
    for turn in range(SOLVER_PASSES):
        largest_step, still = 0.0, list[int]()
        chance.shuffle(active)
        for at in active:
            (held, values), side, pull = rows[at], sides[at], pulls[at]
            margin = bias + sum(
                [weights[term] * value for term, value in zip(held, values, strict=True) if term in weights]
            )
            slope = side * margin - 1 + pull * 0.5 / costs[at]
            if pull == 0 and slope > 0.1:
                # The row is well on its own side: skip it until all rows are examined again.
                continue
            still.append(at)
            step = max(pull - slope / curves[at], 0.0) - pull
            if step:
                pulls[at] = pull + step
                largest_step = max(largest_step, abs(step) * curves[at])
                bias += side * step
                for term, value in zip(held, values, strict=True):
                    weights[term] += side * step * value
        if largest_step < SMALLEST_STEP:
            break
        active = [*range(len(rows))] if turn % 5 == 4 else still
    return weights


# Reasons

MAX_WORDS, MAX_NAMED_SUBJECTS, MIN_PART = 3, 2, 0.12
"""Maximum number of words of a phrase and of phrases in a reason, and the least part of a paper's score that each
explains."""

MIN_LIKED_PAPERS = 2
"""Minimum number of liked papers with a phrase."""

MIN_WORD_SHARE, MIN_LIKED_SHARE = 0.1, 0.33
"""The share of the papers with a single word that must have it as a keyword, .15 do for `quantization` and .002 for
`robust`; or else the share of the liked papers that must have it, such as `audio`."""

LIFT, BEYOND_CHANCE = 4.0, 1.5
"""The number of liked papers with a phrase must be the number that chance explains times the first, plus the second."""

MAX_SUBJECTS, MAX_LEARNED_SUBJECTS = 300, 12
"""Maximum number of subjects that reasons name, and that are shown as learned."""

NOUN_ENDINGS = ("ing", "ion", "ment")
"""Endings of the second word of a hyphenated noun, such as `fine-tuning`; `large-scale` is an adjective."""

MAX_TITLE_CHARACTERS = 40


class Subject(NamedTuple):
    """A phrase that names a subject."""

    text: str
    terms: tuple[int, ...]
    """The numbers of its words and pairs, the rarest first, by which papers with the phrase are found."""
    liked: int = 0
    """How many liked papers have it."""
    weight: float = 0.0
    """The sum of the model's weights of its words and pairs."""

    @property
    def value(self) -> float:
        """How much of what the user likes each word explains, so that `video generation` goes before longer phrases."""
        return self.weight * self.liked / len(self.terms)


def keyword_phrases(keywords: Iterable[Sequence[str]]) -> list[tuple[str, int]]:
    """The keywords that several papers have, with the number of papers, the most common first."""
    return [(text, count) for text, count in Counter(chain.from_iterable(keywords)).most_common() if count > 1]


def subjects(
    phrases: Iterable[tuple[str, int]],
    liked: Sequence[WeighedPaper],
    weights: Mapping[int, float],
    background: Background,
) -> list[Subject]:
    """The phrases that the model likes and that several liked papers have, best first."""
    holders: defaultdict[int, set[int]] = defaultdict(set)
    for number, paper in enumerate(liked):
        for term in paper.terms:
            holders[term].add(number)
    by_terms: dict[tuple[int, ...], Subject] = {}
    for text, count in phrases:
        terms = tuple(sorted(dict.fromkeys(terms_of(text)), key=lambda term: background.have.get(term, 0.0)))
        weight = sum(weights.get(term, 0.0) + 0.5 * weights.get(term | TITLE, 0.0) for term in terms)
        if weight <= 0 or not all(term in holders for term in terms):
            continue
        holding = len(set.intersection(*(holders[term] for term in terms)))
        if not _names_subject(text, count, holding / len(liked), background):
            continue
        by_chance = len(liked) * background.have[terms[0]] / background.papers
        if holding < MIN_LIKED_PAPERS or holding < LIFT * by_chance + BEYOND_CHANCE:
            continue
        if terms not in by_terms or weight > by_terms[terms].weight:
            by_terms[terms] = Subject(text, terms, holding, weight)
    return sorted(by_terms.values(), key=lambda subject: -subject.value)[:MAX_SUBJECTS]


def _names_subject(text: str, count: int, liked_share: float, background: Background) -> bool:
    """Whether a keyword of `count` papers, which a share of the liked papers has, is a noun phrase for a subject."""
    words = numbers(text)
    if not 1 <= len(words) <= MAX_WORDS or BREAK in words:
        return False
    if len(words) == 1:
        return liked_share >= MIN_LIKED_SHARE or count >= MIN_WORD_SHARE * background.have.get(words[0], 0.0)
    return " " in text or text.endswith(NOUN_ENDINGS)


class Reasons:
    """Finds the reasons for papers."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        liked: Sequence[WeighedPaper],
        weights: Mapping[int, float],
        background: Background,
    ) -> None:
        self._weights = weights
        self._subjects: defaultdict[int, list[Subject]] = defaultdict(list)
        for subject in subjects:
            self._subjects[subject.terms[0]].append(subject)
        self._liked: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        """For each term, the liked papers that have it, with the term's share of their similarity."""
        for key, terms, _ in liked:
            rare = {
                term: log(background.papers / max(1.0, background.have[term])) ** 2 * value
                for term, value in terms.items()
                if weights.get(term)
            }
            length = sqrt(sum(value * terms[term] for term, value in rare.items())) or 1.0
            for term, value in rare.items():
                self._liked[term].append((key, value / length))

    def of(self, key: int, terms: Terms) -> tuple[list[str], int | None]:
        """The phrases for a paper, and the key of the liked paper that is most similar, if one shares a term."""
        counts = {term: self._weights[term] * terms[term] for term in terms if term in self._weights}
        matching: list[tuple[float, Subject]] = []
        for rarest in self._subjects.keys() & terms.keys():
            for subject in self._subjects[rarest]:
                if all(term in terms for term in subject.terms):
                    part = sum(counts.get(term, 0.0) + counts.get(term | TITLE, 0.0) for term in subject.terms)
                    if part >= MIN_PART * sum(counts.values()):
                        matching.append((part, subject))
        best = _apart(subject for _, subject in sorted(matching, key=lambda item: (-item[0], item[1].text)))
        likeness: defaultdict[int, float] = defaultdict(float)
        for term in terms:
            for liked, value in self._liked.get(term, ()):
                likeness[liked] += terms[term] * value
        likeness.pop(key, None)
        nearest = max(likeness, key=lambda liked: likeness[liked], default=None)
        return [subject.text for subject in best[:MAX_NAMED_SUBJECTS]], nearest


def subjects_to_show(ranked: Sequence[Subject]) -> list[Subject]:
    """The subjects to show to the user; `ranked` has the best first."""
    return _apart(ranked)[:MAX_LEARNED_SUBJECTS]


def _apart(ranked: Iterable[Subject]) -> list[Subject]:
    """The subjects that share no word with an earlier one; `RL` counts as `reinforcement learning`."""
    chosen: list[Subject] = []
    taken: set[int] = set()
    for subject in ranked:
        words = {*subject.terms, *terms_of(ABBREVIATIONS.get(keyword_key(subject.text), ""))}
        if taken.isdisjoint(words):
            chosen.append(subject)
            taken.update(words)
    return chosen


def short_title(title: str) -> str:
    """The beginning of a title by which people know a paper: `JetSpec` of `JetSpec: Drafting in Parallel`."""
    name = title.partition(":")[0].strip()
    name = name if len(name) > 1 else title
    if len(name) > MAX_TITLE_CHARACTERS:
        room = name[: MAX_TITLE_CHARACTERS - 1]
        name = f"{room.rpartition(' ')[0] or room}…"
    return name
