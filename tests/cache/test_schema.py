"""A cache file is opened, created, refused, shared and repaired, and failures are explained."""

from __future__ import annotations

import logging
import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reader.cache import repair, schema
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.repair import examine
from reader.cache.storing import Cache
from reader.core.errors import (
    CacheBusy,
    CacheDamaged,
    CacheError,
    CacheForeign,
    CacheFull,
    CacheInterrupted,
    CacheTooNew,
)
from reader.core.paper import Listing
from reader.database import connections
from reader.database.connections import begin_patiently, hold_lock
from reader.database.sqlite_errors import explain, explain_errors, primary_code
from reader.paths import log_file, suspect_stamp
from tests.breakage import BROKEN, execute, overwrite
from tests.cache.conftest import NOW, ByName, draft, rows
from tests.table import each

LAST_RELEASE = Path(__file__).parents[1] / "data" / "0.2.0"


def test_a_new_cache_is_private_and_current(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "papers.db"
    assert schema.version(path) is None
    schema.ensure(path)
    assert schema.version(path) == schema.HEAD
    assert mark_of(path) == schema.APPLICATION_ID == int.from_bytes(b"DPAP")
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("durable", "synchronous"), [({}, 1), ({"durable": True}, 2)])
def test_only_durable_connections_sync_to_disk(
    path: Path, cache: Cache, durable: dict[str, bool], synchronous: int
) -> None:
    with closing(connections.connect(path, **durable)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (synchronous,)


# What a new cache is made of


def columns(path: Path, table: str) -> dict[str, object]:
    """The type of each column of a table, whether it may be null, and its place in the key."""
    found = rows(path, 'SELECT name, type, "notnull", pk FROM pragma_table_info(?)', table)
    return {name: types for name, *types in found}


def test_the_models_have_the_columns_of_the_schema(tmp_path: Path) -> None:
    from reader.cache.tables import PAPER, TEXT

    schema.create(tmp_path / "created.db")
    engine = connections.engine(tmp_path / "models.db")
    for table in (PAPER, TEXT):
        table.create(engine)
        assert columns(tmp_path / "created.db", table.name) == columns(tmp_path / "models.db", table.name)
    engine.dispose()


def test_a_cache_that_appeared_meanwhile_is_not_changed(cache: Cache, path: Path) -> None:
    schema.create(path)
    assert schema.version(path) == schema.HEAD
    assert rows(path, "SELECT count(*) FROM alembic_version") == [(1,)]


def test_statements_are_told_apart_also_inside_triggers() -> None:
    script = "-- Said first.\nCREATE TABLE a (b);\n\nCREATE TRIGGER c AFTER INSERT ON a BEGIN\n  SELECT 1;\nEND;\n"
    first, second = connections.statements(script)
    assert first.endswith("CREATE TABLE a (b);\n")
    assert second.strip().startswith("CREATE TRIGGER") and second.endswith("END;\n")


def test_a_newer_cache_is_refused_and_says_which_program_it_needs(cache: Cache, path: Path) -> None:
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    needed = f"made by a newer dailypapers with schema 9999.*with schema {schema.HEAD}.*schema 9999 or higher"
    with pytest.raises(CacheTooNew, match=needed):
        Cache.open(path, ByName())
    assert path.read_bytes() == before


def test_a_cache_of_the_last_release_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "papers.db"
    path.write_bytes(lzma.decompress((LAST_RELEASE / "papers.db.xz").read_bytes()))
    tables = [name for name in schema.COPIED if name not in ("meta", "feed", "paper_event")]
    before = {name: rows(path, f"SELECT count(*) FROM {name}") for name in tables}
    steps: list[str] = []
    schema.ensure(path, steps.append)
    assert set(steps) == {"taking over the papers of an earlier version"}
    assert {name: rows(path, f"SELECT count(*) FROM {name}") for name in tables} == before
    assert before["paper"] > [(100,)]
    assert examine(path) == []


def test_a_program_that_ends_before_the_last_renaming_leaves_the_old_cache(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.store(Listing("2026-11-24", (draft(1),)), NOW)
    cache.close()
    with monkeypatch.context() as patch, pytest.raises(CacheError, match="can't be replaced"):
        patch.setattr(Path, "replace", lambda *_: os.fstat(-1))
        schema.replace(path)
    assert rows(path, "SELECT id FROM paper") == [("2611.00001",)]
    kept = schema.replace(path)
    assert kept is not None
    for file in (path, kept):
        assert rows(file, "SELECT id FROM paper") == [("2611.00001",)]


# Whose file it is


def mark_of(path: Path) -> int:
    return int(rows(path, "PRAGMA application_id")[0][0])


def test_a_database_with_nothing_in_it_becomes_a_cache(tmp_path: Path) -> None:
    # As a program leaves it that is killed while it makes a cache.
    execute(path := tmp_path / "papers.db", "PRAGMA journal_mode = WAL")
    assert path.stat().st_size
    schema.ensure(path)
    assert schema.version(path) == schema.HEAD


MIGRATED = ("CREATE TABLE alembic_version (version_num)", "INSERT INTO alembic_version VALUES ('ae1027a6acf')")
OURS = "PRAGMA application_id = 252006674"


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE moz_places (id)",),
        (OURS,),
        (OURS, "CREATE TABLE paper (id)"),
        ("PRAGMA application_id = -1", "PRAGMA journal_mode = WAL", "CREATE TABLE a (b)"),
        ("PRAGMA journal_mode = WAL", "CREATE TABLE a (b)"),
        MIGRATED,
        (*MIGRATED, "CREATE TABLE paper (id)"),
        (MIGRATED[0], f"INSERT INTO alembic_version VALUES ('{schema.HEAD}')", "CREATE TABLE customer (id)"),
        ("CREATE VIEW v AS SELECT 1",),
    ],
)
def test_a_file_of_another_program_is_refused_and_not_changed(statements: tuple[str, ...], tmp_path: Path) -> None:
    execute(path := tmp_path / "papers.db", *statements)
    path.chmod(0o644)
    before = path.read_bytes()
    for opened in (schema.version, schema.ensure, lambda path: Cache.open(path, ByName())):
        with pytest.raises(CacheForeign, match="belongs to another program"):
            opened(path)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in tmp_path.iterdir()] == ["papers.db"]


