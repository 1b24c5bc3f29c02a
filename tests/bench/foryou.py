"""Measures how well "for you" ranks, by simulated readers, beside the best that words can do.

python -m tests.bench.foryou daily_papers.jsonl.gz

Prints a table of average precision for 1, 3, 10 and 30 stars: for readers of one phrase, for readers of two or three,
and where a fifth of the stars is on papers at random.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reader.cache.choice import common_words
from reader.core.choice.taste import Marked, learn
from reader.core.choice.words import pack
from tests.bench.readers import OTHERS, PHRASES, Archive, Scores, Seen, Trial, average_precision, load, measure, mixed

STARS, SEEDS = (1, 3, 10, 30), 3


class ForYou:
    """The product's own ranker, which knows titles and abstracts."""

    def __init__(self, papers: Sequence[Seen]) -> None:
        self._papers = papers
        self.packed = [pack(*paper) for paper in papers]

    def rank(self, trial: Trial) -> Scores:
        marked = [Marked(*self._papers[star], self.packed[star], 1.0) for star in trial.stars]
        taste = learn(marked, lambda: enumerate(self.packed), common=common_words)
        scores = dict(fit[:2] for fit in taste.fits(enumerate(self.packed)))
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


def groups() -> list[Group]:
    """The readers to measure by."""
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
    archive = load(parser.parse_args().archive)
    print(f"{len(archive.papers)} papers, {int(archive.is_offered.sum())} offered, {SEEDS} seeds.")
    print(f"Average precision at {' / '.join(map(str, STARS))} stars.\n")
    print("| readers | average precision | by the phrases themselves | seconds a ranking |")
    print("|---|---|---|---|")
    ours, said = ForYou(archive.papers), Said(archive)
    for group in groups():
        begin = time.process_time()
        found = [measure(ours.rank, archive, group.readers, count, SEEDS, group.at_random) for count in STARS]
        each = (time.process_time() - begin) / (len(group.readers) * SEEDS * len(STARS))
        most = np.mean([average_precision(said.of(one), archive.liked(one), archive) for one in group.readers])
        row = " / ".join(f"{one:.2f}" for one in found)
        print(f"| {group.name} | {row} | {most:.2f} | {each:.3f} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
