"""A baseline for ranking: a linear SVM on tf-idf of words and pairs, as arxiv-sanity has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from reader.core.choice import terms_of

Floats = npt.NDArray[np.float64]

RAREST, MOST_COMMON = 3, 0.15
STRICTNESS = 0.1
"""The SVM's C, the best of 1, 0.1, 0.01 and 0.001, shared by both classes so that each weighs as much as the other."""
NEWTON_STEPS, GRADIENT_STEPS = 8, 12


class Vectors:
    """The papers as rows of a sparse matrix, each of length 1."""

    def __init__(self, papers: Sequence[tuple[str, str]]) -> None:
        counted = [_count(paper) for paper in papers]
        spread = Counter(term for counts in counted for term in counts)
        most = MOST_COMMON * len(papers)
        columns = {
            term: at for at, term in enumerate(term for term, count in spread.items() if RAREST <= count <= most)
        }
        cells = [
            (row, columns[term], count)
            for row, counts in enumerate(counted)
            for term, count in counts.items()
            if term in columns
        ]
        rows, terms, counts = (np.array(one) for one in zip(*cells, strict=True))
        rarity = np.log(len(papers) / np.bincount(terms))
        values = (1 + np.log(counts)) * rarity[terms]
        lengths = np.sqrt(np.bincount(rows, values**2, len(papers)))
        self._rows, self._terms, self._values = rows, terms, values / np.maximum(lengths[rows], 1e-9)
        self._papers, self._columns = len(papers), len(columns)
        self._starts = np.searchsorted(rows, np.arange(len(papers) + 1))

    def separate(self, liked: Sequence[int], other: Sequence[int]) -> Floats:
        """A linear SVM between liked papers and others, each class of which weighs as much."""
        chosen = np.array([*liked, *other])
        side = np.where(np.arange(len(chosen)) < len(liked), 1.0, -1.0)
        cost = np.where(side > 0, 1 / len(liked), 1 / max(1, len(other))) * STRICTNESS * len(chosen) / 2
        cells = self._cells(chosen)
        sizes = self._starts[chosen + 1] - self._starts[chosen]
        rows, terms, values = np.repeat(np.arange(len(chosen)), sizes), self._terms[cells], self._values[cells]

        def forth(weights: Floats) -> Floats:
            sums: Floats = _sums(rows, values * weights[terms], len(chosen)) + weights[-1]
            return sums

        def back(each: Floats) -> Floats:
            grown: Floats = np.append(_sums(terms, values * each[rows], self._columns), each.sum())
            return grown

        weights = np.zeros(self._columns + 1)
        for _ in range(NEWTON_STEPS):
            margin = 1 - side * forth(weights)
            active = np.where(margin > 0, cost, 0.0)
            gradient = weights - 2 * back(active * side * margin)

            def curve(step: Floats, active: Floats = active) -> Floats:
                return step + 2 * back(active * forth(step))

            weights = weights - _solve(curve, gradient)
        return self._scores(weights)

    def _cells(self, papers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.concatenate([np.arange(self._starts[one], self._starts[one + 1]) for one in papers])

    def _scores(self, weights: Floats) -> Floats:
        return _sums(self._rows, self._values * weights[self._terms], self._papers)


def _sums(places: npt.NDArray[np.int64], values: Floats, size: int) -> Floats:
    """The sum of the values of each place."""
    return np.asarray(np.bincount(places, values, size), np.float64)


def _solve(times: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Conjugate gradients: the vector that a symmetric matrix, given as a function, makes the wanted one of."""
    found, left = np.zeros_like(wanted), wanted.copy()
    way, size = left.copy(), left @ left
    for _ in range(GRADIENT_STEPS):
        if size < 1e-12:
            break
        turned = times(way)
        length = size / (way @ turned)
        found, left = found + length * way, left - length * turned
        before, size = size, left @ left
        way = left + size / before * way
    return found


def _count(paper: tuple[str, str]) -> Counter[int]:
    title, abstract = paper
    return Counter(terms_of(title) * 2 + terms_of(abstract))
