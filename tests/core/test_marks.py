"""Marks, what rules may do, and places in the queue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core import foreign
from reader.core.marks import (
    QUEUE,
    TAG_LIMIT,
    Mark,
    allowed_marks,
    check_listed,
    clean_mark,
    first_place,
    is_against,
    newest,
    place_between,
    rule_done,
    rule_words,
)
from tests.table import each

ID, MACHINE = "0123456789abcdef01234567", "0123456789ab"


def mark(kind: str = "star", value: str = "1", clock: int = 1, machine: str = MACHINE, id: str = ID) -> Mark:
    return Mark(kind, value, clock, machine, id)


@each(
    ("kind", "value", "cleaned"),
    [
        ("read", "1", ("read", "1")),
        ("hide", "2", None),
        ("star", "10", None),
        ("other", "1", None),
        ("open", "2026-11-24", ("open", "2026-11-24")),
        ("pass", "1", None),
        ("finish", "2026-02-30", None),
        ("", "1", None),
        ("note", "A\x07 note\n", ("note", "A note")),
        ("note", "", ("note", "")),
        ("tag:to  read", "1", ("tag:to read", "1")),
        ("rule:A  b", "is:x\x07 ", ("rule:A b", "is:x")),
        ("rule:", "is:x", None),
        ("rule:A", "\x07", None),
        ("agent:A", "run", None),
        ("agent:A  b", MACHINE, ("agent:A b", MACHINE)),
        ("tag:", "1", None),
        ("tag: \x07", "1", None),
        ("tag:" + "x" * (TAG_LIMIT + 1), "0", ("tag:" + "x" * TAG_LIMIT, "0")),
    ],
)
def test_a_mark_is_cleaned_or_none(kind: str, value: str, cleaned: tuple[str, str] | None) -> None:
    assert clean_mark(kind, value) == cleaned
    event = foreign.mark(*mark(kind, value))
    assert event == (None if cleaned is None else mark(*cleaned))


@each(
    ("id", "machine"),
    [(ID[1:], MACHINE), (ID + "0", MACHINE), (ID.upper(), MACHINE), (ID, MACHINE[1:]), (ID, MACHINE + "0"), ("", "")],
)
def test_an_event_needs_an_id_and_a_machine_of_the_right_form(id: str, machine: str) -> None:
    assert foreign.mark(*mark(id=id, machine=machine)) is None


def test_the_newest_mark_of_each_kind_counts_and_among_equal_times_the_greatest_id() -> None:
    later, greater = mark(clock=2, id="0" * 24), mark(clock=2, id="f" * 24)
    read = mark("read", "0")
    for marks in ([later, greater, mark(clock=1, id="f" * 24), read], [read, greater, later]):
        assert newest(marks) == (read, greater)
    assert newest([greater, greater]) == (greater,)
    assert newest([]) == ()


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


def test_a_place_between_has_the_fewest_digits_that_leave_a_number_free() -> None:
    low, high = first_place(5, 3), first_place(5, 9)
    assert place_between(low, high) == first_place(5, 6)
    assert place_between(low, first_place(5, 5)) == first_place(5, 4)
    assert place_between(low, first_place(5, 4)) == f"{low}5"
    assert place_between(f"{low}5", f"{low}6") == f"{low}55"
    assert place_between(f"{low}1", f"{low}3") == f"{low}2"
    assert place_between(None, None) == "49999999999999999999999999"


def test_places_stay_short_where_papers_are_moved_again_and_again() -> None:
    first, second = (first_place(1_764_000_000_000, position) for position in (0, 1))
    for _ in range(500):
        second = place_between(first, second)
    assert clean_mark(QUEUE, second) == (QUEUE, second)


def test_an_end_of_the_queue_is_a_millisecond_further() -> None:
    assert place_between(first_place(5, 3), None) == first_place(6, 0)
    assert place_between(None, first_place(5, 3)) == first_place(4, 0)
    assert place_between(None, first_place(0, 3)) == first_place(0, 0)


def test_a_foreign_place_must_be_one() -> None:
    assert first_place(5, 3) == f"{5:019}0000003" and first_place(5, 10**8) == f"{5:019}9999999"
    for value in ("2", "12", "x" * 30, "१" * 30, "1" * 300, ""):
        assert clean_mark(QUEUE, value) is None


def test_a_rule_does_what_is_left_of_it() -> None:
    assert allowed_marks(("hide", "tag:a", "star"), ("star",), ("queue",)) == ("tag:a",)
    assert allowed_marks(("star", "tag:a"), (), ("hide",)) == ("tag:a",)
    assert allowed_marks(("hide", "tag:a"), ("read",), ()) == ("tag:a",)
    assert allowed_marks(("hide", "tag:a"), ("tag:b",), ("tag:a",)) == ("tag:a",)
    assert allowed_marks(("hide", "tag:a"), ("pass",), ("hide",)) == ("hide", "tag:a")


def test_only_what_is_listed_leaves_the_machine() -> None:
    for kind in ("star", "tag:a", "note", "here:entry:views:0"):
        check_listed(kind)
    for kind in ("tag", "star:a", "other"):
        with pytest.raises(ValueError, match="are not listed"):
            check_listed(kind)


def test_marks_of_rules_are_told() -> None:
    assert rule_words(("hide", "tag:a")) == "hide, tag a"
    assert [rule_done(mark) for mark in ("tag:a", "queue")] == ["tagged a", "queued"]
    assert is_against("tag:a", ("tag:a",)) and not is_against("tag:a", ("tag:b", "star", "hide"))