START = "import sys; from pathlib import Path; from reader.cache import schema; schema.ensure(Path(sys.argv[1]))"


def test_two_programs_that_start_together_make_one_cache(tmp_path: Path) -> None:
    path = tmp_path / "papers.db"
    programs = [subprocess.Popen([sys.executable, "-c", START, str(path)]) for _ in range(3)]
    assert [program.wait() for program in programs] == [0, 0, 0]
    assert schema.version(path) == schema.HEAD


def test_a_failed_transaction_leaves_nothing(path: Path, connection: sqlite3.Connection) -> None:
    with pytest.raises(ZeroDivisionError), connections.transaction(connection):
        connection.execute("INSERT INTO meta VALUES ('half', 'done')")
        _ = 1 / 0
    assert rows(path, "SELECT 1 FROM meta WHERE key = 'half'") == []


@pytest.mark.skipif(sys.platform != "linux", reason="the system's locks are listed on Linux alone")
def test_looking_at_a_cache_keeps_the_locks_that_this_program_has_on_it(path: Path) -> None:
    """Without them another program deletes the write-ahead log that this one still writes to."""

    def locks() -> list[str]:
        own = f" {os.getpid()} "
        lines = (line.partition(": ")[2] for line in Path("/proc/locks").read_text().splitlines())
        return [line for line in lines if f":{path.stat().st_ino} " in line and own in line]

    schema.ensure(path)
    with closing(connections.connect(path)) as connection:
        connection.execute("SELECT count(*) FROM paper").fetchone()
        before = locks()
        assert before
        schema.ensure(path)
        assert schema.version(path) == schema.HEAD
        assert examine(path) == []
        assert locks() == before


