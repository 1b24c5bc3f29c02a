"""Backups: one a day and one before a migration, three kept, one whole; no bad one for a good one; never in the way."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from reader import paths
from reader.cache import files, schema
from reader.cache.files import is_whole, page_size
from reader.cache.marks.events import Events
from reader.cache.mending.repair import opened
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheDamaged, CacheError
from tests.breakage import cut, execute, flip, make_older, overwrite, root_page
from tests.cache.conftest import draft, rows

TODAY = date(2026, 11, 25)


def names(path: Path) -> list[str]:
    return [file.name for file in files.backups(path)]


def count(path: Path, table: str) -> int:
    return int(rows(path, f"SELECT count(*) FROM {table}")[0][0])


def test_the_cache_is_backed_up_once_a_day_and_three_days_are_kept(kept: Path) -> None:
    others = [paths.backup_folder(kept) / name for name in ("papers-mine.db", "notes.txt", "papers-2026-01-01.db.copy")]
    others[0].parent.mkdir()
    for other in others:
        other.write_text("mine")
    for day in range(5):
        assert files.back_up_daily(kept, TODAY + timedelta(day)) is not None
        assert files.back_up_daily(kept, TODAY + timedelta(day)) is None
    assert names(kept) == ["papers-2026-11-29.db", "papers-2026-11-28.db", "papers-2026-11-25.db"]
    newest, _, whole = files.backups(kept)
    assert schema.is_current(whole)
    assert (count(whole, "event"), count(whole, "paper")) == (5, 40)
    assert (count(newest, "event"), count(newest, "paper")) == (5, 3)
    assert {file.stat().st_mode & 0o777 for file in files.backups(kept)} == {0o600}
    # Other files of the folder stay.
    assert {*newest.parent.iterdir()} == {*files.backups(kept), *others}
    assert {other.read_text() for other in others} == {"mine"}


def test_the_folder_of_backups_is_the_users_alone(kept: Path) -> None:
    paths.make_folder(left := paths.backup_folder(kept) / "papers-2026-01-01.db.part").touch()
    made = files.back_up_daily(kept, TODAY)
    assert made is not None and made.parent.stat().st_mode & 0o777 == 0o700 and not left.exists()
    # A backup is no cache that is written to.
    execute(kept, "DELETE FROM note")
    assert count(made, "note") == 1
    assert [file.name for file in made.parent.iterdir()] == [made.name]


def test_a_week_later_the_next_whole_backup_takes_the_place_of_the_last(kept: Path) -> None:
    papers = [count(made, "paper") for day in range(9) if (made := files.back_up_daily(kept, TODAY + timedelta(day)))]
    assert papers == [40, *[3] * 6, 40, 3]
    assert names(kept) == ["papers-2026-12-03.db", "papers-2026-12-02.db", "papers-2026-12-01.db"]


@pytest.mark.parametrize("off", [-400, 400])
def test_backups_of_a_wrong_clock_do_not_stand_in_the_way(kept: Path, off: int) -> None:
    for day in range(3):
        files.back_up_daily(kept, TODAY + timedelta(day + off))
    for day in range(3):
        files.back_up_daily(kept, TODAY + timedelta(day))
    assert names(kept) == ["papers-2026-11-27.db", "papers-2026-11-26.db", "papers-2026-11-25.db"]
    assert [count(file, "paper") for file in files.backups(kept)] == [3, 3, 40]


def test_what_is_not_yet_merged_into_the_file_is_backed_up_too(kept: Path) -> None:
    with closing(Events.open(kept)) as events:
        events.mark("star", True, [30])
        assert kept.with_name("papers.db-wal").stat().st_size
        made = files.back_up_daily(kept, TODAY)
    assert made is not None
    assert count(made, "event") == 6


def test_a_backup_before_a_migration_is_one_of_the_three(closed: Path) -> None:
    for day in (3, 2, 1):
        files.back_up_daily(closed, TODAY - timedelta(day))
    make_older(closed.parent)
    before = rows(closed, "PRAGMA table_info(event)")
    schema.ensure(closed)
    assert len(names(closed)) == 3
    assert names(closed)[0].endswith(f"-before-{schema.HEAD}.db")
    assert rows(files.backups(closed)[0], "PRAGMA table_info(event)") == before


def test_a_large_cache_is_backed_up_without_what_can_be_fetched_again(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FULL_BYTES", 1000)
    made = files.back_up_daily(kept, TODAY)
    assert made is not None
    assert {id for (id,) in rows(made, "SELECT id FROM paper")} == {draft(0).id, draft(1).id, draft(2).id}, (
        "the papers with a star, a tag and a note"
    )
    with opened(made, kept.with_suffix(".reading")) as salvage:
        assert salvage is not None
        assert len(list(salvage.entries())) == 5
        assert len(salvage.papers()) == 3
        assert salvage.machine() is not None
    assert made.stat().st_size < kept.stat().st_size / 2


def test_a_nearly_full_disk_gets_a_small_backup(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=kept.stat().st_size))
    made = files.back_up_daily(kept, TODAY)
    assert made is not None
    assert count(made, "paper") == 3


def damage(path: Path) -> None:
    overwrite(path, (root_page(path, "listing") - 1) * 4096 + 1, b"\xff" * 200)


@pytest.mark.parametrize("break_it", [damage, lambda path: flip(50_000, 1)(path.parent)])
def test_a_bad_cache_takes_no_good_backups_place(closed: Path, break_it: Callable[[Path], None]) -> None:
    for day in (3, 2, 1):
        files.back_up_daily(closed, TODAY - timedelta(day))
    before = {file: file.read_bytes() for file in files.backups(closed)}
    break_it(closed)
    with pytest.raises(CacheDamaged):
        files.back_up_daily(closed, TODAY)
    assert {file: file.read_bytes() for file in files.backups(closed)} == before
    assert len(list(paths.backup_folder(closed).iterdir())) == 3
    # The damage that was found is remembered, so there is no further try.
    assert files.back_up_daily(closed, TODAY) is None


def test_without_a_cache_there_is_nothing_to_back_up(path: Path) -> None:
    assert files.back_up_daily(path, TODAY) is None
    assert not paths.backup_folder(path).exists()


def test_a_failed_backup_is_logged_and_stops_nothing(
    kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "home"))
    paths.backup_folder(kept).write_text("a file where the folder should be")
    with pytest.raises((CacheError, OSError)):
        files.back_up_daily(kept, TODAY)
    files.keep_daily_backup(kept, TODAY)
    assert "backup" in paths.log_file().read_text()


def test_a_full_disk_leaves_the_older_backups(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    files.back_up_daily(kept, TODAY - timedelta(1))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(CacheError):
            files.back_up_daily(kept, TODAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(kept) == ["papers-2026-11-24.db"]
    assert len(list(paths.backup_folder(kept).iterdir())) == 1


@pytest.mark.parametrize("share", [0.999, 0.5, 0.01])
def test_a_file_that_was_cut_is_not_whole(kept: Path, share: float) -> None:
    assert is_whole(kept)
    cut(share)(kept.parent)
    assert not is_whole(kept)


def test_pages_in_the_log_count_as_there(cache: Cache, path: Path, closed: Path) -> None:
    old = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE more AS SELECT zeroblob(100000) AS filling")
        log = path.with_name("papers.db-wal").read_bytes()
    new = path.read_bytes()
    # As if a program was killed after it had moved the first page out of the log, and not yet the last ones.
    path.write_bytes(new[:4096] + old[4096:])
    assert not is_whole(path)
    path.with_name("papers.db-wal").write_bytes(log)
    assert is_whole(path)


def test_files_that_are_kept_have_names_of_their_own(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "datetime", SimpleNamespace(now=lambda: datetime(2026, 11, 25, 8)))
    kept = {f"papers.db.aside-2026-11-25-080000{end}": end for end in ("", "-2", "-3")}
    for name, text in kept.items():
        path.write_text(text)
        path.chmod(0o644)
        assert files.keep_copy(path).name == name and (path.parent / name).stat().st_mode & 0o777 == 0o600
    assert {file.name: file.read_text() for file in path.parent.iterdir()} == kept | {path.name: "-3"}
    for number, said in ((28, f"The disk is full: there is no room to keep {path} next"), (13, "Permission denied")):
        monkeypatch.setattr(shutil, "copy2", Mock(side_effect=OSError(number, os.strerror(number))))
        with pytest.raises(CacheError, match=said):
            files.keep_copy(path)
    assert len([*path.parent.iterdir()]) == 4


def test_a_header_without_sense_names_our_page_size() -> None:
    assert page_size(b"SQLite format 3\0\x04\x00\x09") == 1024
    assert page_size(b"SQLite format 3\0\x00\x01") == 65536
    assert page_size(b"SQLite format 3\0\x12\x34") == 4096
    assert page_size(random.Random(1).randbytes(100)) == 4096
