"""The cache as screens use it: reads, marks and interrupted queries."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cache.flags import tag_counts
from reader.cache.marks.events import Events
from reader.cache.reads.window import DayCount, Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import Selection
from reader.core.errors import CacheDamaged, CacheError, CacheInterrupted
from reader.core.query import parse
from reader.ui.library.library import Library, QueryThread
from reader.ui.library.marking import Marker
from tests.ui import papers

# The library

NAMES = "Agents & tools", "Benchmarks", "Reasoning", "Efficient inference", "Video generation", "Robotics"
SCOPE = Scope(papers.NOW.date(), "2026-05-12", None)


@pytest.fixture
async def library(cache_file: Path) -> AsyncIterator[Library]:
    opened = Library(cache_file)
    yield opened
    opened.close()


def selection(text: str) -> Selection:
    return compile_query(parse(text), SCOPE)


def keys(library: Library, *ids: str) -> list[int]:
    return [pk for id in ids if (pk := library.pk_of(id)) is not None]


async def test_a_screenful_is_the_beginning_of_the_whole(library: Library) -> None:
    everything = selection("sort:day")
    first = await library.screenful(everything, 20)
    whole = await library.order(everything)
    assert list(first.pks) == list(whole.pks[:20])
    assert (first.complete, whole.complete) == (False, True)
    assert len(whole.pks) == 60
    assert [count for _, count in whole.groups] == [14, 16, 14, 16]


async def test_marks_are_kept_in_the_order_in_which_they_were_made(library: Library, cache_file: Path) -> None:
    one, two = keys(library, "2605.00400", "2605.00401")
    # A mark that changes nothing is not stored.
    assert [await library.mark("star", False, [one]), await library.undo(), await library.redo()] == [None] * 3
    marks = [library.mark("star", value, [one, two]) for value in (True, False, True)]
    undone = library.undo()
    events = [await mark for mark in marks]
    assert [event.value for event in events if event] == ["1", "0", "1"]
    event = await undone
    assert event is not None
    assert events[-1] is not None
    assert event.id == events[-1].id
    with closing(Window.open(cache_file)) as window:
        assert not any(row.starred for row in window.rows([one, two]))


async def test_a_mark_is_stored_though_nobody_awaits_it(cache_file: Path) -> None:
    library = Library(cache_file)
    (pk,) = keys(library, "2605.00400")
    library.mark("star", True, [pk])
    library.close()
    with closing(Window.open(cache_file)) as window:
        assert window.rows([pk])[0].starred


async def test_a_mark_that_fails_says_why_and_the_next_one_works(library: Library, cache_file: Path) -> None:
    pks = keys(library, "2605.00400")
    assert await library.mark("read", True, pks) is not None
    with closing(sqlite3.connect(cache_file.with_name("log.db"))) as other:
        other.execute(
            "CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        with pytest.raises(CacheError, match="disk is full"):
            await library.mark("star", True, pks)
        other.execute("DROP TRIGGER t")
    assert await library.mark("star", True, pks) is not None


async def test_a_write_by_another_program_is_noticed_once(library: Library, cache_file: Path) -> None:
    assert not library.has_changed()
    with closing(sqlite3.connect(cache_file)) as other, other:
        other.execute("UPDATE paper SET upvotes = upvotes + 1")
    assert library.has_changed()
    assert not library.has_changed()


async def test_closing_does_not_wait_for_what_is_being_read(cache_file: Path) -> None:
    library = Library(cache_file)
    pending = asyncio.ensure_future(library.order(selection("sort:day")))
    await asyncio.sleep(0)
    library.close()
    done, _ = await asyncio.wait([pending], timeout=5)
    assert done
    pending.cancelled() or pending.exception()


async def test_a_cache_replaced_by_another_program_is_reported(library: Library, cache_file: Path) -> None:
    assert not library.has_changed()
    copy = cache_file.with_name("copy.db")
    copy.write_bytes(cache_file.read_bytes())
    copy.replace(cache_file)
    with pytest.raises(CacheError, match="start again"):
        library.has_changed()


def damage(cache_file: Path) -> None:
    with closing(sqlite3.connect(cache_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with cache_file.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (cache_file.stat().st_size - 4096))


def answers(library: Library) -> list[object]:
    return [
        *(library.newest_day(), library.topic_names(), library.has_papers(), library.is_taught()),
        *(library.read(tag_counts, dict[str, int]()), library.has_news("2026-05-01"), library.pk_of("2605.00400")),
        *(library.passages(1), library.ask(lambda window: window.older_day("2026-05-11", -1), None)),
    ]


async def test_small_reads_are_answered_at_once(library: Library) -> None:
    (pk,) = keys(library, "2605.00400")
    await library.mark("star", True, [pk])
    await library.mark("tag:later", True, [pk])
    names = dict(zip(("agents", "evaluation", "reasoning", "efficiency", "video", "robotics"), NAMES, strict=True))
    assert answers(library) == [
        *("2026-05-12", names, True, True, {"later": 1}, True, pk, (), "2026-05-12"),
    ]
    assert library.visible_papers("2026-05-12") == DayCount("2026-05-12", 14, 14)
    assert library.visible_papers("2026-01-01") == DayCount("2026-01-01", 0, 0)
    today = papers.NOW.date()
    assert library.gaps(today - timedelta(days=6), today, today) == ("2026-05-06", "2026-05-09", "2026-05-10")
    assert (library.is_marking, library.last_refresh()) == (False, None)


async def test_reads_of_a_damaged_cache_are_empty_and_report_the_reason(library: Library, cache_file: Path) -> None:
    assert library.trouble == ""
    damage(cache_file)
    assert library.rows([1, 2, 3]) == []
    assert library.paper(1) is None
    assert answers(library) == [None, {}, False, False, {}, False, None, (), None]
    assert "damaged" in library.trouble
    with pytest.raises(CacheDamaged, match="The next start of the reader repairs it"):
        await library.mark("star", True, [1])


async def test_reads_after_closing_return_nothing_without_an_error(cache_file: Path) -> None:
    library = Library(cache_file)
    library.close()
    # A refresh that is stopped by leaving ends like this.
    assert library.topic_names() == {}
    assert library.trouble == ""


# The thread that stores marks

LATE = "could not be stored: the disk did not answer in time."


async def test_changes_are_stored_in_order_and_unstored_ones_are_reported(cache_file: Path) -> None:
    marks, may_go_on = Marker(cache_file), threading.Event()
    done: list[object] = []

    def change(events: Events) -> int:
        may_go_on.wait()
        done.append(events)
        return len(done)

    def unsaved() -> tuple[bool, str | None]:
        return marks.is_marking, marks.lost

    assert unsaved() == (False, None)
    first = marks.submit(change)
    assert unsaved() == (True, f"The last change {LATE}")
    others = [marks.submit(change), marks.submit(change, is_mark=False)]
    assert unsaved() == (True, f"The last 2 changes {LATE}")
    may_go_on.set()
    assert [await one for one in (first, *others)] == [1, 2, 3]
    await asyncio.sleep(0)
    assert unsaved() == (False, None)
    assert len({id(events) for events in done}) == 1
    log = cache_file.with_name(f"{cache_file.name}-wal")
    assert log.exists()
    marks.close()
    assert not log.exists(), "SQLite removes it as the last connection is closed"


async def test_a_failure_is_lost_until_a_later_change_is_stored_or_the_reader_ends(cache_file: Path) -> None:
    marks = Marker(cache_file)

    async def lost_after(error: Exception | None) -> str | None:
        def change(_events: Events) -> None:
            if error is not None:
                raise error

        storing = marks.submit(change)
        if error is None:
            await storing
        else:
            with pytest.raises(type(error)):
                await storing
        return marks.lost

    full, failed = CacheError("The disk is full."), "Not everything could be stored: The disk is full."
    assert [await lost_after(one) for one in (full, None, OSError(5, "no"))] == [
        *(failed, None),
        "Not everything could be stored: OSError",
    ]
    assert await lost_after(full) == failed
    marks.stop()
    assert await lost_after(None) == failed
    marks.close()


# Interrupted queries

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"


def ask(asking: QueryThread, to: int) -> asyncio.Task[int]:
    def question(window: Window) -> int:
        return int(window.read(lambda connection: connection.execute(COUNT.format(to)).fetchone()[0]))

    return asyncio.create_task(asking.ask(question))


async def test_a_newer_question_replaces_an_older_one(cache_file: Path) -> None:
    asking = QueryThread(cache_file, "test")
    older = ask(asking, 1_000_000_000)
    await asyncio.sleep(0.01)
    assert await ask(asking, 10) == 10
    with pytest.raises(CacheInterrupted):
        await older
    asking.close()


async def test_an_interrupted_query_does_not_block_later_ones(cache_file: Path) -> None:
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
