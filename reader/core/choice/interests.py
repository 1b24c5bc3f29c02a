"""Interests: the marked papers in groups that share words, and how well any paper fits each group.

A score has two parts. The sharp part knows the few words that were picked for each interest; each interest has a scale
of its own, on which its best 20 of the newest papers have 1, so that none drowns another. The broad part is one linear
machine over hundreds of words, taught by liked papers, by papers that the user passed, and by some at random; how well
a word distinguishes an interest limits its weight. The more papers are marked, the more the broad part counts.
`tests/bench/foryou.py` measures both.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, combinations_with_replacement, islice
from math import sqrt
from operator import mul
from types import MappingProxyType
from typing import NamedTuple

from reader.core.choice.words import Papers, Saying, sayings

LINK, LINK_FEW = 0.05, (0.03, 0.6)
"""Mean cosine similarity from which two groups of papers are one interest.

With fewer than 30 marked papers, 0.03 + 0.6 divided by their number: few papers share words by chance.
"""

SMALLEST = 0.07
"""Minimum share of the marks, by weight, for an interest."""

LEAST_MARKS = 1.5
"""Minimum weight of the marks of an interest."""

FEWEST = 4
"""Marked papers needed for more than one interest."""

BROAD = 700
"""Words of the linear machine."""

AT_RANDOM = 1_000
"""Random papers that the linear machine treats as passed."""

RANDOM_PART = 0.3
"""Weight of these compared with papers that the user really passed."""

STRICTNESS = 1.0
HALF_BROAD = 50
"""The square of the number of marks at which the broad part counts half."""

ALONE = 0.4
"""Maximum weight of the broad part for a single interest before `PASSED` papers were passed."""

PASSED = 20
TOP = 20
"""Number of best papers whose mean score is 1."""

WEAKER = 0.25
"""How strongly interests with few marks are lifted, so that those with many do not drown them.

By 0.25 one with a sixteenth of the marks of another counts twice as much. Over six
simulated months the interest with the fewest papers has .518 instead of .495, and all together .831 instead of .829.
"""

LIFTED_FROM = 8
"""Interests with fewer marks are lifted no more than this many: a few random marks may look like an interest."""

RARITY = 0.75
NEWTON_STEPS, GRADIENT_STEPS = 5, 12

Row = Mapping[int, float]
"""How large each term is in a paper."""


class Group(NamedTuple):
    """Papers that are one interest."""

    papers: list[int]
    """Their positions."""
    held: int | None = None
    """Which of the user's own interests it is."""


def find_interests(sizes: Sequence[Row], weights: Sequence[float], held: Sequence[Sequence[int]]) -> list[Group]:
    """The papers of each interest, heaviest first, by average-link clustering.

    `sizes` has a row for each paper, with rare terms weighted up. Papers unlike all others are in none. The papers of
    each of the user's own interests, `held`, stay together and apart from those of the others.
    """
    every = [*range(len(weights))]
    if len(weights) < FEWEST and not any(held):
        return [Group(every)]

    def marked(group: Group) -> float:
        return sum(weights[paper] for paper in group.papers)

    smallest = max(LEAST_MARKS, SMALLEST * sum(weights))
    found = [one for one in _grouped(sizes, held) if one.held is not None or marked(one) >= smallest]
    return sorted(found, key=marked, reverse=True) or [Group(every)]


def _grouped(sizes: Sequence[Row], held: Sequence[Sequence[int]]) -> list[Group]:
    """Join the most similar groups of papers until no two are similar enough."""
    taken = frozenset(paper for papers in held for paper in papers)
    own = [Group([*papers], of) for of, papers in enumerate(held) if papers]
    every = own + [Group([paper]) for paper in range(len(sizes)) if paper not in taken]
    groups = dict(enumerate(every))
    likeness = _likeness(sizes, [one.papers for one in every])
    link = max(LINK, LINK_FEW[0] + LINK_FEW[1] / len(sizes))
    while True:
        # The user's own interests are never joined.
        large = [at for at, one in groups.items() if one.held is not None or len(one.papers) >= FEWEST] if own else []
        for one in range(len(own)):
            for other in large:
                likeness[one][other] = likeness[other][one] = -1.0
        most = [max(row) for row in likeness]
        best = max(most)
        if best < link:
            break
        one = most.index(best)
        other = likeness[one].index(best)
        first, second = len(groups[one].papers), len(groups[other].papers)
        for at in groups:
            joined = (likeness[one][at] * first + likeness[other][at] * second) / (first + second)
            likeness[one][at] = likeness[at][one] = joined
            likeness[other][at] = likeness[at][other] = -1.0
        likeness[one][one] = -1.0
        groups[one].papers.extend(groups.pop(other).papers)
    return [*groups.values()]


