"""Undo from a script: it goes back step by step and says what it undid."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Session


def test_undo_goes_back_step_by_step_and_says_what_it_undid(session: Session, papers: Path) -> None:
    session(
        """
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ mark read --query day:2026-06-29
        3 papers marked read. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 3 papers read.
        $ undo --jsonl
        {"undone": {"kind": "star", "papers": 1, "label": "starred"}}
        $ undo
        There is nothing to take back.
        $ undo --jsonl
        {"undone": null}
        $ redo
        Redone: 1 paper starred.
        $ redo --jsonl
        {"redone": {"kind": "read", "papers": 3, "label": "read"}}
        $ redo
        There is nothing to redo.
        $ redo --jsonl
        {"redone": null}
        """
    )


def test_undo_says_first_that_a_feed_is_no_mark(session: Session, papers: Path) -> None:
    session(
        """
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ feeds add cs.CL
        cs.cl: Computation and Language (cs.CL) (papers come with the next refresh)
        $ feeds remove cs.CL
        1 feed removed; the papers stay.
        $ undo
        1! dailypapers: Nothing was undone: a feed was followed or dropped, which 'dailypapers feeds' takes back. Undo again to take back the mark before.
        $ undo
        Taken back: 1 paper starred.
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 1 paper starred.
        """  # noqa: E501
    )
