"""Time what a full text costs: `python -m tests.bench.fulltext FILE…`, pages of HTML or Markdown, also gzipped.

Prints for each the milliseconds to parse it, to pack it, to open it to its first screen, to lay out all of it, and to
look for a word that it does not have.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from reader.core.document.codec import dump, load
from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import Document
from reader.core.document.search import find
from reader.feeds.fulltext.html import read_html, without_mathml
from reader.feeds.fulltext.markdown import parse_markdown

T = TypeVar("T")

WIDTH, ROWS = 80, 50
TIMES = 5


def best(call: Callable[[], T]) -> tuple[float, T]:
    """The milliseconds of the fastest of some calls, and what it returned."""
    fastest = float("inf")
    for _ in range(TIMES):
        began = time.perf_counter()
        result = call()
        fastest = min(fastest, time.perf_counter() - began)
    return 1_000 * fastest, result


def read(text: str) -> Document:
    """The document of a page."""
    return read_html(without_mathml(text)) if "<html" in text[:2_000].lower() else parse_markdown(text)


def first_screen(packed: bytes) -> Layout:
    """Open a text as the reader does."""
    layout = Layout(load(packed), WIDTH)
    layout.placed(TextPlace(), ROWS)
    return layout


def measure(file: Path) -> Sequence[float]:
    """The milliseconds of each step, and the bytes of the file and of the packed document."""
    data = file.read_bytes()
    text = (gzip.decompress(data) if file.suffix == ".gz" else data).decode()
    parse, document = best(lambda: read(text))
    pack, packed = best(lambda: dump(document))
    opening, _ = best(lambda: first_screen(packed))
    whole, _ = best(lambda: list(Layout(document, WIDTH)))
    look, _ = best(lambda: list(find(load(packed), ["zyzzyva"], [lambda _: ()])))
    return (len(text), len(packed), parse, pack, opening, whole, look)


def main(files: Sequence[str]) -> None:
    print(f"{'file':32}{'bytes':>10}{'packed':>10}{'parse':>9}{'pack':>9}{'open':>9}{'all':>9}{'look':>9}")
    for name in files:
        size, packed, *times = measure(Path(name))
        print(f"{Path(name).name:32.31}{size:>10,}{packed:>10,}" + "".join(f"{one:9.1f}" for one in times))


if __name__ == "__main__":
    main(sys.argv[1:])
