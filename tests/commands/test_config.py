"""The settings and the keys: what is in effect, what is wrong, and single values that are set."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from reader.core.settings.types import DigestMail
from reader.keys.actions import ACTIONS
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
        '\nkeep_days = 3\n[keys]\n"paper.star" = "S"\n"view.starred" = []\n[[commands]]\nname = "A"\nrun = "b"\n'
    )
    with monkeypatch.context() as patch:
        patch.setenv("HF_ENDPOINT", "http://localhost:1")
        lines = [" ".join(line.split()) for line in run("config", "show").lines]
    assert {
        'endpoint = "http://localhost:1" # HF_ENDPOINT',
        f"keep_days = 3 # {file}:2",
        "refresh_minutes = 30 # default",
        f'keys."paper.star" = ["S"] # {file}:4',
    } <= set(lines)
    assert lines[-1].startswith('commands = [{name = "A", run = "b", ') and lines[-1].endswith(f"] # {file}:6")
    shown = run("config", "show", "--json").record
    assert (shown["keep_days"]["value"], shown["keep_days"]["from"]) == (3, f"{file}:2")
    assert shown["keys"]["value"] == {"paper.star": ["S"], "view.starred": []}
    text = run("config", "show").out
    file.write_text(text)
    assert run("config", "check").code == 0
    assert [line.split(" #")[0] for line in run("config", "show").lines] == [
        line.split(" #")[0] for line in text.splitlines()
    ]
    monkeypatch.setenv("HF_ENDPOINT", "http://localhost:1")
    assert "HF_ENDPOINT in the environment wins" in run("config", "set", "endpoint", "http://localhost:2").err


def test_config_check_lists_every_mistake_with_its_line(session: Session, file: Path) -> None:
    file.write_text('keep_dasy = 3\n[keys]\n"paper.strar" = "s"\n"paper.read" = "ctlr+x"\n')
    session(
        """
        $ config check
        TMP/home/config.toml:1: keep_dasy is not a setting. Did you mean keep_days?
        TMP/home/config.toml:3: keys.paper.strar has a mistake: there is no such action. Did you mean paper.star?
        TMP/home/config.toml:4: keys.paper.read has a mistake: no key is called ctlr+x; did you mean ctrl+x?
        1! dailypapers: 3 mistakes; defaults are used instead.
        $ config check --jsonl
        {"file": "TMP/home/config.toml", "line": 1, "key": "keep_dasy", "message": "is not a setting", "suggestion": "keep_days"}
        {"file": "TMP/home/config.toml", "line": 3, "key": "keys.paper.strar", "message": "has a mistake: there is no such action", "suggestion": "paper.star"}
        {"file": "TMP/home/config.toml", "line": 4, "key": "keys.paper.read", "message": "has a mistake: no key is called ctlr+x; did you mean ctrl+x?", "suggestion": null}
        1
        """  # noqa: E501
    )


def test_the_editor_gets_a_private_file_that_explains_every_setting(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    file = home / "config.toml"
    assert run("config", "check").out == f"{file} does not exist, so every setting has its default.\n"
    assert run("config", "edit").code == 0
    assert home.stat().st_mode & 0o777 == 0o700
    assert "# theme = " in file.read_text()


@each(
    ("name", "says"),
    [
        ("theme", "auto"),
        ("keep_days", "0"),
        ("ascii", "false"),
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
        "VISUAL", write_editor(tmp_path, 'echo "keep_dasy = 3" | cat - "$2" > "$2.new" && mv "$2.new" "$2"')
    )
    found = run("config", "edit")
    file = home / "config.toml"
    assert found.code == 1
    assert "Did you mean keep_days?" in found.out
    assert file.read_text().startswith("keep_dasy = 3\n# Settings of dailypapers.")
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, 'echo "ascii = true" > "$2"'))
    assert run("config", "edit").out == f"{file}: no mistakes.\n"
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "exit 3"))
    assert "ended with an error" in run("config", "edit").err
    monkeypatch.delenv("VISUAL")
    assert "Set EDITOR" in run("config", "edit").err
    monkeypatch.delenv("EDITOR")
    found = run("config", "edit")
    wanted = "There is no terminal for an editor. Set EDITOR to an editor that does not need a terminal."
    assert (found.code, found.err) == (1, f"dailypapers: {wanted}\n")


# Single values


def test_an_unknown_setting_is_refused_with_the_nearest_name(session: Session, home: Path) -> None:
    session(
        """
        $ config path
        TMP/home/config.toml
        $ config path --jsonl
        {"path": "TMP/home/config.toml", "exists": false}
        $ config get them
        2! dailypapers: There is no setting 'them'. Did you mean theme?
        $ config set qqqq x
        2! dailypapers: There is no setting 'qqqq'. 'dailypapers config show' lists them.
        $ config get keys.paper.strar
        2! dailypapers: There is no setting 'keys.paper.strar'. Did you mean keys.paper.star?
        $ config set keys.qqqq x
        2! dailypapers: There is no setting 'keys.qqqq'. 'dailypapers config keys' lists them.
        $ config get keys
        2! dailypapers: There is no setting 'keys'. 'dailypapers config show' lists them.
        $ config get digest.sende
        2! dailypapers: There is no setting 'digest.sende'. Did you mean digest.sender?
        $ config set digest.qqqq x
        2! dailypapers: There is no setting 'digest.qqqq'. 'dailypapers config show' lists them.
        $ config set digest x
        2! dailypapers: digest is a table and has no single value. 'dailypapers config edit' opens the file.
        $ config set views x
        2! dailypapers: views is not a setting: it is stored with your marks. 'dailypapers views edit' changes it.
        $ config set mute x
        2! dailypapers: mute is not a setting: it is stored with your marks. 'dailypapers views edit' changes it.
        $ config set commands x
        2! dailypapers: commands is a table and has no single value. 'dailypapers config edit' opens the file.
        $ config get
        2! dailypapers: Write 'dailypapers config get NAME', with quotes around names that have spaces.
        $ config set
        2! dailypapers: Write 'dailypapers config set NAME VALUE...', with quotes around names that have spaces.
        $ config path theme
        2! dailypapers: Write 'dailypapers config path'.
        """
    )
    assert not home.exists()


@each(
    ("name", "typed", "written"),
    [
        ("theme", ["dark"], 'theme = "dark"'),
        ("keep_days", ["14"], "keep_days = 14"),
        ("ascii", ["true"], "ascii = true"),
        ("fetch_ahead", ["topic:agents", "is:new"], 'fetch_ahead = "topic:agents is:new"'),
        ("fetch_ahead", ['["topic:agents", "rag"]'], 'fetch_ahead = ["topic:agents", "rag"]'),
        ("fetch_ahead", ["-topic:agents rag"], 'fetch_ahead = "-topic:agents rag"'),
        ("keys.app.quit", ["Q"], '[keys]\n"app.quit" = "Q"'),
    ],
)
def test_config_set_writes_the_value(run: Run, home: Path, name: str, typed: list[str], written: str) -> None:
    found = run("config", "set", name, *typed)
    assert (found.code, found.out, found.err) == (0, "", "")
    assert (home / "config.toml").read_text() == f"{written}\n"
    assert (home / "config.toml").stat().st_mode & 0o777 == 0o600
    assert run("config", "check").code == 0
    (home / "config.toml").unlink()


def test_config_set_refuses_wrong_values(session: Session, home: Path) -> None:
    session(
        """
        $ config set theme drak
        2! dailypapers: theme must be a name such as "auto", "dark" or "light", not "drak". Did you mean dark?
        $ config set refresh_minutes 1441
        2! dailypapers: refresh_minutes must be a whole number from 0 to 1440, not 1441.
        $ config set ascii yes
        2! dailypapers: ascii must be true or false, not "yes". Did you mean true?
        $ config set fetch_ahead topc:agents
        2! dailypapers: fetch_ahead has a mistake in "topc:agents": There is no field topc:. Did you mean "topic:agents"?
        $ config set endpoint ftp://example.org
        2! dailypapers: endpoint must be an address such as "https://example.org", not "ftp://example.org".
        $ config set keys.paper.star ctlr+s
        2! dailypapers: keys.paper.star has a mistake: no key is called ctlr+s; did you mean ctrl+s?
        $ config set keys.paper.star 5
        2! dailypapers: keys.paper.star has a mistake: 5 begins with a digit, which is a count.
        $ config set keys.paper.hide S
        $ config set keys.paper.hide X --jsonl
        {"value": ["X"], "from": "TMP/home/config.toml:2"}
        $ config get keys.paper.hide --jsonl
        {"value": ["X"], "from": "TMP/home/config.toml:2"}
        $ config check
        TMP/home/config.toml: no mistakes.
        $ config set theme dark --jsonl
        {"value": "dark", "from": "TMP/home/config.toml:1"}
        $ config get digest --jsonl
        {"value": {"to": "", "sender": "", "server": "", "security": "starttls", "user": "", "password_command": []}, "from": "default"}
        $ config check --jsonl
        """  # noqa: E501
    )


def test_config_set_keeps_comments_and_order(run: Run, file: Path) -> None:
    file.write_text('# Mine.\ntheme = "nord"  # at night\n\n# Keys\n[keys]\n"app.quit" = "Q"  # out\n')
    for words in (("theme", "dark"), ("keys.paper.star", "s f5"), ("ascii", "true"), ("digest.user", "ada")):
        assert run("config", "set", *words).code == 0
    assert file.read_text() == (
        'ascii = true\n# Mine.\ntheme = "dark"  # at night\n\n# Keys\n[keys]\n"app.quit" = "Q"  # out\n'
        '"paper.star" = "s f5"\n\n[digest]\nuser = "ada"\n'
    )
    digest = {**asdict(DigestMail()), "password_command": [], "user": "ada"}
    assert run("config", "get", "digest", "--json=value").json == {"value": digest}
    assert run("config", "set", "digest.security", "many").code == 2


def test_config_set_writes_behind_a_link_and_leaves_no_other_file(run: Run, file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("ascii = true  # for my old terminal\n")
    file.symlink_to(real)
    assert run("config", "set", "ascii", "false").code == 0
    assert file.is_symlink()
    assert real.read_text() == "ascii = false  # for my old terminal\n"
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["dotfiles.toml"]


def test_config_set_changes_nothing_but_the_setting(run: Run, file: Path) -> None:
    for before, words in (
        (b"theme = \xff\n", ("theme", "dark")),
        (b"#" * 70_000, ("theme", "dark")),
        (b'nonsense\ntheme = "dark"\n', ("theme", "ansi")),
    ):
        file.write_bytes(before)
        found = run("config", "set", *words)
        assert (found.code, found.err.count("\n")) == (1, 1)
        assert file.read_bytes() == before
    assert "config edit" in found.err


def test_keys_are_those_in_use(run: Run, file: Path) -> None:
    file.write_text('[keys]\n"paper.star" = "$"\n')
    actions = {one["id"]: one["keys"] for one in run("config", "keys", "--json").records}
    assert actions["paper.star"] == ["$"]
    assert actions["paper.read"] == ["m"]
    plain = run("config", "keys").out
    assert all(f"{action.help} `{action.id}` |\n" in plain for action in ACTIONS)


def test_own_keys_are_checked(session: Session, file: Path) -> None:
    file.write_text('[keys]\n"find.similar" = "S"\n"paper.sta" = "z"\n')
    session(
        """
        $ config check
        TMP/home/config.toml:3: keys.paper.sta has a mistake: there is no such action. Did you mean paper.star?
        1! dailypapers: 1 mistake; defaults are used instead.
        """
    )
