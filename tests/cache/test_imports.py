"""Marks from files: they join the log with their own time and machine, and nothing is added twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds, waiting_titles
from reader.cache.imports import MatchedEntries, add_marks, changes, existing_texts, find_papers, waiting
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.exports import exported_marks
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.core.ids import page_id
from reader.core.marks import Mark, PaperMarks
from reader.core.paper import Draft, LibraryEntry, Listing
from reader.core.titles import TitleRecord
from reader.log.store import AHEAD_MS
from tests.cache.conftest import NOW, draft, label_of, rows, whole

TODAY = 1_764_000_000_000
"""The time of all tests, in milliseconds since 1970."""

ONE, TWO, THREE = (draft(number).id or "" for number in (1, 2, 3))
LOST = "2611.99999"


def mark(kind: str = "star", value: str = "1", clock: int = TODAY, id: str = "a", machine: str = "1") -> Mark:
    return Mark(kind, value, clock, machine * 12, id * 24)


def add(events: Events, *papers: PaperMarks) -> int:
    return add_marks(events, papers)


def on(paper: str, *marks: Mark) -> PaperMarks:
    return PaperMarks(paper, marks)


def log(path: Path) -> list[tuple[object, ...]]:
    return rows(path.with_name("log.db"), "SELECT kind, value, paper, clock, machine FROM event ORDER BY number")


@pytest.fixture
def at_once(path: Path, filled: Cache) -> Iterable[Events]:
    """The log of a cache of five papers, whose time stands still."""
    with closing(Events.open(path, lambda: TODAY / 1000)) as events:
        yield events


def test_the_newest_mark_decides_whatever_comes_first(at_once: Events, path: Path) -> None:
    older, newer = mark(value="1", clock=TODAY - 5, id="b"), mark(value="0", clock=TODAY, id="a")
    assert add(at_once, on(ONE, older), on(TWO, newer), on(THREE, older)) == 3
    assert add(at_once, on(ONE, newer), on(TWO, older), on(THREE, older)) == 2
    assert [whole(path, id).starred for id in (ONE, TWO, THREE)] == [False, False, True]
    # What lost stays in the log.
    assert ("star", "1", ONE, TODAY - 5, "1" * 12) in log(path)


def test_a_newer_mark_of_this_machine_wins(at_once: Events, path: Path) -> None:
    at_once.mark("note", "mine", [1])
    at_once.mark("tag:later", True, [1])
    assert add(at_once, on(ONE, mark("note", "theirs", TODAY - 1), mark("tag:later", "0", TODAY - 1))) == 2
    assert (whole(path, ONE).note, whole(path, ONE).tags) == ("mine", ("later",))


def test_marks_of_one_action_join_once_in_any_grouping(at_once: Events, path: Path) -> None:
    shared = mark("read")
    assert add(at_once, on(ONE, shared), on(TWO, shared), on(THREE, mark("read", machine="2"))) == 3
    assert [row[:3] for row in log(path)] == [("read", "1", ONE), ("read", "1", TWO), ("read", "1", THREE)]
    assert add(at_once, on(TWO, shared)) == 0
    assert add(at_once, on(TWO, shared), on(THREE, shared)) == 1
    assert len(log(path)) == 4


def test_a_mark_that_is_already_in_the_log_is_not_added(at_once: Events, path: Path) -> None:
    at_once.mark("star", True, [1, 2])
    with closing(Window.open(path)) as window:
        found = exported_marks(window, whole(path, ONE)).marks
    assert add(at_once, on(ONE, *found), on(ONE, *found)) == 0
    at_once.undo()
    assert add(at_once, on(ONE, *found)) == 0
    # What was undone here does not come back by an old file.
    assert not whole(path, ONE).starred


@pytest.mark.parametrize("first", [0, 1])
def test_marks_of_one_moment_have_the_same_order_everywhere(at_once: Events, path: Path, first: int) -> None:
    """The ids of their machines decide."""
    marks = mark("note", "one", id="a", machine="1"), mark("note", "two", id="b", machine="2")
    for number in (first, 1 - first):
        add(at_once, on(ONE, marks[number]))
        add(at_once, on(ONE, marks[number]), on(TWO, marks[number]))
    assert (whole(path, ONE).note, whole(path, TWO).note) == ("two", "two")


def test_a_clock_that_is_ahead_does_not_win_for_ever(at_once: Events, path: Path) -> None:
    assert add(
        at_once,
        on(ONE, mark(clock=TODAY + AHEAD_MS)),
        on(TWO, mark(clock=TODAY + 2 * AHEAD_MS)),
        on(THREE, mark(clock=0)),
    )
    clocks = {row[3] for row in log(path)}
    assert clocks == {TODAY + AHEAD_MS, 0}
    at_once.mark("star", False, [2])
    assert not whole(path, TWO).starred
    assert add(at_once, on(TWO, mark(clock=TODAY + 2 * AHEAD_MS))) == 0


def test_a_mark_without_a_time_is_made_where_none_is_set(at_once: Events, path: Path) -> None:
    at_once.mark("note", "mine", [1])
    at_once.mark("star", True, [1])
    marks = (("star", "1"), ("note", "theirs"), ("tag:later", "1"))
    assert add(at_once, PaperMarks(ONE, (), marks), PaperMarks(TWO, (), marks)) == 4
    assert add(at_once, PaperMarks(ONE, (), marks), PaperMarks(TWO, (), marks)) == 0
    assert [(whole(path, id).note, whole(path, id).starred, whole(path, id).tags) for id in (ONE, TWO)] == [
        ("mine", True, ("later",)),
        ("theirs", True, ("later",)),
    ]
    # It needs its paper.
    assert add(at_once, PaperMarks(LOST, (), marks)) == 0
    # They are the user's own, so undo takes them back.
    assert label_of(at_once.undo()) == "1 starred, 2 tagged later, 1 noted"


def test_marks_are_kept_until_their_paper_is_fetched(at_once: Events, cache: Cache, path: Path) -> None:
    assert add(at_once, on(LOST, mark(), mark("note", "a note"))) == 2
    assert add(at_once, on(LOST, mark())) == 0
    cache.store(Listing("2026-11-25", (Draft("It is here", LOST),)), NOW)
    assert (whole(path, LOST).starred, whole(path, LOST).note) == (True, "a note")
    assert add(at_once, on(LOST, mark())) == 0


def test_a_title_s_id_is_the_paper_s(at_once: Events, path: Path) -> None:
    """The file's home knew the paper by a saved page only; here it has its arXiv id."""
    other = page_id("Paper number 1")
    assert add(at_once, on(other, mark()), on(page_id("Another title"), mark())) == 2
    assert whole(path, ONE).starred
    assert whole(path, other).id == ONE
    assert add(at_once, on(other, mark())) == 0


