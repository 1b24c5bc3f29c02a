"""Measures what traces of reading are worth to "for you": papers that were opened, read to the end, or passed.

python -m tests.bench.traces daily_papers.jsonl.gz

The readers are those of `tests/bench/foryou.py`. For each star they also opened two papers that they like and one that
they do not, read one of the former to the end, and passed ten papers at random, whether they would like them or not.
Prints the average precision for 1, 3, 10 and 30 stars, for several weights of these traces.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reader.cache.choice import SAYS
from reader.core.choice.taste import Marked, learn
from reader.core.marks import FINISH, OPEN, PASS
from tests.bench.foryou import STARS, ForYou, groups
from tests.bench.readers import Archive, Scores, Seen, Trial, average_precision, load, trials

SEEDS = 3


class Weights(NamedTuple):
    """How much each trace says, against 1 for a star."""

    open: float = 0.0
    finish: float = 0.0
    passed: float = 0.0


TRIED = (
    Weights(),
    Weights(0.1, 0.2),
    Weights(0.2, 0.4),
    Weights(0.3, 0.6),
    Weights(passed=-0.02),
    Weights(passed=-0.1),
    Weights(0.2, 0.4, -0.05),
)


class Left(NamedTuple):
    """The traces that a reader left beside the stars."""

    opened: tuple[int, ...]
    finished: tuple[int, ...]
    passed: tuple[int, ...]


def traces(archive: Archive, trial: Trial, seed: int) -> Left:
    """What a reader with these stars opened, finished and passed."""
    random = np.random.default_rng(seed)
    free = ~archive.is_offered
    free[list(trial.stars)] = False
    liked, other = np.flatnonzero(trial.likes & free), np.flatnonzero(~trial.likes & free)
    stars = len(trial.stars)
    good = random.choice(liked, min(2 * stars, len(liked)), replace=False)
    bad = random.choice(other, stars, replace=False)
    passed = random.choice(np.flatnonzero(free), 10 * stars, replace=False)
    opened = (*good.tolist(), *bad.tolist())
    return Left(opened, tuple(good[:stars].tolist()), tuple(set(passed.tolist()) - set(opened)))


class Ranker:
    """The product's ranker, with traces of these weights."""

    def __init__(self, ours: ForYou, papers: tuple[Seen, ...], weights: Weights) -> None:
        self._ours, self._papers, self._weights = ours, papers, weights

    def _marked(self, trial: Trial, left: Left) -> Iterator[Marked]:
        said = dict.fromkeys(left.passed, self._weights.passed)
        said |= dict.fromkeys(left.opened, self._weights.open)
        said |= dict.fromkeys(left.finished, self._weights.finish)
        said |= dict.fromkeys(trial.stars, 1.0)
        for paper, weight in said.items():
            if weight:
                yield Marked(*self._papers[paper], self._ours.packed[paper], weight)

    def rank(self, trial: Trial, left: Left) -> Scores:
        taste = learn(list(self._marked(trial, left)), lambda: enumerate(self._ours.packed))
        scores = dict(fit[:2] for fit in taste.fits(enumerate(self._ours.packed)))
        return np.array([scores.get(key, 0.0) for key in range(len(self._papers))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    parser.add_argument("--stars", default=",".join(map(str, STARS)))
    parser.add_argument("--used", action="store_true", help="only the weights that are used, and none")
    arguments = parser.parse_args()
    archive = load(arguments.archive)
    counts = [int(count) for count in arguments.stars.split(",")]
    ours = ForYou(archive.papers)
    used = Weights(SAYS[OPEN], SAYS[FINISH], SAYS[PASS])
    print(f"{len(archive.papers)} papers, {SEEDS} seeds. Average precision at {' / '.join(map(str, counts))} stars.\n")
    print("| readers | opened | finished | passed | average precision |\n|---|---|---|---|---|")
    for group in groups(""):
        if group.at_random:
            continue
        for weights in dict.fromkeys((*TRIED[: 1 if arguments.used else None], used)):
            ranker = Ranker(ours, archive.papers, weights)
            found = []
            for count in counts:
                each = trials(archive, group.readers, count, SEEDS)
                left = ((trial, traces(archive, trial, at)) for at, trial in enumerate(each))
                found.append(np.mean([average_precision(ranker.rank(*one), one[0].likes, archive) for one in left]))
            row = " / ".join(f"{one:.2f}" for one in found)
            sign = " (used)" if weights == used else ""
            print(f"| {group.name}{sign} | {weights.open} | {weights.finish} | {weights.passed} | {row} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
