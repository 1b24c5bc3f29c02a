"""Each state of a cache is told from the others, and looking changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import files, schema
from reader.cache.mending import health
from reader.cache.mending.health import State
from reader.cache.reads.window import Window
from reader.cache.sqlite_errors import explained
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheBusy, CacheDamaged
from reader.paths import journal_file, suspect_stamp
from tests import breakage
from tests.breakage import BESIDE, GONE, IN_PLACE, LOCKED, OUTSIDE

AT_SIGHT = {
    "a table dropped": State.DAMAGED,
    "papers dropped": State.DAMAGED,
    "events dropped": State.DAMAGED,
    "a trigger dropped": State.DAMAGED,
    "index dropped": State.DAMAGED,
    "older": State.OLDER,
    "cut in half": State.DAMAGED,
    "cut to a page": State.DAMAGED,
    "cut by its last page": State.DAMAGED,
    "cut with a log": State.DAMAGED,
    "more bits flipped": State.DAMAGED,
    "header emptied": State.DAMAGED,
    "mark changed": State.DAMAGED,
    "text": State.DAMAGED,
    "zeros": State.DAMAGED,
    "newer": State.NEWER,
    "foreign": State.FOREIGN,
    "foreign of our name": State.FOREIGN,
    "missing": State.LOST,
    "empty": State.LOST,
    "missing with a log": State.LOST,
}

WHEN_EXAMINED = {
    "index emptied": State.INDEX,
    "index damaged": State.INDEX,
    "marks changed": State.MARKS,
    "effects dropped": State.MARKS,
    "days changed": State.MARKS,
    "an event changed": State.DAMAGED,
    "papers without parents": State.DAMAGED,
    "bits flipped": State.DAMAGED,
    "a page's kind flipped": State.DAMAGED,
    "the events' index flipped": State.DAMAGED,
    "events only in the journal": State.MARKS,
    "no journal": State.JOURNAL,
    "journal cut": State.JOURNAL,
    "journal of garbage": State.JOURNAL,
}

BREAKS = {**IN_PLACE, **OUTSIDE, **GONE, **BESIDE}


def contents(folder: Path) -> dict[str, bytes]:
    """What the files hold; SQLite's file for its locks is left out."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.suffix != ".db-shm"}


@pytest.fixture
def closed(cache: Cache, kept: Path) -> Path:
    """A cache that no program has open, without a log."""
    cache.close()
    breakage.execute(kept)
    return kept


def test_every_way_of_breaking_has_its_state() -> None:
    assert AT_SIGHT.keys() | WHEN_EXAMINED.keys() == BREAKS.keys()


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_cache_is_told_and_left_as_it_is(closed: Path, how: str) -> None:
    BREAKS[how](closed.parent)
    before = contents(closed.parent)
    first, examined = health.glance(closed), health.examine(closed)
    if how != "bits flipped":
        assert first.state is AT_SIGHT.get(how, State.GOOD)
    assert examined.state is {**AT_SIGHT, **WHEN_EXAMINED}[how]
    assert examined.found
    assert "\n" not in examined.found
    assert examined.command in (health.REPAIR, health.RESTORE, f"{health.RESTORE} --set-aside")
    assert contents(closed.parent) == before


@pytest.mark.parametrize("how", LOCKED)
def test_missing_permissions_are_told_also_to_root(closed: Path, how: str) -> None:
    LOCKED[how](closed.parent)
    try:
        assert health.glance(closed).state is State.LOCKED
        health.unlock(closed)
        assert health.glance(closed).state is State.GOOD
    finally:
        closed.parent.chmod(0o700)


def test_a_good_cache_is_good_also_beside_readers(cache: Cache, kept: Path) -> None:
    with closing(Window.open(kept)):
        assert health.examine(kept) == (State.GOOD, "")
    assert health.examine(kept).is_good


def test_nothing_at_all_is_no_fault(path: Path) -> None:
    assert health.examine(path).state is State.NONE
    assert health.examine(path).is_good
    assert not list(path.parent.iterdir())


def test_backups_alone_are_something_to_restore_from(closed: Path) -> None:
    from datetime import date

    files.back_up_daily(closed, date(2026, 11, 25))
    closed.unlink()
    journal_file(closed).unlink()
    assert health.glance(closed).state is State.LOST


def test_a_busy_cache_is_not_broken(cache: Cache, kept: Path) -> None:
    with closing(sqlite3.connect(kept, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("DELETE FROM note")
        assert health.glance(kept).state is State.GOOD
        other.execute("ROLLBACK")


def test_damage_that_is_met_on_the_way_is_remembered(closed: Path) -> None:
    assert not suspect_stamp(closed).exists()
    breakage.flip_page_kind(closed.parent)
    with pytest.raises(CacheDamaged, match="the marks made until now are safe"), closing(Window.open(closed)) as window:
        window.rows([1])
    assert suspect_stamp(closed).exists()
    assert suspect_stamp(closed).stat().st_mode & 0o777 == 0o600


def test_other_errors_leave_no_suspicion(closed: Path) -> None:
    with pytest.raises(CacheBusy), explained(closed):
        raise_busy(closed)
    assert not suspect_stamp(closed).exists()


def raise_busy(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as one, closing(sqlite3.connect(path, timeout=0)) as two:
        one.execute("BEGIN IMMEDIATE")
        two.execute("DELETE FROM note")


def test_the_names_of_the_schema_are_those_of_a_new_cache(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        names = {name for (name,) in rows}
    assert schema.known_names() <= names
    parts = ("paper_fts_", "text_fts_", "output_fts_")
    assert {name for name in names - schema.known_names() if not name.startswith(parts)} == set()


def test_a_header_that_forbids_writing_is_damage(closed: Path) -> None:
    breakage.overwrite(closed, 18, bytes([9]))
    before = contents(closed.parent)
    assert health.examine(closed).state is State.DAMAGED
    assert contents(closed.parent) == before