def _likeness(sizes: Sequence[Row], groups: Sequence[Sequence[int]]) -> list[list[float]]:
    """Mean cosine between the papers of each pair of groups; -1 on the diagonal."""
    having = Counter(term for row in sizes for term in row)
    middles: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for at, papers in enumerate(groups):
        for row in (sizes[paper] for paper in papers):
            shared = {term: size for term, size in row.items() if having[term] > 1}
            length = max(sqrt(sum(size**2 for size in shared.values())), 1e-9) * len(papers)
            for term, size in shared.items():
                middles[term][at] = middles[term].get(at, 0.0) + size / length
    likeness = [[0.0] * len(groups) for _ in groups]
    for of_group in middles.values():
        for (one, size), (other, more) in combinations(of_group.items(), 2):
            likeness[one][other] += size * more
    for one in range(len(groups)):
        likeness[one][one] = -1.0
        for other in range(one):
            likeness[one][other] = likeness[other][one]
    return likeness


class Pick(NamedTuple):
    """A term that was picked."""

    code: int
    weight: float


class Lessons(NamedTuple):
    """The papers to learn from, by their words, and what is known of these words."""

    liked: Sequence[bytes]
    weights: Sequence[float]
    """The weight of each liked paper."""
    against: Sequence[bytes]
    """Papers that the user passed or hid."""
    newest: Callable[[], Papers]
    """Reads the newest papers, which set the scale of each part."""
    papers: int
    """Their approximate number."""
    length: float
    rarity: Mapping[int, float]
    """The log of each term's rarity."""
    telling: Sequence[Mapping[int, float]]
    """For each interest, how well terms distinguish it from all papers, at most 1."""
    picks: Sequence[Sequence[Pick]]
    """For each interest, the picked terms with their gains, best first."""


def teach(lessons: Lessons, groups: Sequence[Sequence[int]], factors: Sequence[float]) -> tuple[Parts, list[float]]:
    """Learn the words of each group of liked papers, and the linear machine over all; also returns each group's share.

    What speaks for a paper by a group's words is multiplied by its factor.
    """
    liked, weights, telling = lessons.liked, lessons.weights, lessons.telling
    terms = dict.fromkeys(term for one in telling for term in one)
    tells = {term: sqrt(max(one.get(term, 0.0) for one in telling)) for term in terms}
    best = sorted(filter(tells.__getitem__, tells), key=tells.__getitem__, reverse=True)[:BROAD]
    kept = dict.fromkeys([*best, *(pick.code for picks in lessons.picks for pick in picks)])
    scale = {term: tells[term] * lessons.rarity[term] ** RARITY for term in kept}
    linear, marks = _machine(scale, lessons)
    picked = [{pick.code: pick.weight / picks[0].weight for pick in picks} for picks in lessons.picks]
    sharp_scales, linear_scale = _scales(picked, linear, lessons)
    marked = [sum(weights[paper] for paper in group) for group in groups]
    fair = [max(one, LIFTED_FROM) ** -WEAKER for one in marked]
    mean = sum(map(mul, fair, marked)) / sum(marked)
    lifted = [factor * one / mean for factor, one in zip(factors, fair, strict=True)]
    pulls = {}
    for term, weight in linear.items():
        linear[term] = weight / linear_scale
        if weight > 0:
            claims = [sqrt(one.get(term, 0.0)) + 1e-9 for one in telling]
            pulls[term] = [
                linear[term] * lift * claim / sum(claims) for lift, claim in zip(lifted, claims, strict=True)
            ]
            linear[term] = sum(pulls[term])
    says = len(liked) ** 2 / (len(liked) ** 2 + HALF_BROAD)
    parts = Parts(
        broad=says if len(groups) > 1 or len(lessons.against) >= PASSED else min(says, ALONE),
        linear=linear,
        picked=tuple(
            {term: weight * lift / by for term, weight in row.items()}
            for row, lift, by in zip(picked, lifted, sharp_scales, strict=True)
        ),
        marks=marks,
        pulls=pulls,
    )
    shares = [one * factor**2 for one, factor in zip(marked, factors, strict=True)]
    return parts, [share / max(sum(shares), 1e-9) for share in shares]


