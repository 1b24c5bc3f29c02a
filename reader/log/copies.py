"""Creates the log, copies it once a day, and restores it from the remaining data if it is lost or damaged.

A log is always built under another name and then put in place, so that a killed program leaves the old or the new one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from reader.core.errors import CacheBusy, CacheError
from reader.core.foreign import is_event_id, is_machine
from reader.core.text import amount
from reader.database import connections, meta
from reader.database.connections import hold_lock
from reader.database.sqlite_errors import explain_errors, folder_in_place, is_damage
from reader.log import old_home
from reader.log.rows import INSERT, VERSION, Row, clock_of, machine_of, prepare
from reader.paths import backup_folder, is_there, log_database, make_folder, touch_private

MAX_COPIES = 7
"""Maximum number of daily copies of the log."""

MAKE_SECONDS = 600.0
"""Seconds to wait for another program that makes or restores the same log."""


def backups(cache: Path) -> list[Path]:
    """The daily copies of the log beside a cache, newest first."""
    with suppress(OSError):
        return sorted((file for file in backup_folder(cache).iterdir() if _COPY.fullmatch(file.name)), reverse=True)
    return []


_COPY = re.compile(r"log-\d{4}-\d\d-\d\d\.db")


def keep_daily_copy(cache: Path, today: date) -> None:
    """Copy the log unless today's copy exists; a failure is only logged."""
    target = backup_folder(cache) / f"log-{today.isoformat()}.db"
    log = log_database(cache)
    if target.exists() or not log.exists():
        return
    try:
        with hold_lock(_lock(cache), 0):
            _copy(log, target)
        for old in backups(cache)[MAX_COPIES:]:
            old.unlink(missing_ok=True)
    except CacheBusy:
        # Another program is copying it.
        return
    except (CacheError, OSError, sqlite3.Error) as error:
        from reader.log_file import record_error

        record_error("daily copy of the log", error)


def _copy(log: Path, target: Path) -> None:
    """Copy a log that may be in use, whole and checked, or not at all."""
    part = make_folder(target).with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    touch_private(part)
    try:
        with closing(sqlite3.connect(log)) as source, closing(sqlite3.connect(part, isolation_level=None)) as copy:
            source.backup(copy)
            # Opening a copy in WAL mode would create files beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise CacheError(f"The log {log} is damaged: 'dailypapers doctor --repair' restores it.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _lock(cache: Path) -> Path:
    return log_database(cache).with_suffix(".lock")


# A new log


def ensure(cache: Path) -> None:
    """Create the log beside a cache if it is missing, from the marks of an older release, of copies and of the cache.

    Raises CacheError.
    """
    log = log_database(cache)
    if log.is_dir():
        raise folder_in_place(log)
    if not is_there(log):
        with hold_lock(_lock(cache), MAKE_SECONDS):
            if not is_there(log):
                _build(cache)


def missing_log_reason(cache: Path) -> str:
    """Why the log beside a cache is missing or empty, in a few words; empty if it exists or never existed."""
    log = log_database(cache)
    if log.is_dir() or is_there(log):
        return ""
    state = "empty" if log.exists() else "missing"
    had_marks = backups(cache) or (not old_home.is_old(cache) and _read_cache(cache).rows)
    return f"{state}, while copies of it or the cache have marks" if had_marks else "empty" if log.exists() else ""


def take_old_marks(cache: Path) -> None:
    """Take over the marks that an older release left in the cache at a path; raises CacheError."""
    ensure(cache)
    with (
        connections.open_database(log_database(cache), durable=True) as connection,
        connections.transaction(connection),
    ):
        _insert(connection, map(_raw, old_home.read_old_home(cache).rows))


class RestoredLog(NamedTuple):
    """The result of restoring a log."""

    aside: Path | None
    """The new path of the damaged file; None if there was none."""
    copied: int
    """Number of rows in the new log."""
    lost: int
    """Approximate number of rows that neither the damaged file, nor its copies, nor the cache still have."""

    @property
    def summary(self) -> str:
        """One sentence about the rows."""
        lost = f"; about {self.lost:,} could not be read" if self.lost else ""
        return f"{amount(self.copied, 'row')} copied{lost}."


def restore(cache: Path) -> RestoredLog:
    """Replace a damaged log by one with every row that can be read from it, its copies and the cache.

    Raises CacheError.
    """
    with hold_lock(_lock(cache), MAKE_SECONDS):
        return _build(cache, log_database(cache))


_Raw = tuple[object, ...]
"""The values of a row, unchecked: action, machine, clock, paper, kind, value and author."""


class _SavedRows(NamedTuple):
    """The readable contents of a log, of a copy of it, or of the cache."""

    rows: Sequence[_Raw] = ()
    facts: Mapping[str, str] = MappingProxyType({})
    """The facts about this machine in `meta`, such as the programs that the user allowed standing queries to run."""
    numbers: Sequence[int] = ()
    """The numbers of the rows in the order in which they were read: forwards, and after a damaged page backwards."""
    last: int = 0
    """The greatest number that a row is known to have had."""


