"""Keeping house: sizes add up, compacting loses nothing, faults are found, and what the user kept stays."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from reader.cache import connections
from reader.cache.marks.events import Events
from reader.cache.mending import maintenance
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheError
from reader.core.paper import Listing
from tests.cache.conftest import NOW, draft, faults


def test_sizes_are_those_of_the_file(kept: Path) -> None:
    with closing(connections.connect(kept)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sizes = maintenance.sizes(kept)
    assert (sizes.papers, sizes.events) == (40, 5)
    assert sum(part.bytes for part in sizes.parts) + sizes.free == sizes.file == kept.stat().st_size
    assert {"paper", "paper_text", "full-text index", "event"} <= {part.name for part in sizes.parts}


def test_free_pages_and_the_log_are_counted_in_bytes(cache: Cache, kept: Path) -> None:
    log = kept.with_name(f"{kept.name}-wal")
    with closing(connections.connect(kept)) as connection:
        connection.execute("CREATE TABLE ballast AS SELECT zeroblob(100000) AS filling")
        connection.execute("DROP TABLE ballast")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = maintenance.sizes(kept)
        assert sizes.free >= 100_000
        assert sum(part.bytes for part in sizes.parts) + sizes.free == sizes.file
        assert (sizes.log, log.stat().st_size) == (0, 0)
        connection.execute("INSERT INTO meta VALUES ('witness', 'written')")
        assert maintenance.sizes(kept).log == log.stat().st_size > 0
    # The last connection that closes the cache removes its log.
    cache.close()
    assert maintenance.sizes(kept).log == 0
    assert not log.exists()


def test_compacting_gives_room_back_beside_an_open_reader(cache: Cache, kept: Path) -> None:
    with closing(Window.open(kept)) as window:
        assert list(cache.drop_before("2026-11-23"))[-1] == 27
        papers = [window.paper(pk) for pk in range(31, 41)]
        assert len(list(maintenance.compact(kept))) == 3
        assert [window.paper(pk) for pk in range(31, 41)] == papers
    assert maintenance.sizes(kept).free == 0
    assert faults(kept) == {}


@pytest.mark.parametrize(("count", "pages"), [(2, maintenance.MERGE_PAGES), (600, 1)], ids=["a step", "many steps"])
def test_compacting_merges_the_full_text_index_into_one_segment(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch, count: int, pages: int
) -> None:
    monkeypatch.setattr(maintenance, "MERGE_PAGES", pages)
    for half in (range(count // 2), range(count // 2, count)):
        papers = tuple(draft(number, " ".join(f"{number * 7919 + word:x}" for word in range(20))) for number in half)
        cache.store(Listing("2026-11-24", papers), NOW)
    with closing(connections.connect(path)) as connection:
        segments = "SELECT count(DISTINCT segid) FROM paper_fts_idx"
        assert connection.execute(segments).fetchone() > (1,)
        list(maintenance.compact(path))
        assert connection.execute(segments).fetchone() == (1,)


def test_compacting_needs_room(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = 2 * kept.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=needed - 1))
    with pytest.raises(CacheError, match="free disk"):
        list(maintenance.compact(kept))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=needed))
    assert len(list(maintenance.compact(kept))) == 3


def test_old_papers_go_but_for_those_that_were_kept(cache: Cache, kept: Path) -> None:
    assert list(cache.drop_before("2026-11-22"))[-1] == 17
    with closing(Window.open(kept)) as window:
        assert [day.day for day in window.days()] == ["2026-11-23", "2026-11-22", "2026-11-20"]
        assert [pk for pk in range(1, 41) if window.paper(pk)] == [1, 2, 3, *range(21, 41)]
    assert set(cache.known_days("2026-11-20", "2026-11-23")) == {"2026-11-20", "2026-11-22", "2026-11-23"}
    assert faults(kept) == {}
    assert list(cache.drop_before("2026-11-22")) == []


def test_a_paper_that_comes_back_has_its_marks(cache: Cache, kept: Path) -> None:
    list(cache.drop_before("2026-11-22"))
    cache.store(Listing("2026-11-20", tuple(draft(number) for number in range(10))), NOW)
    with closing(Window.open(kept)) as window:
        pk = window.pk_of(draft(3).id or "")
        assert pk is not None
        (row,) = window.rows([pk])
        assert (row.read, row.hidden) == (True, True)
    with closing(Events.open(kept)) as events:
        events.rebuild()
    assert faults(kept) == {}


def test_what_was_dropped_is_undone_all_the_same(cache: Cache, kept: Path) -> None:
    list(cache.drop_before("2026-11-22"))
    with closing(Events.open(kept)) as events:
        for _ in range(5):
            assert events.undo() is not None
    cache.store(Listing("2026-11-20", tuple(draft(number) for number in range(10))), NOW)
    with closing(Window.open(kept)) as window:
        assert not any(row.read or row.hidden or row.starred for row in window.rows(range(1, 100)))
    assert faults(kept) == {}
