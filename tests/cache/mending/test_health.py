"""Each state of a cache is told from the others, and looking changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from reader import platform
from reader.cache import files, schema
from reader.cache.marks.events import Events
from reader.cache.mending import health
from reader.cache.mending.health import CacheState
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheDamaged, CacheError
from reader.core.paper import Listing
from reader.database import connections
from reader.paths import journal_file, suspect_stamp
from tests import breakage
from tests.breakage import BESIDE, GONE, IN_PLACE, LOCKED, OUTSIDE
from tests.cache.conftest import NOW, draft, faults, rows
from tests.table import each

AT_SIGHT = {
    "older": CacheState.OLDER,
    "newer": CacheState.NEWER,
    "foreign": CacheState.FOREIGN,
    "foreign of our name": CacheState.FOREIGN,
    **dict.fromkeys(GONE, CacheState.LOST),
    **dict.fromkeys(("a table dropped", "papers dropped", "events dropped", "a trigger dropped"), CacheState.DAMAGED),
    **dict.fromkeys(("index dropped", "cut in half", "cut to a page", "cut by its last page"), CacheState.DAMAGED),
    **dict.fromkeys(("cut with a log", "more bits flipped", "header emptied", "mark changed"), CacheState.DAMAGED),
    **dict.fromkeys(("form changed", "text", "zeros"), CacheState.DAMAGED),
}

WHEN_EXAMINED = {
    **dict.fromkeys(("index emptied", "index damaged"), CacheState.INDEX),
    **dict.fromkeys(("marks changed", "effects dropped", "days changed"), CacheState.MARKS),
    "events only in the journal": CacheState.MARKS,
    **dict.fromkeys(("an event changed", "papers without parents", "bits flipped"), CacheState.DAMAGED),
    **dict.fromkeys(("a page's kind flipped", "the events' index flipped"), CacheState.DAMAGED),
    **dict.fromkeys(BESIDE, CacheState.JOURNAL),
}

BREAKS = {**IN_PLACE, **OUTSIDE, **GONE, **BESIDE}


def contents(folder: Path) -> dict[str, bytes]:
    """What the files hold; SQLite's file for its locks is left out."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.suffix != ".db-shm"}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_cache_is_told_and_left_as_it_is(closed: Path, how: str) -> None:
    BREAKS[how](closed.parent)
    before = contents(closed.parent)
    first, examined = health.glance(closed), health.examine(closed)
    if how != "bits flipped":
        assert first.state is AT_SIGHT.get(how, CacheState.GOOD)
    assert examined.state is {**AT_SIGHT, **WHEN_EXAMINED}[how]
    assert examined.found
    assert "\n" not in examined.found
    assert examined.command in (health.REPAIR, health.RESTORE, f"{health.RESTORE} --set-aside")
    assert contents(closed.parent) == before


@pytest.mark.parametrize("how", LOCKED)
def test_missing_permissions_are_told_also_to_root(closed: Path, how: str) -> None:
    LOCKED[how](closed.parent)
    try:
        assert health.glance(closed).state is CacheState.LOCKED
        health.unlock(closed)
        assert health.glance(closed).state is CacheState.GOOD
    finally:
        closed.parent.chmod(0o700)


@each(("is_mine", "state"), [(True, CacheState.LOCKED), (False, CacheState.READ_ONLY)])
def test_what_belongs_to_somebody_else_can_be_read_alone(
    closed: Path, monkeypatch: pytest.MonkeyPatch, is_mine: bool, state: CacheState
) -> None:
    monkeypatch.setattr("os.access", lambda one, _: one != closed)
    monkeypatch.setattr(platform, "is_mine", lambda _: is_mine)
    found = health.glance(closed)
    assert found.state is state
    assert ("which is not yours" in found.found) is not is_mine


