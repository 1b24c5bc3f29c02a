"""Labelled papers, and how many topics are right: `python -m tests.topics.labels [ARCHIVE]`.

The labels are in `labels/`, ids and topics only. The texts of the papers belong to their authors and are no part of the
project: they come from an archive of recorded days of the feed.
"""

from __future__ import annotations

import gzip
import json
import lzma
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from reader.core.topics.scorer import Topics
from reader.data import shipped_topics

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DAILYPAPERS_SHARED", ROOT.parent / "shared"))
ARCHIVE = SHARED / "data" / "huggingface" / "daily_papers.jsonl.gz"

LABELS = Path(__file__).parent / "labels"

GIVEN, LISTED, ARXIV, LATER = "given", "listed", "arxiv", "later"
"""The files of labels; see README.md."""

SPLIT = {
    "fast-generation": "efficient-inference",
    "mixture-of-experts": "architectures",
    "customization": "image-editing",
    "automated-science": "research-agents",
    "skills": "memory",
}
"""Topics that were parts of wider ones, by which the labels of `ARXIV` and `LATER` still call them."""

SPLIT_FILE = "split"
"""60 papers that had each of the wider topics, labelled anew with what is left of it and with its part."""


class LabelledPaper(NamedTuple):
    """A paper with the topics that a reader of its abstract gave it, the strongest first."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    file: str

    @property
    def is_held_out(self) -> bool:
        """Whether no fit may use the paper: all later papers, and half of the given ones by a hash of the id."""
        return self.file == LATER or (self.file == GIVEN and sha256(self.id.encode()).digest()[0] % 2 == 1)

    @property
    def fold(self) -> int:
        """One of five parts for cross-validation."""
        return sha256(f"fold {self.id}".encode()).digest()[0] % 5


def coarse(topics: Iterable[str]) -> tuple[str, ...]:
    """The topics as they were before some were split."""
    return tuple(dict.fromkeys(SPLIT.get(topic, topic) for topic in topics))


def read_file(file: str) -> Iterator[Mapping[str, Any]]:
    """Each label of a file: `id`, `topics`; in `SPLIT_FILE` also `of`, the wider topic."""
    with lzma.open(LABELS / f"{file}.jsonl.xz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def labelled_papers(
    archive: Path = ARCHIVE, files: Iterable[str] = (GIVEN, LISTED, ARXIV, LATER)
) -> list[LabelledPaper]:
    """The labelled papers whose texts an archive has; none without an archive."""
    if not archive.exists():
        return []
    texts: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    with gzip.open(archive, "rt", encoding="utf-8") as lines:
        for paper in (item["paper"] for line in lines for item in json.loads(line)["items"]):
            texts[paper["id"]] = paper["title"], paper.get("summary") or "", tuple(paper.get("ai_keywords") or ())
    return [
        LabelledPaper(label["id"], *texts[label["id"]], tuple(label["topics"]), file)
        for file in files
        for label in read_file(file)
        if label["id"] in texts
    ]


class Score(NamedTuple):
    """How many topics are right, wrong and missed."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def plus(self, given: set[str], right: set[str]) -> Score:
        """The same with one more paper."""
        return Score(self.hits + len(given & right), self.false + len(given - right), self.missed + len(right - given))

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.false + self.missed)

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f}"


def score(topics: Topics, papers: Iterable[LabelledPaper], *, is_wide: bool = False) -> Score:
    """How right the topics of papers are; with `is_wide`, a part counts as its wider topic."""
    found = Score()
    for paper in papers:
        given, right = topics.classify(paper.title, paper.abstract, paper.keywords), paper.topics
        found = found.plus(*map(set, (coarse(given), coarse(right)) if is_wide else (given, right)))
    return found


def split_score(topics: Topics, papers: Iterable[LabelledPaper]) -> Score:
    """Of the papers that had a wider topic: whether they have what is left of it, its part, both or none."""
    known = {paper.id: paper for paper in papers}
    found = Score()
    for label in read_file(SPLIT_FILE):
        if (paper := known.get(label["id"])) is not None:
            pair = {label["of"], *(part for part, wider in SPLIT.items() if wider == label["of"])}
            given = pair.intersection(topics.classify(paper.title, paper.abstract, paper.keywords))
            found = found.plus(given, set(label["topics"]))
    return found


def figures(archive: Path = ARCHIVE) -> list[str]:
    """Lines of how right the shipped topics are."""
    topics, papers = shipped_topics(), labelled_papers(archive)
    held_out = [paper for paper in papers if paper.is_held_out]
    return [
        f"topics, {len(held_out)} held-out papers: {score(topics, held_out)}",
        f"topics, the same with wide topics: {score(topics, held_out, is_wide=True)}",
        f"topics, wider topics and their parts: {split_score(topics, papers)}",
    ]


if __name__ == "__main__":
    print(*figures(*map(Path, sys.argv[1:2])), sep="\n")
