"""Connections to a cache file: pragmas, read-only files, and transactions.

All functions but `engine` need only the standard library, so as not to delay the first list.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol, Self

from reader.core.errors import CacheBusy, CacheError
from reader.database.sqlite_errors import explain_errors, primary_code
from reader.paths import FULL, make_folder, sync, take_lock, touch_private

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Closable(Protocol):
    """An object that holds a connection."""

    def close(self) -> None: ...


BUSY_SECONDS = 10.0

RETRY_SECONDS, GAP_SECONDS = 0.001, 0.003
"""Interval for retrying the write lock, and the pause that long work leaves between transactions."""


def connect(
    path: Path, *, query_only: bool = False, durable: bool = False, patience: float = BUSY_SECONDS
) -> sqlite3.Connection:
    """Open a database with the standard library; the caller begins transactions.

    `durable` waits for the disk at each commit; it is meant for the user's marks, which no feed can send again. With
    `query_only`, the file must exist; neither its contents nor its settings are changed, and it may be read-only.
    """
    try:
        return _connect(path, query_only=query_only, durable=durable, patience=patience)
    except sqlite3.OperationalError as error:
        if not (query_only and _is_refusal(error) and path.exists()):
            raise
        return connect_frozen(path)


@contextmanager
def open_database(path: Path, *, query_only: bool = False, durable: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection for a block, with errors as CacheErrors."""
    with explain_errors(path), closing(connect(path, query_only=query_only, durable=durable)) as connection:
        yield connection


def _connect(path: Path, *, query_only: bool, durable: bool, patience: float) -> sqlite3.Connection:
    # A URI, so that the log can be attached for reading only.
    address = f"{path.absolute().as_uri()}{'?mode=rw' if query_only else ''}"
    connection = sqlite3.connect(address, timeout=0, isolation_level=None, check_same_thread=False, uri=True)
    with closing_on_error(connection):
        first, *others = pragmas(durable=durable, kibibytes=512)
        # A file opened read-only can't share a write-ahead log; a connection that refuses to write can.
        begin_patiently(connection, "SELECT 1 FROM sqlite_schema LIMIT 1" if query_only else first, patience)
        for pragma in (*others, *(("PRAGMA query_only = ON",) if query_only else ())):
            connection.execute(pragma)
        add_functions(connection)
    return connection


def add_functions(connection: Any) -> None:
    """Add the functions that the schema calls: `indexed` converts a column to the text to index."""
    connection.create_function("indexed", 1, _index_text, deterministic=True)


def _index_text(text: str | None) -> str:
    # Imported late, since the first list does not need the patterns that fold words.
    from reader.core.words import index_text

    return index_text(text)


def begin_patiently(connection: sqlite3.Connection, statement: str, seconds: float) -> None:
    """Execute a connection's first statement, even if the file is busy; SQLite itself waits in later statements.

    Of two programs that turn on the log of a new cache at once, SQLite refuses one without waiting at all.
    """
    _execute_patiently(connection, statement, seconds)
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")


def _execute_patiently(connection: sqlite3.Connection, statement: str, seconds: float) -> None:
    """Execute a statement, trying each millisecond while another program holds the file.

    SQLite's own waiting ends up trying every 100 ms, and would miss the short gaps between the transactions of a
    program with long work, such as a sync.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up:
                raise
        time.sleep(RETRY_SECONDS)


_REFUSALS = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_NO_ROOM = (sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP)


def _is_refusal(error: sqlite3.Error) -> bool:
    """Whether SQLite may not write the file or create those beside it, or lacks room for its locks."""
    return primary_code(error) in _REFUSALS or error.sqlite_errorcode in _NO_ROOM


def connect_frozen(path: Path) -> sqlite3.Connection:
    """Open a file that no program uses for reading, even if it is damaged: no file is created or changed.

    SQLite reads a write-ahead log only with a file for its locks, or without locks for a single connection; without a
    log, it needs the declaration that the file never changes.
    """
    wal = path.with_name(f"{path.name}-wal")
    how = "vfs=unix-none" if wal.exists() and wal.stat().st_size else "immutable=1"
    place = f"{path.absolute().as_uri()}?mode=ro&{how}"
    connection = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
    with closing_on_error(connection):
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA temp_store = MEMORY")
        # With this, SQLite reads the rest of a file that was cut off instead of refusing it.
        connection.execute("PRAGMA writable_schema = ON")
        add_functions(connection)
    return connection


def readable_rows(connection: sqlite3.Connection, select: str, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query by its keys, from the start and, if a page is damaged, also from the end.

    Rows may then come twice. They are fetched one by one, since a failed row would lose all rows fetched with it.
    """
    for direction in ("ASC", "DESC"):
        try:
            yield from connection.execute(f"{select} ORDER BY {', '.join(f'{key} {direction}' for key in keys)}")
        except (sqlite3.Error, UnicodeDecodeError):
            continue
        return


