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


def test_undo_says_first_that_a_feed_is_no_mark(run: Run, papers: Path) -> None:
    run("mark", "star", IDS[0])
    run("feeds", "add", "cs.CL")
    run("feeds", "remove", "cs.CL")
    refused = run("undo")
    assert refused.code == 1 and "a feed was followed or dropped, which 'dailypapers feeds' takes back" in refused.err
    assert run("undo").out == "Taken back: 1 paper starred.\n"
    run("mark", "star", IDS[0])
    assert run("undo").out == "Taken back: 1 paper starred.\n", "the mark is newer"
