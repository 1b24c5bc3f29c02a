"""The file of a cache: checks before it is opened, creation, and replacement of an older or broken file.

Any file but a good cache of this program is refused before anything is written, so a damaged file stays unchanged. An
older cache is replaced like a broken one: the rows that both schemas have are copied into a new file, the marks come
back from the log, and the old file is put aside. So there are no migrations, and the old file is the backup.

It needs only the standard library: SQLModel takes 370 ms to import, and must not delay the first list, even in a new or
older cache.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from itertools import islice
from pathlib import Path

from reader import SCHEMA, __version__
from reader.core.errors import CacheError, CacheForeign, CacheTooNew
from reader.database.connections import (
    begin_replacement,
    connect,
    connect_frozen,
    finish_replacement,
    hold_lock,
    open_database,
    readable_rows,
    statements,
    transaction,
)
from reader.database.sqlite_errors import damaged_error, explain, primary_code
from reader.paths import is_there, make_folder, touch_private

HEAD = SCHEMA
"""The number of the schema that this program reads and writes."""

APPLICATION_ID = 0x44504150
"""SQLite's `application_id` of our caches, the letters DPAP."""

STAMP = "alembic_version"
"""The table with the number of the schema; named by Alembic, which ran the migrations of version 0.1."""

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""SQLite's codes for a file that proves broken when it is opened."""

Progress = Callable[[str], None]
"""Shows a step in words."""

UPGRADE_SECONDS = 600.0
"""Seconds to wait for another program that replaces or repairs the same cache."""


def _schema() -> str:
    return Path(__file__).with_name("schema.sql").read_text("utf-8")


