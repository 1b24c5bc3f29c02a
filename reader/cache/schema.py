"""The schema of a cache file: the checks before it is opened, a new file's schema, and migrations after a backup.

Anything but a good cache of ours is refused before anything is written, so a damaged file stays unchanged.

It needs only the standard library: SQLModel takes 370 ms to import, and must not delay the first list, even in a new or
older cache.
"""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from reader import __version__
from reader.core.errors import CacheError, CacheForeign, CacheTooNew
from reader.core.steps import note_step
from reader.database.connections import STATEMENT_STEPS, open_database, peek, statements, transaction
from reader.database.sqlite_errors import damaged, explain, explained, primary_code
from reader.paths import backup_folder, make_folder, touch_private

_HEADING = re.compile(r"^-- ([0-9]{4}): .*\n", re.MULTILINE)

WITH_LOG = "0020"
"""The migration that drops the user's marks from the cache, after the log has taken them over."""

OLDEST = "0015"
"""The schema of the last release. An older cache is put aside, once the log has its marks, and its papers come anew."""


def _statements(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def run_migrations(connection: sqlite3.Connection, after: str) -> None:
    """Run the migrations after a number, in the caller's transaction; raises sqlite3.Error."""
    _, *parts = _HEADING.split(_statements("migrations.sql"))
    for number, sql in zip(parts[::2], parts[1::2], strict=True):
        if number > after:
            for statement in statements(sql):
                connection.execute(statement)
            if number in _MORE:
                _MORE[number](connection)
    connection.execute(f"UPDATE alembic_version SET version_num = '{HEAD}'")


def _index_in_one_way(connection: sqlite3.Connection) -> None:
    """Index the texts too, and remove the second index that searches with `~` had in a folder beside the cache."""
    from reader.cache.texts import rebuild_index

    rebuild_index(connection)
    (file,) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    shutil.rmtree(Path(file).with_name("finding"), ignore_errors=True)


_MORE: dict[str, Callable[[sqlite3.Connection], None]] = {"0018": _index_in_one_way}
"""What follows the SQL of some migrations."""


HEAD = "0024"
"""The newest migration: the schema that this program reads and writes."""

APPLICATION_ID = 0x44504150
"""SQLite's `application_id` of our caches, the letters DPAP; caches of older versions have 0."""

STAMP = "alembic_version"
"""The table with the number of the schema; Alembic, which ran the migrations in version 0.1, has given it its name."""

_NAMING_TABLES = ("paper", "event", "mark")
"""A file with a number of ours is a cache if it has one of these."""

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""SQLite's codes for a file that is broken at first sight."""

UPGRADE_SECONDS = 600.0
"""Seconds to wait for another program that migrates the same cache, and copies it before."""


class _Facts(NamedTuple):
    """What a file says about itself."""

    version: str | None
    """The number of its newest migration."""
    mark: int
    names: frozenset[str]

    @property
    def is_ours(self) -> bool:
        """Whether it is a cache, of any version, or nothing yet."""
        is_number = self.version is not None and re.fullmatch(r"[0-9]{4}", self.version) is not None
        has_ours = is_number and not self.names.isdisjoint(_NAMING_TABLES)
        return has_ours or (not self.names and self.mark in (0, APPLICATION_ID))


def version(path: Path) -> str | None:
    """The number of the cache's newest migration; None if the file is absent or empty.

    Raises CacheForeign if the file belongs to another program, CacheDamaged if it is broken at first sight.
    """
    return _facts(path).version


def _facts(path: Path) -> _Facts:
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return _Facts(None, 0, frozenset())
    # The file must not be read but by SQLite: as it is closed, the system drops all locks that this process has on it,
    # also those of other connections, and another program may delete their log.
    try:
        with closing(peek(path)) as connection:
            facts = _read_facts(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # Python can't decode SQLite's message if it has changed bits of a name in it. SQLite takes some damage for a
        # mistake in the statement, which has none.
        if not isinstance(error, UnicodeDecodeError) and primary_code(error) not in _BROKEN:
            raise explain(error, path) from error
        raise damaged(path) from error
    if not facts.is_ours:
        raise CacheForeign(
            f"The file {path} belongs to another program, so it was not changed. 'dailypapers doctor --repair' moves "
            "it aside; or set DAILYPAPERS_HOME to another folder."
        )
    if facts.mark not in (0, APPLICATION_ID):
        raise damaged(path)
    return facts


def _read_facts(connection: sqlite3.Connection) -> _Facts:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    names = frozenset(name for (name,) in connection.execute("SELECT name FROM sqlite_schema"))
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if STAMP in names else None
    return _Facts(str(row[0]) if row else None, int(mark), names)


def missing_parts(connection: sqlite3.Connection) -> list[str]:
    """The tables, indexes, views and triggers of a current cache that are missing."""
    created = r"^CREATE (?:VIRTUAL |UNIQUE )?(?:TABLE|INDEX|VIEW|TRIGGER) (\w+)"
    known = re.findall(created, _statements("schema.sql"), re.MULTILINE)
    return sorted(set(known) - _read_facts(connection).names)


def is_current(path: Path) -> bool:
    """Whether the cache needs no migration; raises CacheTooNew if a newer program made it.

    Raises CacheForeign or CacheDamaged like `version`.
    """
    return _is_current(path, version(path))


def _is_current(path: Path, number: str | None) -> bool:
    if number is not None and number > HEAD:
        raise CacheTooNew(
            f"The cache {path} was made by a newer dailypapers with schema {number}, and this is dailypapers"
            f" {__version__} with schema {HEAD}, so it was not changed. Install a version whose 'dailypapers --version'"
            f" says schema {number} or higher; 'dailypapers doctor --repair' begins a new cache with your marks."
        )
    return number == HEAD


def ensure(path: Path) -> None:
    """Bring the cache at `path` to this program's schema; create it if it is absent or empty."""
    number = version(path)
    if number is None:
        create(path)
    elif not _is_current(path, number):
        upgrade(path)


def create(path: Path) -> None:
    """Make a new cache; do nothing if another program made it meanwhile."""
    with suppress(OSError):
        # SQLite would let everybody read it. A failure is explained below.
        make_folder(path)
        touch_private(path)
    # If two programs start together, one waits for the write lock and then finds the stamp.
    with open_database(path) as connection, transaction(connection):
        if _read_facts(connection).version is None:
            for statement in statements(_statements("schema.sql")):
                connection.execute(statement)
            connection.execute(f"CREATE TABLE {STAMP} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.execute(f"INSERT INTO {STAMP} (version_num) VALUES ('{HEAD}')")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def upgrade(path: Path) -> None:
    """Bring an older cache to this program's schema, after a backup; programs that start together take turns."""
    from reader.database.connections import alone
    from reader.log import copies

    with alone(lock(make_folder(path)), UPGRADE_SECONDS):
        number = version(path)
        if number is None or _is_current(path, number):
            return
        if number < OLDEST:
            copies.take_old(path)
            set_aside(path)
            create(path)
            return
        back_up_before(path, date.today(), HEAD)
        if number < WITH_LOG:
            copies.take_old(path)
        with open_database(path) as connection:
            # A statement on a large cache may take minutes: each part of it is a step.
            connection.set_progress_handler(note_step, STATEMENT_STEPS)
            with transaction(connection):
                # Another program may have done it meanwhile.
                run_migrations(connection, _read_facts(connection).version or HEAD)


def lock(path: Path) -> Path:
    """The lock file of programs that migrate or repair the cache at a path, which take turns."""
    return path.with_suffix(".lock")


def back_up_before(path: Path, today: date, head: str) -> Path:
    """Copy the whole cache before its migration to the schema `head`; an earlier such copy is kept.

    The caller holds `lock`. Raises CacheError.
    """
    target = backup_folder(path) / f"{path.stem}-{today.isoformat()}-before-{head}.db"
    if target.exists():
        return target
    part = make_folder(target).with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    touch_private(part)
    try:
        with explained(path), closing(sqlite3.connect(part, isolation_level=None)) as copy:
            with closing(sqlite3.connect(path)) as source:
                source.backup(copy)
            # A copy of a cache with a write-ahead log would get its own log when opened.
            copy.execute("PRAGMA journal_mode = DELETE")
        part.replace(target)
    except OSError as error:
        raise CacheError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return target


BESIDE = ("-wal", "-journal", "-shm")
"""Suffixes of the files that SQLite keeps beside a database; the first two hold the latest writes."""


def set_aside(path: Path) -> Path:
    """Rename a file or folder and SQLite's files beside it; return the new name. Raises CacheError."""
    kept = _free_name(path)
    try:
        for end in BESIDE:
            # A new file must never meet the old one's log, which SQLite would use.
            with suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(kept.with_name(kept.name + end))
        path.rename(kept)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CacheError(
                f"The disk is full, so {path} stays in its place. Free some space and try again."
            ) from error
        raise CacheError(
            f"{path} can't be put aside: {error.strerror}. Check the permissions of its folder."
        ) from error
    return kept


def _free_name(path: Path) -> Path:
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    number = 1
    while True:
        name = path.with_name(f"{path.name}.aside-{now}{f'-{number}' if number > 1 else ''}")
        if not any(name.with_name(name.name + end).exists() for end in ("", *BESIDE)):
            return name
        number += 1
