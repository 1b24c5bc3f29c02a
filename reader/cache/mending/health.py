"""The state of a cache: what is wrong with it, and the command that repairs it.

`glance` looks at the header, the size and the names of the tables, as every start does. `examine` reads all of the
cache and its journal, check by check. Neither changes a broken file.

A sound cache is measured and compacted here too, while other programs may have it open. Only the last step of `compact`
holds the write lock for long; other writers wait for it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from enum import Enum, auto
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from reader import platform
from reader.cache import schema, text_index
from reader.cache.files import HEADER, MAGIC, backups, is_aside, is_whole
from reader.cache.flags import has, having
from reader.cache.marks.derived import queue_places
from reader.cache.marks.event_log import DAY, TOO_LATE, followed_clock, refused_events
from reader.cache.marks.journal import BadLine, Entry, Journal
from reader.cache.passages import PASSAGES
from reader.core.errors import CacheDamaged, CacheError, CacheForeign, CacheTooNew
from reader.core.foreign import MOST_OWN_IDS, Broken, Refused, unpacked
from reader.core.marks import HIGHLIGHT, PASSAGE, QUEUE, STATES
from reader.core.paper_row import Flag
from reader.core.text import amount
from reader.database import connections
from reader.database.sqlite_errors import explained, is_damage, is_of_file, primary_code
from reader.paths import backup_folder, journal_file

REPAIR = "dailypapers cache repair"
RESTORE = "dailypapers restore"


class CacheState(Enum):
    """What a cache may be found in."""

    LOCKED = auto()
    """It may not be read or written, but it is the user's, who can change that."""
    READ_ONLY = auto()
    """It is on a medium, or in a folder of somebody else, that can't be written."""
    FOREIGN = auto()
    """A file of another program."""
    NEWER = auto()
    LOST = auto()
    """Missing, while there is a journal or a backup."""
    DAMAGED = auto()
    """Cut off, changed, missing some of its tables, or not a database."""
    OLDER = auto()
    INDEX = auto()
    """Only the full-text index is broken."""
    EVENTS = auto()
    """The log has impossible events."""
    MARKS = auto()
    """What is derived from the log or from the listings differs from them."""
    JOURNAL = auto()
    """The log of events and its journal differ."""
    NONE = auto()
    """There is none yet."""
    GOOD = auto()


_COMMANDS = {
    **dict.fromkeys((CacheState.FOREIGN, CacheState.NEWER), f"{RESTORE} --set-aside"),
    **dict.fromkeys((CacheState.READ_ONLY, CacheState.NONE, CacheState.GOOD), ""),
    CacheState.LOST: RESTORE,
}
"""The commands that repair a state, where that is not `REPAIR`."""


class CacheCondition(NamedTuple):
    """A state, and in a few words what was found."""

    state: CacheState
    found: str = ""

    @property
    def command(self) -> str:
        """The command that repairs it; empty for none."""
        return _COMMANDS.get(self.state, REPAIR)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return self.state in (CacheState.GOOD, CacheState.NONE)


Progress = Callable[[str], None]


def glance(path: Path) -> CacheCondition:
    """The state at first sight; raises CacheError for an unreadable cache, such as a busy one."""
    if locked := _permissions(path):
        return locked
    try:
        number = schema.version(path)
        is_current = schema.is_current(path)
    except CacheForeign:
        return CacheCondition(CacheState.FOREIGN, "a file of another program")
    except CacheTooNew:
        made = f"made by {schema.maker(path)} with schema {schema.version(path)}"
        return CacheCondition(CacheState.NEWER, f"{made}; this one knows schema {schema.HEAD}")
    except CacheDamaged:
        with path.open("rb") as file:
            is_database = file.read(HEADER).startswith(MAGIC)
        is_cut = is_database and not is_whole(path)
        told = "cut off" if is_cut else "damaged, or missing some of its tables" if is_database else "not a database"
        return CacheCondition(CacheState.DAMAGED, told)
    if number is None:
        if journal_file(path).exists() or backups(path) or path.with_name(f"{path.name}-wal").exists():
            return CacheCondition(CacheState.LOST, "missing or empty, next to its journal or backups")
        return CacheCondition(CacheState.NONE)
    if not is_current:
        return CacheCondition(CacheState.OLDER, f"made by an older version: schema {number}, now {schema.HEAD}")
    return CacheCondition(CacheState.GOOD)


