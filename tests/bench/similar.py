"""Measure how well papers are found by others that belong to them: `python -m tests.bench.similar ARCHIVE`.

ARCHIVE is a file of recorded days, `{"date", "items"}` a line, gzipped. Two papers are linked if one names the other in
its abstract by the name that the other gives itself in its title (`Mamba: …`), or if one's name is the other's and a
number (`Qwen2`). The names themselves are taken out of all texts, for they alone would tell. Each linked paper is asked
for papers like it. Prints the mean reciprocal rank of the other, and how many are among the first 10 and 100, each also
for FTS5's BM25 on the title, and on title and abstract; then how long it takes among 100,000 papers.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from reader.cache.finding.door import Door, install
from reader.cache.finding.index import update
from reader.cache.finding.ranker import rank_by_papers
from reader.cache.finding.vectors import append, read_lacking
from reader.cache.reads.window import Window
from reader.cache.search.similar import rank_similar
from reader.cache.storing.papers import Cache
from reader.core.paper import Draft, Listing
from reader.data import shipped_topics
from reader.extensions.vectors.encoders import StaticEncoder
from tests.bench.finding import baseline

MOST_NAMED = 6
"""A name that more papers have is a common word."""

MOST_FOUND = 1_000
"""Papers among which the other one is looked for."""

AT_ONCE = 500
"""Papers that are stored at once."""

FIRST = 100
"""Papers that a user would look at."""

_NAME = re.compile(r"([A-Z][\w.-]*[A-Z0-9][\w.-]*)\s*:")
_WORD = re.compile(r"[A-Za-z][\w.-]*\w")
_NEXT = re.compile(r"[-_ ]?(v?\d(\.\d)?|\+\+|Pro|Plus|R1)")

Search = Callable[[int], Sequence[int]]
"""The papers like one, the best first, by their numbers."""


class Paper(NamedTuple):
    """A recorded paper."""

    title: str
    abstract: str
    authors: frozenset[str]


def read_archive(file: Path) -> list[Paper]:
    found = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                paper = item["paper"]
                people = frozenset(author["name"] for author in paper["authors"])
                found[paper["id"]] = Paper(paper["title"], paper.get("summary") or "", people)
    return list(found.values())


def links(papers: Sequence[Paper]) -> tuple[list[tuple[int, int]], list[str]]:
    """The linked papers by their numbers, and the names that link them."""
    named: dict[str, int] = {}
    for number, paper in enumerate(papers):
        if own := _NAME.match(paper.title):
            named.setdefault(own[1], number)
    words = [set(_WORD.findall(f"{paper.title} {paper.abstract}")) for paper in papers]
    papers_with = Counter(word for some in words for word in some)
    found, names = set(), set()
    for number, some in enumerate(words):
        for word in some:
            other = named.get(word, number)
            if other != number and papers_with[word] <= MOST_NAMED:
                found.add((number, other))
                names.add(word)
    for name, first in named.items():
        for longer, second in named.items():
            if longer.startswith(name) and _NEXT.fullmatch(longer[len(name) :]):
                found.add((second, first))
                names.update((name, longer))
    return sorted(found), sorted(names)


def without(names: Sequence[str], text: str) -> str:
    """A text without any of the names."""
    known = set(names)
    return _WORD.sub(lambda word: "" if word[0] in known else word[0], text)


@contextmanager
def made_cache(papers: Sequence[Paper], folder: Path) -> Iterator[Window]:
    """A cache of the papers, whose keys are their numbers from 1 on, and its index."""
    path = folder / "papers.db"
    with closing(Cache.open(path, shipped_topics())) as cache:
        for start in range(0, len(papers), AT_ONCE):
            drafts = [
                Draft(paper.title or "-", f"{1 + number // 99_999:04}.{1 + number % 99_999:05}")._replace(
                    abstract=paper.abstract, authors=tuple(sorted(paper.authors))
                )
                for number, paper in enumerate(papers[start : start + AT_ONCE], start)
            ]
            cache.store(Listing("2026-06-30", tuple(drafts)), "2026-06-30T00:00:00Z")
    update(path)
    with closing(Window.open(path)) as window:
        yield window


def judge(name: str, search: Search, pairs: Sequence[tuple[int, int]]) -> str:
    """A line of the table."""
    ranks, seconds = [], []
    for one, other in pairs:
        began = time.thread_time()
        found = [paper for paper in search(one) if paper != one]
        seconds.append(time.thread_time() - began)
        ranks.append(found.index(other) + 1 if other in found else 0)
    cells = [
        f"{mean(1 / rank if rank else 0.0 for rank in ranks):.3f}",
        *(f"{mean(0 < rank <= most for rank in ranks):.3f}" for most in (10, FIRST)),
        f"{1_000 * median(seconds):.1f} ms",
    ]
    return f"| {name} | {' | '.join(cells)} |"


def quality(papers: Sequence[Paper], model: Path | None = None) -> Iterator[str]:
    """The table."""
    pairs, names = links(papers)
    texts = [(without(names, paper.title), without(names, paper.abstract)) for paper in papers]
    yield f"{len(papers):,} papers, {len(pairs)} linked"
    yield "| | reciprocal rank | first 10 | first 100 | a paper |"
    yield "|---|---|---|---|---|"
    plain = baseline(texts)
    yield judge("FTS5 BM25, title", lambda number: plain(texts[number][0] or "x"), pairs)
    yield judge("FTS5 BM25, title and abstract", lambda number: plain(" ".join(texts[number])), pairs)
    bare = [Paper(*text, paper.authors) for text, paper in zip(texts, papers, strict=True)]
    with tempfile.TemporaryDirectory() as name, made_cache(bare, Path(name)) as window:
        path = Path(name) / "papers.db"

        def by_words(number: int) -> list[int]:
            found = window.read(lambda connection: rank_by_papers(connection, path, [texts[number]], MOST_FOUND))
            return [pk - 1 for pk in found.pks]

        def by_all(number: int) -> list[int]:
            found = window.read(lambda connection: rank_similar(connection, path, [number + 1]))
            return [pk - 1 for pk in found.pks]

        yield judge("ours, words alone", by_words, pairs)
        yield judge("ours", by_all, pairs)
        if model is not None:
            add_vectors(window, path, StaticEncoder(model))
            yield judge("ours, with a model's vectors", by_all, pairs)


def add_vectors(window: Window, path: Path, encoder: StaticEncoder) -> None:
    """Make a vector of each paper, as the reader does."""
    install(path, Door(encoder, patience=0))
    while papers := window.read(lambda one: read_lacking(one, path, encoder.key, encoder.at_once)):
        rows = asyncio.run(encoder.encode([paper.text for paper in papers]))
        window.read(partial(append, cache=path, key=encoder.key, papers=papers, rows=rows))


def times(papers: Sequence[Paper], size: int) -> Iterator[str]:
    """Milliseconds of the processor among so many papers: the archive's, again and again, by other people."""
    many = [
        paper._replace(authors=frozenset(f"{name} {number // len(papers) or ''}" for name in paper.authors))
        for number, paper in enumerate(islice(cycle(papers), size))
    ]
    with tempfile.TemporaryDirectory() as name, made_cache(many, Path(name)) as window:
        seconds = []
        for number in range(0, len(papers), len(papers) // 50):
            began = time.thread_time()
            window.read(partial(rank_similar, cache=Path(name) / "papers.db", like=[number + 1]))
            seconds.append(1_000 * (time.thread_time() - began))
        yield f"{size:,} papers: median {median(seconds):.1f} ms, slowest {max(seconds):.1f} ms"


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.similar")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--times", type=int, metavar="N", help="measure the time among N papers instead")
    parser.add_argument("--model", type=Path, help="the folder of a static model, for a row with its vectors")
    arguments = parser.parse_args(words)
    papers = read_archive(arguments.archive)
    for line in times(papers, arguments.times) if arguments.times else quality(papers, arguments.model):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
