"""Counts how common words are in the recorded papers, and writes `reader/data/common_words.bin`.

python -m tests.topics.common_words daily_papers.jsonl.gz

The file is packed by zlib: the number of papers, then the numbers of the words and pairs, and how many papers have
each.
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path

from reader.core.choice import TITLE, pack, unpack
from tests.topics.labels import ROOT

FILE = ROOT / "reader" / "data" / "common_words.bin"

END = "2026-04-01"
"""Papers listed from this day on are not counted: rankings were judged by them."""

MIN_PAPERS = 10
"""Papers that a word must be in."""


def read_texts(archive: Path) -> list[tuple[str, str]]:
    """The titles and abstracts of an archive, which has a line of JSON for each day; a paper counts once."""
    found: dict[str, tuple[str, str]] = {}
    with gzip.open(archive, "rt", encoding="utf-8") as lines:
        for day in map(json.loads, lines):
            for paper in (item["paper"] for item in day["items"] if day["date"] < END):
                found.setdefault(paper["id"], (paper["title"], paper["summary"]))
    return list(found.values())


def count(archive: Path) -> bytes:
    """The bytes of the file."""
    texts = read_texts(archive)
    have = Counter(term for text in texts for term in unpack(pack(*text)) if term < TITLE)
    codes = sorted(code for code, papers in have.items() if papers >= MIN_PAPERS)
    numbers = [len(texts), *codes, *(have[code] for code in codes)]
    return zlib.compress(struct.pack(f"<{len(numbers)}I", *numbers), 9)


if __name__ == "__main__":
    written = count(Path(sys.argv[1]))
    FILE.write_bytes(written)
    print(f"{len(written):,} bytes in {FILE.name}.")
