"""What is said of a machine that shares its marks."""

from __future__ import annotations

from reader.extensions.sync.status import Machine, _notes
from tests.table import each

HERE = Machine(
    machine="ab12", name="desk", is_this=False, file="desk.jsonl", copies=[], changes=9, seen=None, came=0,
    trouble=None, refused=0, budget=None, here=0, papers=0, newest=None, forgotten=False,
)  # fmt: skip


@each(
    ("record", "notes"),
    [
        ({}, []),
        ({"came": 1_200}, ["1,200 new that time"]),
        ({"came": 2, "is_this": True, "here": 3}, []),
        ({"trouble": "it can't be read"}, ["desk.jsonl: it can't be read"]),
        ({"here": 3, "papers": 1}, ["brought 3 changes about 1 paper here"]),
        (
            {"here": 1, "papers": 1, "newest": "2026-06-30T10:00"},
            ["sent 1 change about 1 paper here, the newest of 2026-06-30"],
        ),
        (
            {"here": 3, "papers": 2, "forgotten": True, "is_this": True},
            ["forgotten, with 3 changes about 2 papers here: 'sync forget ab12 --undo' brings them back"],
        ),
        ({"refused": 5, "budget": "today"}, ["5 changes over the budget of today were refused"]),
        ({"copies": ["desk 2.jsonl"]}, ["a copy of its file was also read, and can be deleted: desk 2.jsonl"]),
    ],
)
def test_what_is_noted_of_a_machine(record: Machine, notes: list[str]) -> None:
    assert _notes({**HERE, **record}) == notes