def test_a_turn_belongs_to_one_program_until_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "lock"

    def wait() -> bool:
        with hold_lock(lock, 30):
            return True

    with ThreadPoolExecutor() as other, hold_lock(lock, 0):
        with pytest.raises(CacheBusy, match="Another program"), hold_lock(lock, 0):
            pass
        waiting = other.submit(wait)
        assert not waiting.done()
    # Who waits gets its turn.
    assert waiting.result()


def test_a_program_that_fails_to_lock_without_waiting_can_try_again(tmp_path: Path) -> None:
    class Refused(sqlite3.Connection):
        """SQLite refuses one of two programs that turn on the log of a new cache at once, however long it may wait."""

        left = 2

        def execute(self, statement: str, /, *values: Any) -> sqlite3.Cursor:
            if "WAL" in statement and self.left:
                self.left -= 1
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(statement, *values)

    with closing(sqlite3.connect(tmp_path / "new", factory=Refused, isolation_level=None)) as connection:
        begin_patiently(connection, "PRAGMA journal_mode = WAL", 30)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (30_000,)


WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from reader.database import connections
# No file may grow, as on a full disk: SQLite can't make the file that connections share.
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
with connections.open_database(Path(sys.argv[1]), query_only=True) as opened:
    print(opened.execute("SELECT count(*) FROM paper").fetchone()[0])
"""


def test_a_full_disk_does_not_keep_a_cache_from_being_read(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="this system knows no limits")
    cache = tmp_path / "papers.db"
    schema.ensure(cache)
    done = subprocess.run([sys.executable, "-c", WITHOUT_ROOM, str(cache)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")


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
    with pytest.raises(CacheError) as failure, explain_errors(path):
        provoke(connection, path)
    assert primary_code(failure.value.__cause__ or failure.value) == code
    assert type(failure.value) is kind
    assert sentence in str(failure.value)
    # Damage that is met on the way is remembered, and nothing else.
    assert suspect_stamp(path).exists() == (kind is CacheDamaged)


@pytest.mark.parametrize("column", ["has_fulltext", "is_locked", "malformed", "readonly", "interrupted"])
def test_a_missing_column_is_an_unexpected_error_whatever_its_name(
    connection: sqlite3.Connection,
    path: Path,
    column: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(CacheError) as failure, explain_errors(path):
        connection.execute(f"SELECT {column} FROM paper")
    assert type(failure.value) is CacheError
    assert "unexpectedly" in str(failure.value) and column in str(failure.value)
    assert "SQLITE_ERROR" in caplog.text and "Traceback" in caplog.text
    assert "SQLITE_ERROR" in log_file().read_text("utf-8")
    # Nothing of it is printed over the screen; nor is what Python refuses by itself.
    connection.close()
    with pytest.raises(CacheError, match="unexpectedly"), explain_errors(path):
        connection.execute("SELECT 1")
    assert capfd.readouterr() == ("", "")


def test_the_cause_of_a_sqlalchemy_error_is_examined(filled: Cache, path: Path) -> None:
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
    with pytest.raises(CacheError, match="disk is full"), explain_errors(path):
        fails_to_write(connection, path)


# Repair


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 200 papers with marks of several kinds, and a feed."""
    path = tmp_path_factory.mktemp("marked") / "papers.db"
    with closing(Cache.open(path, ByName())) as cache:
        for day in range(10, 20):
            papers = tuple(draft(100 * day + number, abstract="A sentence. " * 20) for number in range(20))
            cache.store(Listing(f"2026-11-{day}", papers), NOW)
    with closing(Events.open(path)) as events:
        events.mark("star", True, range(1, 200, 7))
        events.mark("tag:later", True, [2, 190])
        events.mark("note", "Mine.", [3])
    with closing(Feeds.open(path)) as feeds:
        feeds.follow("arxiv", "cs.CL", "Computation and Language", "cs.cl", NOW)
    for file in (path, path.with_name("log.db")):
        execute(file)
    return path.parent


