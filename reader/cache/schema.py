"""Open a cache file: pragmas, the version check, a new file's schema, and migrations, each after a backup.

All functions but `upgrade` and `engine` need only the standard library: SQLModel takes 370 ms to import, Alembic
more, and neither may delay the first list, not even in a new cache.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reader.cache.sqlite_errors import explain, explained
from reader.core.errors import CacheForeign, CacheTooNew
from reader.core.steps import note_step
from reader.paths import journal_file, make_folder, make_private, touch_private

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Closable(Protocol):
    """An object that holds a connection."""

    def close(self) -> None: ...


HEAD = "0002"
"""The newest migration: the schema that this program reads and writes."""

APPLICATION_ID = 0x44504150
"""SQLite's `application_id` of our caches, the letters DPAP; caches of older versions have 0 until they are opened."""

SET_MARK = f"PRAGMA application_id = {APPLICATION_ID}"

_NAMING_TABLES = ("paper", "event")
"""An unmarked file with a number of ours is a cache if it has one of these."""

MIGRATIONS = Path(__file__).parent / "migrations"

SCHEMA = Path(__file__).parent / "schema.sql"
"""The schema after all migrations up to `HEAD`, as SQL; `ddl.py` writes it from the tables."""

BUSY_SECONDS = 10.0

STATEMENT_STEPS = 1_000_000
"""Instructions of SQLite's virtual machine, some 20 ms, after which a statement notes a step."""


def connect(path: Path, *, query_only: bool = False, durable: bool = False) -> sqlite3.Connection:
    """Open the cache file with the standard library; the caller begins transactions.

    `durable` waits for the disk at each commit. It is for the user's marks, which no feed can send again.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    with closing_on_error(connection):
        for pragma in pragmas(durable=durable, mebibytes=2):
            connection.execute(pragma)
        if query_only:
            # A file opened read-only can't share a write-ahead log; a connection that refuses to write can.
            connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def closing_on_error(opened: Closable) -> Iterator[None]:
    """Close a newly opened object if its preparation fails."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


def pragmas(*, durable: bool, mebibytes: int) -> tuple[str, ...]:
    """The pragmas of a connection that keeps up to `mebibytes` MiB of the file in memory.

    The reader's five connections need little, because the system caches the file too: 16 MiB each made a search no
    quicker and cost 30 MB. Storing papers needs more, because its batches read and write the same pages many times.
    """
    return (
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}",
        "PRAGMA foreign_keys = ON",
        "PRAGMA temp_store = MEMORY",
        f"PRAGMA cache_size = -{1024 * mebibytes}",
    )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction that takes its lock at the start, so a busy cache can't make it fail half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After a full disk, SQLite has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version(path: Path) -> str | None:
    """The number of the cache's newest migration; None if the file is absent or empty.

    Raises CacheForeign if the file belongs to another program.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    mark = _mark_in_header(path)
    _refuse_foreign(path, mark in (0, APPLICATION_ID))
    # SQLite leaves files beside a database with a write-ahead log that it opens, unless it is told that nobody writes.
    # A file without a mark may be foreign; one that is in use has a log.
    is_at_rest = mark == 0 and not path.with_name(f"{path.name}-wal").exists()
    place = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_at_rest else ''}"
    with (
        explained(path),
        closing(sqlite3.connect(place, uri=True)) as connection,
    ):
        stamp = _stamp(connection)
        _refuse_foreign(path, _mark(connection) == APPLICATION_ID or _is_unmarked_cache(connection, stamp))
        return stamp


def _refuse_foreign(path: Path, is_ours: bool) -> None:
    if not is_ours:
        raise CacheForeign(
            f"The file {path} belongs to another program, so it was not changed. "
            "Move it away, or choose another folder with DAILYPAPERS_HOME."
        )


def _mark_in_header(path: Path) -> int:
    """The file's `application_id`, without the write-ahead log; 0 if it can't be read or is no SQLite file."""
    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return 0
    return int.from_bytes(header[68:]) if header.startswith(b"SQLite format 3\0") else 0


def _mark(connection: sqlite3.Connection) -> int:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    return int(mark)


def _is_unmarked_cache(connection: sqlite3.Connection, stamp: str | None) -> bool:
    """Whether a file without a mark is a cache of an older version, or has nothing in it yet."""
    if _mark(connection):
        return False
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    return not names or (stamp is not None and _is_number(stamp) and not names.isdisjoint(_NAMING_TABLES))


def _is_number(stamp: str) -> bool:
    """Whether a migration's number has the form of ours: four digits."""
    return len(stamp) == 4 and stamp.isascii() and stamp.isdigit()


