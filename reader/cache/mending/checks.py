"""Checks a cache: its file, its full-text indexes, and what is derived from other data in it."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from reader.cache import connections, text_index
from reader.cache.flags import has, having
from reader.cache.marks.derived import queue_places
from reader.cache.marks.event_log import DAY, TOO_LATE, followed_clock, refused_events
from reader.cache.marks.journal import BadLine, Entry, Journal
from reader.cache.sqlite_errors import explained, is_damage, primary_code
from reader.core.foreign import MOST_OWN_IDS, Broken, Refused, unpacked
from reader.core.marks import HIGHLIGHT, STATES
from reader.core.paper_row import Flag
from reader.paths import journal_file

FAULTS = 20
"""Maximum number of reported faults of one kind."""

OF_INDEX = "_fts"
"""Part of what SQLite says of a full-text index."""

_OF_TEXTS = "text_fts"
"""Part of what it says of the index of full texts."""


class Check(NamedTuple):
    """The result of one check."""

    name: str
    faults: tuple[str, ...] = ()
    """What is wrong, one sentence each; empty if nothing is."""


def verify(path: Path) -> Iterator[Check]:
    """Verify the cache, check by check; a file that SQLite finds damaged is not opened for the other checks.

    Changes nothing. Raises CacheError.
    """
    with explained(path), closing(connections.peek(path)) as connection:
        faults = tuple(file_faults(connection))
    yield Check("file", tuple(fault for fault in faults if OF_INDEX not in fault))
    if any(OF_INDEX not in fault for fault in faults):
        return
    with explained(path), closing(connections.connect(path, query_only=True)) as connection:
        # All that is compared is of one moment, whatever other programs write meanwhile.
        connection.execute("BEGIN")
        yield Check("references", tuple(_references(connection)))
        of_texts = [fault for fault in faults if _OF_TEXTS in fault]
        yield Check("full-text index", (*(fault for fault in faults if fault not in of_texts), *_search(path)))
        yield Check("index of texts", (*of_texts, *_texts(connection)))
        yield Check("days", tuple(_days(connection)))
        yield Check("log", tuple(_log(connection)))
        yield Check("events", tuple(islice(_events(connection), FAULTS)))
        yield Check("marks", (*islice(_effects(connection), FAULTS), *_marks(connection)))
        yield Check("journal", tuple(_journal(connection, path)))


def file_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite finds wrong with the file; faults of a full-text index name it."""
    try:
        yield from _faults(connection, str(FAULTS))
    except sqlite3.DatabaseError as error:
        # The index can be so broken that its check fails, and with it that of all else.
        is_of_index = primary_code(error) == sqlite3.SQLITE_ERROR or OF_INDEX in str(error)
        if not is_damage(error) and not is_of_index:
            raise
        yield str(error) if OF_INDEX in str(error) or not is_of_index else f"{OF_INDEX}: {error}"
        if is_of_index:
            yield from _faults_of_tables(connection)


