"""What SQLite's errors become; each is provoked, none is made up."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.storing.papers import Cache
from reader.core.errors import CacheBusy, CacheDamaged, CacheError, CacheFull, CacheInterrupted
from reader.database import connections
from reader.database.sqlite_errors import explain, explained, primary_code
from reader.paths import log_file, suspect_stamp
from tests.breakage import overwrite
from tests.cache.conftest import rows


@pytest.fixture(autouse=True)
def log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))


@pytest.fixture
def connection(filled: Cache, path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connections.connect(path)) as opened:
        opened.execute("PRAGMA busy_timeout = 0")
        yield opened


def is_busy(connection: sqlite3.Connection, path: Path) -> None:
    with closing(connections.connect(path)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        connection.execute("BEGIN IMMEDIATE")


def is_locked(connection: sqlite3.Connection, _path: Path) -> None:
    reading = connection.execute("SELECT pk FROM paper")
    reading.fetchone()
    try:
        connection.execute("DROP TABLE note")
    finally:
        reading.close()


def is_interrupted(connection: sqlite3.Connection, _path: Path) -> None:
    connection.set_progress_handler(lambda: True, 1)
    connection.execute("SELECT count(*) FROM paper AS a, paper AS b, paper AS c").fetchone()


def is_full(connection: sqlite3.Connection, _path: Path) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    connection.execute("INSERT INTO meta VALUES ('much', zeroblob(100000))")


def is_damaged(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    overwrite(path, 4096, b"\xff" * (path.stat().st_size - 4096))
    rows(path, "SELECT * FROM paper")


def is_no_database(_connection: sqlite3.Connection, path: Path) -> None:
    (other := path.with_name("letter.txt")).write_text("hello " * 200)
    rows(other, "SELECT 1 FROM paper")


def is_read_only(connection: sqlite3.Connection, _path: Path) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("DELETE FROM paper")


def is_a_folder(_connection: sqlite3.Connection, path: Path) -> None:
    sqlite3.connect(path.parent)


def fails_to_write(connection: sqlite3.Connection, path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
    try:
        connection.execute("INSERT INTO meta VALUES ('much', zeroblob(10000000))")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize(
    ("provoke", "code", "kind", "sentence"),
    [
        (is_busy, sqlite3.SQLITE_BUSY, CacheBusy, "Another program"),
        (is_locked, sqlite3.SQLITE_LOCKED, CacheBusy, "Another program"),
        (is_interrupted, sqlite3.SQLITE_INTERRUPT, CacheInterrupted, "newer query"),
        (is_full, sqlite3.SQLITE_FULL, CacheFull, "disk is full"),
        (is_damaged, sqlite3.SQLITE_CORRUPT, CacheDamaged, "damaged"),
        (is_no_database, sqlite3.SQLITE_NOTADB, CacheDamaged, "damaged"),
        (is_read_only, sqlite3.SQLITE_READONLY, CacheError, "can't be written"),
        (is_a_folder, sqlite3.SQLITE_CANTOPEN, CacheError, "can't be written"),
        (fails_to_write, sqlite3.SQLITE_IOERR, CacheError, "disk failed"),
    ],
)
def test_each_code_has_its_sentence(
    connection: sqlite3.Connection,
    path: Path,
    provoke: Callable[[sqlite3.Connection, Path], None],
    code: int,
    kind: type[CacheError],
    sentence: str,
) -> None:
    with pytest.raises(CacheError) as failure, explained(path):
        provoke(connection, path)
    assert primary_code(failure.value.__cause__ or failure.value) == code
    assert type(failure.value) is kind
    assert sentence in str(failure.value)
    # Damage that is met on the way is remembered, and nothing else.
    assert suspect_stamp(path).exists() == (kind is CacheDamaged)


@pytest.mark.parametrize("column", ["has_fulltext", "is_locked", "malformed", "readonly", "interrupted"])
def test_a_missing_column_is_unforeseen_whatever_its_name(
    connection: sqlite3.Connection,
    path: Path,
    column: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(CacheError) as failure, explained(path):
        connection.execute(f"SELECT {column} FROM paper")
    assert type(failure.value) is CacheError
    assert "unexpectedly" in str(failure.value) and column in str(failure.value)
    assert "SQLITE_ERROR" in caplog.text and "Traceback" in caplog.text
    assert "SQLITE_ERROR" in log_file().read_text("utf-8")
    # Nothing of it is printed over the screen; nor is what Python refuses by itself.
    connection.close()
    with pytest.raises(CacheError, match="unexpectedly"), explained(path):
        connection.execute("SELECT 1")
    assert capfd.readouterr() == ("", "")


def test_an_error_inside_one_of_sqlalchemy_s_is_looked_at(filled: Cache, path: Path) -> None:
    from sqlalchemy.exc import DBAPIError

    with filled._engine.connect() as opened, pytest.raises(DBAPIError) as failure:
        opened.exec_driver_sql("SELECT has_fulltext FROM paper")
    assert "unexpectedly" in str(explain(failure.value, path))
    with pytest.raises(CacheError, match="unexpectedly"), filled._transaction() as writing:
        writing.exec_driver_sql("SELECT has_fulltext FROM paper")


def test_an_error_of_a_disk_without_room_is_a_full_disk(
    connection: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=4096))
    with pytest.raises(CacheError, match="disk is full"), explained(path):
        fails_to_write(connection, path)
