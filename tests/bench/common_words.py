"""Counts how common words are in the recorded papers, and writes `reader/data/common_words.bin`.

python -m tests.bench.common_words daily_papers.jsonl.gz

Only papers that no simulated reader of `tests.bench.foryou` is offered are counted. The file is packed by zlib: the
number of papers, then the numbers of the words and pairs, how many papers have each, and how many have it three times.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from reader.core.choice.counting import DWELLS, Terms, codes_of
from reader.core.choice.words import pack
from tests.bench.readers import Archive, load

FILE = Path(__file__).parents[2] / "reader" / "data" / "common_words.bin"

LEAST = 10
"""Papers that a word must be in."""

AT_ONCE = 1_000


def count(archive: Archive, least: int = LEAST) -> bytes:
    """The bytes of the file."""
    packed = [pack(*paper) for paper, offered in zip(archive.papers, archive.is_offered, strict=True) if not offered]
    have = Counter(code for one in packed for codes in codes_of(one) for code in codes)
    codes = sorted(code for code, papers in have.items() if papers >= least)
    terms = Terms(codes)
    dwell = np.zeros(len(terms), np.int64)
    for start in range(0, len(packed), AT_ONCE):
        hits = terms.count(packed[start : start + AT_ONCE])
        dwell += np.bincount(hits.terms[hits.counts >= DWELLS], minlength=len(terms))
    numbers = [len(packed), *codes, *(have[code] for code in codes), *dwell.tolist()]
    return zlib.compress(np.array(numbers, "<u4").tobytes(), 9)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.common_words")
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    written = count(load(parser.parse_args().archive))
    FILE.write_bytes(written)
    print(f"{len(written):,} bytes in {FILE.name}.")


if __name__ == "__main__":
    main()
