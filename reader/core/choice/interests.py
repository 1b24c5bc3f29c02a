"""Interests: the marked papers in groups that share words, and how well any paper fits each group. Needs numpy.

A score has two parts. The sharp part knows the few words that were picked for each interest; each interest has a scale
of its own, on which its best 20 of the newest papers have 1, so that none is drowned by another. The broad part is one
linear machine over hundreds of words, taught by liked papers, by papers that the user passed, and by some at random;
how well a word tells an interest from all papers is how large its weight may become. The more was marked, the more the
broad part says. `tests/bench/foryou.py` measures both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from reader.core.choice.counting import Chunk, Flags, Floats, Hits, Indexes, Terms
from reader.core.choice.parts import SHARP, Parts

LINK = 0.05
"""The mean likeness of two groups of papers, as a cosine, from which on they are one interest."""

SMALLEST = 0.07
"""The part of the marks, by their weights, that an interest has at least."""

LEAST_MARKS = 1.5
"""The weight of the marks that an interest has at least."""

FEWEST = 4
"""Marked papers from which on there may be more than one interest."""

BROAD = 700
"""Words of the linear machine."""

AT_RANDOM = 1_000
"""Papers of all days that the linear machine takes for such as the user passed."""

RANDOM_PART = 0.3
"""How much these count beside those that the user did pass."""

STRICTNESS = 1.0
HALF_BROAD = 50
"""The square of the number of marks from which on the broad part says half."""

ALONE = 0.4
"""The most that the broad part says of a single interest before `PASSED` papers were passed."""

PASSED = 20
TOP = 20
"""The best papers whose mean score is 1."""

WEAKER = 0.25
"""How strongly an interest is lifted that has few marks, so that those with many do not drown it.

By 0.25 one with a sixteenth of the marks of another counts twice as much. Over six months (`tests/bench/months.py`, 3
seeds) the interest with the fewest papers has .518 in place of .495, and all together .831 in place of .829."""

LIFTED_FROM = 8
"""Interests with fewer marks are lifted no more than with so many: a few at random may be one by chance."""

RARITY = 0.75
NEWTON_STEPS, GRADIENT_STEPS = 5, 12


Matrix: TypeAlias = npt.NDArray[np.float32]
"""Half as large as with numbers of 64 bits: 300 papers and 6,000 terms take 7 MB."""


class Sample(NamedTuple):
    """What papers say about some terms, as matrices with a row for each paper."""

    says: Matrix
    """How much each term says in a paper, from 0 to 1."""
    sizes: Matrix
    """How large each term is in a paper, without a bound."""


def measured(hits: Hits, length: float) -> tuple[Floats, Floats]:
    """How much each hit says, and how large it is: more in a short paper, and less for each further time."""
    norm = (0.25 + 0.75 * hits.lengths / length)[hits.papers]
    return hits.counts / (hits.counts + norm), (1 + np.log(hits.counts)) / np.sqrt(norm)


def sample(terms: Terms, packed: Sequence[bytes], length: float) -> Sample:
    """Measure some terms in some papers."""
    hits = terms.count(packed)
    says, sizes = np.zeros((2, len(packed), len(terms)), np.float32)
    if len(hits.papers):
        says[hits.papers, hits.terms], sizes[hits.papers, hits.terms] = measured(hits, length)
    return Sample(says, sizes)


class Group(NamedTuple):
    """Papers that are one interest."""

    papers: Indexes
    """Their positions."""
    held: int | None = None
    """Which of the user's own interests it is."""


def find_interests(sizes: Floats | Matrix, weights: Floats, held: Sequence[Sequence[int]] = ()) -> list[Group]:
    """The papers of each interest, the heaviest first, by average-link clustering.

    `sizes` has a row for each paper: its terms, the rare ones larger. Papers that are like no others are in none. The
    papers of each of the user's own interests, `held`, stay together and apart from those of the others.
    """
    every = np.arange(len(weights))
    if len(weights) < FEWEST and not any(held):
        return [Group(every)]
    shared = sizes[:, (sizes > 0).sum(0) >= 2]
    smallest = max(LEAST_MARKS, SMALLEST * float(weights.sum()))
    groups = _grouped(shared, held)
    found = [one for one in groups if one.held is not None or weights[one.papers].sum() >= smallest]
    return sorted(found, key=lambda one: -float(weights[one.papers].sum())) or [Group(every)]


