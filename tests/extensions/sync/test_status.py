"""What is said of a machine that shares its marks."""

from __future__ import annotations

from reader.extensions.sync.status import Machine, _notes
from tests.table import each

HERE = Machine(
    machine="ab12", name="desk", is_this=False, file="desk.jsonl", copies=[], changes=9, seen=None, came=0,
    trouble=None, refused=0, budget=None, here=0, papers=0, newest=None,
)  # fmt: skip


@each(
    ("record", "notes"),
    [
        ({"came": 2, "is_this": True, "here": 3}, []),
        ({"here": 3, "papers": 1}, ["brought 3 changes about 1 paper here"]),
        ({"refused": 1, "budget": "today"}, ["1 change refused (over the budget of today)"]),
    ],
)
def test_what_is_noted_of_a_machine(record: Machine, notes: list[str]) -> None:
    assert _notes({**HERE, **record}) == notes