def examine(path: Path, progress: Progress = lambda _: None) -> CacheCondition:
    """The worst state found by reading everything (100 MB: 4 s); raises CacheError like `glance`."""
    progress("looking at the cache")
    condition = glance(path)
    if condition.state is not CacheState.GOOD:
        return condition
    found: list[CacheCondition] = []
    try:
        for check in verify(path):
            progress(f"{check.name} checked")
            if check.faults:
                more = f", and {len(check.faults) - 1} more" if check.faults[1:] else ""
                found.append(CacheCondition(check.state, f"{check.name}: {check.faults[0]}{more}"))
        with connections.opened(path) as connection:
            # The file's header may forbid to write.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO meta (key, value) VALUES ('', '')")
            connection.execute("ROLLBACK")
    except (CacheError, UnicodeDecodeError) as error:
        if isinstance(error, CacheError) and not is_of_file(error):
            raise
        found.append(CacheCondition(CacheState.DAMAGED, "damaged where it had to be read"))
    return min(found, key=lambda one: one.state.value, default=CacheCondition(CacheState.GOOD))


# Permissions


def _permissions(path: Path) -> CacheCondition | None:
    """The condition of a cache that may not be read and written; None if it may, or if there is none yet."""
    folder = path.parent
    try:
        if not (path.exists() or journal_file(path).exists()):
            return None
    except PermissionError:
        return CacheCondition(CacheState.LOCKED, f"no permission to read the folder {folder}")
    wrong = [one for one in _used(path) if not _may_use(one)]
    if not wrong:
        return None
    if platform.is_read_only(folder):
        return CacheCondition(CacheState.READ_ONLY, "on a medium that can't be written")
    foreign = [one for one in wrong if _is_foreign(one)]
    if not foreign:
        return CacheCondition(CacheState.LOCKED, f"no permission to read and write {wrong[0]}")
    return CacheCondition(CacheState.READ_ONLY, f"no permission to write {foreign[0]}, which is not yours")


def _used(path: Path) -> Iterator[Path]:
    """The folders and the files that must be readable and writable; those that are missing are left out."""
    yield path.parent
    yield from (file for file in path.parent.glob(f"{path.stem}.*") if not is_aside(file))
    if backup_folder(path).exists():
        yield backup_folder(path)


def unlock(path: Path) -> None:
    """Give the user back the permissions on the cache's folder and files; raises OSError."""
    for one in _used(path):
        if not _may_use(one):
            one.chmod(0o700 if one.is_dir() else 0o600)


def _may_use(one: Path) -> bool:
    """Whether the user may read and write a file or folder; also root, who always can, keeps to its permissions."""
    try:
        status = one.stat()
    except FileNotFoundError:
        # Another program has just removed it, as SQLite does with its logs.
        return True
    needed = os.R_OK | os.W_OK | (os.X_OK if stat.S_ISDIR(status.st_mode) else 0)
    if not os.access(one, needed):
        return not one.exists()
    return not platform.is_mine(status.st_uid) or status.st_mode & stat.S_IWUSR != 0


def _is_foreign(one: Path) -> bool:
    try:
        return not platform.is_mine(one.stat().st_uid)
    except FileNotFoundError:
        return False


FAULTS = 20
"""Maximum number of reported faults of one kind."""

OF_INDEX = "_fts"
"""Part of what SQLite says of a full-text index."""

_OF_TEXTS = "text_fts"
"""Part of what it says of the index of full texts."""


class Check(NamedTuple):
    """The result of one check."""

    name: str
    state: CacheState
    """What the cache is in if the check fails."""
    faults: tuple[str, ...] = ()
    """What is wrong, one sentence each; empty if nothing is."""


