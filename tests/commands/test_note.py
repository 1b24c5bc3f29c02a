"""Notes from a script."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import IDS, Run, Session, Spawn


def test_notes_are_written_printed_and_removed(session: Session, papers: Path) -> None:
    session(
        """
        $ note 2606.26740
        ! 2606.26740 has no note. 'dailypapers note 2606.26740 --text TEXT' writes one.
        $ note 2606.26740 --jsonl
        {"id": "2606.26740", "note": null}
        $ note 2606.26740 --history
        ! 2606.26740 never had a note.
        $ note 2606.26740 --text "# Mine: äöü"
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ note 2606.26740
        # Mine: äöü
        $ note 2606.26740 --text " # Mine: äöü"
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ note 2606.26740 --text "# Mine: äöü "
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ show 2606.26740 --jsonl=note
        {"note": "# Mine: äöü"}
        $ count has:note
        1
        $ note 2606.26740 --text " " --jsonl
        {"id": "2606.26740", "note": null, "changed": true}
        $ note 2606.26740 --text ""
        Nothing to change: 2606.26740 has no note.
        $ note 2606.26740 --restore 3
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ note 2606.26740 --restore 2 --jsonl
        {"id": "2606.26740", "note": null, "changed": true}
        $ note 2606.26740 --restore 1 --text x
        2! dailypapers: --restore can't be combined with --text or --history.
        $ note 2606.26740 --restore 1 --history
        2! dailypapers: --restore can't be combined with --text or --history.
        $ note 2606.26740 --restore 0
        2! dailypapers note: argument --restore: '0' is not a whole number above zero. See 'dailypapers note --help'.
        $ note 2606.26740 --history --text x
        2! dailypapers: --history prints notes and --text writes one: choose one of them.
        $ note 2401.00001
        1! dailypapers: '2401.00001' is not in the cache. 'dailypapers add 2401.00001' fetches it.
        $ undo
        Taken back: 1 paper without a note.
        $ note 2606.26740 --text ""
        The note of 2606.26740 was removed. 'dailypapers undo' takes it back.
        """
    )


def test_a_note_comes_from_standard_input(spawn: Spawn, run: Run, papers: Path) -> None:
    assert spawn("note", IDS[0], "--text", "-", input="\nTwo\r\n  lines \x1b[31m\n").code == 0
    assert run("note", IDS[0]).out == "Two\n  lines\n"
    assert spawn("note", IDS[0], "--text", "-", input="- one\n- two").code == 0
    assert run("show", IDS[0], "--json").record["note"] == "- one\n- two"
