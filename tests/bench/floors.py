"""The floors: the same work by a plain sqlite3 statement on the same file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from reader.database import connections

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
