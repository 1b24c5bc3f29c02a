"""The log of what the user did, and the states that derive from it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache import connections
from reader.cache.flags import having
from reader.cache.marks import effects as module
from reader.cache.marks.effects import Change
from reader.cache.marks.event_log import UserAction
from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.core.marks import place_between
from reader.core.paper import Listing
from reader.core.paper_row import Flag
from tests.cache.conftest import NOW, ByName, draft


class States(NamedTuple):
    """All that marks have made of a cache."""

    papers: dict[int, tuple[int, ...]]
    """Whether each paper is read, starred, hidden and noted, by its key."""
    tags: tuple[tuple[str, int], ...]
    notes: tuple[tuple[int, str], ...]
    highlighted: tuple[int, ...]


def states(path: Path) -> States:
    connection = connections.connect(path)
    rows = connection.execute("SELECT pk, read, starred, hidden, has_note FROM paper").fetchall()
    tags = connection.execute("SELECT tag, pk FROM paper_tag ORDER BY tag, pk").fetchall()
    notes = connection.execute("SELECT pk, body FROM note ORDER BY pk").fetchall()
    highlighted = connection.execute(f"{having(Flag.HIGHLIGHTED)} ORDER BY pk").fetchall()
    connection.close()
    return States({row[0]: row[1:] for row in rows}, tuple(tags), tuple(notes), tuple(pk for (pk,) in highlighted))


def starred(path: Path) -> set[int]:
    return {pk for pk, row in states(path).papers.items() if row[1]}


def test_a_highlight_is_a_flag_of_its_paper(events: Events, path: Path) -> None:
    for said, highlighted in ((True, (2, 3)), (False, ())):
        events.mark("highlight", said, [2, 3])
        assert states(path).highlighted == highlighted
    events.undo()
    assert states(path).highlighted == (2, 3)


def test_what_is_so_already_is_no_event(events: Events) -> None:
    events.mark("star", True, [1])
    assert events.mark("star", True, [1]) is None
    assert events.mark("read", False, [1, 2]) is None
    assert events.mark("note", "", [1]) is None
    assert events.mark("tag:later", False, [1]) is None
    event = events.mark("star", True, [1, 2])
    assert event is not None
    assert event.count == 1


def test_undo_and_redo_walk_back_and_forth(events: Events, path: Path) -> None:
    events.mark("star", True, [1])
    events.mark("star", True, [2])
    assert events.undo() is not None
    assert starred(path) == {1}
    assert events.undo() is not None
    assert starred(path) == set()
    assert events.undo() is None
    assert events.redo() is not None
    assert events.redo() is not None
    assert starred(path) == {1, 2}
    assert events.redo() is None


def test_an_action_of_several_changes_is_one_step(events: Events, path: Path) -> None:
    events.mark("tag:a", True, [1, 2, 3])
    action = events.act([Change("tag:b", True, [1, 2, 3]), Change("tag:a", False, [1, 2, 3])])
    assert action is not None
    assert (action.label, action.count, len(action.events)) == ("tagged b, untagged a", 3, 2)
    renamed = states(path).tags
    assert renamed == (("b", 1), ("b", 2), ("b", 3))
    undone = events.undo()
    assert undone is not None and undone.events == action.events
    assert states(path).tags == (("a", 1), ("a", 2), ("a", 3))
    redone = events.redo()
    assert redone is not None and redone.events == action.events
    assert states(path).tags == renamed
    assert events.redo() is None
    events.undo()
    assert events.undo() is not None
    assert states(path).tags == ()
    assert events.undo() is None


def test_what_changes_nothing_is_no_part_of_an_action(events: Events) -> None:
    events.mark("star", True, [1])
    action = events.act([Change("star", True, [1]), Change("queue", True, [1])])
    assert action is not None and action.label == "queued"
    assert events.act([Change("star", True, [1]), Change("queue", True, [1])]) is None
    assert events.act([]) is None


def queue(path: Path) -> list[int]:
    with closing(connections.connect(path)) as connection:
        return [pk for (pk,) in connection.execute("SELECT pk FROM queue ORDER BY place")]


def test_the_queue_has_the_order_in_which_papers_come(events: Events, path: Path) -> None:
    events.mark("queue", True, [3, 1])
    events.mark("queue", True, [2, 1])
    assert queue(path) == [3, 1, 2]
    events.mark("queue", False, [3])
    events.mark("queue", True, [3])
    assert queue(path) == [1, 2, 3]
    events.undo()
    events.undo()
    assert queue(path) == [3, 1, 2]
    events.rebuild()
    assert queue(path) == [3, 1, 2]


def test_a_paper_is_moved_in_the_queue(events: Events, path: Path) -> None:
    events.mark("queue", True, [1, 2, 3])
    with closing(connections.connect(path)) as connection:
        first, second, _ = (place for (place,) in connection.execute("SELECT place FROM queue ORDER BY place"))
    moved = events.mark("queue", place_between(first, second), [3])
    assert moved is not None and moved.label == "moved in the queue"
    assert queue(path) == [1, 3, 2]
    assert events.mark("queue", True, [3]) is None
    events.undo()
    assert queue(path) == [1, 2, 3]


def test_a_queued_paper_waits_for_a_feed_to_bring_it(events: Events, cache: Cache, path: Path) -> None:
    events.mark("queue", True, [2], absent=["2611.09999"])
    events.mark("queue", True, [1])
    cache.store(Listing("2026-11-25", (draft(9999),)), NOW)
    with closing(connections.connect(path)) as connection:
        (pk,) = connection.execute("SELECT pk FROM paper WHERE id = '2611.09999'").fetchone()
    assert queue(path) == [2, pk, 1]


def test_doing_something_else_ends_what_can_be_redone(events: Events, path: Path) -> None:
    events.mark("star", True, [1])
    events.undo()
    events.mark("star", True, [2])
    assert events.redo() is None
    events.undo()
    redone = events.redo()
    assert redone is not None
    assert starred(path) == {2}


def test_undo_takes_back_its_own_event_and_not_a_later_one(events: Events, path: Path) -> None:
    """Two undos of one paper's marks lead to where the first mark left it."""
    events.mark("star", True, [1])
    events.mark("star", False, [1])
    events.undo()
    assert starred(path) == {1}