def ids(path: Path, condition: str) -> set[str]:
    return {id for (id,) in rows(path, f"SELECT id FROM paper WHERE {condition}")}


def refill(path: Path) -> None:
    """Bring all papers again, as a refresh does."""
    with closing(Cache.open(path, ByName())) as cache:
        for day in range(10, 20):
            papers = tuple(draft(100 * day + number) for number in range(20))
            cache.store(Listing(f"2026-11-{day}", papers), NOW)


@each("name", BROKEN)
def test_a_broken_cache_is_set_aside_and_all_marks_are_back(
    marked: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    home = shutil.copytree(marked, tmp_path_factory.mktemp("home") / "home")
    path = home / "papers.db"
    starred = ids(path, "starred = 1")
    BROKEN[name](home)
    assert examine(path) != [], "it is found"
    found = repair.repair(path)
    assert found.summary().startswith("Repaired (")
    assert [file.name.partition("-")[0] for file in found.aside] == ["papers.db.aside"]
    assert examine(path) == []
    refill(path)
    assert ids(path, "starred = 1") == starred
    assert ids(path, "pk IN (SELECT pk FROM paper_tag)") == ids(path, "id IN ('2611.01001', '2611.01909')")
    assert rows(path, "SELECT slug FROM feed WHERE kind <> 'own'") == [("cs.cl",)]


@each(("name", "least"), [("a table dropped", 200), ("marks dropped", 200), ("newer", 0), ("cut at its end", 10)])
def test_what_can_still_be_read_is_kept(
    marked: Path, tmp_path_factory: pytest.TempPathFactory, name: str, least: int
) -> None:
    home = shutil.copytree(marked, tmp_path_factory.mktemp("home") / "home")
    BROKEN[name](home)
    assert repair.repair(home / "papers.db").papers >= least


def test_a_healthy_home_is_not_changed(marked: Path, tmp_path: Path) -> None:
    home = shutil.copytree(marked, tmp_path / "home")
    found = repair.repair(home / "papers.db")
    assert (found.found, found.aside, found.papers) == ([], [], 200)
    assert found.summary().startswith("Nothing was broken: ")


@pytest.mark.parametrize("ends", [("",), ("", "-wal", "-shm")])
def test_a_deleted_cache_regains_its_marks_as_papers_are_fetched(
    marked: Path, tmp_path: Path, ends: tuple[str, ...]
) -> None:
    home = shutil.copytree(marked, tmp_path / "home")
    path = home / "papers.db"
    starred = ids(path, "starred = 1")
    for end in ends:
        path.with_name(f"papers.db{end}").unlink(missing_ok=True)
    schema.ensure(path)
    Events.open(path).close()
    assert examine(path) == []
    with closing(Feeds.open(path)) as feeds:
        assert set(feeds.missing_papers(date(2026, 12, 1), 99)) == starred | ids(path, "false") | {
            "2611.01001",
            "2611.01909",
            "2611.01002",
        }
        assert feeds.find("cs.cl") is not None
    refill(path)
    assert ids(path, "starred = 1") == starred


def test_a_folder_in_the_place_of_the_cache_is_named(tmp_path: Path) -> None:
    path = tmp_path / "papers.db"
    path.mkdir()
    for opening in (schema.ensure, lambda path: Cache.open(path, ByName())):
        with pytest.raises(CacheError, match=r"papers\.db is a folder, but a file of dailypapers belongs there"):
            opening(path)


def test_a_file_that_may_not_be_written_is_not_repaired(
    marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shutil.copytree(marked, tmp_path / "home")
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "log.db")
    (fault,) = examine(home / "papers.db")
    assert (fault.name, fault.can_repair) == ("permissions", False)
    with pytest.raises(CacheError, match=r"no permission to write .*log\.db"):
        repair.repair(home / "papers.db")
