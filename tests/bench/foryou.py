"""Measures how well "for you" ranks, by simulated readers, beside the best that words can do.

python -m tests.bench.foryou daily_papers.jsonl.gz
python -m tests.bench.foryou daily_papers.jsonl.gz --phrases "speculative decoding,deep research"

Prints a table of average precision for 1, 3, 10 and 30 stars: for readers of one phrase, for readers of two or three,
and where a fifth of the stars is on papers at random.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reader.cache.choice import common_words
from reader.core.choice.taste import Marked, Taste, learn
from reader.core.choice.words import pack
from tests.bench.readers import OTHERS, PHRASES, Archive, Scores, Seen, Trial, average_precision, load, measure, mixed

STARS = (1, 3, 10, 30)


class ForYou:
    """The product's own ranker, which knows titles and abstracts."""

    def __init__(self, papers: Sequence[Seen], small: Sequence[int] = ()) -> None:
        self._papers = papers
        self._small = frozenset(small)
        """The papers of a small cache, which has the starred ones besides; without any, it has all papers."""
        self.packed = [pack(*paper) for paper in papers]

    def learn(self, stars: Sequence[int]) -> Taste:
        marked = [Marked(*self._papers[star], self.packed[star], 1.0) for star in stars]
        here = sorted(self._small.union(stars))
        some = [(one, self.packed[one]) for one in here] if self._small else [*enumerate(self.packed)]
        return learn(marked, lambda: some, common=common_words)

    def rank(self, trial: Trial) -> Scores:
        scores = dict(fit[:2] for fit in self.learn(trial.stars).fits(enumerate(self.packed)))
        return np.array([scores.get(key, 0.0) for key in range(len(self._papers))])


class Said:
    """The most that words can do: how often a paper says the reader's own phrases."""

    def __init__(self, archive: Archive) -> None:
        self._texts = [_plain(f"{paper.title} {paper.abstract}") for paper in archive.papers]

    def of(self, phrases: Sequence[str]) -> Scores:
        plain = [_plain(phrase) for phrase in phrases]
        return np.array([float(sum(map(text.count, plain))) for text in self._texts])


def _plain(text: str) -> str:
    return re.sub(r"[-\s]+", " ", text.lower())


class Group(NamedTuple):
    """Readers of a kind."""

    name: str
    readers: Sequence[Sequence[str]]
    at_random: float = 0.0


def groups(phrases: Sequence[str]) -> list[Group]:
    """The readers to measure by: those of the given phrases, or the bench's own."""
    if phrases:
        return [Group("given phrases", [(phrase,) for phrase in phrases])]
    one, other = ([(phrase,) for phrase in chosen] for chosen in (PHRASES, OTHERS))
    return [
        Group("one phrase", one),
        Group("one phrase, others", other),
        Group("two or three", mixed()),
        Group("one phrase, a fifth at random", one, 0.2),
        Group("two or three, a fifth at random", mixed(), 0.2),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    parser.add_argument("--phrases", default="", help="readers of these phrases, with commas between")
    parser.add_argument("--stars", default=",".join(map(str, STARS)))
    parser.add_argument("--seeds", type=int, default=3)
    about = "learn in a cache of so many of the papers before those offered, as in a reader's first weeks"
    parser.add_argument("--cache", type=int, default=0, metavar="N", help=about)
    arguments = parser.parse_args()
    archive = load(arguments.archive)
    counts = [int(count) for count in arguments.stars.split(",")]
    chosen = groups([phrase.strip().lower() for phrase in arguments.phrases.split(",") if phrase.strip()])
    before = np.flatnonzero(~archive.is_offered)
    ours = ForYou(archive.papers, before[-arguments.cache :].tolist() if arguments.cache else ())
    print(f"{len(archive.papers)} papers, {int(archive.is_offered.sum())} offered, {arguments.seeds} seeds.")
    print(f"Average precision at {' / '.join(map(str, counts))} stars.\n")
    table(archive, chosen, ours.rank, counts, arguments.seeds)


def table(
    archive: Archive,
    chosen: Sequence[Group],
    ranker: Callable[[Trial], Scores],
    counts: Sequence[int],
    seeds: int,
) -> None:
    """Print a row for each group of readers."""
    print("| readers | average precision | by the phrases themselves | seconds a ranking |")
    print("|---|---|---|---|")
    said = Said(archive)
    for group in chosen:
        begin = time.process_time()
        found = [measure(ranker, archive, group.readers, count, seeds, group.at_random) for count in counts]
        each = (time.process_time() - begin) / (len(group.readers) * seeds * len(counts))
        most = np.mean([average_precision(said.of(one), archive.liked(one), archive) for one in group.readers])
        row = " / ".join(f"{one:.2f}" for one in found)
        print(f"| {group.name} | {row} | {most:.2f} | {each:.3f} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