def version(path: Path) -> str | None:
    """The number of the cache's schema; None if the file is absent or empty.

    Raises CacheForeign if the file belongs to another program, CacheTooNew if a newer dailypapers made it, and
    CacheDamaged if it can't be opened.
    """
    if not is_there(path):
        return None
    # Only SQLite may read the file: closing any other handle drops all locks that this process holds on it, even those
    # of other connections, and then another program may delete their write-ahead log.
    try:
        with closing(connect(path, query_only=True)) as connection:
            (mark,) = connection.execute("PRAGMA application_id").fetchone()
            names, number = _names(connection), _number(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # Python can't decode SQLite's message if it quotes a name with damaged bytes. SQLite reports some damage as a
        # mistake in the statement.
        if not isinstance(error, UnicodeDecodeError) and primary_code(error) not in _BROKEN:
            raise explain(error, path) from error
        raise damaged_error(path) from error
    if mark != APPLICATION_ID and (mark or names):
        raise CacheForeign(
            f"The file {path} belongs to another program, so it was not changed. 'dailypapers doctor --repair' moves "
            "it aside; or set DAILYPAPERS_HOME to another folder."
        )
    if number is not None and number > HEAD:
        raise CacheTooNew(
            f"The cache {path} was made by a newer dailypapers with schema {number}, and this is dailypapers"
            f" {__version__} with schema {HEAD}, so it was not changed. Install a version whose 'dailypapers --version'"
            f" says schema {number} or higher; 'dailypapers doctor --repair' begins a new cache with your marks."
        )
    return number


def _names(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}


def _number(connection: sqlite3.Connection) -> str | None:
    row = connection.execute(f"SELECT version_num FROM {STAMP}").fetchone() if STAMP in _names(connection) else None
    return str(row[0]) if row else None


def missing_parts(connection: sqlite3.Connection) -> list[str]:
    """The tables, indexes, views and triggers of a current cache that are missing."""
    created = r"^CREATE (?:VIRTUAL |UNIQUE )?(?:TABLE|INDEX|VIEW|TRIGGER) (\w+)"
    return sorted(set(re.findall(created, _schema(), re.MULTILINE)) - _names(connection))


def ensure(path: Path, progress: Progress = lambda _: None) -> None:
    """Bring the cache at `path` to this program's schema; create it if it is absent or empty.

    An older cache is copied, which takes seconds: `progress` gets each step in words.
    """
    number = version(path)
    if number is None:
        create(path)
    elif number != HEAD:
        _upgrade(path, progress)


def create(path: Path) -> None:
    """Make a new cache; do nothing if another program made it meanwhile."""
    with suppress(OSError):
        # SQLite would create a file that everybody can read. A failure is explained below.
        make_folder(path)
        touch_private(path)
    # If two programs start together, the second waits for the write lock and then finds the schema number.
    with open_database(path) as connection, transaction(connection):
        if _number(connection) is None:
            for statement in statements(_schema()):
                connection.execute(statement)
            connection.execute(f"CREATE TABLE {STAMP} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.execute(f"INSERT INTO {STAMP} (version_num) VALUES ('{HEAD}')")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _upgrade(path: Path, progress: Progress) -> None:
    """Replace an older cache by one with this program's schema; programs that start together take turns."""
    with hold_lock(lock(make_folder(path)), UPGRADE_SECONDS):
        if version(path) not in (None, HEAD):
            from reader.log import copies

            copies.take_old_marks(path)
            with open_database(path) as old:
                # An older program that still runs must not record marks that nothing reads.
                if "event" in _names(old):
                    old.execute(_REFUSE_MARKS)
            replace(path, lambda _: progress("taking over the papers of an earlier version"))
            # The separate index of searches with `~` in version 0.2.
            import shutil

            shutil.rmtree(path.with_name("finding"), ignore_errors=True)


_REFUSE_MARKS = """
    CREATE TRIGGER IF NOT EXISTS taken_over BEFORE INSERT ON event BEGIN
        SELECT RAISE(ABORT, 'A newer dailypapers has taken over this home: start that one.');
    END
"""


def lock(path: Path) -> Path:
    """The lock file that a program holds while it replaces or repairs the cache at a path."""
    return path.with_suffix(".lock")


COPIED = (
    *("topic", "paper", "paper_text", "paper_alias", "paper_category", "paper_source", "paper_topic", "paper_event"),
    *("listing", "day", "trending", "full_text", "community", "feed", "meta"),
)
"""Tables whose readable rows are copied; all others are derived."""

ROWS_PER_INSERT = 500


def replace(path: Path, progress: Progress = lambda _: None) -> Path | None:
    """Make a new cache from the readable rows of the cache at a path; return where the old file was put aside.

    The caller holds `lock`. Raises CacheError.
    """
    building = begin_replacement(path)
    create(building)
    if path.is_file():
        with open_database(building) as new:
            _copy(path, new, progress)
    return finish_replacement(building, path)


def _copy(path: Path, new: sqlite3.Connection, progress: Progress) -> None:
    from reader.cache.texts import rebuild_index

    try:
        old = connect_frozen(path)
    except (sqlite3.Error, CacheError):
        return
    new.execute("PRAGMA foreign_keys = OFF")
    with closing(old), transaction(new):
        for table in COPIED:
            with suppress(sqlite3.Error):
                _copy_table(old, new, table, partial(progress, f"copying {table}"))
        new.execute("DELETE FROM paper WHERE pk NOT IN (SELECT pk FROM paper_text)")
        for table in COPIED:
            columns = {name for _, name, *_ in new.execute(f"PRAGMA table_info({table})")}
            if "pk" in columns and table not in ("topic", "paper", "feed"):
                new.execute(f"DELETE FROM {table} WHERE pk NOT IN (SELECT pk FROM paper)")
        new.execute("DELETE FROM day WHERE papers <> (SELECT count(*) FROM listing WHERE listing.day = day.day)")
        new.execute("DELETE FROM meta WHERE key = 'log_applied'")
        progress("making the index of words")
        rebuild_index(new)


def _copy_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str, progress: Callable[[], None]) -> None:
    """Copy the readable rows of a table."""
    info = new.execute(f"PRAGMA table_info({table})").fetchall()
    known = {name for _, name, *_ in old.execute(f"PRAGMA table_info({table})")}
    names = [name for _, name, *_ in info if name in known]
    keys = [f'"{name}"' for _, name, *_, place in sorted(info, key=lambda column: column[5]) if place]
    if not names:
        return
    columns = ", ".join(f'"{name}"' for name in names)
    insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})"
    rows = readable_rows(old, f"SELECT {columns} FROM {table}", keys)
    while batch := list(islice(rows, ROWS_PER_INSERT)):
        _insert(new, insert, batch)
        progress()


def _insert(new: sqlite3.Connection, insert: str, rows: list[tuple[object, ...]]) -> None:
    """Insert rows; leave out rows with damaged values that the table refuses."""
    try:
        new.executemany(insert, rows)
    except sqlite3.Error:
        for row in rows:
            with suppress(sqlite3.Error):
                new.execute(insert, row)
