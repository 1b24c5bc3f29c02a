"""The words of a command line: options, values, terms and ids, and what is said of others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import IDS, Run, Session


def test_what_is_not_understood_is_one_line_with_the_way_out(session: Session, home: Path) -> None:
    session(
        """
        $ list --jsn
        2! dailypapers list: --jsn is not understood. Did you mean --json? See 'dailypapers list --help'.
        $ --jsn
        2! dailypapers: --jsn is not understood. See 'dailypapers --help'.
        $ --json list
        2! {"error": "--json is not understood.", "kind": "usage", "hint": "Options follow the command: 'dailypapers list --help' lists them."}
        $ --plain list agents
        2! dailypapers: 'list' is a command. Options follow the command: 'dailypapers list --help' lists them. To search for it: 'dailypapers -- list'.
        $ refrsh --days 3
        2! dailypapers: There is no command 'refrsh'. Did you mean 'dailypapers refresh'? To search for it: 'dailypapers -- refrsh'.
        $ lst
        2! dailypapers: There is no command 'lst'. Did you mean 'dailypapers list'? To search for it: 'dailypapers -- lst'.
        $ star 2406.12345
        2! dailypapers: There is no command 'star'. Did you mean 'dailypapers mark star ID'? To search for it: 'dailypapers -- star'.
        $ completions bash extra
        2! dailypapers: 'completions bash' takes nothing more.
        $ sync --status --watch
        2! dailypapers: --status prints once, and --watch keeps running: choose one of them.
        $ list -x
        2! dailypapers list: -x is not an option. To exclude the word x, write: -- -x. See 'dailypapers list --help'.
        $ count agents -n 5
        2! dailypapers count: -n is not an option. To exclude the word n, write: -- -n. See 'dailypapers count --help'.
        $ list -5
        2! dailypapers list: -5 is not an option. Did you mean -n 5? To exclude the word 5, write: -- -5. See 'dailypapers list --help'.
        $ list -n5 -6
        2! dailypapers list: -6 is not an option. Did you mean -n 6? To exclude the word 6, write: -- -6. See 'dailypapers list --help'.
        $ count -5
        2! dailypapers count: -5 is not an option. To exclude the word 5, write: -- -5. See 'dailypapers count --help'.
        $ count -j
        2! dailypapers count: -j is not an option. Did you mean --json? To exclude the word j, write: -- -j. See 'dailypapers count --help'.
        $ undo -x
        2! dailypapers undo: -x is not an option. See 'dailypapers undo --help'.
        $ -x
        2! dailypapers: -x is not an option. To exclude the word x, write: -- -x. See 'dailypapers --help'.
        $ config shw
        2! dailypapers config: 'shw' is not one of path, show, get, set, history, edit, check, init. Did you mean show? See 'dailypapers config --help'.
        $ config
        2! dailypapers config: choose one of path, show, get, set, history, edit, check, init. See 'dailypapers config --help'.
        $ list --color blue
        2! dailypapers list: --color 'blue' is not one of auto, always, never. See 'dailypapers list --help'.
        $ list --limit -1
        2! dailypapers list: argument -n/--limit: '-1' is not a whole number above zero. See 'dailypapers list --help'.
        $ list -n
        2! dailypapers list: argument -n/--limit: expected one argument. See 'dailypapers list --help'.
        $ list -n --json
        2! {"error": "argument -n/--limit: expected one argument.", "kind": "usage", "hint": "See 'dailypapers list --help'."}
        $ keys --preset xml
        2! dailypapers keys: --preset 'xml' is not one of vim, newsboat, arrows. See 'dailypapers keys --help'.
        $ undo please --json
        2! {"error": "please is not understood.", "kind": "usage", "hint": "See 'dailypapers undo --help'."}
        """  # noqa: E501
    )


def test_ids_come_from_standard_input(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def piped(text: str, *words: str) -> Any:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return run(*words)

    listed = run("list", "-n", "2").out
    assert listed.count("\t") == 10
    assert piped(listed, "mark", "star", "-", "--json").record["changed"] == 2
    assert piped(f"{IDS[0]} {IDS[3]}\n", "tag", "add", "later", "-", *IDS[1:3], "--json").record["papers"] == 4
    assert piped(f"{IDS[3]}\n", "show", "-", "--json=id").json == {"id": IDS[3]}
    assert piped(f"{IDS[3]}\n", "export", "--id", "-", "--format", "json").records[0]["id"] == IDS[3]
    assert piped(listed, "show", "-").err == "dailypapers show takes one paper, and standard input has 2.\n"
    assert piped("", "mark", "star", "-").err == "dailypapers mark: standard input has no ids of papers.\n"


def test_fields_stand_apart_as_other_programs_have_it_and_one_word_is_one_of_the_query(run: Run, papers: Path) -> None:
    assert run("list", "--json", "id,title", "-n", "1", "-q").json == run("list", "-n", "1", "--json=id,title").json
    assert run("list", "--json", "id").json == [] and run("list", "--json", "agents,terminal").json == []
    assert run("list", "--", "--json", "id,title").code == 0
