"""A month of mornings with several interests: how well each day's own list is ordered, as marks come day by day.

python -m tests.bench.months daily_papers.jsonl.gz months.json [--only video+memory]

A reader likes the papers whose title fits one of their interests. Before, three of each are starred. Each day the first
two of an interest are starred, the others of it queued, and the rest is read. Prints the mean average precision of the
days' lists, in brackets that of the second half: for all interests together, then for each alone, beside a linear SVM
and the nearest mark, which learn from the same marks.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reader.cache.choice import SAYS, common_words
from reader.core.choice.taste import Marked, learn
from tests.bench.foryou import ForYou
from tests.bench.readers import Archive, Flags, Scores, load
from tests.bench.vectors import OTHERS, Vectors

FIRST, LAST, SINCE = "2026-05-15", "2026-06-30", "2026-03-01"
"""The days of a month, and the first day of the papers that are starred before it."""

BEFORE, STARRED = 3, 2
"""Papers of each interest that are starred before, and each day."""

KEPT = 700
"""Papers that were read last, which a ranker learns from."""


@dataclass
class Marks:
    """What the reader has done by now: papers by their places in the archive."""

    starred: list[int] = field(default_factory=list)
    queued: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    @property
    def liked(self) -> list[int]:
        """The starred and the queued papers."""
        return [*self.starred, *self.queued]


Ranker = Callable[[Marks, Sequence[int]], Scores]
"""The scores of some papers, of which those of the day are asked for."""


def precision(scores: Scores, likes: Flags) -> float:
    """The average precision of one list."""
    hits = likes[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)).mean())


def month(archive: Archive, interests: Sequence[str], seed: int) -> Iterator[tuple[Marks, list[int], list[Flags]]]:
    """Each day: what was marked before, the day's papers, and which of them fit each interest."""
    fits = [
        np.array([re.search(one, paper.title, re.IGNORECASE) is not None for paper in archive.papers])
        for one in interests
    ]
    days, random, marks = np.array(archive.days), np.random.default_rng(seed), Marks()
    early = (days >= SINCE) & (days < FIRST)
    for fit in fits:
        marks.starred += random.choice(np.flatnonzero(fit & early), BEFORE, replace=False).tolist()
    for day in sorted({day for day in archive.days if FIRST <= day <= LAST}):
        papers = np.flatnonzero(days == day).tolist()
        yield marks, papers, [fit[papers] for fit in fits]
        for fit in fits:
            found = [paper for paper in papers if fit[paper]]
            marks.starred += found[:STARRED]
            marks.queued += found[STARRED:]
        marks.read += [paper for paper in papers if not any(fit[paper] for fit in fits)]


def judge(archive: Archive, interests: Sequence[str], rank: Ranker, seed: int) -> list[tuple[float, float]]:
    """The mean precision, and that of the second half: of all interests together, then of each."""
    found: list[list[tuple[int, float]]] = [[] for _ in range(len(interests) + 1)]
    number = 0
    for number, (marks, papers, fits) in enumerate(month(archive, interests, seed)):
        scores = rank(marks, papers)
        for kept, likes in zip(found, (np.any(fits, axis=0), *fits), strict=True):
            if likes.any():
                kept.append((number, precision(scores, likes)))
    return [
        (
            float(np.mean([one for _, one in kept])),
            float(np.mean([one for at, one in kept if at > number / 2])),
        )
        for kept in found
    ]


def rankers(archive: Archive) -> Mapping[str, Ranker]:
    """The product, and what it is compared with."""
    vectors, ours = Vectors(archive.papers), ForYou(archive.papers)
    days = np.array(archive.days)

    def svm(marks: Marks, papers: Sequence[int]) -> Scores:
        liked = marks.liked
        rest = np.setdiff1d(np.flatnonzero(days < FIRST), liked)
        random = np.random.default_rng(0).choice(rest, OTHERS, replace=False).tolist()
        return vectors.separate(liked, [*marks.read, *random])[list(papers)]

    def nearest(marks: Marks, papers: Sequence[int]) -> Scores:
        return vectors.nearest(marks.liked)[list(papers)]

    def product(marks: Marks, papers: Sequence[int]) -> Scores:
        marked = [
            Marked(*archive.papers[one], ours.packed[one], says)
            for kind, says in ((marks.starred, SAYS["star"]), (marks.queued, SAYS["queue"]))
            for one in kind
        ]
        # The cache has what was listed by now.
        known = np.flatnonzero(days <= archive.days[papers[0]])[::-1][:10_000].tolist()
        passed = [ours.packed[one] for one in marks.read[-KEPT:]]
        taste = learn(marked, lambda: ((one, ours.packed[one]) for one in known), common=common_words, passed=passed)
        scores = dict(fit[:2] for fit in taste.fits((one, ours.packed[one]) for one in papers))
        return np.array([scores.get(one, 0.0) for one in papers])

    return {"tf-idf, linear SVM": svm, "the nearest mark": nearest, "for you": product}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    parser.add_argument("months", type=Path, help="the months: their interests, and what a title of each fits")
    parser.add_argument("--only", default="", help="months whose names have this")
    parser.add_argument("--rankers", default="", help="rankers whose names have this")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    archive = load(arguments.archive)
    given = json.loads(arguments.months.read_text("utf-8"))
    print("| month | ranker | together | each alone | seconds a day |\n|---|---|---|---|---|")
    chosen = {name: rank for name, rank in rankers(archive).items() if arguments.rankers in name}
    for name, interests in {**given["tuning"], **given["judging"]}.items():
        for ranker, rank in chosen.items():
            if arguments.only not in name:
                continue
            begin = time.process_time()
            said = judge(archive, [given["interests"][one] for one in interests], rank, arguments.seed)
            both, *alone = (f"{mean:.3f} ({second:.2f})" for mean, second in said)
            each = (time.process_time() - begin) / 33
            print(f"| {name} | {ranker} | {both} | {', '.join(alone)} | {each:.2f} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
