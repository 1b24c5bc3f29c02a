"""Simulated readers of a recorded archive: who likes what, what they starred, and how well a ranking serves them.

A reader likes the papers whose `ai_keywords` hold one of their phrases. They have starred some of those that were
listed before `SPLIT`, and are offered everything that was listed from then on. A ranker sees titles and abstracts, and
neither keywords nor AI summaries nor topics, which are made from them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SPLIT = "2026-04-01"

PHRASES = (
    *("diffusion transformer", "video generation", "world model", "vision-language-action", "sparse attention"),
    *("code generation", "gaussian splatting", "reward model", "spatial reasoning", "multi-agent", "quantization"),
    *("gui agent", "flow matching", "kv cache", "long-context"),
)
"""The readers of one phrase on whom the ranker was tuned."""

OTHERS = (
    *("mixture-of-experts", "image editing", "retrieval-augmented", "test-time scaling", "hallucination", "tokenizer"),
    *("visual grounding", "knowledge distillation", "reward hacking", "preference optimization"),
    *("video understanding", "synthetic data", "audio", "safety", "medical"),
)
"""Readers of one phrase who were only looked at."""

MIXED = 12
"""Readers of two or three of all these phrases."""

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Seen(NamedTuple):
    """What a ranker may know of a paper."""

    title: str
    abstract: str


class Archive(NamedTuple):
    """The recorded papers, in the order in which they were listed."""

    papers: tuple[Seen, ...]
    keywords: tuple[tuple[str, ...], ...]
    days: tuple[str, ...]
    """The ISO day on which each paper was listed first."""

    @property
    def is_offered(self) -> Flags:
        """Whether each paper was listed from `SPLIT` on."""
        return np.array(self.days) >= SPLIT

    def liked(self, phrases: Sequence[str]) -> Flags:
        """The papers that a reader of these phrases likes."""
        return np.array([any(phrase in one for one in said for phrase in phrases) for said in self.keywords])


def load(path: Path) -> Archive:
    """Read an archive: a line of JSON for each day, packed."""
    found: dict[str, tuple[Seen, tuple[str, ...], str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for day in map(json.loads, lines):
            for item in day["items"]:
                paper = item["paper"]
                said = tuple(keyword.lower() for keyword in paper.get("ai_keywords") or ())
                found.setdefault(paper["id"], (Seen(paper["title"], paper["summary"]), said, day["date"]))
    return Archive(*zip(*found.values(), strict=True))


def mixed() -> list[tuple[str, ...]]:
    """Readers with two or three interests."""
    random = np.random.default_rng(7)
    return [tuple(random.choice((*PHRASES, *OTHERS), 2 + at % 2, replace=False).tolist()) for at in range(MIXED)]


class Trial(NamedTuple):
    """A reader with their stars."""

    stars: tuple[int, ...]
    likes: Flags


def trials(
    archive: Archive, readers: Sequence[Sequence[str]], stars: int, seeds: int, at_random: float = 0.0
) -> Iterator[Trial]:
    """Every reader with so many stars, once for each seed; a part of the stars is on any papers at random."""
    before = np.flatnonzero(~archive.is_offered)
    for phrases in readers:
        likes = archive.liked(phrases)
        pool = np.flatnonzero(likes & ~archive.is_offered)
        for seed in range(seeds):
            random = np.random.default_rng(seed * 100 + stars)
            chosen = random.choice(pool, min(stars, len(pool)), replace=False)
            wrong = round(at_random * len(chosen))
            chosen[:wrong] = random.choice(before, wrong, replace=False)
            yield Trial(tuple(chosen.tolist()), likes)


def average_precision(scores: Scores, likes: Flags, archive: Archive) -> float:
    """Mean share of liked papers among the offered ones down to each liked one; 1 if all liked ones come first."""
    offered = np.flatnonzero(archive.is_offered)
    hits = likes[offered][np.argsort(-scores[offered], kind="stable")]
    if not hits.any():
        return 0.0
    return float((np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)).mean())


def measure(
    ranker: Callable[[Trial], Scores],
    archive: Archive,
    readers: Sequence[Sequence[str]],
    stars: int,
    seeds: int,
    at_random: float,
) -> float:
    """The mean of the average precision over the readers and seeds."""
    found = trials(archive, readers, stars, seeds, at_random)
    return float(np.mean([average_precision(ranker(trial), trial.likes, archive) for trial in found]))
