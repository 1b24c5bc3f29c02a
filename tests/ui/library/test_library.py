"""The cache as the screens use it: newer questions take the place of older ones, and no mark is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cache.reads.window import DayCount, Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import Selection
from reader.core.errors import CacheDamaged, CacheError
from reader.core.query import parse
from reader.session.places import Place, view
from reader.ui.filter.counter import question
from reader.ui.library.library import Library
from tests.ui import papers

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
    assert list(first.pks) == list(whole.pks[:20]) == list(library.first(everything, 20).pks)
    assert (first.complete, whole.complete) == (False, True)
    assert len(whole.pks) == 60
    assert [count for _, count in whole.groups] == [14, 16, 14, 16]


async def test_counts_are_those_of_the_cache(library: Library) -> None:
    place = Place(view("latest"), "(topic:agents OR topic:video) is:unread")
    counts = await library.count(question(place, "day", SCOPE, "any"))
    assert counts.views[:7] == (14, 60, 0, 60, 0, 0, 60)
    assert counts.base == 14
    assert counts.anywhere == 16
    assert next((day.day, day.papers) for day in counts.days) == ("2026-05-12", 14)
    assert {topic.slug: topic.papers for topic in counts.topics} == {
        "agents": 2,
        "evaluation": 1,
        "reasoning": 1,
        "efficiency": 1,
        "video": 2,
        "robotics": 2,
    }


async def test_marks_are_kept_in_the_order_in_which_they_were_made(library: Library, cache_file: Path) -> None:
    one, two = keys(library, "2605.00400", "2605.00401")
    # What changes nothing is none.
    assert [await library.mark("star", False, [one]), await library.undo(), await library.redo()] == [None] * 3
    marks = [library.mark("star", value, [one, two]) for value in (True, False, True)]
    undone = library.undo()
    events = [await mark for mark in marks]
    assert [event.value for event in events if event] == ["1", "0", "1"]
    event = await undone
    assert event is not None
    assert events[-1] is not None
    assert event.events[0].id == events[-1].events[0].id
    with closing(Window.open(cache_file)) as window:
        assert not any(row.starred for row in window.rows([one, two]))


async def test_a_mark_that_nobody_waits_for_is_kept_all_the_same(cache_file: Path) -> None:
    library = Library(cache_file)
    (pk,) = keys(library, "2605.00400")
    library.mark("star", True, [pk])
    library.close()
    with closing(Window.open(cache_file)) as window:
        assert window.rows([pk])[0].starred


async def test_a_mark_that_fails_says_why_and_the_next_one_works(library: Library, cache_file: Path) -> None:
    pks = keys(library, "2605.00400")
    with closing(sqlite3.connect(cache_file)) as other:
        other.execute(
            "CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        with pytest.raises(CacheError, match="disk is full"):
            await library.mark("star", True, pks)
        other.execute("DROP TRIGGER t")
    assert await library.mark("star", True, pks) is not None


async def test_what_others_write_is_noticed_once(library: Library, cache_file: Path) -> None:
    assert not library.changed()
    with closing(sqlite3.connect(cache_file)) as other, other:
        other.execute("UPDATE paper SET upvotes = upvotes + 1")
    assert library.changed()
    assert not library.changed()


async def test_closing_does_not_wait_for_what_is_being_read(cache_file: Path) -> None:
    library = Library(cache_file)
    pending = asyncio.ensure_future(library.order(selection("sort:day")))
    await asyncio.sleep(0)
    library.close()
    done, _ = await asyncio.wait([pending], timeout=5)
    assert done
    pending.cancelled() or pending.exception()


async def test_a_cache_that_another_program_has_replaced_is_said(library: Library, cache_file: Path) -> None:
    assert not library.changed()
    copy = cache_file.with_name("copy.db")
    copy.write_bytes(cache_file.read_bytes())
    copy.replace(cache_file)
    with pytest.raises(CacheError, match="start again"):
        library.changed()


def damage(cache_file: Path) -> None:
    with closing(sqlite3.connect(cache_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with cache_file.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (cache_file.stat().st_size - 4096))


def answers(library: Library) -> list[object]:
    day = papers.NOW.date()
    return [
        *(library.newest_day(), library.topic_names(), library.has_papers(), library.size(), library.is_taught()),
        *(library.has_unfinished_marks(), library.tag_counts(), library.follows(), library.has_news("2026-05-01")),
        *(library.oldest_day(), library.pk_of("2605.00400"), library.meta("trending"), library.passages(1)),
        *(library.holes(Place(view("all")), "day", day), library.older_day("2026-05-11", -1), library.why(1)),
    ]


async def test_small_reads_are_answered_at_once(library: Library) -> None:
    (pk,) = keys(library, "2605.00400")
    await library.mark("star", True, [pk])
    await library.mark("tag:later", True, [pk])
    names = dict(zip(("agents", "evaluation", "reasoning", "efficiency", "video", "robotics"), NAMES, strict=True))
    assert answers(library) == [
        *("2026-05-12", names, True, 60, True, False, {"later": 1}, [], True, "2026-05-07", pk, None, (), ()),
        *("2026-05-12", ""),
    ]
    assert library.visible_papers("2026-05-12") == DayCount("2026-05-12", 14, 14)
    assert library.visible_papers("2026-01-01") == DayCount("2026-01-01", 0, 0)
    today = papers.NOW.date()
    assert library.gaps(today - timedelta(days=6), today, today) == ("2026-05-06", "2026-05-09", "2026-05-10")
    assert (library.is_marking, library.last_refresh()) == (False, None)


async def test_reads_of_a_damaged_cache_answer_nothing_and_say_why(library: Library, cache_file: Path) -> None:
    assert library.trouble == ""
    damage(cache_file)
    assert library.rows([1, 2, 3]) == []
    assert library.paper(1) is None
    assert list(library.first_list(Place(), "day", lambda: SCOPE, limit=10).pks) == []
    assert answers(library) == [None, {}, False, 0, False, False, {}, [], False, None, None, None, (), (), None, ""]
    assert "damaged" in library.trouble
    with pytest.raises(CacheDamaged, match="The next start of the reader repairs it"):
        await library.mark("star", True, [1])


async def test_who_asks_while_the_reader_leaves_gets_no_answer_and_no_error(cache_file: Path) -> None:
    library = Library(cache_file)
    library.close()
    # A refresh that is stopped by leaving ends like this.
    assert library.topic_names() == {}
    assert library.trouble == ""
