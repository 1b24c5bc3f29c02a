"""The figures of what was read, from the log of a cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest

from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.reading import Figures, ReadingCounts, reading_figures
from reader.cache.storing.batch import drop
from reader.cache.storing.papers import Cache
from reader.core.marks import Agent
from reader.core.paper import Listing
from reader.database import connections
from reader.log.rows import Row, action_id
from tests.cache.conftest import NOW, draft

TODAY = date(2026, 11, 26)


class Clock:
    """A clock of local days."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> float:
        return datetime.combine(self.day, datetime.min.time().replace(hour=12)).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events(path: Path, cache: Cache, clock: Clock) -> Iterator[Events]:
    """The log of a cache of thirty papers, of which every third is about agents."""
    drafts = (draft(at, abstract="agents" if at % 3 == 0 else "") for at in range(1, 31))
    cache.store(Listing("2026-11-01", tuple(drafts)), NOW)
    with closing(Events.open(path, clock)) as opened:
        yield opened


def found(path: Path, weeks: int = 12) -> Figures:
    with closing(connections.connect(path, query_only=True)) as connection:
        return reading_figures(connection, TODAY, weeks)


def test_traces_count_by_their_day_and_marks_by_their_clock(path: Path, events: Events, clock: Clock) -> None:
    clock.day = date(2026, 11, 10)
    events.mark("star", True, [1, 2])
    clock.day = TODAY
    events.act([Change("open", "2026-11-25", [3, 4]), Change("pass", "2026-11-25", [5])])
    events.act([Change("finish", "2026-11-24", [4])])
    figures = found(path, 3)
    assert [week.counts for week in figures.weeks] == [
        ReadingCounts(2, 0, 0, 2),
        ReadingCounts(),
        ReadingCounts(3, 2, 1),
    ]
    assert list(figures.days) == [date(2026, 11, 10), date(2026, 11, 24), date(2026, 11, 25)]
    assert figures.traced == date(2026, 11, 24)
    assert [(one.slug, one.starred.papers, one.seen.papers) for one in figures.topics] == [("agents", 0, 1)]


def test_each_paper_counts_once_a_week_and_once_a_day(path: Path, events: Events) -> None:
    for kind, day, papers in (
        ("pass", "2026-11-19", [1]),
        ("open", "2026-11-23", [1]),
        ("open", "2026-11-26", [1, 2]),
        ("finish", "2026-11-26", [1]),
        ("open", "2026-11-27", [9]),
    ):
        events.act([Change(kind, day, papers)])
    figures = found(path, 2)
    assert [(week.monday.day, week.counts) for week in figures.weeks] == [
        (16, ReadingCounts(1)),
        (23, ReadingCounts(2, 2, 1)),
    ]
    assert figures.total == ReadingCounts(2, 2, 1)
    assert [counts.seen for counts in figures.days.values()] == [1, 1, 2]


def test_topics_of_stars_stand_beside_those_of_what_was_seen(path: Path, events: Events) -> None:
    events.act([Change("open", "2026-11-25", [1, 2, 3, 6])])
    events.mark("star", True, [1, 3])
    assert found(path).topics == (("agents", (1, 0.5), (2, 0.5)),)


def test_what_was_done_to_many_at_once_or_undone_does_not_count(path: Path, events: Events) -> None:
    events.mark("read", True, range(1, 31))
    events.mark("star", True, range(1, 12))
    assert found(path).total == ReadingCounts()
    events.mark("hide", True, [1])
    events.undo()
    assert found(path).total == ReadingCounts()


def test_what_a_library_brings_and_what_a_rule_does_is_not_seen(path: Path, events: Events) -> None:
    events.act([Change("note", "Mine.", [1]), Change("tag:later", True, [2])])
    events.act([Change("star", True, [3]), Change("rule:agents", "{}", [3])])
    events.act([Change("hide", True, [4])], by=Agent("a program", "ab" * 6))
    assert found(path).total == ReadingCounts()


def test_a_dropped_paper_still_counts(path: Path, events: Events) -> None:
    events.act([Change("open", "2026-11-25", [1, 2])])
    with closing(connections.connect(path)) as connection, connections.transaction(connection):
        drop(connection, "2026-11-02", 100)
    assert found(path).total == ReadingCounts(2, 2)


def test_what_is_no_day_and_what_is_too_old_are_left_out(path: Path, events: Events, clock: Clock) -> None:
    clock.day = date(2024, 11, 26)
    events.mark("star", True, [1])
    clock.day = TODAY
    events.act([Change("open", "2024-11-25", [2])])
    events.join([Row(action_id("a" * 12, int(clock() * 1000)), "2611.00002", "open", "someday")])
    assert found(path).total == ReadingCounts()
    assert found(path, 120).total == ReadingCounts(2, 1, 0, 1)
