"""Measures, compacts and verifies the cache.

Uses the standard sqlite3, on a file that other programs may have open. Only the last step of `compact` holds the
write lock for long; other writers wait for it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from reader.cache import schema
from reader.cache.sqlite_errors import explained, primary_code
from reader.core.errors import CacheError
from reader.core.marks import STATES

MERGE_PAGES = 500
"""Pages of the full-text index that are merged in one transaction: some 20 ms."""

FAULTS = 20
"""Maximum number of reported faults of one kind."""


class Part(NamedTuple):
    """A table with its indexes, or the full-text index."""

    name: str
    rows: int | None
    """None for the full-text index."""
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
    with explained(path), closing(schema.connect(path, query_only=True)) as connection:
        found = connection.execute(
            "SELECT CASE WHEN d.name LIKE 'paper_fts%' THEN 'full-text index' ELSE coalesce(s.tbl_name, d.name) END"
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
    """Merge the full-text index, refresh the planner's statistics and rewrite the file; yield the name of each step.

    Raises CacheBusy if another program reads or writes without a pause, CacheError if the disk lacks room.
    """
    room = shutil.disk_usage(path.parent).free
    needed = 2 * path.stat().st_size
    if room < needed:
        raise CacheError(f"Compacting {path} needs {needed >> 20:,} MiB of free disk, and there are {room >> 20:,}.")
    with explained(path), closing(schema.connect(path)) as connection:
        yield "merging the full-text index"
        # A negative number starts a merge of the whole index; each further step is its own transaction.
        pages = -MERGE_PAGES
        while True:
            before = connection.total_changes
            connection.execute("INSERT INTO paper_fts(paper_fts, rank) VALUES ('merge', ?)", (pages,))
            if connection.total_changes - before < 2:
                break
            pages = MERGE_PAGES
        yield "counting for the planner"
        connection.execute("PRAGMA analysis_limit = 2000")
        connection.execute("ANALYZE")
        yield "rewriting the file"
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# Verifying


class Check(NamedTuple):
    """The result of one check."""

    name: str
    faults: tuple[str, ...] = ()
    """What is wrong, one sentence each; empty if nothing is."""


def verify(path: Path) -> Iterator[Check]:
    """Verify the cache, check by check; changes nothing."""
    with explained(path), closing(schema.connect(path)) as connection:
        yield Check(
            "file",
            tuple(row[0] for row in connection.execute(f"PRAGMA integrity_check({FAULTS})") if row[0] != "ok"),
        )
        yield Check("references", tuple(_references(connection)))
        yield Check("full-text index", tuple(_search(connection)))
        yield Check("days", tuple(_days(connection)))
        yield Check("log", tuple(_log(connection)))
        yield Check("marks", tuple(_marks(connection)))


def _references(connection: sqlite3.Connection) -> Iterator[str]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(FAULTS):
        yield f"row {row} of {table} belongs to no {parent}"


def _search(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        # The 1 makes SQLite also compare the index with the papers' texts.
        connection.execute("INSERT INTO paper_fts(paper_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if primary_code(error) != sqlite3.SQLITE_CORRUPT:
            raise
        yield "it differs from the papers' texts"


def _days(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute(
        "SELECT day.day, day.papers, (SELECT count(*) FROM listing WHERE listing.day = day.day) AS listed FROM day"
        " WHERE papers <> listed LIMIT ?",
        (FAULTS,),
    )
    for day, papers, listed in rows:
        yield f"{day} should have {papers} papers and lists {listed}"


def _log(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each event can be read, and that each of its papers has an effect or an orphan."""
    for seq, packed, count, applied in connection.execute("SELECT seq, papers, count, applied FROM event").fetchall():
        try:
            named = len(set(zlib.decompress(packed).split()))
        except zlib.error:
            yield f"event {seq} can't be read"
            continue
        (found,) = connection.execute(
            "SELECT (SELECT count(*) FROM effect WHERE event = ?) + (SELECT count(*) FROM orphan WHERE event = ?)",
            (seq, seq),
        ).fetchone()
        if named != count or (applied and found < count - _other_ids(connection, packed, found, count)):
            yield f"event {seq} should have {count} papers, names {named} and has changed {found}"


def _other_ids(connection: sqlite3.Connection, packed: bytes, found: int, count: int) -> int:
    """How many of an event's ids are further ones of its papers; looked up only if papers seem to be missing."""
    if found >= count:
        return 0
    ids = json.dumps(zlib.decompress(packed).decode().split("\n"))
    row = connection.execute("SELECT count(*) FROM paper_alias WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    return int(row.fetchone()[0])


_NEWEST = (
    "(SELECT e.value FROM effect AS f JOIN event AS e ON e.seq = f.event WHERE f.pk = p.pk AND f.kind = {kind}"
    " AND e.undone = 0 ORDER BY e.clock DESC, e.id DESC LIMIT 1)"
)


def _marks(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that the papers' states follow from the log; skipped while a long mark is still being applied."""
    if connection.execute("SELECT 1 FROM event WHERE applied = 0 LIMIT 1").fetchone():
        return
    for kind, column in STATES.items():
        newest = _NEWEST.format(kind=f"'{kind}'")
        wrong = f"SELECT id FROM paper AS p WHERE {column} <> CAST(coalesce({newest}, 0) AS INTEGER) LIMIT {FAULTS}"
        for (id,) in connection.execute(wrong):
            yield f"{id} differs from the log in {column}"
    note = _NEWEST.format(kind="'note'")
    stored = "coalesce((SELECT body FROM note WHERE note.pk = p.pk), '')"
    noted = "p.pk IN (SELECT pk FROM effect WHERE kind = 'note' UNION SELECT pk FROM note)"
    for (id,) in connection.execute(
        f"SELECT id FROM paper AS p WHERE {noted} AND {stored} <> coalesce({note}, '') LIMIT {FAULTS}"
    ):
        yield f"the note of {id} differs from the log"
    tags = "SELECT pk, substr(kind, 5) AS tag FROM effect WHERE kind LIKE 'tag:%' UNION SELECT pk, tag FROM paper_tag"
    tagged = "EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.tag = one.tag AND t.pk = p.pk)"
    newest = _NEWEST.format(kind="'tag:' || one.tag")
    for id, tag in connection.execute(
        f"SELECT p.id, one.tag FROM ({tags}) AS one JOIN paper AS p USING (pk)"
        f" WHERE {tagged} <> (coalesce({newest}, '0') = '1') LIMIT {FAULTS}"
    ):
        yield f"the tag {tag} of {id} differs from the log"
