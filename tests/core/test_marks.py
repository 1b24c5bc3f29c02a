"""Marks of other programs are cleaned, and of several the newest counts."""

from __future__ import annotations

import pytest

from reader.core import foreign
from reader.core.marks import TAG_LIMIT, Mark, clean_mark, newest

ID, MACHINE = "0123456789abcdef01234567", "0123456789ab"


def mark(kind: str = "star", value: str = "1", clock: int = 1, machine: str = MACHINE, id: str = ID) -> Mark:
    return Mark(kind, value, clock, machine, id)


@pytest.mark.parametrize(
    ("kind", "value", "cleaned"),
    [
        ("read", "1", ("read", "1")),
        ("star", "0", ("star", "0")),
        ("hide", "2", None),
        ("star", "", None),
        ("star", "10", None),
        ("other", "1", None),
        ("open", "2026-11-24", ("open", "2026-11-24")),
        ("pass", "1", None),
        ("finish", "20261124", None),
        ("finish", "2026-02-30", None),
        ("", "1", None),
        ("note", "A\x07 note\n", ("note", "A note")),
        ("note", "", ("note", "")),
        ("tag:to  read", "1", ("tag:to read", "1")),
        ("tag:later", "yes", None),
        ("tag:", "1", None),
        ("tag: \x07", "1", None),
        ("tag:" + "x" * (TAG_LIMIT + 1), "0", ("tag:" + "x" * TAG_LIMIT, "0")),
    ],
)
def test_a_mark_is_cleaned_or_none(kind: str, value: str, cleaned: tuple[str, str] | None) -> None:
    assert clean_mark(kind, value) == cleaned
    event = foreign.mark(*mark(kind, value))
    assert event == (None if cleaned is None else mark(*cleaned))


@pytest.mark.parametrize(
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