def verify(path: Path) -> Iterator[Check]:
    """Verify the cache, check by check; a file that SQLite finds damaged is not opened for the other checks.

    Changes nothing. Raises CacheError.
    """
    with explained(path), closing(connections.peek(path)) as connection:
        faults = tuple(file_faults(connection))
    of_file = tuple(fault for fault in faults if OF_INDEX not in fault)
    yield Check("file", CacheState.DAMAGED, of_file)
    if of_file:
        return
    of_texts = [fault for fault in faults if _OF_TEXTS in fault]
    of_papers = [fault for fault in faults if fault not in of_texts]
    with connections.opened(path, query_only=True) as connection:
        # All that is compared is of one moment, whatever other programs write meanwhile.
        connection.execute("BEGIN")
        for name, state, found in (
            ("references", CacheState.DAMAGED, _references(connection)),
            ("full-text index", CacheState.INDEX, chain(of_papers, _search(path))),
            ("index of texts", CacheState.INDEX, chain(of_texts, _texts(connection))),
            ("days", CacheState.MARKS, _days(connection)),
            ("log", CacheState.DAMAGED, _log(connection)),
            ("events", CacheState.EVENTS, _events(connection)),
            ("marks", CacheState.MARKS, chain(_effects(connection), _marks(connection))),
            ("journal", CacheState.JOURNAL, _journal(connection, path)),
        ):
            yield Check(name, state, tuple(islice(found, FAULTS)))


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
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{'a row' if row is None else f'row {row}'} of {table} belongs to no {parent}"


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
    lacking, foreign = (connection.execute(differences).fetchone()[0] for differences in text_index.DIFFERENCES)
    if lacking:
        yield f"it lacks {lacking:,} of the texts"
    if foreign:
        yield f"it has {foreign:,} of dropped texts"


def _days(connection: sqlite3.Connection) -> Iterator[str]:
    listed = "(SELECT count(*) FROM listing WHERE listing.day = day.day) AS listed"
    for row in connection.execute(f"SELECT day.day, papers, {listed} FROM day WHERE papers <> listed"):
        yield "{} should have {} papers and lists {}".format(*row)


def _log(connection: sqlite3.Connection) -> Iterator[str]:
    for seq, packed, count in connection.execute("SELECT seq, papers, count FROM event"):
        # What names more, or something else than papers, is no event of ours.
        with suppress(Refused):
            try:
                named = sum(len(ids) for ids in unpacked(packed)) if count <= MOST_OWN_IDS else count
            except Broken:
                yield f"event {seq} can't be read"
                continue
            if named != count:
                yield f"event {seq} should have {count} papers and names {named}"


def _events(connection: sqlite3.Connection) -> Iterator[str]:
    now = time.time()
    for seq, clock in connection.execute(TOO_LATE, {"latest": followed_clock(now)}):
        yield f"event {seq} has a clock that is {(clock - int(now * 1000)) // DAY:,} days ahead"
    for seq, reason in refused_events(connection):
        yield f"event {seq} is not a valid event: {reason}"