def test_notes_and_tags_are_kept_and_taken_back(events: Events, path: Path) -> None:
    events.mark("note", "first", [1])
    events.mark("note", "second", [1])
    events.mark("tag:later", True, [1, 2])
    assert states(path).notes == ((1, "second"),)
    assert states(path).tags == (("later", 1), ("later", 2))
    events.undo()
    events.undo()
    assert states(path).notes == ((1, "first"),)
    assert states(path).tags == ()
    assert states(path).papers[1][3] == 1


def test_the_log_only_grows(events: Events, path: Path) -> None:
    connection = connections.connect(path)
    seen: list[tuple[object, ...]] = []
    columns = "seq, id, machine, clock, kind, value, papers"
    steps: tuple[Callable[[], object], ...] = (
        lambda: events.mark("star", True, [1]),
        events.undo,
        events.redo,
        lambda: events.mark("hide", True, [2]),
    )
    for step in steps:
        step()
        rows = connection.execute(f"SELECT {columns} FROM event ORDER BY seq").fetchall()
        assert rows[: len(seen)] == seen
        assert len(rows) == len(seen) + 1
        seen = rows
    clocks = [clock for (clock,) in connection.execute("SELECT clock FROM event ORDER BY seq")]
    assert clocks == sorted(set(clocks))
    connection.close()


def test_a_long_event_is_one_row_in_short_transactions(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(50))), NOW)
    events = Events.open(path)
    seen: list[tuple[int, int]] = []
    small = module.BATCH
    try:
        module.BATCH = 20
        events.mark("read", True, range(1, 51), lambda done, total: seen.append((done, total)))
        assert seen == [(20, 50), (40, 50), (50, 50)]
        assert all(row[0] for row in states(path).papers.values())
        events.undo()
        assert not any(row[0] for row in states(path).papers.values())
    finally:
        module.BATCH = small
    events.close()


