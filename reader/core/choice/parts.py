"""What the interests say of one paper, word by word: the parts of its score. Without numpy, which takes 30 MB."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations, combinations_with_replacement, pairwise
from math import log, sqrt
from operator import mul
from struct import unpack
from types import MappingProxyType
from typing import NamedTuple

from reader.core.choice.words import BREAK, pair

SHARP = 4
"""The power by which the scores of interests are joined: the best one says nearly all."""

MOST_TELLING = 30
"""Words that tell one half of an interest from the other, of which its name is made."""


ITERATIONS = 30
"""Steps in which the direction is found that sets the papers of an interest apart."""


class Saying(NamedTuple):
    """What one word says in a paper."""

    says: float
    """From 0 to 1: more in a short paper, and less for each further time."""
    size: float
    """The same without a bound."""


@lru_cache(maxsize=2)
def sayings(packed: bytes, length: float) -> dict[int, Saying]:
    """What each word and pair says in a paper, by their numbers; `length` are the mean words of a paper."""
    numbers = unpack(f"<{len(packed) // 4}I", packed)
    words = [one for one in numbers if one != BREAK]
    pairs = (pair(one, other) for one, other in pairwise(numbers) if one != BREAK != other)
    norm = 0.25 + 0.75 * len(words) / length
    counts = Counter((*words, *pairs))
    return {code: Saying(count / (count + norm), (1 + log(count)) / sqrt(norm)) for code, count in counts.items()}


class Parts(NamedTuple):
    """What was learned of the interests."""

    broad: float = 0.0
    """How much the linear machine says, from 0 to 1."""
    linear: Mapping[int, float] = MappingProxyType({})
    """Its weights."""
    picked: tuple[Mapping[int, float], ...] = ()
    """For each interest, the weights of the words that were picked for it."""
    marks: Mapping[int, Sequence[tuple[int, float]]] = MappingProxyType({})
    """For each word, the positions of the liked papers that have it, and how the linear machine sees it there."""

    def of(self, said: Mapping[int, Saying]) -> dict[int, float]:
        """What each word adds to the score of a paper: they sum to it."""
        sharp = [{code: row[code] * said[code].says for code in row.keys() & said.keys()} for row in self.picked]
        each = [sum(one.values()) for one in sharp]
        joined = sum(one**SHARP for one in each) ** (1 / SHARP)
        parts: defaultdict[int, float] = defaultdict(float)
        for code in self.linear.keys() & said.keys():
            parts[code] = self.broad * self.linear[code] * said[code].size
        # The joined score is homogeneous: by Euler, it is the sum of its slopes times its parts.
        for one, row in zip(each, sharp, strict=True):
            for code, value in row.items():
                parts[code] += (1 - self.broad) * (one / joined) ** (SHARP - 1) * value if joined else 0.0
        return dict(parts)

    def nearest(self, said: Mapping[int, Saying]) -> list[int]:
        """The positions of the liked papers that share words with a paper, the most like it first."""
        likeness: defaultdict[int, float] = defaultdict(float)
        for code in self.marks.keys() & said.keys():
            for paper, size in self.marks[code]:
                likeness[paper] += size * said[code].size
        return sorted(likeness, key=lambda paper: (-likeness[paper], paper))

    def halves(self, papers: Sequence[int]) -> tuple[tuple[list[int], list[int]], ...]:
        """Some liked papers in two groups, by what sets most of them apart, with the words that tell each group."""
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


def _likeness(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    return sum(one[code] * other[code] for code in one.keys() & other.keys())
