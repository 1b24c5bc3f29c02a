"""How a cache file is opened, migrated and refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.papers import Cache
from reader.cache.window import Window
from reader.core.errors import CacheBusy, CacheError, CacheTooNew
from tests.cache.conftest import ByName


def test_a_new_cache_is_private_and_current(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "papers.db"
    assert schema.version(path) is None
    schema.ensure(path)
    assert schema.is_current(path)
    assert path.parent.stat().st_mode & 0o077 == 0


def comparable(_object: object, name: str, kind: str, *_: object) -> bool:
    """Full-text tables are not the models' and alembic can't compare an index on an expression."""
    return not (kind == "table" and "fts" in name) and name != "paper_by_title"


def test_the_tables_are_what_the_models_say(tmp_path: Path) -> None:
    """The migrations and the models may not drift apart."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from reader.cache.tables import METADATA

    path = tmp_path / "papers.db"
    schema.ensure(path)
    engine = schema.engine(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": comparable})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_window_reads_columns_that_the_tables_have(window: Window) -> None:
    row = window.rows([1])[0]
    paper = window.paper(1)
    assert paper is not None
    assert (row.id, row.title, row.upvotes, row.day) == (paper.id, paper.title, paper.upvotes, paper.day)


def test_a_newer_cache_is_refused_and_left_as_it_was(cache: Cache, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CacheTooNew, match="newer dailypapers"):
        Cache.open(path, ByName())
    assert path.read_bytes() == before


def test_a_migration_backs_the_file_up_first(cache: Cache, path: Path) -> None:
    cache.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.execute("INSERT INTO meta VALUES ('witness', 'kept')")
    connection.commit()
    connection.close()
    with pytest.raises(Exception, match="0000"):
        schema.upgrade(path)
    backup = sqlite3.connect(path.with_name(f"papers.db.before-{schema.HEAD}"))
    assert backup.execute("SELECT value FROM meta WHERE key = 'witness'").fetchone() == ("kept",)
    backup.close()
    untouched = sqlite3.connect(path)
    assert untouched.execute("SELECT version_num FROM alembic_version").fetchone() == ("0000",)
    untouched.close()


START = "import sys; from pathlib import Path; from reader.cache import schema; schema.ensure(Path(sys.argv[1]))"


def test_two_programs_that_start_together_make_one_cache(tmp_path: Path) -> None:
    path = tmp_path / "papers.db"
    programs = [subprocess.Popen([sys.executable, "-c", START, str(path)]) for _ in range(3)]
    assert [program.wait() for program in programs] == [0, 0, 0]
    assert schema.is_current(path)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        ("database is locked", CacheBusy, "Another program"),
        ("database or disk is full", CacheError, "disk is full"),
        ("database disk image is malformed", CacheError, "damaged"),
        ("file is not a database", CacheError, "damaged"),
        ("attempt to write a readonly database", CacheError, "permissions"),
        ("unable to open database file", CacheError, "permissions"),
        ("something else", CacheError, "doctor"),
    ],
)
def test_errors_say_what_to_do(error: str, kind: type[CacheError], sentence: str, tmp_path: Path) -> None:
    explained = schema.explain(sqlite3.OperationalError(error), tmp_path)
    assert isinstance(explained, kind)
    assert sentence in str(explained)


def test_a_file_that_is_no_cache_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "papers.db"
    path.write_text("hello " * 200)
    with pytest.raises(CacheError, match="damaged"):
        Cache.open(path, ByName())
    assert path.read_text() == "hello " * 200


def test_a_failed_transaction_leaves_nothing(cache: Cache, path: Path) -> None:
    connection = schema.connect(path)
    with pytest.raises(ZeroDivisionError), schema.transaction(connection):
        connection.execute("INSERT INTO meta VALUES ('half', 'done')")
        _ = 1 / 0
    assert connection.execute("SELECT 1 FROM meta WHERE key = 'half'").fetchone() is None
    connection.close()
