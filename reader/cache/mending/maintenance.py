"""Measures and compacts the cache.

Uses the standard sqlite3, on a file that other programs may have open. Only the last step of `compact` holds the
write lock for long; other writers wait for it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from reader.cache import connections
from reader.core.errors import CacheError

MERGE_PAGES = 500
"""Pages of a full-text index that are merged in one transaction: some 20 ms."""


class Part(NamedTuple):
    """A table with its indexes, or one of the two full-text indexes."""

    name: str
    rows: int | None
    """None for a full-text index."""
    bytes: int


class Sizes(NamedTuple):
    """The sizes of the file's parts, in bytes."""

    parts: tuple[Part, ...]
    """Largest first."""
    papers: int
    events: int
    file: int
    log: int
    """The write-ahead log next to the file."""
    free: int
    """In free pages."""


def sizes(path: Path) -> Sizes:
    """Measure the cache at `path`; reads every page of it (5 GB: 4 s)."""
    with connections.opened(path, query_only=True) as connection:
        found = connection.execute(
            "SELECT CASE WHEN d.name LIKE 'paper_fts%' THEN 'full-text index'"
            " WHEN d.name LIKE 'text_fts%' THEN 'index of texts' ELSE coalesce(s.tbl_name, d.name) END"
            " AS part, sum(d.pgsize) FROM dbstat AS d LEFT JOIN sqlite_schema AS s ON s.name = d.name"
            " WHERE d.aggregate = 1 GROUP BY part ORDER BY 2 DESC"
        ).fetchall()
        parts = tuple(Part(name, _rows(connection, name), size) for name, size in found)
        free, page = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_size"))
        papers, events = (_rows(connection, name) or 0 for name in ("paper", "event"))
    log = path.with_name(f"{path.name}-wal")
    return Sizes(parts, papers, events, path.stat().st_size, log.stat().st_size if log.exists() else 0, free * page)


def _rows(connection: sqlite3.Connection, table: str) -> int | None:
    if " " in table:
        return None
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# Compacting


def compact(path: Path) -> Iterator[str]:
    """Merge the full-text indexes, refresh the planner's statistics and rewrite the file; yield the name of each step.

    Raises CacheBusy if another program reads or writes without a pause, CacheError if the disk lacks room.
    """
    room = shutil.disk_usage(path.parent).free
    needed = 2 * path.stat().st_size
    if room < needed:
        raise CacheError(
            f"Compacting {path} needs {needed >> 20:,} MiB of free disk space, and there are only {room >> 20:,}."
        )
    with connections.opened(path) as connection:
        yield "merging the full-text indexes"
        for index in ("paper_fts", "text_fts"):
            _merge(connection, index)
        yield "counting for the planner"
        connection.execute("PRAGMA analysis_limit = 2000")
        connection.execute("ANALYZE")
        yield "rewriting the file"
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _merge(connection: sqlite3.Connection, index: str) -> None:
    """Merge a full-text index into one part; each step is its own transaction."""
    # A negative number starts a merge of the whole index.
    pages = -MERGE_PAGES
    while True:
        before = connection.total_changes
        connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('merge', ?)", (pages,))
        if connection.total_changes - before < 2:
            return
        pages = MERGE_PAGES