def test_a_good_cache_is_good_also_beside_readers_and_writers(cache: Cache, kept: Path) -> None:
    with closing(Window.open(kept)):
        assert health.examine(kept) == (CacheState.GOOD, "")
    assert health.examine(kept).is_good
    with closing(sqlite3.connect(kept, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("DELETE FROM note")
        assert health.glance(kept).state is CacheState.GOOD


def test_backups_alone_are_something_to_restore_from_and_nothing_at_all_is_no_fault(closed: Path) -> None:
    files.back_up_daily(closed, date(2026, 11, 25))
    closed.unlink()
    journal_file(closed).unlink()
    assert health.glance(closed).state is CacheState.LOST
    shutil.rmtree(closed.parent / "backups")
    for file in closed.parent.iterdir():
        file.unlink()
    assert (health.examine(closed).state, health.examine(closed).is_good) == (CacheState.NONE, True)
    assert not list(closed.parent.iterdir())


def test_damage_that_is_met_on_the_way_is_remembered(closed: Path) -> None:
    assert not suspect_stamp(closed).exists()
    breakage.flip_page_kind(closed.parent)
    with pytest.raises(CacheDamaged, match="your marks are safe"), closing(Window.open(closed)) as window:
        window.rows([1])
    assert suspect_stamp(closed).exists()
    assert suspect_stamp(closed).stat().st_mode & 0o777 == 0o600


def test_the_names_of_the_schema_are_those_of_a_new_cache(closed: Path) -> None:
    own = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    names = {name for (name,) in rows(closed, own)}
    assert schema.known_names() <= names
    parts = ("paper_fts_", "text_fts_", "output_fts_")
    assert {name for name in names - schema.known_names() if not name.startswith(parts)} == set()


def test_a_header_that_forbids_writing_is_damage(closed: Path) -> None:
    breakage.overwrite(closed, 18, bytes([9]))
    before = contents(closed.parent)
    assert health.examine(closed).state is CacheState.DAMAGED
    assert contents(closed.parent) == before


def test_sizes_are_those_of_the_file_and_of_its_log(cache: Cache, kept: Path) -> None:
    log = kept.with_name(f"{kept.name}-wal")
    with closing(connections.connect(kept)) as connection:
        connection.execute("CREATE TABLE ballast AS SELECT zeroblob(100000) AS filling")
        connection.execute("DROP TABLE ballast")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = health.sizes(kept)
        assert (sizes.papers, sizes.events, sizes.log, log.stat().st_size) == (40, 5, 0, 0)
        assert sizes.free >= 100_000
        assert sum(part.bytes for part in sizes.parts) + sizes.free == sizes.file == kept.stat().st_size
        counted = {part.name: part.rows for part in sizes.parts}
        assert [counted[name] for name in ("paper", "paper_text", "full-text index", "event")] == [40, 40, None, 5]
        assert sizes.parts == tuple(sorted(sizes.parts, key=lambda part: -part.bytes))
        connection.execute("INSERT INTO meta VALUES ('witness', 'written')")
        assert health.sizes(kept).log == log.stat().st_size > 0
    # The last connection that closes the cache removes its log.
    cache.close()
    assert health.sizes(kept).log == 0
    assert not log.exists()


def test_compacting_gives_room_back_beside_an_open_reader(cache: Cache, kept: Path) -> None:
    with closing(Window.open(kept)) as window:
        assert list(cache.drop_before("2026-11-23"))[-1] == 27
        papers = [window.paper(pk) for pk in range(31, 41)]
        steps = ["merging the full-text indexes", "counting for the planner", "rewriting the file"]
        assert list(health.compact(kept)) == steps
        assert [window.paper(pk) for pk in range(31, 41)] == papers
    assert health.sizes(kept).free == 0
    assert faults(kept) == {}


@pytest.mark.parametrize(("count", "pages"), [(2, health.MERGE_PAGES), (600, 1)], ids=["a step", "many steps"])
def test_compacting_merges_the_full_text_index_into_one_segment(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch, count: int, pages: int
) -> None:
    monkeypatch.setattr(health, "MERGE_PAGES", pages)
    for half in (range(count // 2), range(count // 2, count)):
        papers = tuple(draft(number, " ".join(f"{number * 7919 + word:x}" for word in range(20))) for number in half)
        cache.store(Listing("2026-11-24", papers), NOW)
    with closing(connections.connect(path)) as connection:
        segments = "SELECT count(DISTINCT segid) FROM paper_fts_idx"
        assert connection.execute(segments).fetchone() > (1,)
        list(health.compact(path))
        assert connection.execute(segments).fetchone() == (1,)


def test_compacting_needs_room(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = 2 * kept.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=needed - 1))
    with pytest.raises(CacheError, match="free disk"):
        list(health.compact(kept))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=needed))
    assert len(list(health.compact(kept))) == 3


def test_old_papers_go_but_for_those_that_were_kept(cache: Cache, kept: Path) -> None:
    assert list(cache.drop_before("2026-11-22"))[-1] == 17
    with closing(Window.open(kept)) as window:
        assert [day.day for day in window.days()] == ["2026-11-23", "2026-11-22", "2026-11-20"]
        assert [pk for pk in range(1, 41) if window.paper(pk)] == [1, 2, 3, *range(21, 41)]
    assert set(cache.known_days("2026-11-20", "2026-11-23")) == {"2026-11-20", "2026-11-22", "2026-11-23"}
    assert faults(kept) == {}
    assert list(cache.drop_before("2026-11-22")) == []


def test_a_paper_that_comes_back_has_its_marks_but_for_those_that_were_undone_meanwhile(
    cache: Cache, kept: Path
) -> None:
    def come_back() -> set[tuple[str, ...]]:
        list(cache.drop_before("2026-11-22"))
        cache.store(Listing("2026-11-20", tuple(draft(number) for number in range(10))), NOW)
        assert faults(kept) == {}
        return {row for row in rows(kept, "SELECT id, read, hidden, starred FROM paper") if any(row[1:])}

    marked = come_back()
    assert marked >= {(draft(3).id, 1, 1, 0), (draft(0).id, 1, 0, 1)}
    with closing(Events.open(kept)) as events:
        events.rebuild()
        assert come_back() == marked
        list(cache.drop_before("2026-11-22"))
        for _ in range(5):
            assert events.undo() is not None
    assert come_back() == set()
