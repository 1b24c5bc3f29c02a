"""Flags of papers: set and cleared apart from each other, read with the rows of the list."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.flags import clear_flag, flagged, set_flag
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.cache.storing.retention import drop
from reader.core.paper_row import Flag, flag_to_show
from reader.database.connections import connect, transaction


def test_flags_are_set_and_cleared_apart_from_each_other(filled: Cache, path: Path, window: Window) -> None:
    def flags() -> dict[int, int]:
        return {int(str(row.pk)): row.flags for row in window.rows([1, 2, 3])}

    assert flags() == {1: 0, 2: 0, 3: 0}
    with closing(connect(path)) as cache, transaction(cache):
        set_flag(cache, Flag.FOLLOWED, [1, 2, 999])
        set_flag(cache, Flag.CHANGED, [2])
        set_flag(cache, Flag.CHANGED, [2, 3])
        clear_flag(cache, Flag.FOLLOWED, [1])
        clear_flag(cache, Flag.FOLLOWED, [3])
    assert flags() == {1: 0, 2: Flag.FOLLOWED | Flag.CHANGED, 3: Flag.CHANGED}
    with closing(connect(path)) as cache, transaction(cache):
        clear_flag(cache, Flag.FOLLOWED, [2])
        set_flag(cache, Flag.FOLLOWED, [1, 3])
        clear_flag(cache, Flag.CHANGED)
        assert flagged(cache, Flag.FOLLOWED) == {1, 3} and not flagged(cache, Flag.CHANGED)
        assert cache.execute("SELECT count(*) FROM paper_flags").fetchone() == (2,)
        drop(cache, "2026-12-01", 10)
        assert not flagged(cache, Flag.FOLLOWED)


def test_a_change_is_shown_before_all_else() -> None:
    assert flag_to_show(7) is Flag.CHANGED and flag_to_show(3) is Flag.FOLLOWED
    assert flag_to_show(2) is Flag.HIGHLIGHTED and flag_to_show(0) is None
