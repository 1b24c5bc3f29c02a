"""Counts how common words are in the recorded papers, and writes `reader/data/common_words.bin`.

python -m tests.bench.common_words daily_papers.jsonl.gz

Only papers that no simulated reader of `tests.bench.quality` is offered are counted. The file is packed by zlib: the
number of papers, then the numbers of the words and pairs, how many papers have each, and how many dwell on it.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from collections import Counter
from pathlib import Path

from reader.core.choice import DWELLS, TITLE, pack, unpack
from tests.bench.quality import SPLIT, Archive, load

FILE = Path(__file__).parents[2] / "reader" / "data" / "common_words.bin"

LEAST = 10
"""Papers that a word must be in."""


def count(archive: Archive, least: int = LEAST) -> bytes:
    """The bytes of the file."""
    texts = [paper for paper, day in zip(archive.papers, archive.days, strict=True) if day < SPLIT]
    have, dwell = Counter[int](), Counter[int]()
    for terms in (unpack(pack(*text)) for text in texts):
        have.update(term for term in terms if term < TITLE)
        dwell.update(term for term, value in terms.items() if term < TITLE and value > DWELLS)
    codes = sorted(code for code, papers in have.items() if papers >= least)
    numbers = [len(texts), *codes, *(have[code] for code in codes), *(dwell[code] for code in codes)]
    return zlib.compress(struct.pack(f"<{len(numbers)}I", *numbers), 9)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.common_words")
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    written = count(load(parser.parse_args().archive))
    FILE.write_bytes(written)
    print(f"{len(written):,} bytes in {FILE.name}.")


if __name__ == "__main__":
    main()