def _faults_of_tables(connection: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the tables that belong to no full-text index, each by itself."""
    for (table,) in connection.execute(_TABLES).fetchall():
        try:
            yield from _faults(connection, f"'{table}'")
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            yield f"{table}: {error}"


_TABLES = f"SELECT name FROM sqlite_schema WHERE type = 'table' AND instr(name, '{OF_INDEX}') = 0 AND rootpage > 0"


def _faults(connection: sqlite3.Connection, of: str) -> Iterator[str]:
    for (said,) in connection.execute(f"PRAGMA integrity_check({of})"):
        # Faults of one tree are one text of many lines, of which the first only names the database.
        yield from (line.strip() for line in said.splitlines() if line != "ok" and not line.startswith("***"))


def _references(connection: sqlite3.Connection) -> Iterator[str]:
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(FAULTS):
        yield f"row {row} of {table} belongs to no {parent}"


def _search(path: Path) -> Iterator[str]:
    with closing(connections.connect(path, query_only=True)) as connection:
        try:
            connection.execute("PRAGMA query_only = OFF")
            # This writes nothing. The 1 makes SQLite also compare the index with the papers' texts.
            connection.execute("INSERT INTO paper_fts(paper_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            # A cache that can't be written has only the check that is part of the file's.
            if primary_code(error) == sqlite3.SQLITE_READONLY:
                return
            if not is_damage(error) and primary_code(error) != sqlite3.SQLITE_ERROR:
                raise
            yield "it differs from the papers' texts"


def _texts(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each full text is in the index, and nothing else."""
    lacking, foreign = (connection.execute(differences).fetchone()[0] for differences in text_index.DIFFERENCES)
    if lacking:
        yield f"it lacks {lacking:,} of the texts"
    if foreign:
        yield f"it has {foreign:,} of dropped texts"


def _days(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute(
        "SELECT day.day, day.papers, (SELECT count(*) FROM listing WHERE listing.day = day.day) AS listed FROM day"
        " WHERE papers <> listed LIMIT ?",
        (FAULTS,),
    )
    for day, papers, listed in rows:
        yield f"{day} should have {papers} papers and lists {listed}"


def _log(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each event can be read."""
    for seq, packed, count in connection.execute("SELECT seq, papers, count FROM event"):
        try:
            named = sum(len(ids) for ids in unpacked(packed)) if count <= MOST_OWN_IDS else count
        except Broken:
            yield f"event {seq} can't be read"
            continue
        except Refused:
            continue
        if named != count:
            yield f"event {seq} should have {count} papers and names {named}"


def _events(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each event is one that a machine can have made by now."""
    now = time.time()
    for seq, clock in connection.execute(TOO_LATE, {"latest": followed_clock(now)}):
        yield f"event {seq} has a clock that is {(clock - int(now * 1000)) // DAY:,} days ahead"
    for seq, reason in refused_events(connection):
        yield f"event {seq} is not one of ours: {reason}"


def _effects(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each paper of an event has an effect or an orphan."""
    found = "(SELECT count(*) FROM effect WHERE event = seq) + (SELECT count(*) FROM orphan WHERE event = seq)"
    # What names more is no event of ours, and is not unpacked.
    rows = connection.execute(
        f"SELECT seq, count, papers, {found} AS found FROM event WHERE applied = 1 AND found < count AND count <= ?",
        (MOST_OWN_IDS,),
    )
    for seq, count, packed, changed in rows:
        if changed < count - _other_ids(connection, packed):
            yield f"event {seq} should have changed {count} papers and has changed {changed}"


def _other_ids(connection: sqlite3.Connection, packed: bytes) -> int:
    """How many of an event's ids are further ones of its papers."""
    ids = json.dumps(zlib.decompress(packed).decode().split("\n"))
    row = connection.execute("SELECT count(*) FROM paper_alias WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    return int(row.fetchone()[0])


def _journal(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    """Check that the log and its journal have the same events."""
    faults = list(_differences(connection, path))
    if faults:
        # Another program may have written between the two looks: look again while none can.
        with suppress(sqlite3.Error), closing(connections.connect(path)) as locked, connections.transaction(locked):
            faults = list(_differences(locked, path))
    yield from faults


def _differences(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    written, bad = set[str](), list[BadLine]()
    for line in Journal(journal_file(path)).read():
        if isinstance(line, Entry):
            written.add(line.id)
        elif isinstance(line, BadLine) and not line.is_newer:
            bad.append(line)
    stored = {id for (id,) in connection.execute("SELECT id FROM event")}
    if missing := len(stored - written):
        yield f"it lacks {missing:,} of {len(stored):,} events"
    if more := len(written - stored):
        yield f"it has {more:,} events that the cache lacks"
    if bad:
        yield f"{len(bad):,} of its lines can't be read, first line {bad[0].line}: {bad[0].reason}"


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
        otherwise = has(Flag.MUTED, "p.pk") if kind == "hide" else "0"
        derived = f"CAST(coalesce({newest}, {otherwise}) AS INTEGER)"
        wrong = f"SELECT id FROM paper AS p WHERE {column} <> {derived} LIMIT {FAULTS}"
        for (id,) in connection.execute(wrong):
            yield f"{id} differs from the log in {column}"
    yield from _highlights(connection)
    note = _NEWEST.format(kind="'note'")
    stored = "coalesce((SELECT body FROM note WHERE note.pk = p.pk), '')"
    noted = "p.pk IN (SELECT pk FROM effect WHERE kind = 'note' UNION SELECT pk FROM note)"
    for (id,) in connection.execute(
        f"SELECT id FROM paper AS p WHERE {noted} AND {stored} <> coalesce({note}, '') LIMIT {FAULTS}"
    ):
        yield f"the note of {id} differs from the log"
    queued = "SELECT pk FROM effect WHERE kind = 'queue' UNION SELECT pk FROM queue"
    for pk, _ in list(
        set(queue_places(connection, queued)) ^ set(connection.execute("SELECT pk, place FROM queue").fetchall())
    )[:FAULTS]:
        (id,) = connection.execute("SELECT id FROM paper WHERE pk = ?", (pk,)).fetchone() or (f"paper {pk}",)
        yield f"{id} differs from the log in the queue"
    tags = "SELECT pk, substr(kind, 5) AS tag FROM effect WHERE kind LIKE 'tag:%' UNION SELECT pk, tag FROM paper_tag"
    tagged = "EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.tag = one.tag AND t.pk = p.pk)"
    newest = _NEWEST.format(kind="'tag:' || one.tag")
    for id, tag in connection.execute(
        f"SELECT p.id, one.tag FROM ({tags}) AS one JOIN paper AS p USING (pk)"
        f" WHERE {tagged} <> (coalesce({newest}, '0') = '1') LIMIT {FAULTS}"
    ):
        yield f"the tag {tag} of {id} differs from the log"


def _highlights(connection: sqlite3.Connection) -> Iterator[str]:
    flagged = having(Flag.HIGHLIGHTED)
    newest = _NEWEST.format(kind=f"'{HIGHLIGHT}'")
    rows = connection.execute(
        f"SELECT id FROM paper AS p WHERE pk IN ({flagged} UNION SELECT pk FROM effect WHERE kind = '{HIGHLIGHT}')"
        f" AND (pk IN ({flagged})) <> (coalesce({newest}, '0') = '1') LIMIT {FAULTS}"
    )
    for (id,) in rows:
        yield f"{id} differs from the log in its highlight"
