"""Places in the queue: between any two there is another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.marks import QUEUE, clean_mark
from reader.core.queue_places import first_place, place_between


def test_papers_that_are_queued_together_keep_their_order() -> None:
    places = [first_place(clock, position) for clock in (5, 6, 1_764_000_000_000) for position in (0, 1, 9, 10, 5_000)]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


@given(st.lists(st.integers(0, 30), max_size=80))
def test_a_paper_can_be_moved_to_any_place(moves: list[int]) -> None:
    queue = [first_place(1_764_000_000_000, position) for position in range(3)]
    for move in moves:
        at = move % (len(queue) + 1)
        place = place_between(queue[at - 1] if at else None, queue[at] if at < len(queue) else None)
        queue.insert(at, place)
        assert queue == sorted(queue)
        assert len(set(queue)) == len(queue)
        assert clean_mark(QUEUE, place) == (QUEUE, place)


def test_places_stay_short_where_papers_are_moved_again_and_again() -> None:
    first, second = (first_place(1_764_000_000_000, position) for position in (0, 1))
    for _ in range(500):
        second = place_between(first, second)
    assert clean_mark(QUEUE, second) == (QUEUE, second)


def test_a_foreign_place_must_be_one() -> None:
    for value in ("2", "12", "x" * 30, "१" * 30, "1" * 300, ""):
        assert clean_mark(QUEUE, value) is None
