"""Two machines with two versions of the program have the same marks, and those that only one knows are passed on."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reader.cache.marks.events import Events
from tests.beginnings import feed_days, paper_id
from tests.releases import PREVIOUS
from tests.rigs.program import environment, is_in_history, run, unpack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not is_in_history(PREVIOUS), reason="the history of the repository is not here"),
]

Machine = dict[str, str]
"""The surroundings of a home and its program."""

MARKS = ("is:starred", "is:read", "is:hidden", "is:queued", "tag:mine", "has:note")


def do(machine: Machine, *words: str) -> str:
    done = run(words, machine)
    assert (done.code, done.mishaps()) == (0, []), (words, done.err)
    return done.out


def marks(machine: Machine) -> dict[str, set[str]]:
    """The papers of each mark."""
    return {query: {one["id"] for one in json.loads(do(machine, "list", query, "--json"))} for query in MARKS}


def mark(machine: Machine, first: int) -> None:
    """Mark some papers in every way, and take one mark back."""
    for number, kind in enumerate(("star", "read", "hide", "queue")):
        do(machine, "mark", kind, *(paper_id(first + 10 * number + one) for one in range(5)))
    do(machine, "tag", "add", "mine", paper_id(first), paper_id(first + 1))
    do(machine, "note", paper_id(first), "--text", f"Note {first}.")
    do(machine, "mark", "star", paper_id(first + 50))
    do(machine, "undo")


def log(home: Path) -> list[tuple[Any, ...]]:
    """The events of all machines."""
    with closing(Events.open(home / "papers.db")) as events:
        sql = "SELECT machine, number, kind, value, undone FROM event ORDER BY 1, 2"
        return events.read(lambda one: one.execute(sql).fetchall())


def test_two_versions_join_their_marks_both_ways(tmp_path: Path) -> None:
    older, newer = machines = [
        environment(tmp_path / name, **more)
        for name, more in (("older", {"PYTHONPATH": str(unpack(PREVIOUS, tmp_path / "program"))}), ("newer", {}))
    ]
    shared, papers = tmp_path / "shared", tmp_path / "papers.json"
    shared.mkdir()
    papers.write_text(json.dumps(feed_days()))
    for machine in machines:
        do(machine, "import", str(papers))
    for first, machine in ((0, older), (100, newer), (60, newer), (160, older)):
        mark(machine, first)
        do(machine, "sync", str(shared))
    with closing(Events.open(tmp_path / "newer" / "papers.db")) as events:
        events.mark("passage:0123456789abcdef", "what only the newer one knows", [1])
    assert "passage:0123456789abcdef" in {kind for _, _, kind, *_ in log(tmp_path / "newer")}
    for machine in (newer, older, newer, older):
        do(machine, "sync", str(shared))
    assert marks(older) == marks(newer)
    assert all(marks(newer).values())
    # Both have today's program in the end.
    older = {**older, "PYTHONPATH": newer["PYTHONPATH"]}
    do(older, "sync", str(shared))
    assert marks(older) == marks(newer)
    assert log(tmp_path / "older") == log(tmp_path / "newer")