def _grouped(sizes: Floats | Matrix, held: Sequence[Sequence[int]]) -> list[Group]:
    """Join the groups of papers that are most alike until no two have enough in common."""
    rows = sizes / np.maximum(np.linalg.norm(sizes, axis=1, keepdims=True), 1e-9)
    taken = frozenset(paper for papers in held for paper in papers)
    every: list[tuple[list[int], int | None]] = [([*papers], of) for of, papers in enumerate(held) if papers]
    apart = np.arange(len(every))
    every += [([paper], None) for paper in range(len(rows)) if paper not in taken]
    groups = dict(enumerate(every))
    middles = np.array([rows[papers].mean(0) for papers, _ in every])
    likeness = middles @ middles.T
    np.fill_diagonal(likeness, -1)
    while len(groups) > 1:
        if len(apart):
            # What is an interest of its own joins none of the user's.
            large = np.array([at for at, (papers, of) in groups.items() if of is not None or len(papers) >= FEWEST])
            likeness[np.ix_(apart, large)] = likeness[np.ix_(large, apart)] = -1
        one, other = divmod(int(likeness.argmax()), len(every))
        if likeness[one, other] < LINK:
            break
        first, second = len(groups[one][0]), len(groups[other][0])
        likeness[one] = likeness[:, one] = (likeness[one] * first + likeness[other] * second) / (first + second)
        likeness[one, one] = likeness[other] = likeness[:, other] = -1
        groups[one][0].extend(groups.pop(other)[0])
    return [Group(np.array(papers), of) for papers, of in groups.values()]


@dataclass(frozen=True, eq=False, slots=True)
class Interests:
    """What was learned of all interests; arrays have a column for each term, in the order of `terms`."""

    terms: Terms
    length: float
    """Mean words of a paper."""
    broad: float
    """How much the linear machine says, from 0 to 1."""
    linear: Floats
    """Its weights."""
    picked: Floats
    """A row for each interest: the weights of the words that were picked for it."""
    claims: Floats
    """A row for each interest: which part of a linear weight is its own."""
    shares: Floats
    """Each interest's part of the marks, by their weights."""
    members: tuple[Indexes, ...]
    """The positions of the liked papers of each interest."""
    marks: Matrix
    """A row for each liked paper: its terms, as the linear machine sees them."""

    def scores(self, packed: Sequence[bytes]) -> tuple[Floats, Indexes]:
        """The score of each paper, and which interest it is nearest to."""
        hits, count = self.terms.count(packed), len(packed)
        says, sizes = measured(hits, self.length)
        linear = self.linear[hits.terms] * sizes
        sharp = np.array([_summed(hits, row[hits.terms] * says, count) for row in self.picked])
        # What speaks against a paper says nothing of its interest.
        own = np.array([_summed(hits, linear.clip(0) * row[hits.terms], count) for row in self.claims])
        joined = (sharp**SHARP).sum(0) ** (1 / SHARP)
        whole = (1 - self.broad) * joined + self.broad * _summed(hits, linear, count)
        return whole, ((1 - self.broad) * sharp + self.broad * own).argmax(0)

    def parts(self) -> Parts:
        """The same without numpy, for one paper at a time."""
        codes = self.terms.codes.tolist()
        marks: dict[int, list[tuple[int, float]]] = {}
        for paper, row in enumerate(self.marks):
            for column in np.flatnonzero(row).tolist():
                marks.setdefault(codes[column], []).append((paper, float(row[column])))
        linear, *picked = ({code: one for code, one in zip(codes, row, strict=True) if one}
                           for row in (self.linear.tolist(), *self.picked.tolist()))  # fmt: skip
        return Parts(self.broad, linear, tuple(picked), marks)


class Candidates(NamedTuple):
    """The terms to learn from, and what is known of each."""

    terms: Terms
    allowed: Flags
    rarity: Floats
    """The log of how few papers have each."""
    telling: Floats
    """A row for each interest: how well each term tells it from all papers, at most 1."""
    picks: Sequence[Sequence[tuple[int, float]]]
    """For each interest, the places of the terms that were picked, with their gains, the best first."""


class Lessons(NamedTuple):
    """The papers that are learned from, by their words."""

    liked: Sequence[bytes]
    weights: Floats
    """How much each liked one says."""
    against: Sequence[bytes]
    """Such as the user passed or hid."""
    newest: Callable[[], Iterable[Chunk]]
    """Reads the newest papers, which give each part its scale; 10,000 of them take 10 MB at once."""
    papers: int
    """How many these are, about."""
    length: float
    """Mean words of a paper."""