def test_a_long_event_that_is_stopped_is_finished_at_the_next_start(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving in the middle loses nothing: neither of a mark nor of its undoing."""
    monkeypatch.setattr(module, "BATCH", 10)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(50))), NOW)

    def read() -> int:
        return sum(row[0] for row in states(path).papers.values())

    stopped = Events.open(path)

    def stop_at_20(done: int, _total: int) -> None:
        if done == 20:
            (stopped if later is None else later).stop()

    later: Events | None = None
    assert stopped.mark("read", True, range(1, 51), stop_at_20)
    assert read() == 20
    later = Events.open(path)
    assert read() == 50
    later.undo(stop_at_20)
    assert read() == 30
    Events.open(path).close()
    assert read() == 0
    stopped.close()
    later.close()


def test_a_mark_by_another_program_in_the_middle_of_a_long_one_stands(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(30))), NOW)
    one, other = Events.open(path), Events.open(path)

    def undo_at_once(done: int, _total: int) -> None:
        if done == 10:
            other.undo()

    one.mark("read", True, range(1, 31), undo_at_once)
    before = states(path)
    one.rebuild()
    assert states(path) == before
    assert not any(row[0] for row in before.papers.values())
    one.close()
    other.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import NamedTuple
from reader.cache.marks.effects import Change
from reader.cache.marks.event_log import UserAction
from reader.cache.marks.events import Events
events = Events.open(Path(sys.argv[1]))
for pk in (1, 2, 3):
    events.mark("star", True, [pk])
    print(pk, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_stars_survive_kill(filled: Cache, path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["1", "2", "3"], done.stderr
    assert starred(path) == {1, 2, 3}


Step = tuple[str, bool | str | None, set[int] | None, int]
"""Kind, value and papers of a mark, which an undo has not, and which of two instances makes it."""

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["read", "star", "hide", "tag:a", "highlight"]),
            st.booleans(),
            st.sets(st.integers(1, 5), min_size=1),
            st.integers(0, 1),
        ),
        st.tuples(st.just("note"), st.sampled_from(["", "one", "two"]), st.sets(st.integers(1, 5)), st.integers(0, 1)),
        st.tuples(st.sampled_from(["undo", "redo"]), st.none(), st.none(), st.integers(0, 1)),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of five papers without marks."""
    path = tmp_path_factory.mktemp("five") / "papers.db"
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(5))), NOW)
    return path


@settings(max_examples=30)
@given(steps=STEPS)
def test_states_are_always_what_the_log_says(
    five: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    """Two instances do anything in any order; deriving everything anew changes nothing."""
    path = Path(shutil.copy(five, tmp_path_factory.mktemp("log")))
    two = (Events.open(path), Events.open(path))
    for kind, value, pks, instance in steps:
        events = two[instance]
        if kind == "undo":
            events.undo()
        elif kind == "redo":
            events.redo()
        else:
            assert value is not None and pks is not None
            events.mark(kind, value, sorted(pks))
    before = states(path)
    two[0].rebuild()
    assert states(path) == before
    for events in two:
        events.close()


def test_a_paper_that_the_cache_lacks_gets_its_mark_when_it_comes(events: Events, path: Path, filled: Cache) -> None:
    event = events.mark("star", True, [1], absent=["2611.00077", "2611.00078"])
    assert event is not None and event.count == 3
    assert starred(path) == {1}
    filled.store(Listing("2026-11-24", (draft(77),)), NOW)
    assert starred(path) == {1, 6}
    events.undo()
    filled.store(Listing("2026-11-24", (draft(78),)), NOW)
    assert starred(path) == set()
    assert events.mark("star", False, [], absent=["2611.00079"]) is None


def test_a_paper_that_came_meanwhile_is_marked_at_once(events: Events, path: Path) -> None:
    assert events.mark("star", True, [], absent=["2611.00001"]) is not None
    assert starred(path) == {1}


def test_the_last_word_about_a_paper_wins_and_one_undo_takes_it_back(events: Events, path: Path) -> None:
    def kept() -> tuple[list[tuple[int, int]], list[int]]:
        with closing(sqlite3.connect(path)) as cache:
            rows = cache.execute("SELECT starred, hidden FROM paper WHERE pk IN (1, 2) ORDER BY pk").fetchall()
            return rows, [pk for (pk,) in cache.execute("SELECT pk FROM queue ORDER BY pk")]

    def said(action: UserAction | None) -> str:
        return action.said if action is not None else ""

    events.mark("star", True, [1])
    assert said(events.mark("queue", True, [1, 2])) == "2 queued"
    assert said(events.mark("hide", True, [1])) == "1 hidden, unstarred, no longer queued"
    assert kept() == ([(0, 1), (0, 0)], [2])
    assert said(events.mark("star", True, [1, 2])) == "2 starred, 1 no longer hidden"
    assert kept() == ([(1, 0), (1, 0)], [2])
    events.undo()
    assert kept() == ([(0, 1), (0, 0)], [2])
    events.undo()
    assert kept() == ([(1, 0), (0, 0)], [1, 2])
    events.redo()
    assert said(events.mark("queue", True, [1])) == "1 queued, no longer hidden"
    assert kept() == ([(0, 0), (0, 0)], [1, 2])
    events.rebuild()
    assert kept() == ([(0, 0), (0, 0)], [1, 2])
