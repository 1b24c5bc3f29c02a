"""The log is made, copied once a day, and restored from every row that is left anywhere."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.marks.events import Events
from reader.core.errors import CacheDamaged, CacheError
from reader.log import copies
from reader.log.rows import Mark
from reader.log.store import Log
from tests.table import each

TODAY = date(2026, 11, 24)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    path = tmp_path / "papers.db"
    schema.ensure(path)
    return path


def star(cache: Path, *papers: str) -> None:
    with closing(Events.open(cache)) as events:
        for paper in papers:
            events.mark("star", True, [], absent=[paper])


def starred(cache: Path) -> list[str]:
    with closing(Log.open(cache)) as log:
        return sorted(row.paper for _, row in log.rows(0) if row.kind == "star")


def log_of(cache: Path) -> Path:
    return cache.with_name("log.db")


def close_log(cache: Path) -> None:
    with closing(sqlite3.connect(log_of(cache))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_one_copy_is_made_a_day_and_seven_are_kept(cache: Path) -> None:
    star(cache, "2611.00001")
    for day in range(9):
        copies.keep_daily_copy(cache, TODAY + timedelta(day))
        copies.keep_daily_copy(cache, TODAY + timedelta(day))
    names = [file.name for file in copies.backups(cache)]
    assert names == [f"log-2026-{day}.db" for day in ("12-02", "12-01", "11-30", "11-29", "11-28", "11-27", "11-26")]
    assert copies.backups(cache)[0].stat().st_mode & 0o077 == 0


def test_a_damaged_log_replaces_no_copy(cache: Path) -> None:
    star(cache, *(f"2611.{number:05}" for number in range(300)))
    copies.keep_daily_copy(cache, TODAY)
    close_log(cache)
    with log_of(cache).open("r+b") as file:
        file.seek(8 * 4096)
        file.write(os.urandom(4096))
    copies.keep_daily_copy(cache, TODAY + timedelta(1))
    assert [file.name for file in copies.backups(cache)] == ["log-2026-11-24.db"]


def cut(cache: Path) -> None:
    os.truncate(log_of(cache), log_of(cache).stat().st_size // 2)


def empty(cache: Path) -> None:
    log_of(cache).write_bytes(b"")


def garbage(cache: Path) -> None:
    log_of(cache).write_bytes(b"Dear diary, " * 3_000)


def page(cache: Path) -> None:
    with log_of(cache).open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xff" * 4096)


def folder(cache: Path) -> None:
    log_of(cache).unlink()
    log_of(cache).mkdir()


@each("break_it", [cut, garbage, page, folder])
def test_a_damaged_log_is_restored_from_its_rows_its_copies_and_the_cache(
    tmp_path_factory: pytest.TempPathFactory, break_it: Callable[[Path], None]
) -> None:
    cache = tmp_path_factory.mktemp("home") / "papers.db"
    schema.ensure(cache)
    star(cache, *(f"2611.{number:05}" for number in range(200)))
    copies.keep_daily_copy(cache, TODAY)
    star(cache, *(f"2611.{number:05}" for number in range(200, 300)))
    with closing(Events.open(cache)) as events:
        machine = events.machine()
        assert events.undo() is not None
    close_log(cache)
    before = starred(cache)
    for end in ("-wal", "-shm"):
        log_of(cache).with_name(f"log.db{end}").unlink(missing_ok=True)
    break_it(cache)
    assert copies.fault(cache)
    aside = copies.restore(cache)
    assert aside is not None and aside.exists()
    assert starred(cache) == before
    with closing(Events.open(cache)) as events:
        assert events.machine() == machine
        # What was undone after the copy was made stays undone: the cache has that row too.
        kept = "SELECT count(*) FROM mark WHERE kind = 'star' AND value = '1' AND undone = 0"
        assert events.read(lambda connection: connection.execute(kept).fetchone()) == (299,)


@each("break_it", [empty, lambda cache: log_of(cache).unlink()])
def test_a_lost_log_comes_back_by_itself(
    tmp_path_factory: pytest.TempPathFactory, break_it: Callable[[Path], None]
) -> None:
    cache = tmp_path_factory.mktemp("home") / "papers.db"
    schema.ensure(cache)
    star(cache, "2611.00001")
    copies.keep_daily_copy(cache, TODAY)
    star(cache, "2611.00002")
    close_log(cache)
    break_it(cache)
    assert starred(cache) == ["2611.00001", "2611.00002"]


def test_a_lost_cache_and_a_damaged_log_leave_what_the_copy_has(cache: Path) -> None:
    star(cache, "2611.00001")
    copies.keep_daily_copy(cache, TODAY)
    cache.unlink()
    garbage(cache)
    copies.restore(cache)
    assert starred(cache) == ["2611.00001"]


def test_a_damaged_log_says_so_and_that_the_next_start_restores_it(cache: Path) -> None:
    star(cache, *(f"2611.{number:05}" for number in range(100)))
    close_log(cache)
    garbage(cache)
    with pytest.raises(CacheDamaged, match=r"The file of your marks .*log\.db is damaged\. The next start"):
        Log.open(cache)
    assert cache.with_name("suspect").exists()


def test_two_programs_that_start_together_make_one_log(cache: Path) -> None:
    with closing(Log.open(cache)) as one, closing(Log.open(cache)) as other:
        one.record([Mark("2611.00001", "star", "1")])
        other.record([Mark("2611.00002", "star", "1")])
    assert starred(cache) == ["2611.00001", "2611.00002"]


def test_a_log_that_can_not_be_written_is_named(cache: Path) -> None:
    cache.parent.chmod(0o500)
    try:
        if os.access(cache.parent, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(CacheError, match="written"):
            Log.open(cache)
    finally:
        cache.parent.chmod(0o700)
