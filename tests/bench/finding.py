"""Measure how well papers are found by a text: `python -m tests.bench.finding QUERIES ARCHIVE [PAGE]`.

QUERIES is a file of JSON Lines with `id`, `kind` and `query`: texts by which one half remembers a paper. ARCHIVE is a
file of recorded days, `{"date", "items"}` a line, gzipped. PAGE is a saved page of the site's search for "vision
pre-training", whose papers are to be among the first 100. Prints the mean reciprocal rank by kind, the recall, and the
time of a query, each also for FTS5's BM25 on the same papers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from reader.cache.finding.index import AT_ONCE, STOP_WORDS, Index, Stemmer, add_papers, make_tables
from reader.cache.finding.ranker import Ranker
from reader.feeds.files.papers_file import read_papers

ON_PAGE = "vision pre-training"
TODAY = date(2026, 7, 1)
"""The day for the saved page's short dates."""

Search = Callable[[str], Sequence[int]]
"""The numbers of papers, the best first."""


class Query(NamedTuple):
    """A text, and the paper that it is meant to find."""

    id: str
    kind: str
    text: str


def read_archive(file: Path) -> dict[str, tuple[str, str]]:
    """Title and abstract of each paper by its id."""
    found = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                paper = item["paper"]
                found[paper["id"]] = (paper["title"], paper.get("summary") or "")
    return found


def add_page(papers: dict[str, tuple[str, str]], page: Path) -> set[str]:
    """Add the papers of a saved page that are not there yet, and return the ids of all of them."""
    known = {_letters(title): id for id, (title, _) in papers.items()}
    on_page = set()
    for draft in (draft for listing in read_papers(page, TODAY) for draft in listing.drafts):
        id = known.get(_letters(draft.title)) or f"page-{len(papers)}"
        papers.setdefault(id, (draft.title, draft.abstract))
        on_page.add(id)
    return on_page


def _letters(title: str) -> str:
    return re.sub(r"\W", "", title.lower())


def baseline(texts: Sequence[tuple[str, str]]) -> Search:
    """FTS5's BM25: titles count three times, stems, without stop words, any word."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE papers USING fts5 (title, abstract, tokenize = 'porter unicode61')")
    connection.executemany(
        "INSERT INTO papers (rowid, title, abstract) VALUES (?, ?, ?)", ((at, *text) for at, text in enumerate(texts))
    )

    def search(text: str) -> list[int]:
        words = [word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS]
        sql = "SELECT rowid FROM papers WHERE papers MATCH ? ORDER BY bm25(papers, 3.0, 1.0), rowid"
        return [row for (row,) in connection.execute(sql, (" OR ".join(f'"{word}"' for word in words),))]

    return search


def ours(texts: Sequence[tuple[str, str]], folder: Path) -> Search:
    """The index and its ranking."""
    connection = sqlite3.connect(folder / "words.db", isolation_level=None)
    make_tables(connection)
    papers = ((at, str(at), *text) for at, text in enumerate(texts))
    while some := list(islice(papers, AT_ONCE)):
        connection.execute("BEGIN")
        add_papers(connection, some)
        connection.execute("COMMIT")
    ranker = Ranker(Index(connection), Stemmer(), lambda pks: [texts[pk] for pk in pks])
    return lambda text: ranker.rank(text).pks


def judge(name: str, search: Search, queries: Sequence[Query], ids: Sequence[str], on_page: set[str]) -> str:
    """A line of the table."""
    numbers = {id: at for at, id in enumerate(ids)}
    ranks: dict[str, list[float]] = {}
    seconds = []
    for query in queries:
        began = time.thread_time()
        found = search(query.text)
        seconds.append(time.thread_time() - began)
        wanted = numbers[query.id]
        ranks.setdefault(query.kind, []).append(1 / (1 + found.index(wanted)) if wanted in found else 0.0)
    cells = [f"{mean(ranks[kind]):.3f}" for kind in sorted(ranks)]
    cells.append(f"{mean(one for kind in ranks.values() for one in kind):.3f}")
    first = {ids[at] for at in search(ON_PAGE)[:100]}
    cells.append(f"{len(first & on_page) / len(on_page):.3f}" if on_page else "–")
    cells.append(f"{1_000 * median(seconds):.1f} ms")
    return f"| {name} | {' | '.join(cells)} |"


def quality(queries: Sequence[Query], papers: dict[str, tuple[str, str]], on_page: set[str]) -> Iterator[str]:
    """The table."""
    ids, texts = list(papers), list(papers.values())
    kinds = sorted({query.kind for query in queries})
    yield f"{len(queries)} texts, {len(ids):,} papers, {len(on_page)} on the page"
    yield f"| | {' | '.join(kinds)} | all | page | a query |"
    yield f"|---|{'---|' * (len(kinds) + 3)}"
    yield judge("FTS5 BM25", baseline(texts), queries, ids, on_page)
    with tempfile.TemporaryDirectory() as folder:
        yield judge("ours", ours(texts, Path(folder)), queries, ids, on_page)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.finding")
    parser.add_argument("queries", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("page", type=Path, nargs="?")
    arguments = parser.parse_args(words)
    lines = arguments.queries.read_text(encoding="utf-8").splitlines()
    queries = [Query(one["id"], one["kind"], one["query"]) for one in map(json.loads, lines)]
    papers = read_archive(arguments.archive)
    on_page = add_page(papers, arguments.page) if arguments.page else set()
    for line in quality(queries, papers, on_page):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
