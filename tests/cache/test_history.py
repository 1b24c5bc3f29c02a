"""What happened over time: events of papers, and what was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from reader.cache.history import ChangesSinceMark, changes_since_mark
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.figures import Figures, ReadingCounts, reading_figures
from reader.cache.reads.window import Window
from reader.cache.storing import Cache, drop
from reader.core.marks import Agent
from reader.core.paper import Listing
from reader.database import connections
from reader.log.rows import Row, action_id
from tests.cache.conftest import NOW, draft, found
from tests.doubles import Clock

DAY = "2026-11-20"


def at(day: int, hour: int = 8) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp())


def tell(cache: Cache, day: int, title: str | None = None, versions: tuple[str, ...] = (), **facts: Any) -> None:
    """A source says something of paper 1; of paper 2 it says the same every day."""
    facts.setdefault("comments", 0)
    told = draft(1, title, **facts)._replace(versions=versions, by_arxiv=bool(versions))
    drafts = told, draft(2, upvotes=40)
    cache.store(Listing(DAY, drafts), f"2026-11-{day}T08:00:00Z")


def mark(path: Path, kind: str, day: int, pk: int = 1, value: bool | str = True) -> None:
    with closing(Events.open(path, now=lambda: float(at(day, 9)))) as events:
        events.mark(kind, value, [pk])


def seen(path: Path) -> ChangesSinceMark | None:
    with closing(Window.open(path)) as window:
        return window.read(lambda connection: changes_since_mark(connection, 1))


FIRST, SECOND = ("v1 2026-11-10",), ("v1 2026-11-10", "v2 2026-11-22")


@pytest.mark.parametrize(
    ("facts", "event"),
    [
        ({"versions": SECOND}, "version 2"),
        ({"versions": FIRST, "remark": "Accepted at ICLR 2026"}, "now at ICLR 2026"),
        ({"versions": FIRST, "remark": "This paper has been withdrawn by the authors"}, "withdrawn"),
        ({"code_url": "https://github.com/a/b"}, "code released"),
    ],
)
def test_what_happens_after_a_mark_is_told_until_the_next_mark(
    cache: Cache, path: Path, facts: dict[str, Any], event: str
) -> None:
    tell(cache, 20, versions=FIRST)
    assert seen(path) is None
    mark(path, "star", 21)
    tell(cache, 22, **facts)
    assert seen(path) == ChangesSinceMark("2026-11-21", (event,))
    assert found(path, "changed:2026-11-22") == [1]
    assert found(path, "changed:2026-11-23..") == []
    mark(path, "read", 23)
    assert seen(path) is None


def test_votes_texts_and_what_was_unknown_before_are_no_events(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=1)
    mark(path, "star", 21)
    versions = ("v1 2026-10-10", "v2 2026-11-11")
    tell(cache, 22, title="Paper 1", abstract="New.", upvotes=90, remark="Accepted at ICLR 2026", versions=versions)
    assert seen(path) is None


def test_an_event_before_the_mark_is_not_told(cache: Cache, path: Path) -> None:
    tell(cache, 20)
    tell(cache, 21, code_url="https://github.com/a/b")
    mark(path, "queue", 22)
    tell(cache, 23, upvotes=900, code_url="https://github.com/a/b")
    assert seen(path) is None


# What was read

TODAY = date(2026, 11, 26)


def noon(day: date) -> float:
    return datetime.combine(day, time(12)).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock(noon(TODAY))


@pytest.fixture
def events(path: Path, cache: Cache, clock: Clock) -> Iterator[Events]:
    """The log of a cache of thirty papers, of which every third is about agents."""
    drafts = (draft(at, abstract="agents" if at % 3 == 0 else "") for at in range(1, 31))
    cache.store(Listing("2026-11-01", tuple(drafts)), NOW)
    with closing(Events.open(path, clock)) as opened:
        yield opened


def figures(path: Path, weeks: int = 12) -> Figures:
    with closing(connections.connect(path, query_only=True)) as connection:
        return reading_figures(connection, TODAY, weeks)


def test_traces_count_by_their_day_and_marks_by_their_clock(path: Path, events: Events, clock: Clock) -> None:
    clock.now = noon(date(2026, 11, 10))
    events.mark("star", True, [1, 2])
    clock.now = noon(TODAY)
    events.act([Change("open", "2026-11-25", [3, 4]), Change("pass", "2026-11-25", [5])])
    events.act([Change("finish", "2026-11-24", [4])])
    found = figures(path, 3)
    assert [week.counts for week in found.weeks] == [
        ReadingCounts(2, 0, 0, 2),
        ReadingCounts(),
        ReadingCounts(3, 2, 1),
    ]
    assert list(found.days) == [date(2026, 11, 10), date(2026, 11, 24), date(2026, 11, 25)]
    assert found.traced == date(2026, 11, 24)
    assert [(one.slug, one.starred.papers, one.seen.papers) for one in found.topics] == [("agents", 0, 1)]


def test_each_paper_counts_once_a_week_and_once_a_day(path: Path, events: Events) -> None:
    for kind, day, papers in (
        ("pass", "2026-11-19", [1]),
        ("open", "2026-11-23", [1]),
        ("open", "2026-11-26", [1, 2]),
        ("finish", "2026-11-26", [1]),
        ("open", "2026-11-27", [9]),
    ):
        events.act([Change(kind, day, papers)])
    found = figures(path, 2)
    assert [(week.monday.day, week.counts) for week in found.weeks] == [
        (16, ReadingCounts(1)),
        (23, ReadingCounts(2, 2, 1)),
    ]
    assert found.total == ReadingCounts(2, 2, 1)
    assert [counts.seen for counts in found.days.values()] == [1, 1, 2]


def test_topics_of_stars_stand_beside_those_of_what_was_seen(path: Path, events: Events) -> None:
    events.act([Change("open", "2026-11-25", [1, 2, 3, 6])])
    events.mark("star", True, [1, 3])
    assert figures(path).topics == (("agents", (1, 0.5), (2, 0.5)),)


def test_what_was_done_to_many_at_once_or_undone_does_not_count(path: Path, events: Events) -> None:
    events.mark("read", True, range(1, 31))
    events.mark("star", True, range(1, 12))
    assert figures(path).total == ReadingCounts()
    events.mark("hide", True, [1])
    events.undo()
    assert figures(path).total == ReadingCounts()


def test_what_a_library_brings_and_what_a_rule_does_is_not_seen(path: Path, events: Events) -> None:
    events.act([Change("note", "Mine.", [1]), Change("tag:later", True, [2])])
    events.act([Change("star", True, [3]), Change("rule:agents", "{}", [3])])
    events.act([Change("hide", True, [4])], by=Agent("a program", "ab" * 6))
    assert figures(path).total == ReadingCounts()


def test_a_dropped_paper_still_counts(path: Path, events: Events) -> None:
    events.act([Change("open", "2026-11-25", [1, 2])])
    with closing(connections.connect(path)) as connection, connections.transaction(connection):
        drop(connection, "2026-11-02", 100)
    assert figures(path).total == ReadingCounts(2, 2)


def test_what_is_no_day_and_what_is_too_old_are_left_out(path: Path, events: Events, clock: Clock) -> None:
    clock.now = noon(date(2024, 11, 26))
    events.mark("star", True, [1])
    clock.now = noon(TODAY)
    events.act([Change("open", "2024-11-25", [2])])
    events.join([Row(action_id("a" * 12, int(clock() * 1000)), "2611.00002", "open", "someday")])
    assert figures(path).total == ReadingCounts()
    assert figures(path, 120).total == ReadingCounts(2, 1, 0, 1)