def _machine(
    scale: Mapping[int, float], lessons: Lessons
) -> tuple[dict[int, float], dict[int, list[tuple[int, float]]]]:
    """The weights of a linear support vector machine with squared hinge loss, and the liked papers as it sees them."""
    liked, weights, against = lessons.liked, lessons.weights, lessons.against
    mine, step = set(liked), max(1, lessons.papers // AT_RANDOM)
    others = [one for _, one in islice(lessons.newest(), 0, step * AT_RANDOM, step) if one not in mine]
    place = {term: at for at, term in enumerate(scale)}
    rows = []
    for packed in (*liked, *against, *others):
        said = sayings(packed, lessons.length, scale)
        rows.append({place[term]: one.size * scale[term] for term, one in said.items()})
    unit = sqrt(sum(size**2 for row in rows[: len(liked)] for size in row.values()) / len(liked)) or 1.0
    part = RANDOM_PART if against else 1.0
    costs = [weight / sum(weights) for weight in weights]
    costs += [(1 - part) / len(against) for _ in against] + [part / len(others) for _ in others]
    sides = [1.0] * len(liked) + [-1.0] * (len(against) + len(others))
    strict = STRICTNESS * len(rows) / 2
    sparse = [([*row], [size / unit for size in row.values()]) for row in rows]
    found = _separate(sparse, sides, [cost * strict for cost in costs], len(scale))
    linear = {term: found[at] * by / unit for at, (term, by) in enumerate(scale.items())}
    marks: dict[int, list[tuple[int, float]]] = {}
    terms = [*scale]
    for paper, row in enumerate(rows[: len(liked)]):
        for at, size in row.items():
            if size:
                marks.setdefault(terms[at], []).append((paper, size * scale[terms[at]]))
    return linear, marks


def _separate(
    rows: Sequence[tuple[Sequence[int], Sequence[float]]], sides: Sequence[float], costs: Sequence[float], count: int
) -> list[float]:
    """The weights that put rows on their sides, by Newton steps with conjugate gradients; the last is the bias.

    A row has the places of what it holds, of `count` in all, and how much it holds of each.
    """
    weights = [0.0] * (count + 1)

    def forth(given: Sequence[float], each: Iterable[int]) -> list[float]:
        bias = given[-1]
        return [sum(map(mul, rows[at][1], map(given.__getitem__, rows[at][0]))) + bias for at in each]

    def back(each: Sequence[float], active: Iterable[int]) -> list[float]:
        found = [0.0] * (count + 1)
        for one, at in zip(each, active, strict=True):
            for place, size in zip(*rows[at], strict=True):
                found[place] += one * size
        found[-1] = sum(each)
        return found

    for _ in range(NEWTON_STEPS):
        margins = [1 - side * one for side, one in zip(sides, forth(weights, range(len(rows))), strict=True)]
        active = [at for at, margin in enumerate(margins) if margin > 0]
        pulled = back([2 * costs[at] * sides[at] * margins[at] for at in active], active)
        left = [weight - one for weight, one in zip(weights, pulled, strict=True)]
        step, way, size = [0.0] * (count + 1), left, _product(left, left)
        for _ in range(GRADIENT_STEPS):
            if size < 1e-12:
                break
            through = [2 * costs[at] * one for at, one in zip(active, forth(way, active), strict=True)]
            turned = _moved(way, 1.0, back(through, active))
            length = size / _product(way, turned)
            step, left = _moved(step, length, way), _moved(left, -length, turned)
            before, size = size, _product(left, left)
            way = _moved(left, size / before, way)
        weights = _moved(weights, -1.0, step)
    return weights


def _product(one: Iterable[float], other: Iterable[float]) -> float:
    return float(sum(map(mul, one, other)))


def _moved(one: Iterable[float], by: float, other: Iterable[float]) -> list[float]:
    return [here + by * there for here, there in zip(one, other, strict=True)]


def _scales(picked: Sequence[Row], linear: Row, lessons: Lessons) -> tuple[list[float], float]:
    """Mean score of the best of the newest papers, for each interest and for the linear machine."""
    sharp: list[list[float]] = [[] for _ in picked]
    broad: list[float] = []
    for _, packed in lessons.newest():
        said = sayings(packed, lessons.length, linear)
        for row, found in zip(picked, sharp, strict=True):
            found.append(sum(row[term] * said[term].says for term in row.keys() & said.keys()))
        broad.append(sum(linear[term] * one.size for term, one in said.items()))
    return [*map(_top, sharp)], _top(broad)


def _top(scores: Sequence[float]) -> float:
    best = heapq.nlargest(TOP, scores) if len(scores) >= TOP else [max(scores, default=1.0)]
    return max(sum(best) / len(best), 1e-9)


# What they say of one paper

SHARP = 4
"""The power by which scores of interests are joined: the best one dominates."""

MOST_TELLING = 30
"""Words used to name a half of a split interest."""


ITERATIONS = 30
"""Steps to find the direction that splits the papers of an interest."""


class Parts(NamedTuple):
    """What was learned of the interests."""

    broad: float = 0.0
    """Weight of the linear machine, from 0 to 1."""
    linear: Mapping[int, float] = MappingProxyType({})
    """Its weights."""
    picked: tuple[Mapping[int, float], ...] = ()
    """For each interest, the weights of the words that were picked for it."""
    marks: Mapping[int, Sequence[tuple[int, float]]] = MappingProxyType({})
    """For each word, the positions of liked papers with it, and its value there for the linear machine."""

    pulls: Mapping[int, Sequence[float]] = MappingProxyType({})
    """For each positive word of the linear machine, each interest's share of its weight."""

    def fit(self, said: Mapping[int, Saying]) -> tuple[float, int]:
        """A paper's score, and its nearest interest."""
        sharp = [sum(row[code] * said[code].says for code in row.keys() & said.keys()) for row in self.picked]
        linear = sum(self.linear[code] * said[code].size for code in self.linear.keys() & said.keys())
        each = [(1 - self.broad) * one for one in sharp]
        for code in (self.pulls.keys() & said.keys()) if len(each) > 1 else ():
            size = self.broad * said[code].size
            each = [one + size * pull for one, pull in zip(each, self.pulls[code], strict=True)]
        whole = (1 - self.broad) * _joined(sharp) + self.broad * linear
        return whole, max(range(len(each)), key=each.__getitem__, default=0)

    def of(self, said: Mapping[int, Saying]) -> dict[int, float]:
        """What each word adds to a paper's score; the sum is the score."""
        sharp = [{code: row[code] * said[code].says for code in row.keys() & said.keys()} for row in self.picked]
        each = [sum(one.values()) for one in sharp]
        joined = _joined(each)
        parts: defaultdict[int, float] = defaultdict(float)
        for code in self.linear.keys() & said.keys():
            parts[code] = self.broad * self.linear[code] * said[code].size
        # The joined score is homogeneous: by Euler, it is the sum of its slopes times its parts.
        for one, row in zip(each, sharp, strict=True):
            for code, value in row.items():
                parts[code] += (1 - self.broad) * (one / joined) ** (SHARP - 1) * value if joined else 0.0
        return dict(parts)

    def nearest(self, said: Mapping[int, Saying]) -> list[int]:
        """The positions of liked papers that share words with a paper, most similar first."""
        likeness: defaultdict[int, float] = defaultdict(float)
        for code in self.marks.keys() & said.keys():
            for paper, size in self.marks[code]:
                likeness[paper] += size * said[code].size
        return sorted(likeness, key=lambda paper: (-likeness[paper], paper))

    def halves(self, papers: Sequence[int]) -> tuple[tuple[list[int], list[int]], ...]:
        """Splits liked papers in two groups, with the words that distinguish each."""
        rows: dict[int, dict[int, float]] = {paper: {} for paper in papers}
        for code, having in self.marks.items():
            for paper, size in having:
                if paper in rows:
                    rows[paper][code] = size
        sizes = {paper: sqrt(_overlap(row, row)) or 1.0 for paper, row in rows.items()}
        every = range(len(papers))
        alike = [[0.0] * len(papers) for _ in every]
        for (at, one), (place, other) in combinations_with_replacement(enumerate(papers), 2):
            alike[at][place] = alike[place][at] = _overlap(rows[one], rows[other]) / (sizes[one] * sizes[other])
        first, last = min(combinations(every, 2), key=lambda two: alike[two[0]][two[1]])
        # Their main direction, from the two that are least alike by iteration; one stranger has a small part in it.
        sides = [float(at == first) - float(at == last) for at in every]
        for _ in range(ITERATIONS):
            turned = [sum(map(mul, row, sides)) for row in alike]
            middle = sum(turned) / len(turned)
            most = max(abs(one - middle) for one in turned) or 1.0
            sides = [(one - middle) / most for one in turned]
        groups: tuple[list[int], list[int]] = ([], [])
        for paper, side in zip(papers, sides, strict=True):
            groups[side < 0].append(paper)
        if not all(groups):
            groups = ([*papers[:-1]], [papers[-1]])
        found = []
        for group, rest in (groups, groups[::-1]):
            told: Counter[int] = Counter()
            for some, sign in ((group, 1), (rest, -1)):
                for paper in some:
                    told.update({code: sign * size / len(some) for code, size in rows[paper].items()})
            found.append((group, [code for code, size in told.most_common(MOST_TELLING) if size > 0]))
        return tuple(found)


def _joined(sharp: Sequence[float]) -> float:
    return float(sum(one**SHARP for one in sharp) ** (1 / SHARP))


def _overlap(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    return sum(one[code] * other[code] for code in one.keys() & other.keys())
