"""Where a paper that is moved in the queue comes to stand."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.cache.marks.change import place_in
from reader.cache.marks.events import Events


def queue(events: Events) -> list[int]:
    rows = events.read(lambda connection: connection.execute("SELECT pk FROM queue ORDER BY place").fetchall())
    return [pk for (pk,) in rows]


def move(events: Events, pk: int, listed: Sequence[int]) -> None:
    place = events.read(lambda connection: place_in(connection, pk, listed))
    assert place is not None
    events.mark("queue", place, [pk])


def test_a_paper_moves_behind_the_one_above_it_over_those_that_the_list_leaves_out(events: Events) -> None:
    events.mark("queue", True, [1])
    for pk, listed in ((2, [1, 2]), (1, [2, 1, 3])):
        # It is not queued, or alone.
        assert events.read(lambda connection: place_in(connection, pk, listed)) is None  # noqa: B023
    events.mark("queue", True, [1, 2, 3, 4])
    # The list has only 1 and 4, and with them 5, which was let go.
    move(events, 4, [5, 4, 1])
    assert queue(events) == [4, 1, 2, 3]
    move(events, 4, [1, 5, 4])
    assert queue(events) == [1, 4, 2, 3]
    events.undo()
    assert queue(events) == [4, 1, 2, 3]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_however_often_papers_are_moved_the_queue_is_as_listed(events: Events, moves: list[tuple[int, int]]) -> None:
    events.mark("queue", False, [1, 2, 3, 4, 5])
    listed = [1, 2, 3, 4, 5]
    events.mark("queue", True, listed)
    for start, end in moves:
        pk = listed.pop(start)
        listed.insert(end, pk)
        if start != end:
            move(events, pk, listed)
        assert queue(events) == listed
