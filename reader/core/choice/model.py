"""For you as one linear model: a weight for each word, pair of words and title word, whose sum is a paper's score.

A term's *gain* says how well it distinguishes the liked papers from all papers: log(p / q) * p ** sharpness, where p is
the share of the liked papers that have it and q that of all papers. A support vector machine with squared hinge loss
finds the weights. How much a term gains limits how far its weight may go, so with few marks, when the machine can
hardly tell, the best few terms decide; with many marks the machine decides. From the first paper that the user has read
without a mark on, a second, broader machine is added, whose part grows with the marks.

Clusters of marks, words picked greedily and the nearest marked paper as a term were tried and did not help. On recorded
months the mean precision of a day's list is .85, that of a support vector machine on tf-idf .70.
`tests/bench/foryou.py` measures both.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from math import log, sqrt
from random import Random
from typing import NamedTuple

from reader.core.choice.words import DWELLS, TITLE, Common, Terms, is_pair

RAREST, MOST_COMMON = 3, 0.15
"""Minimum number of papers with a term, and the share of all papers from which it says nothing."""

ALWAYS_RARE = 8
"""A term may always be in this many papers, however few there are."""

CANDIDATES = 12_000
"""Maximum number of terms that are considered, those in the most liked papers."""

PAIR_GAIN = 2.5
"""How much more a pair gains than a word."""

AGREEMENT = 2.0
"""Liked papers with a term, beyond the first, that halve the effect of its kind (pair, dwelt on)."""

FEW_MARKS = 4.0
"""Marks at which half of the adjustment for few marks is made."""

SHARPNESS, SHARPER_IF_FEW = 1.0, 0.75

FAIRNESS = 0.3
"""How much a term gains by being among the best of one liked paper, so that interests with few marks are not drowned.

With it the interest that fares worst, of 14 in six recorded months, is .02 below a support vector machine, without .06.
"""

RARITY = 0.75
"""The power of a term's inverse document frequency in its scale."""

HALF_BROAD = 30.0
"""Marks at which the broad machine counts as much as the sharp one."""

RANDOM_PART = 0.2
"""The weight of random papers beside papers that the user passed."""

AT_RANDOM = 1_000

ENOUGH = 5_000
"""Papers that suffice to know how common terms are; below, the shipped counts are added as `COMMON_PAPERS` papers."""

COMMON_PAPERS = 1_000
COMMON_IN_TITLE = 0.12
"""The assumed share of the papers with a term that have it in their title, where only shipped counts are known."""

SOLVER_PASSES, SMALLEST_STEP = 30, 0.02


class Machine(NamedTuple):
    """The settings of a support vector machine."""

    terms: int
    """Maximum number of terms, those with the highest gains."""
    freedom: float
    """The power of a term's gain in its scale: the higher, the more the best terms stand out."""
    strictness: float
    """The cost of papers on the wrong side."""


SHARP, BROAD = Machine(700, 0.75, 0.1), Machine(4_000, 0.4, 1.0)
FREEDOM_IF_FEW, STRICTNESS_IF_FEW = 3.0, -0.5
"""Added to the freedom of the sharp machine, and the part of its strictness that is added, with few marks."""


class Weighed(NamedTuple):
    """A paper to learn from, with its weight."""

    key: int
    terms: Terms
    weight: float = 1.0