@contextmanager
def closing_on_error(opened: Closable) -> Iterator[None]:
    """Close a newly opened object if its preparation fails."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


class Store:
    """One kind of facts in a cache whose schema is current; methods block, and raise CacheError.

    The thread of a cancelled refresh may still use it while it is closed, hence the lock.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = RLock()

    @classmethod
    def open(cls, path: Path, *, query_only: bool = False) -> Self:
        with explain_errors(path):
            return cls(connect(path, query_only=query_only), path)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, explain_errors(self._path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection, transaction(connection):
            yield connection

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with self._reading() as connection:
            return connection.execute(sql, values).fetchall()


def pragmas(*, durable: bool, kibibytes: int) -> tuple[str, ...]:
    """The pragmas of a connection that keeps up to `kibibytes` KiB of the file in memory.

    The reader's six connections need little, because the system caches the file too: 2 MiB each made no search faster.
    Storing papers needs more, because its batches read and write the same pages many times.
    """
    return (
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}",
        # On macOS alone: see `platform.to_disk`.
        "PRAGMA fullfsync = ON",
        "PRAGMA foreign_keys = ON",
        "PRAGMA temp_store = MEMORY",
        # The triggers call a function of the program, which some builds of SQLite refuse without it.
        "PRAGMA trusted_schema = ON",
        f"PRAGMA cache_size = -{kibibytes}",
    )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction that takes its lock at the start, so a busy cache can't make it fail half-way."""
    ((patience,),) = connection.execute("PRAGMA busy_timeout").fetchall()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        _execute_patiently(connection, "BEGIN IMMEDIATE", patience / 1_000)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After a full disk, SQLite has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def give_way() -> None:
    """Let another program take the write lock between two transactions of long work."""
    time.sleep(GAP_SECONDS)


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def engine(path: Path) -> Engine:
    """A SQLAlchemy engine for the cache, whose transactions begin with the write lock."""
    from sqlalchemy import URL, create_engine, event

    made = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": 0, "check_same_thread": False}
    )

    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late and do not include DDL.
        connection.isolation_level = None
        first, *others = pragmas(durable=False, kibibytes=16_384)
        begin_patiently(connection, first, BUSY_SECONDS)
        for pragma in others:
            connection.execute(pragma)
        add_functions(connection)

    @event.listens_for(made, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


BESIDE = ("-wal", "-journal", "-shm")
"""Suffixes of the files that SQLite keeps beside a database; the first two hold the latest writes."""


def begin_replacement(path: Path) -> Path:
    """A private, empty file beside a database, in which its replacement is built."""
    building = make_folder(path).with_name(f"{path.name}.new")
    for end in ("", *BESIDE):
        building.with_name(building.name + end).unlink(missing_ok=True)
    touch_private(building)
    return building


def finish_replacement(building: Path, path: Path) -> Path | None:
    """Put a new database in its place, and give the old one a dated name; return that, None without an old one.

    The last renaming decides: a program that is killed before it leaves the old database in its place. Raises
    CacheError.
    """
    with explain_errors(building), closing(sqlite3.connect(building)) as connection:
        # Only a complete file without others beside it takes the place.
        connection.execute("PRAGMA journal_mode = DELETE")
    dated = f"{path.name}.aside-{datetime.now():%Y-%m-%d-%H%M%S}"
    names = (path.with_name(f"{dated}{f'-{number}' if number > 1 else ''}") for number in count(1))
    kept = next(name for name in names if not any(name.with_name(name.name + end).exists() for end in ("", *BESIDE)))
    try:
        if path.exists():
            _keep(path, kept)
        # The new database must never meet the old one's log, which SQLite would use.
        for end in BESIDE:
            with suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(kept.with_name(kept.name + end))
        building.replace(path)
        sync(path.parent)
    except OSError as error:
        what = "Free some space" if error.errno in FULL else "Check the permissions of its folder"
        raise CacheError(f"{path} can't be replaced: {error.strerror}. {what}.") from error
    return kept if kept.exists() else None


def _keep(path: Path, kept: Path) -> None:
    """Give a file a second name; a folder, or a file on a file system without hard links, is renamed."""
    try:
        kept.hardlink_to(path)
    except OSError:
        path.rename(kept)


@contextmanager
def hold_lock(lock: Path, seconds: float) -> Iterator[None]:
    """Wait up to this many seconds for the file `lock`, and hold it until the block or the program ends.

    Raises CacheBusy after that time, and CacheError if the file can't be written.
    """
    try:
        handle = take_lock(
            make_folder(lock), CacheBusy(f"Another program holds {lock}. Try again in a moment."), seconds
        )
    except OSError as error:
        raise CacheError(f"{lock} can't be written: {error.strerror}. Check the permissions of its folder.") from error
    try:
        yield
        # Its modification time records when the block last succeeded.
        os.utime(lock)
    finally:
        os.close(handle)
