"""What the interests say of one paper, word by word: the parts of its score."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, combinations_with_replacement
from math import sqrt
from operator import mul
from types import MappingProxyType
from typing import NamedTuple

from reader.core.choice.counting import Saying

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
        sizes = {paper: sqrt(_likeness(row, row)) or 1.0 for paper, row in rows.items()}
        every = range(len(papers))
        alike = [[0.0] * len(papers) for _ in every]
        for (at, one), (place, other) in combinations_with_replacement(enumerate(papers), 2):
            alike[at][place] = alike[place][at] = _likeness(rows[one], rows[other]) / (sizes[one] * sizes[other])
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


def _likeness(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    return sum(one[code] * other[code] for code in one.keys() & other.keys())
