"""Measures how well For you ranks, beside a linear support vector machine on tf-idf that learns from the same marks.

python -m tests.bench.foryou daily_papers.jsonl.gz [--months months.json] [--seeds N]

Readers: a simulated reader likes the papers whose keywords hold one of their phrases, has starred 1, 3, 10 or 30 of
those listed before `SPLIT`, and is offered everything listed since; a ranker sees titles and abstracts alone. Months: a
reader of `months.json` likes titles that fit their interests, stars and queues them day by day, and reads the rest. The
figures are mean average precision; of a month for all interests together, then for each of them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.choice import MARK_WEIGHTS, MOST_PASSED, common_words
from reader.core.choice import Background, Weighed, candidates, learn, pack, score, unpack
from tests.bench.svm import Vectors

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SPLIT, FIRST, LAST, SINCE = "2026-04-01", "2026-05-15", "2026-06-30", "2026-03-01"
"""The first day that readers are offered; the first and last day of a month, and of the papers starred before it."""

STARS = (1, 3, 10, 30)
STARRED_BEFORE, STARRED_EACH_DAY, PEER_RANDOM = 3, 2, 2_500

PHRASES = (
    *("diffusion transformer", "video generation", "world model", "vision-language-action", "sparse attention"),
    *("code generation", "gaussian splatting", "reward model", "spatial reasoning", "multi-agent", "quantization"),
    *("gui agent", "flow matching", "kv cache", "long-context"),
)
OTHERS = (
    *("mixture-of-experts", "image editing", "retrieval-augmented", "test-time scaling", "hallucination", "tokenizer"),
    *("visual grounding", "knowledge distillation", "reward hacking", "preference optimization"),
    *("video understanding", "synthetic data", "audio", "safety", "medical"),
)
_RANDOM = np.random.default_rng(7)
MIXED = [tuple(_RANDOM.choice((*PHRASES, *OTHERS), 2 + at % 2, replace=False).tolist()) for at in range(12)]


class Archive(NamedTuple):
    """The recorded papers, in the order in which they were listed."""

    papers: tuple[tuple[str, str], ...]
    """Titles and abstracts."""
    keywords: tuple[tuple[str, ...], ...]
    days: tuple[str, ...]


def load(path: Path) -> Archive:
    """Read an archive: a line of JSON for each day, packed by gzip."""
    found: dict[str, tuple[tuple[str, str], tuple[str, ...], str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for day in map(json.loads, lines):
            for paper in (item["paper"] for item in day["items"]):
                keywords = tuple(keyword.lower() for keyword in paper.get("ai_keywords") or ())
                found.setdefault(paper["id"], ((paper["title"], paper["summary"]), keywords, day["date"]))
    return Archive(*zip(*found.values(), strict=True))


class Marks(NamedTuple):
    """What a reader has done by now: papers by their places in the archive."""

    starred: list[int]
    queued: list[int]
    read: list[int]


Ranker = Callable[[Marks, Sequence[int], int], Scores]
"""The scores of some papers, where the cache holds so many of the archive's first papers."""


def product(archive: Archive) -> Ranker:
    """For you, as it ships."""
    terms = [unpack(pack(*paper)) for paper in archive.papers]

    def rank(marks: Marks, papers: Sequence[int], known: int) -> Scores:
        liked = [Weighed(at, terms[at], MARK_WEIGHTS["star"]) for at in marks.starred]
        liked += [Weighed(at, terms[at], MARK_WEIGHTS["queue"]) for at in marks.queued]
        wanted = candidates(liked)
        every = ((at, terms[at]) for at in range(known - 1, -1, -1))
        background = Background(frozenset(wanted), every, known, common_words())
        weights = learn(liked, [Weighed(at, terms[at]) for at in marks.read[-MOST_PASSED:]], wanted, background)
        return np.array([score(weights, terms[at]) for at in papers])

    return rank


def peer(archive: Archive) -> Ranker:
    """A linear support vector machine on tf-idf, as arxiv-sanity has it."""
    vectors, before = Vectors(archive.papers), int((np.array(archive.days) < FIRST).sum())

    def rank(marks: Marks, papers: Sequence[int], known: int) -> Scores:
        liked = [*marks.starred, *marks.queued]
        rest = np.setdiff1d(np.arange(min(known, before)), liked)
        random = np.random.default_rng(0).choice(rest, PEER_RANDOM, replace=False).tolist()
        return vectors.separate(liked, [*marks.read, *random])[list(papers)]

    return rank


def precision(scores: Scores, likes: Flags) -> float:
    """The average precision of one list."""
    hits = likes[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)).mean())