def teach(known: Candidates, groups: Sequence[Indexes], lessons: Lessons, factors: Floats) -> Interests:
    """Learn the words of each group of liked papers, and the linear machine over all.

    What speaks for a paper by a group's words is multiplied by its factor.
    """
    liked, weights, against = lessons.liked, lessons.weights, lessons.against
    tells = np.sqrt(known.telling.max(0))
    best = np.argsort(-tells, kind="stable")[:BROAD]
    kept = np.unique([*best[tells[best] > 0], *(place for picks in known.picks for place, _ in picks)]).astype(np.int64)
    terms = Terms(known.terms.codes[kept])
    column = {int(place): at for at, place in enumerate(kept)}
    picked = np.zeros((len(groups), len(kept)))
    for row, picks in zip(picked, known.picks, strict=True):
        for place, gain in picks:
            row[column[place]] = gain / picks[0][1]
    scale = (tells * known.rarity**RARITY)[kept]
    linear, marks = _machine(terms, scale, lessons)
    sharp_scale, linear_scale = _scales(terms, picked, linear, lessons)
    claims = np.sqrt(known.telling[:, kept]) + 1e-9
    claims = claims / claims.sum(0)
    marked = np.array([weights[group].sum() for group in groups])
    fair = (1 / np.maximum(marked, LIFTED_FROM)) ** WEAKER
    lifted = factors * fair * marked.sum() / (fair * marked).sum()
    own = claims * lifted[:, None]
    linear = np.where(linear > 0, linear * own.sum(0), linear)
    shares = marked * factors**2
    says = len(liked) ** 2 / (len(liked) ** 2 + HALF_BROAD)
    return Interests(
        terms=terms,
        length=lessons.length,
        broad=says if len(groups) > 1 or len(against) >= PASSED else min(says, ALONE),
        linear=linear / linear_scale,
        picked=picked / sharp_scale[:, None] * lifted[:, None],
        claims=own / own.sum(0).clip(1e-9),
        shares=shares / max(float(shares.sum()), 1e-9),
        members=tuple(groups),
        marks=marks,
    )


def _machine(terms: Terms, scale: Floats, lessons: Lessons) -> tuple[Floats, Matrix]:
    """The weights of a linear support vector machine with squared hinge loss, and the liked papers as it sees them."""
    liked, weights, against = lessons.liked, lessons.weights, lessons.against
    mine, step = set(liked), max(1, lessons.papers // AT_RANDOM)
    every = (one for chunk in lessons.newest() for one in chunk.packed)
    others = [one for one in islice(every, 0, step * AT_RANDOM, step) if one not in mine]
    sizes = sample(terms, [*liked, *against, *others], lessons.length).sizes * scale
    unit = float(np.sqrt((sizes[: len(liked)] ** 2).sum(1).mean())) or 1.0
    rows = sizes / unit
    part = RANDOM_PART if against else 1.0
    counts = [len(liked), len(against), len(others)]
    costs = np.concatenate(
        [
            weights / weights.sum(),
            np.full(counts[1], (1 - part) / max(1, counts[1])),
            np.full(counts[2], part / max(1, counts[2])),
        ]
    )
    sides = np.where(np.arange(len(rows)) < len(liked), 1.0, -1.0)
    found = _separate(rows, sides, costs * STRICTNESS * len(rows) / 2)
    return found * scale / unit, (rows[: len(liked)] * scale / unit).astype(np.float32)


def _separate(rows: Floats, sides: Floats, costs: Floats) -> Floats:
    """The weights that put rows on their sides, by Newton steps with conjugate gradients; the last is the bias."""
    weights = np.zeros(rows.shape[1] + 1)

    def forth(given: Floats) -> Floats:
        return np.asarray(rows @ given[:-1] + given[-1], np.float64)

    def back(each: Floats) -> Floats:
        return np.append(each @ rows, each.sum())

    for _ in range(NEWTON_STEPS):
        margins = 1 - sides * forth(weights)
        active = np.where(margins > 0, costs, 0.0)
        left = weights - 2 * back(active * sides * margins)
        step, way, size = np.zeros_like(weights), left.copy(), float(left @ left)
        for _ in range(GRADIENT_STEPS):
            if size < 1e-12:
                break
            turned = way + 2 * back(active * forth(way))
            length = size / float(way @ turned)
            step, left = step + length * way, left - length * turned
            before, size = size, float(left @ left)
            way = left + size / before * way
        weights = weights - step
    return weights[:-1]


def _scales(terms: Terms, picked: Floats, linear: Floats, lessons: Lessons) -> tuple[Floats, float]:
    """The mean of the best scores among the newest papers: for each interest, and for the linear machine."""
    sharp: list[list[Floats]] = [[] for _ in picked]
    broad: list[Floats] = []
    for chunk in lessons.newest():
        hits, count = terms.count(chunk.packed), len(chunk.packed)
        says, sizes = measured(hits, lessons.length)
        for row, found in zip(picked, sharp, strict=True):
            found.append(_summed(hits, row[hits.terms] * says, count))
        broad.append(_summed(hits, linear[hits.terms] * sizes, count))
    return np.array([_top(found) for found in sharp]), _top(broad)


def _summed(hits: Hits, values: Floats, papers: int) -> Floats:
    """The sum of the values of each paper's hits."""
    return np.asarray(np.bincount(hits.papers, values, papers), np.float64)


def _top(found: Sequence[Floats]) -> float:
    scores = np.concatenate(found) if found else np.zeros(0)
    if not len(scores):
        return 1.0
    best = np.partition(scores, -TOP)[-TOP:].mean() if len(scores) >= TOP else scores.max()
    return max(float(best), 1e-9)
