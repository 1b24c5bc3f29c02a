"""Undo from a script: it goes back step by step and says what it undid."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import IDS, Run


def test_undo_goes_back_step_by_step_and_says_what_it_undid(run: Run, papers: Path) -> None:
    run("mark", "star", IDS[0])
    run("mark", "read", "--query", "day:2026-06-29")
    assert run("undo").out == "Taken back: 3 papers read.\n"
    assert run("undo", "--json").json == {"undone": {"kind": "star", "papers": 1, "label": "starred"}}
    assert run("undo").out == "There is nothing to take back.\n"
    assert run("undo", "--json").json == {"undone": None}
    assert run("redo").out == "Redone: 1 paper starred.\n"
    assert run("redo", "--json").json == {"redone": {"kind": "read", "papers": 3, "label": "read"}}
    assert run("redo").out == "There is nothing to redo.\n"