def _ensure_mark(path: Path) -> None:
    """Mark a cache of an older version as ours; a busy or read-only one is marked another time."""
    if _mark_in_header(path) == APPLICATION_ID:
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        # The mark may be in the write-ahead log already.
        if _mark(connection) != APPLICATION_ID:
            connection.execute(SET_MARK)


def _stamp(connection: sqlite3.Connection) -> str | None:
    known = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return row[0] if row else None


def is_current(path: Path) -> bool:
    """Whether the cache needs no migration; raises CacheTooNew if a newer program made it."""
    number = version(path)
    if number is not None and number > HEAD:
        raise CacheTooNew(
            f"The cache {path} was made by a newer dailypapers (schema {number}, this one knows {HEAD}). "
            "Update dailypapers; the cache was not changed."
        )
    return number == HEAD


def ensure(path: Path) -> None:
    """Bring the cache at `path` to this program's schema; create it if it is absent or empty.

    Its folder, its files and its backups become the user's alone, also where they were not.
    """
    current = is_current(path)
    make_private(path.parent, *path.parent.glob(f"{path.name}*"), journal_file(path))
    if current:
        _ensure_mark(path)
        return
    if version(path) is None:
        create(path)
    else:
        upgrade(path)


def create(path: Path) -> None:
    """Make a new cache and stamp it as migrated; do nothing if another program made it meanwhile."""
    with suppress(OSError):
        # SQLite would let everybody read it. A failure is explained below.
        make_folder(path)
        touch_private(path)
    # If two programs start together, one waits for the write lock and then finds the stamp.
    with explained(path), closing(connect(path)) as connection, transaction(connection):
        if _stamp(connection) is None:
            for statement in statements(SCHEMA.read_text("utf-8")):
                connection.execute(statement)
            connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))
            connection.execute(SET_MARK)


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def upgrade(path: Path) -> None:
    """Back the file up, then run the missing migrations in one transaction."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import DBAPIError

    make_folder(path)
    before = version(path)
    if before is not None:
        back_up(path, path.with_name(f"{path.name}.before-{HEAD}"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    database = engine(path)
    try:
        # Alembic reads the version inside the write lock: if two programs start together, one waits.
        with database.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
            connection.exec_driver_sql(SET_MARK)
    except DBAPIError as error:
        raise explain(error, path) from error
    finally:
        database.dispose()


def back_up(path: Path, target: Path) -> None:
    """Copy a cache, which may be in use, to `target`, in full or not at all."""
    partial = target.with_name(f"{target.name}.part")
    partial.unlink(missing_ok=True)
    touch_private(partial)
    with explained(path), closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    partial.replace(target)


def engine(path: Path) -> Engine:
    """A SQLAlchemy engine for the cache; its transactions take the write lock when they begin."""
    from sqlalchemy import create_engine, event

    made = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late and do not include DDL.
        connection.isolation_level = None
        # A statement on a large cache may take minutes: each part of it is a step.
        connection.set_progress_handler(note_step, STATEMENT_STEPS)
        for pragma in pragmas(durable=False, mebibytes=16):
            connection.execute(pragma)

    @event.listens_for(made, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made
