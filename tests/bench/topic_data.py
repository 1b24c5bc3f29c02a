"""Labelled papers for measuring and fitting topics; their texts are no part of the project.

Most are in an archive of the feed. `python -m tests.bench.topic_texts` fetches those that are not.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DAILYPAPERS_SHARED", ROOT.parent / "shared"))
ARCHIVE = SHARED / "data" / "huggingface" / "daily_papers.jsonl.gz"
TEXTS = Path(os.environ.get("DAILYPAPERS_TEXTS", ROOT / "build" / "topic_texts.jsonl"))
"""What was fetched besides, a paper a line."""
GIVEN = SHARED / "data" / "topics" / "labelled.jsonl"
OWN = ROOT / "tests" / "data" / "topic_labels.jsonl"
ARXIV = ROOT / "tests" / "data" / "topic_labels_arxiv.jsonl"
"""Papers of arXiv that the feed did not list, but whose words are like those that it lists."""
LATER = ROOT / "tests" / "data" / "topic_labels_later.jsonl"
"""Papers that the feed listed after the archive ends, each labelled by two readers who knew nothing of each other."""


class Text(NamedTuple):
    """What topics are read from."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A paper and its topics as a reader of the abstract gave them, strongest first."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    given: bool = False
    """Of the 200 that came with the project, not of our own."""
    listed: bool = True
    """By the feed."""
    again: tuple[str, ...] = ()
    """As another reader gave them; of later papers only."""

    @property
    def later(self) -> bool:
        """Listed by the feed after the archive ends; never used for fitting, though others of these weeks are."""
        return bool(self.again)

    @property
    def held_out(self) -> bool:
        """Never used for fitting either: half of the given ones, by a hash of the id."""
        return self.given and sha256(self.id.encode()).digest()[0] % 2 == 1

    @property
    def fold(self) -> int:
        """One of five parts for cross-validation."""
        return sha256(f"fold {self.id}".encode()).digest()[0] % 5


def archive() -> Iterator[Text]:
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
    """The texts at hand by id: the archive's, and those that were fetched."""
    found = {text.id: text for text in archive()} if ARCHIVE.exists() else {}
    if TEXTS.exists():
        for line in TEXTS.read_text(encoding="utf-8").splitlines():
            paper = json.loads(line)
            found[paper["id"]] = Text(paper["id"], paper["title"], paper["abstract"], tuple(paper["keywords"]))
    return found


def labelled() -> list[Labelled]:
    """All labelled papers whose text is at hand."""
    known = texts()
    return [
        Labelled(
            *known[label["id"]],
            tuple(label["topics"]),
            given=path == GIVEN,
            listed=path != ARXIV,
            again=tuple(label.get("again", ())),
        )
        for path, label in _labels()
        if label["id"] in known
    ]


def without_text() -> set[str]:
    """Ids of the labelled papers whose text is not at hand."""
    return {label["id"] for _, label in _labels()} - texts().keys()


def tell_missing() -> None:
    """Say how many labelled papers are left out for want of their text, if any."""
    if missing := len(without_text()):
        print(f"{missing:,} labelled papers have no text here; python -m tests.bench.topic_texts fetches them")


def _labels() -> Iterator[tuple[Path, dict[str, str | list[str]]]]:
    for path in (GIVEN, OWN, ARXIV, LATER):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path, json.loads(line)
