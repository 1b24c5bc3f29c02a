"""How well papers are found by a text, and how well topics are given, on recorded days of the feed.

Half-remembered texts come from `search/queries.jsonl` beside the archive's folder, if it is there. The others are made
from titles and abstracts with a fixed seed. A figure is the mean reciprocal rank of the paper meant.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import NamedTuple

from reader.cache.search import free_text
from reader.cache.storing.papers import Cache
from reader.core.words import STOP_WORDS
from reader.data import shipped_topics
from reader.database import connections
from reader.feeds.files.papers_file import read_papers
from tests.topics.labels import figures

SAMPLE, SEED = 120, 43
"""Papers from whose titles and abstracts texts are made."""

NOW = "2026-07-01T08:00:00Z"
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Search = Callable[[str], Sequence[int]]
"""The keys of papers, the best first."""


class Query(NamedTuple):
    """A text, and the key of the paper that it is meant to find."""

    kind: str
    text: str
    pk: int


def measure(archive: Path) -> list[str]:
    """The lines of a table: search beside FTS5's own BM25, then topics."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.db"
        with closing(Cache.open(path, shipped_topics())) as cache:
            for listing in read_papers(archive, date(2026, 7, 1)):
                cache.store(listing, NOW)
        with closing(connections.connect(path, query_only=True)) as connection:
            queries = [*_remembered(connection, archive), *_made(connection)]
            kinds = list(dict.fromkeys(query.kind for query in queries))
            lines = [f"| {' | '.join(['search', *kinds, 'ms'])} |", f"|{'---|' * (len(kinds) + 2)}"]
            lines.append(_row("BM25", lambda text: _bm25(connection, text), queries, kinds))
            lines.append(_row("ours", lambda text: free_text.rank(connection, text).pks, queries, kinds))
    return [*lines, *figures(archive)]


def _row(name: str, search: Search, queries: Sequence[Query], kinds: Sequence[str]) -> str:
    ranks: defaultdict[str, list[float]] = defaultdict(list)
    seconds = []
    for query in queries:
        began = time.thread_time()
        found = list(search(query.text))
        seconds.append(time.thread_time() - began)
        ranks[query.kind].append(1 / (1 + found.index(query.pk)) if query.pk in found else 0.0)
    cells = [f"{mean(ranks[kind]):.3f}" for kind in kinds]
    return f"| {' | '.join([name, *cells, f'{1_000 * median(seconds):.1f}'])} |"


def _bm25(connection: sqlite3.Connection, text: str) -> list[int]:
    words = [word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS]
    sql = (
        "SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND rank MATCH 'bm25(3.0, 1.0, 0.0, 0.0, 0.0)'"
        " ORDER BY rank LIMIT 1000"
    )
    expression = "{title abstract} : (" + " OR ".join(f'"{word}"' for word in words) + ")"
    return [pk for (pk,) in connection.execute(sql, (expression,))]


def _remembered(connection: sqlite3.Connection, archive: Path) -> Iterator[Query]:
    file = archive.parents[1] / "search" / "queries.jsonl"
    pks = dict(connection.execute("SELECT id, pk FROM paper"))
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        one = json.loads(line)
        if one["id"] in pks:
            yield Query(one["kind"], one["query"], pks[one["id"]])


def _made(connection: sqlite3.Connection) -> Iterator[Query]:
    """Three words of a title, five of an abstract, five in a row, and two of a title beside one with a slip."""
    chance = Random(SEED)
    sql = "SELECT p.pk, p.title, t.abstract FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk ORDER BY p.id"
    rows = [row for row in connection.execute(sql) if len(row[2]) > 300]
    for pk, title, abstract in chance.sample(rows, SAMPLE):
        titled, said = _telling(title), _telling(abstract)
        yield Query("title", " ".join(chance.sample(titled, min(3, len(titled)))), pk)
        yield Query("abstract", " ".join(chance.sample(said, 5)), pk)
        row = re.findall(r"[\w-]+", abstract)
        begin = chance.randrange(max(1, len(row) - 5))
        yield Query("in a row", " ".join(row[begin : begin + 5]), pk)
        long = [word for word in titled if len(word) >= 6 and word.isalpha()]
        if long and len(titled) > 2:
            wrong = chance.choice(long)
            others = [word for word in titled if word != wrong][:2]
            yield Query("a slip", " ".join((*others, _slip(wrong.lower(), chance))), pk)


def _telling(text: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z][\w-]+", text) if word.lower() not in STOP_WORDS]


def _slip(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    replaced = ("", word[at + 1] + word[at], chance.choice(LETTERS))[kind := chance.randrange(3)]
    return word[:at] + replaced + word[at + (2 if kind == 1 else 1) :]


if __name__ == "__main__":
    import sys

    print("\n".join(measure(Path(sys.argv[1]))))
