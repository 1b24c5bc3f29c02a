"""Open a cache file: pragmas, the version check, a new file's schema, and migrations, each after a backup.

All functions but `upgrade` and `engine` need only the standard library: SQLModel takes 370 ms to import, Alembic
more, and neither may delay the first list, not even in a new cache.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from reader.cache.sqlite_errors import explain, explained
from reader.core.errors import CacheTooNew

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Closable(Protocol):
    """An object that holds a connection."""

    def close(self) -> None: ...


HEAD = "0001"
"""The newest migration: the schema that this program reads and writes."""

MIGRATIONS = Path(__file__).parent / "migrations"

SCHEMA = Path(__file__).parent / "schema.sql"
"""The schema after all migrations up to `HEAD`, as SQL; `ddl.py` writes it from the tables."""

BUSY_SECONDS = 10.0


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
    except BaseException:
        # After a full disk, SQLite has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def version(path: Path) -> str | None:
    """The number of the cache's newest migration; None if the file is absent or empty."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    with (
        explained(path),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        return _stamp(connection)


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
    """Bring the cache at `path` to this program's schema; create it if it is absent or empty."""
    if is_current(path):
        return
    if version(path) is None:
        create(path)
    else:
        upgrade(path)


def create(path: Path) -> None:
    """Make a new cache and stamp it as migrated; do nothing if another program made it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # If two programs start together, one waits for the write lock and then finds the stamp.
    with explained(path), closing(connect(path)) as connection, transaction(connection):
        if _stamp(connection) is None:
            for statement in statements(SCHEMA.read_text("utf-8")):
                connection.execute(statement)
            connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))


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

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
    except DBAPIError as error:
        raise explain(error, path) from error
    finally:
        database.dispose()


def back_up(path: Path, target: Path) -> None:
    """Copy a cache, which may be in use, to `target`, in full or not at all."""
    partial = target.with_name(f"{target.name}.part")
    partial.unlink(missing_ok=True)
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
        for pragma in pragmas(durable=False, mebibytes=16):
            connection.execute(pragma)

    @event.listens_for(made, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made
