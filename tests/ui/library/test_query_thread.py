"""Questions to the cache, where a newer one takes the place of an older one."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.core.errors import CacheInterrupted
from reader.ui.library.library import QueryThread

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"


def ask(asking: QueryThread, to: int) -> asyncio.Task[int]:
    def question(window: Window) -> int:
        return int(window.read(lambda connection: connection.execute(COUNT.format(to)).fetchone()[0]))

    return asyncio.create_task(asking.ask(question))


async def test_a_newer_question_takes_the_place_of_an_older_one(cache_file: Path) -> None:
    asking = QueryThread(cache_file, "test")
    older = ask(asking, 1_000_000_000)
    await asyncio.sleep(0.01)
    assert await ask(asking, 10) == 10
    with pytest.raises(CacheInterrupted):
        await older
    asking.close()


async def test_what_an_interrupted_question_left_half_way_is_in_no_later_ones_way(cache_file: Path) -> None:
    def leave_half_way(connection: sqlite3.Connection) -> None:
        papers = connection.execute("SELECT pk FROM paper")
        next(papers)
        connection.execute(COUNT.format(1_000_000_000)).fetchone()
        next(papers)

    asking = QueryThread(cache_file, "test")
    assert await asking.ask(lambda window: window.meta("topics")) is not None
    # Its error is known of until the end.
    older = asyncio.create_task(asking.ask(lambda window: window.read(leave_half_way)))
    await asyncio.sleep(0.05)
    assert await ask(asking, 10) == 10
    assert isinstance(older.exception(), CacheInterrupted)
    with closing(sqlite3.connect(cache_file)) as writer:
        writer.execute("DELETE FROM meta")
        writer.commit()
    assert (
        await asking.ask(lambda window: window.read(lambda c: c.execute("SELECT count(*) FROM meta").fetchone()[0]))
        == 0
    )
    asking.close()
