"""The floors: the same work by a plain sqlite3 statement on the same file, or the same rows by `executemany`."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from reader.cache import schema
from reader.cache.cache import BATCH, Cache
from reader.core.paper import Listing
from tests.bench import corpus

ORDER = "ORDER BY p.sort_day DESC, p.upvotes DESC, p.pk DESC LIMIT 200"

BY_TOPIC = f"""
    SELECT p.pk FROM paper AS p WHERE p.hidden = 0 AND p.pk IN
    (SELECT pk FROM paper_topic WHERE topic = (SELECT pk FROM topic WHERE slug = ?)) {ORDER}
"""

BY_WORD = f"""
    SELECT p.pk FROM paper AS p WHERE p.hidden = 0 AND p.pk IN
    (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?) {ORDER}
"""

STAR = (
    "INSERT INTO event (id, machine, clock, kind, value, papers, count, undone, applied)"
    " VALUES (hex(randomblob(12)), '', 0, 'star', '1', x'', 0, 0, 1)",
    "UPDATE paper SET starred = 1 - starred WHERE pk = 7",
)

READ_ALL = ("UPDATE paper SET read = 1 - read WHERE hidden = 0",)

TABLES = ("paper", "paper_text", "listing", "paper_topic")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection as the user's marks have it."""
    with closing(schema.connect(path, durable=True)) as connection:
        yield connection


def read_seconds(path: Path, statement: str, *values: str) -> float:
    """Seconds that a SELECT takes."""
    with opened(path) as connection:
        began = time.perf_counter()
        connection.execute(statement, values).fetchall()
        return time.perf_counter() - began


def write_seconds(path: Path, statements: Sequence[str]) -> float:
    """Seconds that a durable transaction takes."""
    with opened(path) as connection:
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
        return time.perf_counter() - began


# Ingest


@dataclass(frozen=True)
class Ingest:
    """Papers a second."""

    ours: float
    """Through the door by which the feed's papers come: matched, merged, classified."""
    raw: float
    """The very same rows by `executemany` upserts, in transactions as large as ours."""
    raw_in_one: float
    """The same in a single transaction."""

    @property
    def ratio(self) -> float:
        return self.ours / self.raw


def ingest(paths: tuple[Path, Path, Path], papers: int) -> Ingest:
    """Add so many papers to three caches of the same contents, each in another way."""
    ours, raw, raw_in_one = paths
    following = list(corpus.listings(papers, corpus.NEWEST + timedelta(days=3_650)))
    with closing(Cache.open(ours, corpus.shipped_topics())) as cache:
        began = time.perf_counter()
        stored = [cache.store(listing, f"{listing.day}T08:00:00Z") for listing in following]
        seconds = time.perf_counter() - began
    assert sum(one.new for one in stored) == papers
    rows = _rows(ours, following)
    return Ingest(
        papers / seconds, papers / _upsert_seconds(raw, rows, BATCH), papers / _upsert_seconds(raw_in_one, rows, papers)
    )


Rows = dict[str, list[tuple[object, ...]]]


def _rows(path: Path, listings: Sequence[Listing]) -> Rows:
    """The rows of the papers that the listings brought, by table, in the order of their keys."""
    first_day = listings[0].day
    with opened(path) as connection:
        new = "SELECT pk FROM paper WHERE first_day >= ?"
        return {
            table: connection.execute(f"SELECT * FROM {table} WHERE pk IN ({new}) ORDER BY pk", (first_day,)).fetchall()
            for table in TABLES
        }


def _upsert_seconds(path: Path, rows: Rows, batch: int) -> float:
    """Seconds to write rows, so many papers a transaction."""
    with closing(schema.connect(path)) as connection:
        names = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in TABLES}
        connection.executemany(
            "INSERT OR IGNORE INTO topic (pk, slug, name, family) VALUES (?, ?, ?, ?)",
            [(number, f"topic-{number}", "Topic", "Family") for number in range(1, 200)],
        )
        batches = _batches(rows, names, batch)
        began = time.perf_counter()
        for some in batches:
            connection.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                connection.executemany(_upsert(table, names[table]), some[table])
            connection.execute("COMMIT")
        return time.perf_counter() - began


def _batches(rows: Rows, names: dict[str, list[str]], batch: int) -> list[Rows]:
    """The rows by transaction, so many papers each."""
    first = rows["paper"][0][names["paper"].index("pk")]
    batches: list[Rows] = [{table: [] for table in TABLES} for _ in range(-(-len(rows["paper"]) // batch))]
    for table in TABLES:
        key = names[table].index("pk")
        for number, some in groupby(rows[table], key=lambda row: (int(str(row[key])) - int(str(first))) // batch):
            batches[number][table] += some
    return batches


def _upsert(table: str, names: Sequence[str]) -> str:
    keys = {"paper": ["id"], "paper_text": ["pk"], "listing": ["day", "pk"], "paper_topic": ["topic", "pk"]}[table]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in (*keys, "pk"))
    then = f"UPDATE SET {changes}" if changes else "NOTHING"
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT ({', '.join(keys)}) DO {then}"
