"""The log of what the user did, and the states that derive from it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.flags import having
from reader.cache.marks import derive as module
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.core.marks import place_between
from reader.core.paper import Listing
from reader.core.paper_row import Flag
from tests.cache.conftest import NOW, derive_again, draft, rows, said


class States(NamedTuple):
    """All that marks have made of a cache."""

    papers: Mapping[int, tuple[int, ...]]
    """Whether each paper is read, starred, hidden and noted, by its key."""
    tags: tuple[tuple[str, int], ...]
    notes: tuple[tuple[int, str], ...]
    highlighted: tuple[int, ...]


def states(path: Path) -> States:
    papers = rows(path, "SELECT pk, read, starred, hidden, has_note FROM paper")
    tags = rows(path, "SELECT tag, pk FROM paper_tag ORDER BY tag, pk")
    notes = rows(path, "SELECT pk, body FROM note ORDER BY pk")
    highlighted = rows(path, f"{having(Flag.HIGHLIGHTED)} ORDER BY pk")
    return States({row[0]: row[1:] for row in papers}, tuple(tags), tuple(notes), tuple(pk for (pk,) in highlighted))


def starred(path: Path) -> set[int]:
    return {pk for pk, row in states(path).papers.items() if row[1]}


def test_what_is_so_already_is_no_event(events: Events) -> None:
    events.mark("star", True, [1])
    for kind, value in (("star", True), ("read", False), ("note", ""), ("tag:later", False)):
        assert events.mark(kind, value, [1]) is None
    assert said(events.mark("star", True, [1, 2])) == "1 starred"
    assert said(events.act([Change("star", True, [1]), Change("queue", True, [1])])) == "1 queued"
    assert events.act([Change("star", True, [1]), Change("queue", True, [1])]) is None
    assert events.act([]) is None


def test_undo_and_redo_walk_back_and_forth(events: Events, path: Path) -> None:
    events.mark("star", True, [1])
    events.mark("star", True, [2])
    for step, left in ((events.undo, {1}), (events.undo, set()), (events.redo, {1}), (events.redo, {1, 2})):
        assert step() is not None
        assert starred(path) == left
    assert events.redo() is None
    # Doing something else ends what can be redone.
    events.undo()
    events.mark("star", True, [3])
    assert events.redo() is None
    # An undo takes back its own event and not a later one: the paper is as the mark before left it.
    events.mark("star", False, [1])
    for left in ({1, 3}, {1}, set[int]()):
        assert events.undo() is not None
        assert starred(path) == left
    assert events.undo() is None


def test_an_action_of_several_changes_is_one_step(events: Events, path: Path) -> None:
    events.mark("tag:a", True, [1, 2, 3])
    action = events.act([Change("tag:b", True, [1, 2, 3]), Change("tag:a", False, [1, 2, 3])])
    assert action is not None
    assert (action.label, action.count, len(action.parts)) == ("tagged b, untagged a", 3, 2)
    old, new = (tuple((tag, pk) for pk in (1, 2, 3)) for tag in ("a", "b"))
    assert states(path).tags == new
    assert (events.undo(), states(path).tags) == (action, old)
    assert (events.redo(), states(path).tags) == (action, new)
    assert events.redo() is None
    events.undo()
    assert events.undo() is not None
    assert states(path).tags == ()
    assert events.undo() is None


def queue(path: Path) -> list[int]:
    return [pk for (pk,) in rows(path, "SELECT pk FROM queue ORDER BY place")]


def test_the_queue_has_the_order_in_which_papers_come_until_one_is_moved(events: Events, path: Path) -> None:
    events.mark("queue", True, [3, 1])
    events.mark("queue", True, [2, 1])
    assert queue(path) == [3, 1, 2]
    events.mark("queue", False, [3])
    events.mark("queue", True, [3])
    assert queue(path) == [1, 2, 3]
    (first,), (second,), _ = rows(path, "SELECT place FROM queue ORDER BY place")
    assert said(events.mark("queue", place_between(first, second), [3])) == "1 moved in the queue"
    assert queue(path) == [1, 3, 2]
    assert events.mark("queue", True, [3]) is None
    for _ in range(3):
        events.undo()
    assert queue(path) == [3, 1, 2]
    derive_again(events)
    assert queue(path) == [3, 1, 2]


def test_a_queued_paper_waits_for_a_feed_to_bring_it(events: Events, cache: Cache, path: Path) -> None:
    events.mark("queue", True, [2], absent=["2611.09999"])
    events.mark("queue", True, [1])
    cache.store(Listing("2026-11-25", (draft(9999),)), NOW)
    ((pk,),) = rows(path, "SELECT pk FROM paper WHERE id = '2611.09999'")
    assert queue(path) == [2, pk, 1]


def test_notes_and_tags_are_kept_and_taken_back(events: Events, path: Path) -> None:
    events.mark("note", "first", [1])
    events.mark("note", "second", [1])
    events.mark("tag:later", True, [1, 2])
    events.mark("highlight", True, [2, 3])
    events.mark("highlight", False, [2])
    flags = {1: (0, 0, 0, 1)} | dict.fromkeys(range(2, 6), (0, 0, 0, 0))
    assert states(path) == States(flags, (("later", 1), ("later", 2)), ((1, "second"),), (3,))
    for _ in range(4):
        events.undo()
    assert states(path) == States(flags, (), ((1, "first"),), ())


def test_a_long_event_that_is_stopped_is_finished_at_the_next_start(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving in the middle loses nothing: neither of a mark nor of its undoing."""
    monkeypatch.setattr(module, "BATCH", 20)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(50))), NOW)
    seen: list[tuple[int, int]] = []

    def read() -> int:
        return sum(row[0] for row in states(path).papers.values())

    def note(done: int, total: int) -> None:
        seen.append((done, total))

    with closing(Events.open(path)) as stopped:
        assert stopped.mark("read", True, range(1, 51), lambda _done, _total: stopped.stop())
        assert read() == 20
    with closing(Events.open(path)) as later:
        assert read() == 50
        later.undo(lambda _done, _total: later.stop())
        assert 0 < read() < 50
    with closing(Events.open(path)) as last:
        assert read() == 0
        last.mark("read", True, range(1, 51), note)
    assert (seen, read()) == ([(20, 50), (40, 50), (50, 50)], 50)


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
    derive_again(one)
    assert states(path) == before
    assert not any(row[0] for row in before.papers.values())
    one.close()
    other.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from reader.cache.marks.change import Change
