"""The settings: where they are, what is in effect, what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands.conftest import Run, Session
from tests.table import each


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_each_value_is_shown_with_its_place_and_the_output_is_a_settings_file(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(
        '\ndays_at_start = 3\n[keys]\n"paper.star" = "S"\n"view.starred" = []\n[[views]]\nname = "A"\nquery = "b"\n'
    )
    with monkeypatch.context() as patch:
        patch.setenv("HF_ENDPOINT", "http://localhost:1")
        lines = [" ".join(line.split()) for line in run("config", "show").lines]
    assert {
        'endpoint = "http://localhost:1" # HF_ENDPOINT',
        f"days_at_start = 3 # {file}:2",
        "refresh_minutes = 30 # default",
        f'"paper.star" = ["S"] # {file}:4',
        *(f"[[views]] # {file}:6", 'name = "A"', 'query = "b"'),
    } <= set(lines)
    shown = run("config", "show", "--json").record
    assert (shown["days_at_start"]["value"], shown["days_at_start"]["from"]) == (3, f"{file}:2")
    assert shown["keys"]["value"] == {"paper.star": ["S"], "view.starred": []}
    text = run("config", "show").out
    file.write_text(text)
    assert run("config", "check").code == 0
    assert [line.split(" #")[0] for line in run("config", "show").lines] == [
        line.split(" #")[0] for line in text.splitlines()
    ]
    monkeypatch.setenv("HF_ENDPOINT", "http://localhost:1")
    assert "HF_ENDPOINT in the environment wins" in run("config", "set", "endpoint", "http://localhost:2").err


def test_config_check_tells_every_mistake_by_line(session: Session, file: Path) -> None:
    file.write_text('days_at_strat = 3\n[keys]\n"paper.strar" = "s"\n"paper.read" = "ctlr+x"\n')
    session(
        """
        $ config check
        TMP/home/config.toml:1: days_at_strat is not a setting. Did you mean days_at_start?
        TMP/home/config.toml:3: keys.paper.strar has a mistake: there is no such action. Did you mean paper.star?
        TMP/home/config.toml:4: keys.paper.read has a mistake: no key is called ctlr+x; did you mean ctrl+x?
        1! dailypapers: 3 mistakes; the defaults are used in their place.
        $ config check --jsonl
        {"file": "TMP/home/config.toml", "line": 1, "key": "days_at_strat", "message": "is not a setting", "suggestion": "days_at_start"}
        {"file": "TMP/home/config.toml", "line": 3, "key": "keys.paper.strar", "message": "has a mistake: there is no such action", "suggestion": "paper.star"}
        {"file": "TMP/home/config.toml", "line": 4, "key": "keys.paper.read", "message": "has a mistake: no key is called ctlr+x; did you mean ctrl+x?", "suggestion": null}
        1
        """  # noqa: E501
    )


def test_earlier_values_are_listed_and_restored(session: Session, run: Run, papers: Path) -> None:
    session(
        """
        $ views add a agents
        a is saved; its key in the reader is g1.
        $ views save a title:web
        a is now: title:web
        $ config history views.a
        1: NOW, machine NOW: view a: title:web
        2: NOW, machine NOW: view a: agents
        $ config history views.a --restore 2
        Restored: view a: agents. 'dailypapers undo' takes it back.
        $ views list
        g1	a	3/3	agents
        $ config history views.a --restore 9
        1! dailypapers: 'dailypapers config history views.a' has only 3.
        $ config history views
        1: NOW, machine NOW: view a: agents
        2: NOW, machine NOW: view a: title:web
        3: NOW, machine NOW: view a: agents
        $ config history order
        No earlier value of order is known: only lists and shared settings have a history.
        $ config set order title
        $ config history order --jsonl
        $ undo
        Taken back: view a changed.
        """
    )
    assert run("config", "history", "views.a", "--json").records[0]["at"][:10] == datetime.now(UTC).date().isoformat()


def test_config_init_writes_a_private_file_once(run: Run, home: Path) -> None:
    file = home / "config.toml"
    assert run("config", "check").out == f"{file} does not exist, so every setting has its default.\n"
    assert run("config", "init").out == f"{file}\n"
    assert home.stat().st_mode & 0o777 == 0o700
    assert run("config", "check").code == 0
    file.write_text("ascii = true\n")
    found = run("config", "init")
    assert found.code == 1
    assert "already exists" in found.err
    assert file.read_text() == "ascii = true\n"


@each(
    ("name", "says"),
    [
        ("theme", "auto"),
        ("days_at_start", "7"),
        ("ascii", "false"),
        ("notify", "[]"),
        ("endpoint", "https://huggingface.co"),
        ("keys.paper.star", '["s"]'),
        ("digest.security", "starttls"),
    ],
)
def test_config_get_prints_one_value(run: Run, name: str, says: str) -> None:
    assert run("config", "get", name).out == f"{says}\n"


def write_editor(folder: Path, script: str) -> str:
    """An editor with an argument of its own: a script that gets the file as `$2`."""
    program = folder / "editor"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return f"'{program}' --wait"


def test_config_edit_opens_the_editor_and_checks_the_file(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere")
    monkeypatch.setenv(
        "VISUAL", write_editor(tmp_path, 'echo "days_at_strat = 3" | cat - "$2" > "$2.new" && mv "$2.new" "$2"')
    )
    found = run("config", "edit")
    file = home / "config.toml"
    assert found.code == 1
    assert "Did you mean days_at_start?" in found.out
    assert file.read_text().startswith("days_at_strat = 3\n# Settings of dailypapers.")
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, 'echo "ascii = true" > "$2"'))
    assert run("config", "edit").out == f"{file}: no mistakes.\n"
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "exit 3"))
    assert "ended with an error" in run("config", "edit").err
    monkeypatch.delenv("VISUAL")
    assert "Set EDITOR" in run("config", "edit").err


def test_a_password_in_an_old_address_is_not_printed(run: Run, file: Path) -> None:
    file.write_text('sync = "postgresql://ada:geheim@hub.example/papers"\n')
    for words in (("get", "sync"), ("get", "sync", "--json"), ("show",), ("show", "--json")):
        result = run("config", *words)
        assert "geheim" not in result.out + result.err
        assert "hub.example" in result.out
    file.write_text('sync = "postgresql://ada@hub.example/papers"\n')
    assert run("config", "get", "sync").out == "postgresql://ada@hub.example/papers\n"