class Background:
    """How common the terms of liked papers are in all papers, and some papers at random."""

    def __init__(self, wanted: frozenset[int], papers: Iterable[tuple[int, Terms]], count: int, common: Common) -> None:
        """Count the `wanted` terms in papers with their keys; `count` is about how many there are."""
        self.have: defaultdict[int, float] = defaultdict(float)
        """How many papers have each term."""
        self.dwell: defaultdict[int, float] = defaultdict(float)
        """How many papers dwell on each term."""
        self.random: list[Weighed] = []
        self.papers: float = 0
        step = max(1, count // AT_RANDOM)
        for number, (key, terms) in enumerate(papers):
            self.papers += 1
            if number % step == 0:
                self.random.append(Weighed(key, terms))
            for term in wanted.intersection(terms):
                self.have[term] += 1
                if terms[term] > DWELLS:
                    self.dwell[term] += 1
        self._everywhere = {term for term, have in self.have.items() if have > max(self.papers / 2, ALWAYS_RARE)}
        if self.papers < ENOUGH and common.papers:
            self._add(common, wanted)

    def _add(self, common: Common, wanted: frozenset[int]) -> None:
        part = COMMON_PAPERS / common.papers
        self.papers += COMMON_PAPERS
        for term, (have, dwell) in common.counts.items():
            if term in wanted:
                self.have[term] += part * have
                self.dwell[term] += part * dwell
            if term | TITLE in wanted:
                self.have[term | TITLE] += part * have * COMMON_IN_TITLE

    def says_something(self, term: int) -> bool:
        """Whether a term is neither too rare nor too common to tell papers apart."""
        least, most = min(RAREST, 2 + self.papers // 500), max(MOST_COMMON * self.papers, ALWAYS_RARE)
        return least <= self.have[term] <= most and term not in self._everywhere


def candidates(liked: Iterable[Weighed], muted: Container[int] = ()) -> list[int]:
    """The terms to learn, those in the most liked papers first."""
    found: defaultdict[int, float] = defaultdict(float)
    for paper in liked:
        for term in paper.terms:
            found[term] += paper.weight
    allowed = [term for term in found if term not in muted and term & ~TITLE not in muted]
    return heapq.nsmallest(CANDIDATES, allowed, key=lambda term: (-found[term], term))


def learn(
    liked: Sequence[Weighed], passed: Sequence[Weighed], terms: Iterable[int], background: Background
) -> dict[int, float]:
    """The weight of each term that counts, on a scale on which liked papers have 1 on average."""
    if not liked or not background.papers:
        return {}
    marks = sum(paper.weight for paper in liked)
    few = 1 / (1 + (marks / FEW_MARKS) ** 2)
    gains = _gains(liked, marks, terms, background, SHARPNESS + SHARPER_IF_FEW * few)
    if not gains:
        return {}
    sharp = SHARP._replace(
        freedom=SHARP.freedom + FREEDOM_IF_FEW * few, strictness=SHARP.strictness * (1 + STRICTNESS_IF_FEW * few)
    )
    broad_part = marks / (marks + HALF_BROAD) if passed else 0.0
    weights: defaultdict[int, float] = defaultdict(float)
    for machine, part in ((sharp, 1 - broad_part), (BROAD, broad_part)):
        for term, weight in (_separate(machine, liked, passed, gains, background) if part else {}).items():
            weights[term] += part * weight
    return dict(weights)


def score(weights: Mapping[int, float], terms: Terms) -> float:
    """A paper's score."""
    return sum([weights[term] * terms[term] for term in terms if term in weights])


def _gains(
    liked: Sequence[Weighed], marks: float, terms: Iterable[int], background: Background, sharpness: float
) -> dict[int, float]:
    """How well each term distinguishes the liked papers from all papers."""
    share = dict.fromkeys(filter(background.says_something, terms), 0.0)
    have: defaultdict[int, float] = defaultdict(float)
    for _, paper, weight in liked:
        for term in filter(share.__contains__, paper):
            share[term] += weight * sqrt(paper[term])
            have[term] += weight
    gains = {}
    for term, value in share.items():
        common = background.have[term] / background.papers
        # One more paper, which has each term as often as all papers do.
        p = (value + common) / (marks + 1)
        if p > common:
            dwelt = (background.dwell[term] + 0.5) / (background.have[term] + 2)
            kind = (PAIR_GAIN if is_pair(term) else 1.0) * dwelt
            agreed = 1 + max(0.0, have[term] - 1) / AGREEMENT
            gains[term] = log(p / common) * p**sharpness * kind ** (1 / agreed)
    return _fair(gains, liked)


def _fair(gains: Mapping[int, float], liked: Sequence[Weighed]) -> dict[int, float]:
    """The gains, of which those that are large among the terms of one liked paper are raised."""
    raised: defaultdict[int, float] = defaultdict(float)
    for paper in liked:
        held = [term for term in paper.terms if term in gains]
        most = max((gains[term] for term in held), default=1.0)
        for term in held:
            raised[term] = max(raised[term], gains[term] / most)
    best = max(gains.values(), default=1.0)
    return {term: best * (gain / best) ** (1 - FAIRNESS) * raised[term] ** FAIRNESS for term, gain in gains.items()}


def _separate(
    machine: Machine,
    liked: Sequence[Weighed],
    passed: Sequence[Weighed],
    gains: Mapping[int, float],
    background: Background,
) -> dict[int, float]:
    """The weights by which a machine tells the liked papers from those that were passed, and from random ones."""
    best = max(gains.values())
    chosen = heapq.nlargest(machine.terms, gains, key=lambda term: (gains[term], term))
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
    found = _solve(rows, sides, [max(cost * strictness, 1e-9) for cost in costs])
    weights = {term: weight * scale[term] / unit for term, weight in found.items() if weight}
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
                # Well on its own side: skipped until all rows are looked at again.
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