def _effects(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that each paper of an event has an effect or an orphan."""
    found = "(SELECT count(*) FROM effect WHERE event = seq) + (SELECT count(*) FROM orphan WHERE event = seq)"
    # What names more is no event of ours, and is not unpacked.
    rows = connection.execute(
        f"SELECT seq, count, papers, {found} AS found FROM event WHERE applied = 1 AND found < count AND count <= ?",
        (MOST_OWN_IDS,),
    )
    further = "SELECT count(*) FROM paper_alias WHERE id IN (SELECT value FROM json_each(?))"
    for seq, count, packed, changed in rows:
        # An event may name a paper by several of its ids.
        ids = json.dumps(zlib.decompress(packed).decode().split("\n"))
        if changed < count - connection.execute(further, (ids,)).fetchone()[0]:
            yield f"event {seq} should have changed {count} papers and has changed {changed}"


def _journal(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
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
        yield f"it has {amount(more, 'event')} that the cache lacks"
    if bad:
        yield f"{len(bad):,} of its lines can't be read, first line {bad[0].line}: {bad[0].reason}"


def _newest(kind: str, otherwise: str) -> str:
    """SQL: the newest value of the paper `p` of a kind, which is an expression as the other one is."""
    return (
        f"coalesce((SELECT e.value FROM effect AS f JOIN event AS e ON e.seq = f.event WHERE f.pk = p.pk"
        f" AND f.kind = {kind} AND e.undone = 0 ORDER BY e.clock DESC, e.id DESC LIMIT 1), {otherwise})"
    )


_OTHERWISE = {"hide": has(Flag.MUTED, "p.pk")}
"""States of papers without a mark, where that is not 0."""

_STORED_NOTE = "coalesce((SELECT body FROM note WHERE note.pk = p.pk), '')"
_HAS_NOTE = f"(EXISTS (SELECT 1 FROM note WHERE note.pk = p.pk) OR EXISTS ({PASSAGES.format(pk='p.pk')}))"
_HIGHLIGHTED = having(Flag.HIGHLIGHTED)
_TAGGED = "EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.tag = one.tag AND t.pk = p.pk)"
_TAGS = "SELECT pk, substr(kind, 5) AS tag FROM effect WHERE kind LIKE 'tag:%' UNION SELECT pk, tag FROM paper_tag"
_KIND_OF_TAG = "'tag:' || one.tag"
_EVER = "p.pk IN (SELECT pk FROM effect WHERE kind"

_WRONG = {
    **{
        f"'{column}'": f"paper AS p WHERE {column} <> CAST({_newest(repr(kind), _OTHERWISE.get(kind, '0'))} AS INTEGER)"
        for kind, column in STATES.items()
    },
    "'its highlight'": f"paper AS p WHERE {_EVER} = '{HIGHLIGHT}' UNION {_HIGHLIGHTED})"
    f" AND (pk IN ({_HIGHLIGHTED})) <> ({_newest(repr(HIGHLIGHT), '0')} = '1')",
    "'its note'": f"paper AS p WHERE {_EVER} = 'note' UNION SELECT pk FROM note)"
    f" AND {_STORED_NOTE} <> {_newest(repr('note'), repr(''))}",
    "'its highlights'": f"paper AS p WHERE (has_note = 1 OR {_EVER} GLOB '{PASSAGE}*')) AND has_note <> {_HAS_NOTE}",
    "'the tag ' || one.tag": f"({_TAGS}) AS one JOIN paper AS p USING (pk)"
    f" WHERE {_TAGGED} <> ({_newest(_KIND_OF_TAG, '0')} = '1')",
}
"""The papers that differ from the log, by what they differ in."""


def _marks(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that the papers' states follow from the log; skipped while a long mark is still being applied."""
    if connection.execute("SELECT 1 FROM event WHERE applied = 0 LIMIT 1").fetchone():
        return
    for what, papers in _WRONG.items():
        for said in connection.execute(f"SELECT p.id, {what} FROM {papers}"):
            yield "{} differs from the log in {}".format(*said)
    queued = set(queue_places(connection, f"SELECT pk FROM effect WHERE kind = '{QUEUE}' UNION SELECT pk FROM queue"))
    for pk, _ in queued ^ set(connection.execute("SELECT pk, place FROM queue")):
        (id,) = connection.execute("SELECT id FROM paper WHERE pk = ?", (pk,)).fetchone() or (f"paper {pk}",)
        yield f"{id} differs from the log in the queue"


MERGE_PAGES = 500
"""Pages of a full-text index that are merged in one transaction: some 20 ms."""


class CachePart(NamedTuple):
    """A table with its indexes, or one of the two full-text indexes."""

    name: str
    rows: int | None
    """None for a full-text index."""
    bytes: int


class Sizes(NamedTuple):
    """The sizes of the file's parts, in bytes."""

    parts: tuple[CachePart, ...]
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
        parts = tuple(CachePart(name, None if " " in name else _count(connection, name), size) for name, size in found)
        free, page = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_size"))
        papers, events = (_count(connection, name) for name in ("paper", "event"))
    log = path.with_name(f"{path.name}-wal")
    return Sizes(parts, papers, events, path.stat().st_size, log.stat().st_size if log.exists() else 0, free * page)


def _count(connection: sqlite3.Connection, table: str) -> int:
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
