"""The floors: the same work by a plain sqlite3 statement on the same file, or the same rows by `executemany`."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reader.cache import connections
from reader.cache.storing.papers import BATCH, Cache
from reader.core.paper import Listing
from reader.data import shipped_topics
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
    with closing(connections.connect(path, durable=True)) as connection:
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
    """Papers a second, of each pair of equal parts that were added one after the other."""

    ours: list[float]
    """Through the door by which the feed's papers come: matched, merged, classified."""
    raw: list[float]
    """The very same rows by `executemany` upserts, in transactions as large as ours."""

    @property
    def ratios(self) -> list[float]:
        return [ours / raw for ours, raw in zip(self.ours, self.raw, strict=True)]


PART = 600
"""Papers that are added in a turn: some days, so that a few turns share whatever else the machine does."""


def ingest(ours: Path, raw: Path, papers: int) -> Ingest:
    """Add so many papers to two caches of the same contents, in turns: as the reader does, and as plain rows."""
    found = Ingest([], [])
    with closing(Cache.open(ours, shipped_topics())) as cache, closing(connections.connect(raw)) as plain:
        for pragma in connections.pragmas(durable=False, kibibytes=16_384):
            plain.execute(pragma)
        names = {table: [row[1] for row in plain.execute(f"PRAGMA table_info({table})")] for table in TABLES}
        with opened(ours) as connection:
            topics = connection.execute("SELECT pk, slug, name, family FROM topic").fetchall()
        plain.executemany("INSERT OR IGNORE INTO topic (pk, slug, name, family) VALUES (?, ?, ?, ?)", topics)
        for part in _parts(papers):
            began = time.perf_counter()
            new = sum(stored.new for stored in cache.store_all(part, f"{part[-1].day}T08:00:00Z"))
            found.ours.append(new / (time.perf_counter() - began))
            batches = list(_batches(_rows(ours, part), names))
            began = time.perf_counter()
            for batch in batches:
                plain.execute("BEGIN IMMEDIATE")
                for table in TABLES:
                    plain.executemany(_upsert(table, names[table]), batch[table])
                plain.execute("COMMIT")
            found.raw.append(new / (time.perf_counter() - began))
    return found


def _parts(papers: int) -> Iterator[list[Listing]]:
    """So many papers that are newer than those of the corpus, some days at a time, in full parts."""
    part: list[Listing] = []
    for listing in corpus.listings(papers, corpus.NEWEST + timedelta(days=3_650)):
        part.append(listing)
        if sum(len(one.drafts) for one in part) >= PART:
            yield part
            part = []


Rows = dict[str, list[tuple[object, ...]]]


def _rows(path: Path, listings: Sequence[Listing]) -> Rows:
    """The rows of the papers that the listings brought, by table, in the order of their keys."""
    with opened(path) as connection:
        new = "SELECT pk FROM paper WHERE first_day BETWEEN ? AND ?"
        days = (listings[0].day, listings[-1].day)
        return {
            table: connection.execute(f"SELECT * FROM {table} WHERE pk IN ({new}) ORDER BY pk", days).fetchall()
            for table in TABLES
        }


def _batches(rows: Rows, names: dict[str, list[str]]) -> Iterator[Rows]:
    """The rows by transaction, as many papers each as the reader's have."""
    pks = [row[names["paper"].index("pk")] for row in rows["paper"]]
    for start in range(0, len(pks), BATCH):
        some = set(pks[start : start + BATCH])
        yield {table: [row for row in rows[table] if row[names[table].index("pk")] in some] for table in TABLES}


def _upsert(table: str, names: Sequence[str]) -> str:
    keys = {"paper": ["id"], "paper_text": ["pk"], "listing": ["day", "pk"], "paper_topic": ["topic", "pk"]}[table]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in (*keys, "pk"))
    then = f"UPDATE SET {changes}" if changes else "NOTHING"
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT ({', '.join(keys)}) DO {then}"