from reader.log.actions import UserAction
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


@settings(max_examples=30)
@given(steps=STEPS)
def test_states_are_always_what_the_log_says(
    two_days: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    """Two instances do anything in any order; deriving everything anew changes nothing."""
    path = Path(shutil.copy(two_days, tmp_path_factory.mktemp("log")))
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
    derive_again(two[0])
    assert states(path) == before
    for events in two:
        events.close()


def test_a_paper_that_the_cache_lacks_gets_its_mark_when_it_comes(events: Events, path: Path, filled: Cache) -> None:
    assert said(events.mark("star", True, [1], absent=["2611.00002", "2611.00077", "2611.00078"])) == "4 starred"
    # The second one came meanwhile.
    assert starred(path) == {1, 2}
    filled.store(Listing("2026-11-24", (draft(77),)), NOW)
    assert starred(path) == {1, 2, 6}
    events.undo()
    filled.store(Listing("2026-11-24", (draft(78),)), NOW)
    assert starred(path) == set()
    assert events.mark("star", False, [], absent=["2611.00079"]) is None


def test_the_last_word_about_a_paper_wins_and_one_undo_takes_it_back(events: Events, path: Path) -> None:
    def kept() -> tuple[list[tuple[int, int]], list[int]]:
        return rows(path, "SELECT starred, hidden FROM paper WHERE pk IN (1, 2) ORDER BY pk"), sorted(queue(path))

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
    derive_again(events)
    assert kept() == ([(0, 0), (0, 0)], [1, 2])
