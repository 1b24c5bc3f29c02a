"""The log of what the user did, and the states that derive from it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks import derive as module
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.storing import Cache
from reader.core.marks import place_between
from reader.core.paper import Listing
from tests.cache.conftest import NOW, derive_again, draft, rows, said


def states(path: Path) -> list[tuple[int, ...]]:
    """The key of each paper, and whether it is read, starred and hidden."""
    return rows(path, "SELECT pk, read, starred, hidden FROM paper ORDER BY pk")


def starred(path: Path) -> set[int]:
    return {pk for pk, _, is_starred, _ in states(path) if is_starred}


def test_what_is_so_already_is_no_event(events: Events) -> None:
    events.mark("star", True, [1])
    for kind, value in (("star", True), ("read", False), ("note", ""), ("tag:later", False)):
        assert events.mark(kind, value, [1]) is None
    assert said(events.mark("star", True, [1, 2])) == "1 starred"
    assert said(events.act([Change("star", True, [1]), Change("queue", True, [1])])) == "1 queued"
    assert events.act([Change("star", True, [1]), Change("queue", True, [1])]) is None
    assert events.act([]) is None


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


def test_a_long_event_that_is_stopped_is_finished_at_the_next_start(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving in the middle loses nothing: neither of a mark nor of its undoing."""
    monkeypatch.setattr(module, "BATCH", 20)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(50))), NOW)
    seen: list[tuple[int, int]] = []

    def read() -> int:
        return sum(row[1] for row in states(path))

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
    assert not any(row[1] for row in before)
    one.close()
    other.close()


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
