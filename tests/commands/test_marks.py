"""Marks, tags, notes and undo from a script: what they change and what is printed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.commands.conftest import IDS, Run, Session
from tests.table import each


def test_marks_change_papers_and_say_how_many(session: Session, papers: Path) -> None:
    session(
        """
        $ mark read 2606.26740
        1 paper marked read. 'dailypapers undo' takes it back.
        $ mark unread 2606.26740 --jsonl
        {"mark": "unread", "papers": 1, "changed": 1}
        $ mark hide --query "agents OR verifiers"
        4 papers marked hidden. 'dailypapers undo' takes it back.
        $ count
        2
        $ mark unhide --query "agents OR memory"
        3 papers marked no longer hidden. 'dailypapers undo' takes it back.
        $ count is:hidden
        1
        $ undo
        Taken back: 3 papers no longer hidden.
        """
    )


# Which papers are chosen


def test_mark_counts_changed_papers(session: Session, papers: Path) -> None:
    session(
        """
        $ mark read 2606.26740 https://arxiv.org/abs/2606.30616 2606.26740
        2 papers marked read. 'dailypapers undo' takes it back.
        $ mark read 2606.26740
        Nothing to change: 1 paper is read.
        $ mark read --query "-title:terminal"
        3 papers marked read. 'dailypapers undo' takes it back.
        $ mark read --query xylophone
        Nothing matches.
        $ mark read 2606.26740 2606.28480 --jsonl
        {"mark": "read", "papers": 2, "changed": 1}
        """
    )


def test_mark_refuses_unclear_choices_of_papers(session: Session, papers: Path) -> None:
    session(
        """
        $ mark read
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers mark --help'.
        $ mark read 2606.26740 --query agents
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers mark --help'.
        $ mark read 2606.26740 --all
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers mark --help'.
        $ mark star 2606.26740 2606.99999
        1! dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.
        $ mark star 2606.26740 is:unread
        1! dailypapers: 'is:unread' is not in the cache. That is a query, not an id; commands for several papers take a query with --query.
        $ count is:read OR is:starred
        0
        """  # noqa: E501
    )


@each(
    ("words", "query"),
    [
        (("mark", "queue", "--query"), "sort:title"),
        (("tag", "add", "later", "--query"), "sort:title"),
        (("pipe", "cat", "--query"), "sort:title"),
        (("export", "--format", "csv", "--"), "sort:title"),
        *((("mark", "hide", "--query"), query) for query in ("", " ", "view:all-of-it")),
    ],
)
def test_a_query_without_terms_needs_all(
    run: Run, papers: Path, home: Path, words: tuple[str, ...], query: str
) -> None:
    (home / "config.toml").write_text('[[views]]\nname = "all-of-it"\nquery = "sort:title"\n')
    found = run(*words, query)
    assert (found.code, found.out) == (2, "")
    assert found.err == "dailypapers: The query has no terms, so it means every paper. Add terms, or pass --all.\n"
    assert run("count", "is:hidden OR is:queued OR tag:later").out == "0\n"
    assert run("list", "view:all-of-it", "--json").records


def test_all_means_hidden_papers_too_and_takes_an_order(run: Run, papers: Path) -> None:
    assert run("mark", "hide", "--all").out.startswith("6 papers marked hidden.")
    assert run("mark", "read", "--all", "--json").record["changed"] == 6
    assert run("tag", "add", "x", "--all", "--json").record["changed"] == 6
    assert len(run("export", "--all", "--format", "json").records) == 6
    assert sorted(run("pipe", "cat", "--all", "--input", "ids").out.split()) == sorted(IDS)
    assert run("mark", "unhide", "--all").out.startswith("6 papers marked no longer hidden.")
    for words in (("mark", "hide", "--all", IDS[0]), ("mark", "hide", "--all", "--query", "agents"), ("export",)):
        assert run(*words).code == 2


# Tags and the queue


def test_tags_are_given_found_renamed_merged_and_taken_away(session: Session, papers: Path) -> None:
    session(
        """
        $ tags
        @ tags
        You have no tags yet. 'dailypapers tag add NAME ID' makes one.
        $ tags --jsonl
        $ tag add "to read" 2606.26740 https://arxiv.org/abs/2606.30616v2 2606.26740
        2 papers tagged to read. 'dailypapers undo' takes it back.
        $ tag add "To Read" 2606.26740
        Nothing to change: 1 paper is tagged to read.
        $ show 2606.26740 --jsonl=tags
        {"tags": ["to read"]}
        $ tag add Évals 2606.26740 --jsonl
        {"tag": "Évals", "papers": 1, "changed": 1}
        $ tag add évals 2606.30616
        1 paper tagged Évals. 'dailypapers undo' takes it back.
        @ tags
        to read  2
        Évals    2
        $ tags
        to read	2
        Évals	2
        $ tag remove ÉVALS 2606.26740
        1 paper untagged Évals. 'dailypapers undo' takes it back.
        $ tag rename évals évals
        1 paper renamed to évals. 'dailypapers undo' takes it back.
        $ tag rename évals évals
        1! dailypapers: The tag already has the name 'évals'.
        $ tag rename evals e
        1! dailypapers: No paper has the tag 'evals'. Did you mean évals?
        $ tag add a --query agents --jsonl
        {"tag": "a", "papers": 3, "changed": 3}
        $ tag remove a --query "tag:a -title:terminal"
        2 papers untagged a. 'dailypapers undo' takes it back.
        $ tag rename a "TO READ"
        1 paper renamed to to read. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 1 paper tagged to read, untagged a.
        $ tags --jsonl
        {"name": "to read", "papers": 2}
        {"name": "a", "papers": 1}
        {"name": "évals", "papers": 1}
        """
    )


def test_tag_refuses_wrong_arguments(session: Session, papers: Path) -> None:
    session(
        """
        $ tag add
        2! dailypapers: Name the tag: dailypapers tag add TAG.
        $ tag add a
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers tag --help'.
        $ tag add " " 2606.26740
        2! dailypapers: A tag needs a name with letters.
        $ tag rename a
        2! dailypapers: Name the tag and its new name: dailypapers tag rename OLD NEW.
        $ tag list a
        2! dailypapers: 'dailypapers tag list' prints all tags: leave out the rest.
        $ tag list
        """
    )


# Notes


def test_notes_are_written_printed_and_removed(session: Session, papers: Path) -> None:
    session(
        """
        $ note 2606.26740
        ! 2606.26740 has no note. 'dailypapers note 2606.26740 --text TEXT' writes one.
        $ note 2606.26740 --jsonl
        {"id": "2606.26740", "note": null}
        $ note 2606.26740 --text "# Mine: äöü"
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ note 2606.26740
        # Mine: äöü
        $ show 2606.26740 --jsonl=note
        {"note": "# Mine: äöü"}
        $ count has:note
        1
        $ note 2606.26740 --text " " --jsonl
        {"id": "2606.26740", "note": null, "changed": true}
        $ note 2606.26740 --text ""
        Nothing to change: 2606.26740 has no note.
        $ undo
        Taken back: 1 paper without a note.
        $ note 2606.26740 --text ""
        The note of 2606.26740 was removed. 'dailypapers undo' takes it back.
        """
    )


def test_a_note_comes_from_standard_input(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for typed, note in (("\nTwo\r\n  lines \x1b[31m\n", "Two\n  lines"), ("- one\n- two", "- one\n- two")):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        assert run("note", IDS[0], "--text", "-").code == 0
        assert run("show", IDS[0], "--json").record["note"] == note


# Undo


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