def readers(archive: Archive, rank: Ranker, phrases: Sequence[Sequence[str]], at_random: float, seeds: int) -> str:
    """The figures of some readers at each number of stars; a part of the stars is on papers `at_random`."""
    offered = np.array(archive.days) >= SPLIT
    means = []
    for stars in STARS:
        found = []
        for some in phrases:
            likes = np.array([any(one in keyword for one in some for keyword in each) for each in archive.keywords])
            for seed in range(seeds):
                random = np.random.default_rng(seed * 100 + stars)
                pool = np.flatnonzero(likes & ~offered)
                chosen = random.choice(pool, min(stars, len(pool)), replace=False)
                wrong = round(at_random * len(chosen))
                chosen[:wrong] = random.choice(np.flatnonzero(~offered), wrong, replace=False)
                scores = rank(Marks(chosen.tolist(), [], []), np.flatnonzero(offered).tolist(), len(archive.papers))
                found.append(precision(scores, likes[offered]))
        means.append(f"{np.mean(found):.3f}")
    return " / ".join(means)


def mornings(archive: Archive, interests: Sequence[str], seed: int) -> Iterator[tuple[Marks, list[int], list[Flags]]]:
    """Each day of a month: what was marked before, the day's papers, and which of them fit each interest."""
    titles, days, marks = [title for title, _ in archive.papers], np.array(archive.days), Marks([], [], [])
    fits = [np.array([re.search(one, title, re.IGNORECASE) is not None for title in titles]) for one in interests]
    random, early = np.random.default_rng(seed), (days >= SINCE) & (days < FIRST)
    for fit in fits:
        marks.starred.extend(random.choice(np.flatnonzero(fit & early), STARRED_BEFORE, replace=False).tolist())
    for day in sorted({day for day in archive.days if FIRST <= day <= LAST}):
        papers = np.flatnonzero(days == day).tolist()
        yield marks, papers, [fit[papers] for fit in fits]
        for fit in fits:
            found = [paper for paper in papers if fit[paper]]
            marks.starred.extend(found[:STARRED_EACH_DAY])
            marks.queued.extend(found[STARRED_EACH_DAY:])
        marks.read.extend(paper for paper in papers if not any(fit[paper] for fit in fits))


def month(archive: Archive, rank: Ranker, interests: Sequence[str], seeds: int, days: int | None = None) -> list[float]:
    """The mean precision of a month's lists, or of its first days': all interests together, then each of them."""
    found: list[list[float]] = [[] for _ in range(len(interests) + 1)]
    for seed in range(seeds):
        for number, (marks, papers, fits) in enumerate(mornings(archive, interests, seed)):
            if days is None or number < days:
                scores = rank(marks, papers, papers[0])
                for kept, likes in zip(found, (np.any(fits, axis=0), *fits), strict=True):
                    kept.extend([precision(scores, likes)] if likes.any() else [])
    return [float(np.mean(one)) if one else 0.0 for one in found]


def measure(archive: Path, months: Path | None = None, seeds: int = 1) -> list[str]:
    """The lines of a table of all figures; drawing the stars once takes some 6 minutes of processor."""
    loaded = load(archive)
    ours, svm = product(loaded), peer(loaded)
    given = json.loads((months or archive.parents[1] / "months.json").read_text("utf-8"))
    lines = ["| For you | average precision | SVM |", "|---|---|---|"]
    kinds = (("one phrase", [(one,) for one in PHRASES]), ("other phrases", [(one,) for one in OTHERS]))
    for name, some in (*kinds, ("two or three phrases", MIXED)):
        for at_random, more in ((0.0, ""), (0.2, ", a fifth of the stars at random")):
            figures = (readers(loaded, rank, some, at_random, seeds) for rank in (ours, svm))
            lines.append(f"| {name}{more} | {' | '.join(figures)} |")
    for name, names in {**given["tuning"], **given["judging"]}.items():
        interests = [given["interests"][one] for one in names]
        for days, more in ((None, ""), (5, ", first week")):
            each = (month(loaded, rank, interests, seeds, days) for rank in (ours, svm))
            cells = (f"{both:.3f} ({', '.join(f'{one:.3f}' for one in alone)})" for both, *alone in each)
            lines.append(f"| {name}{more} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    parser.add_argument("--months", type=Path, help="the interests of months, otherwise beside the archive")
    parser.add_argument("--seeds", type=int, default=1, help="how many times the stars are drawn")
    arguments = parser.parse_args()
    print("\n".join(measure(arguments.archive, arguments.months, arguments.seeds)))


if __name__ == "__main__":
    main()
