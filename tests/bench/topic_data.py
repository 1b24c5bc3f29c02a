"""Labelled papers for measuring and fitting topics; their texts come from an archive that is no part of the project."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

SHARED = Path(os.environ.get("DAILYPAPERS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
ARCHIVE = SHARED / "data" / "huggingface" / "daily_papers.jsonl.gz"
GIVEN = SHARED / "data" / "topics" / "labelled.jsonl"
OWN = Path(__file__).resolve().parents[1] / "data" / "topic_labels.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A paper and its topics as a reader of the abstract gave them, strongest first."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    given: bool
    """Of the 200 that came with the project, not of our own."""

    @property
    def held_out(self) -> bool:
        """Never used for fitting: half of the given ones, by a hash of the id."""
        return self.given and sha256(self.id.encode()).digest()[0] % 2 == 1

    @property
    def fold(self) -> int:
        """One of five parts for cross-validation."""
        return sha256(f"fold {self.id}".encode()).digest()[0] % 5


def archive() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Id, title, abstract and keywords of each paper of the archive, once."""
    seen: set[str] = set()
    with gzip.open(ARCHIVE, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                paper = item["paper"]
                if paper["id"] not in seen:
                    seen.add(paper["id"])
                    keywords = tuple(paper.get("ai_keywords") or ())
                    yield paper["id"], paper["title"], paper.get("summary") or "", keywords


def labelled() -> list[Labelled]:
    """All labelled papers of the archive."""
    papers = {paper_id: rest for paper_id, *rest in archive()}
    found = []
    for path, given in ((GIVEN, True), (OWN, False)):
        for line in path.read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            if label["id"] in papers:
                found.append(Labelled(label["id"], *papers[label["id"]], tuple(label["topics"]), given))
    return found
