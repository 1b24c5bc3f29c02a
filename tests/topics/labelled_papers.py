"""Labelled papers for fitting and measuring topics.

Labels are in `labels/`, ids and topics only. The texts of the papers belong to their authors and are no part of the
project: an archive of the feed has some, and `python -m tests.topics.fetch_texts` fetches the others.
"""

from __future__ import annotations

import gzip
import json
import lzma
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DAILYPAPERS_SHARED", ROOT.parent / "shared"))
ARCHIVE = SHARED / "data" / "huggingface" / "daily_papers.jsonl.gz"
"""Recorded days of the feed; the project works without it."""
TEXTS = Path(os.environ.get("DAILYPAPERS_TEXTS", ROOT / "build" / "topic_texts.jsonl"))
"""Fetched texts, a paper a line."""

LABELS = Path(__file__).parent / "labels"
GIVEN = "given"
"""200 papers of the feed whose labels the project started with."""
LISTED = "listed"
"""Papers of the feed that we labelled."""
ARXIV = "arxiv"
"""Papers of arXiv that the feed did not list, chosen because their words are like those of listed papers."""
LATER = "later"
"""Papers that the feed listed after the archive ends; two readers labelled each without knowing the other's labels."""

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


class Text(NamedTuple):
    """What topics are found in."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledPaper:
    """A paper with the topics that a reader of its abstract gave it, the strongest first."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    file: str
    """`GIVEN`, `LISTED`, `ARXIV` or `LATER`."""
    again: tuple[str, ...] = ()
    """The topics that a second reader gave; only later papers have them."""

    @property
    def is_held_out(self) -> bool:
        """Whether no fit may use the paper: all later papers, and half of the given ones by a hash of the id."""
        return self.file == LATER or (self.file == GIVEN and sha256(self.id.encode()).digest()[0] % 2 == 1)

    @property
    def fold(self) -> int:
        """One of five parts for cross-validation."""
        return sha256(f"fold {self.id}".encode()).digest()[0] % 5


def archived_texts() -> Iterator[Text]:
    """Each paper of the archive, once."""
    seen: set[str] = set()
    with gzip.open(ARCHIVE, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                paper = item["paper"]
                if paper["id"] not in seen:
                    seen.add(paper["id"])
                    keywords = tuple(paper.get("ai_keywords") or ())
                    yield Text(paper["id"], paper["title"], paper.get("summary") or "", keywords)


def texts() -> dict[str, Text]:
    """All texts at hand by id, from the archive and from what was fetched."""
    found = {text.id: text for text in archived_texts()} if ARCHIVE.exists() else {}
    if TEXTS.exists():
        for line in TEXTS.read_text(encoding="utf-8").splitlines():
            paper = json.loads(line)
            found[paper["id"]] = Text(paper["id"], paper["title"], paper["abstract"], tuple(paper["keywords"]))
    return found


def coarse(topics: Iterable[str]) -> tuple[str, ...]:
    """The topics as they were before some were split."""
    return tuple(dict.fromkeys(SPLIT.get(topic, topic) for topic in topics))


def read_labels() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each label with the name of its file: `id`, `topics`, and `again` for later papers."""
    for file in (GIVEN, LISTED, ARXIV, LATER):
        for label in read_file(file):
            yield file, label


def read_file(file: str) -> Iterator[Mapping[str, Any]]:
    """Each label of a file; of `SPLIT_FILE`, `of` is the wider topic, and `topics` are it, its part, both or none."""
    with lzma.open(LABELS / f"{file}.jsonl.xz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def labelled_papers() -> list[LabelledPaper]:
    """All labelled papers whose text is at hand."""
    known = texts()
    return [
        LabelledPaper(*known[label["id"]], tuple(label["topics"]), file, tuple(label.get("again", ())))
        for file, label in read_labels()
        if label["id"] in known
    ]


def missing_texts() -> dict[str, str]:
    """Ids of the labelled papers whose text is not at hand, each with the name of its label file."""
    known = texts()
    return {label["id"]: file for file, label in read_labels() if label["id"] not in known}


def report_missing_texts() -> int:
    """Print how many labelled papers are left out because their text is missing, if any; return the number."""
    if missing := len(missing_texts()):
        print(f"{missing:,} labelled papers have no text here; python -m tests.topics.fetch_texts fetches them")
    return missing