def test_entries_of_a_library_mark_the_papers_that_they_mean(events: Events, filled: Cache) -> None:
    filled.store(Listing(None, (draft(8, "Twice"), draft(9, "Twice"))), NOW)
    by_id, again = LibraryEntry("1", "x", ONE, labels=("a", "b"), note="Mine."), LibraryEntry("2", id=ONE, note="Mine.")
    by_title = LibraryEntry("3", "Paper number 2", is_read=True, note="Old.")
    lost, row = LibraryEntry("4", id=LOST, labels=("a",)), LibraryEntry("5", id="2611.77777", is_wanted=False)
    unknown = [LibraryEntry("6", title) for title in ("Twice", "", "Nowhere")]
    one, two = (events.read(partial(key, id=id)) for id in (ONE, TWO))
    found = events.read(lambda connection: find_papers(connection, [by_id, by_title, lost, again, row, *unknown]))
    assert found == MatchedEntries({one: [by_id, again], two: [by_title]}, {LOST: [lost], "2611.77777": [row]}, unknown)
    events.mark("star", True, [], absent=["2611.77777"])
    events.mark("note", "Here.", [two])
    waits, known = events.read(waiting), events.read(existing_texts)
    assert (waits, known) == ({"2611.77777": frozenset({"star"})}, frozenset({(two, "note")}))
    labels = {"a": "tag:a"}
    assert list(changes(found, ["star"], labels.get, waits, known)) == [
        Change("want", True, [], [LOST]),
        Change("read", True, [two], []),
        Change("star", True, [one, two], [LOST]),
        Change("tag:a", True, [one], [LOST]),
        Change("note", "Mine.", [one]),
    ]


def key(connection: sqlite3.Connection, id: str) -> int:
    return int(connection.execute("SELECT pk FROM paper WHERE id = ?", (id,)).fetchone()[0])


PAGE = [Draft(f"{name} of a page", author_count=2, published="2026-11-01", source="page") for name in "AB"]


def test_a_title_is_looked_up_thrice_a_week_apart(cache: Cache, path: Path) -> None:
    cache.store(Listing(None, tuple(PAGE)), NOW)
    a, b = (TitleRecord(draft.title, 2, "2026-11-01", page_id(draft.title)) for draft in PAGE)

    def waiting(day: int) -> list[TitleRecord]:
        return waiting_titles(path, date(2026, 11, day))

    assert waiting(1) == [a, b]
    with closing(Feeds.open(path)) as feeds:
        for day, before, after in ((2, [b], [b, a]), (10, [b], [b, a]), (18, [b], [b])):
            feeds.record_not_found([a.id], f"2026-11-{day:02}")
            assert (waiting(day + 6), waiting(day + 7)) == (before, after)
