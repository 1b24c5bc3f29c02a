"""Creates the log, copies it once a day, and restores it from the remaining data if it is lost or damaged.

A log is always built under another name and then put in place, so that a killed program leaves the old or the new one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from reader.core.errors import CacheBusy, CacheError
from reader.core.foreign import is_event_id, is_machine
from reader.database import connections, meta
from reader.database.connections import hold_lock
from reader.database.sqlite_errors import explain_errors, folder_in_place, is_damage
from reader.log import old_home
from reader.log.rows import (
    INSERT,
    VERSION,
    Row,
    clock_of,
    new_machine,
    prepare,
)
from reader.paths import backup_folder, log_database, make_folder, touch_private

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
    if log.is_file() and log.stat().st_size:
        return
    if log.is_dir():
        raise folder_in_place(log)
    with hold_lock(_lock(cache), MAKE_SECONDS):
        if not (log.is_file() and log.stat().st_size):
            _build(cache, None)


def missing_log_reason(cache: Path) -> str:
    """Why the log beside a cache is missing or empty, in a few words; empty if it exists or never existed."""
    log = log_database(cache)
    if log.is_dir() or (log.is_file() and log.stat().st_size):
        return ""
    state = "empty" if log.exists() else "missing"
    had_marks = backups(cache) or (not old_home.is_old(cache) and _in_cache(cache))
    return f"{state}, while copies of it or the cache have marks" if had_marks else "empty" if log.exists() else ""


def take_old_marks(cache: Path) -> None:
    """Take over the marks that an older release left in the cache at a path; raises CacheError."""
    log = log_database(cache)
    is_new = not log.exists()
    ensure(cache)
    if not is_new:
        with connections.open_database(log, durable=True) as connection, connections.transaction(connection):
            rows = old_home.read_old_home(cache).rows
            _insert(connection, map(_raw, rows))
            last = max(int(meta.get(connection, "clock") or 0), *(clock_of(row.action) for row in rows), 0)
            meta.put(connection, "clock", str(last))


def restore(cache: Path) -> Path | None:
    """Replace a damaged log by one with every row that can be read from it, its copies and the cache.

    Returns the new path of the damaged file. Raises CacheError.
    """
    with hold_lock(_lock(cache), MAKE_SECONDS):
        return _build(cache, log_database(cache))


def _build(cache: Path, damaged: Path | None) -> Path | None:
    log = log_database(cache)
    building = connections.begin_replacement(log)
    with connections.open_database(building, durable=True) as connection, connections.transaction(connection):
        prepare(connection)
        machine = ""
        for file in filter(None, (damaged, *backups(cache))):
            rows, named = _readable(file)
            machine = machine or named
            _insert(connection, rows)
        _insert(connection, _in_cache(cache))
        if old_home.is_old(cache):
            old = old_home.read_old_home(cache)
            machine = machine or old.machine
            _insert(connection, map(_raw, old.rows))
        meta.put(connection, "machine", machine or new_machine())
        (clock,) = connection.execute("SELECT coalesce(max(clock), 0) FROM event").fetchone()
        meta.put(connection, "clock", str(clock))
    return connections.finish_replacement(building, log)


_Raw = tuple[object, ...]
"""The values of a row, unchecked: action, machine, clock, paper, kind, value and author."""


def _raw(row: Row) -> _Raw:
    return (row.action, row.machine, None, *row[1:])


def _readable(file: Path) -> tuple[list[_Raw], str]:
    """The readable rows of a log, and its machine."""
    rows: list[_Raw] = []
    machine = ""
    with suppress(sqlite3.Error), closing(connections.connect_frozen(file)) as connection:
        if connection.execute("PRAGMA user_version").fetchone() != (VERSION,):
            return [], ""
        with suppress(sqlite3.Error):
            (machine,) = connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone() or ("",)
        select = "SELECT action, machine, clock, paper, kind, value, by FROM event NOT INDEXED"
        rows = list(connections.readable_rows(connection, select, ["number"]))
    return rows, machine if is_machine(machine) else ""


def _in_cache(cache: Path) -> list[_Raw]:
    """The newest row of each paper and kind, from the cache."""
    if not cache.is_file() or not cache.stat().st_size:
        return []
    select = "SELECT action, substr(action, 1, 12), clock, paper, kind, value, by FROM mark"
    rows: list[_Raw] = []
    with suppress(sqlite3.Error), closing(connections.connect(cache, query_only=True)) as connection:
        rows = list(connections.readable_rows(connection, select, ["clock"]))
    return rows


def _insert(connection: sqlite3.Connection, rows: Iterable[_Raw]) -> None:
    """Insert rows; damaged rows are left out."""
    for action, machine, clock, *rest in rows:
        id = str(action)
        if is_event_id(action) and id[:12] == machine and all(isinstance(value, str) for value in rest):
            at = clock if isinstance(clock, int) else clock_of(id)
            connection.execute(INSERT, (action, machine, at, *rest))


def fault(cache: Path) -> str:
    """The fault of the log beside a cache, in a few words; empty if there is none. Raises CacheError."""
    log = log_database(cache)
    if log.is_dir():
        return "a folder in its place"
    if not (log.is_file() and log.stat().st_size):
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