def _build(cache: Path, damaged: Path | None = None) -> RestoredLog:
    """Put a new log in place, with the rows of a damaged log, of the copies, of the cache and of an older release."""
    log = log_database(cache)
    building = connections.begin_replacement(log)
    own = _read_log(damaged) if damaged else _SavedRows()
    sources = [own, *map(_read_log, backups(cache)), _read_cache(cache)]
    old = old_home.read_old_home(cache)
    sources.append(_SavedRows(list(map(_raw, old.rows)), {"machine": old.machine} if old.machine else {}))
    with connections.open_database(building, durable=True) as connection, connections.transaction(connection):
        prepare(connection)
        for source in sources:
            _insert(connection, source.rows)
        for source in reversed(sources):
            for key, value in source.facts.items():
                meta.put(connection, key, value)
        (copied,) = connection.execute("SELECT count(*) FROM event").fetchone()
    unread = _count_unread(own.numbers, max(source.last for source in sources)) if damaged else 0
    lost = max(0, unread - (copied - len(own.rows)))
    return RestoredLog(connections.finish_replacement(building, log), copied, lost)


def _count_unread(numbers: Sequence[int], last: int) -> int:
    """About how many rows, of a log with numbers up to `last`, are missing where reading stopped.

    Rows that another machine sent again leave gaps in the numbers, so that not each missing number was a row.
    """
    if not numbers:
        return last
    top = numbers.index(max(numbers))
    read_backwards = top < len(numbers) - 1
    between = numbers[-1] - (numbers[top - 1] if top else 0) - 1 if read_backwards else 0
    rows_per_number = len(numbers) / max(1, numbers[top] - between)
    return round((between + max(0, last - numbers[top])) * rows_per_number)


def _raw(row: Row) -> _Raw:
    return (row.action, row.machine, clock_of(row.action), *row[1:])


_COLUMNS = "action, machine, clock, paper, kind, value, by"


def _read_log(file: Path) -> _SavedRows:
    """The readable contents of a log or of a copy."""
    rows: dict[int, _Raw] = {}
    facts: dict[str, str] = {}
    last = 0
    with suppress(sqlite3.Error), closing(connections.connect_frozen(file)) as connection:
        if connection.execute("PRAGMA user_version").fetchone() != (VERSION,):
            return _SavedRows()
        select = f"SELECT number, {_COLUMNS} FROM event NOT INDEXED"
        rows = {number: tuple(row) for number, *row in connections.readable_rows(connection, select, ["number"])}
        facts = dict(connections.readable_rows(connection, "SELECT key, value FROM meta", ["key"]))
        # The second number may be too high, but can be read if the last rows can't.
        for greatest in ("SELECT max(number) FROM event", "SELECT seq FROM sqlite_sequence WHERE name = 'event'"):
            with suppress(sqlite3.Error):
                last = last or connection.execute(greatest).fetchone()[0] or 0
    facts = {key: value for key, value in facts.items() if key not in ("edition", "clock")}
    if not is_machine(facts.get("machine")):
        facts.pop("machine", None)
    return _SavedRows([rows[number] for number in sorted(rows)], facts, list(rows), last)


def _read_cache(cache: Path) -> _SavedRows:
    """The newest row of each paper and kind, from the cache."""
    if not is_there(cache):
        return _SavedRows()
    rows: list[_Raw] = []
    last = 0
    with suppress(sqlite3.Error), closing(connections.connect(cache, query_only=True)) as connection:
        select = f"SELECT {_COLUMNS.replace('machine', 'substr(action, 1, 12)')} FROM mark"
        rows = list(connections.readable_rows(connection, select, ["clock"]))
        last = int((meta.get(connection, "log_applied") or "").rpartition(" ")[2] or 0)
    return _SavedRows(rows, last=last)


def _insert(connection: sqlite3.Connection, rows: Iterable[_Raw]) -> None:
    """Insert rows, and note the latest clock; damaged rows are left out."""
    for action, machine, clock, *texts in rows:
        is_whole = is_event_id(action) and machine == machine_of(str(action)) and isinstance(clock, int)
        if is_whole and all(isinstance(text, str) for text in texts):
            connection.execute(INSERT, (action, machine, clock, *texts))
    connection.execute(
        "UPDATE meta SET value = max(CAST(value AS INTEGER), (SELECT coalesce(max(clock), 0) FROM event))"
        " WHERE key = 'clock'"
    )


def fault(cache: Path) -> str:
    """The fault of the log beside a cache, in a few words; empty if there is none. Raises CacheError."""
    log = log_database(cache)
    if log.is_dir():
        return "a folder in its place"
    if not is_there(log):
        return missing_log_reason(cache)
    try:
        with closing(connections.connect(log, query_only=True)) as connection:
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            return "" if answer == "ok" else "damaged"
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            with explain_errors(log):
                raise
        return "damaged, cut off or not a database"
