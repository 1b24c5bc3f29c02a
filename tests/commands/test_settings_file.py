"""Single values of the settings file, written as they were meant, and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from reader.core.settings.tables import DigestMail
from tests.commands.conftest import Run, Session
from tests.table import each


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_a_setting_that_does_not_exist(session: Session, home: Path) -> None:
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
        2! dailypapers: There is no action 'paper.strar'. Did you mean keys.paper.star?
        $ config set keys.qqqq x
        2! dailypapers: There is no action 'qqqq'. 'dailypapers keys' lists them.
        $ config get keys
        2! dailypapers: There is no setting 'keys'. 'dailypapers config show' lists them.
        $ config get digest.fiel
        2! dailypapers: digest has no 'fiel'. Did you mean digest.file?
        $ config set digest.qqqq x
        2! dailypapers: digest has no 'qqqq'. 'dailypapers config show' lists them.
        $ config set digest x
        2! dailypapers: digest is a table: set digest.to or another of its keys.
        $ config set views x
        2! dailypapers: views are tables and have no single value. 'dailypapers views' changes them.
        $ config set rules x
        2! dailypapers: rules are tables and have no single value. 'dailypapers rules' changes them.
        $ config set exports x
        2! dailypapers: exports are tables and have no single value. 'dailypapers config edit' changes them.
        $ config get
        2! dailypapers: Write 'dailypapers config get NAME', with quotes around names that have spaces.
        $ config set
        2! dailypapers: Write 'dailypapers config set NAME VALUE...', with quotes around names that have spaces.
        $ config path theme
        2! dailypapers: Write 'dailypapers config path'.
        $ config show --restore 1
        2! dailypapers: --restore belongs to 'config history'.
        $ config history theme
        2! dailypapers: 'theme' has no history: only views, rules, mute, notify, hidden_views, refresh_minutes, fetch_ahead, order, read_when, after_mark, citation_key, key_preset, keys and views.NAME have one.
        """  # noqa: E501
    )
    assert not home.exists()


@each(
    ("name", "typed", "written"),
    [
        ("theme", ["dark"], 'theme = "dark"'),
        ("category_papers", ["new", "replace"], 'category_papers = "new replace"'),
        ("category_papers", ['["cross"]'], 'category_papers = ["cross"]'),
        ("days_at_start", ["14"], "days_at_start = 14"),
        ("ascii", ["true"], "ascii = true"),
        ("list_share", ["0.6"], "list_share = 0.6"),
        ("notify", ["topic:agents", "is:new"], 'notify = "topic:agents is:new"'),
        ("notify", ['["topic:agents", "rag"]'], 'notify = ["topic:agents", "rag"]'),
        ("notify", ["-topic:agents rag"], 'notify = "-topic:agents rag"'),
        ("topics_file", ["~/my topics.toml"], 'topics_file = "~/my topics.toml"'),
        ("keys.app.quit", ["Q"], '[keys]\n"app.quit" = "Q"'),
    ],
)
def test_config_set_writes_what_was_meant(run: Run, home: Path, name: str, typed: list[str], written: str) -> None:
    found = run("config", "set", name, *typed)
    assert (found.code, found.out, found.err) == (0, "", "")
    assert (home / "config.toml").read_text() == f"{written}\n"
    assert (home / "config.toml").stat().st_mode & 0o777 == 0o600
    assert run("config", "check").code == 0
    (home / "config.toml").unlink()


def test_config_set_refuses_what_is_wrong_and_says_what_a_default_loses(session: Session, home: Path) -> None:
    session(
        """
        $ config set theme drak
        2! dailypapers: theme must be the name of a theme, not "drak". Did you mean dark?
        $ config set days_at_start 0
        2! dailypapers: days_at_start must be a whole number from 1 to 366, not 0. Did you mean 1?
        $ config set ascii yes
        2! dailypapers: ascii must be true or false, not "yes". Did you mean true?
        $ config set notify topc:agents
        2! dailypapers: notify has a mistake in "topc:agents": There is no field topc:. Did you mean "topic:agents"?
        $ config set endpoint example.org
        2! dailypapers: endpoint must begin with https://, not "example.org". Did you mean https://example.org?
        $ config set keys.paper.star ctlr+s
        2! dailypapers: keys.paper.star has a mistake: no key is called ctlr+s; did you mean ctrl+s?
        $ config set keys.paper.star 5
        2! dailypapers: keys.paper.star has a mistake: 5 begins with a digit, which is a count.
        $ config set keys.paper.hide S
        ! find.sort loses S to paper.hide, in the list and in the detail.
        $ config set keys.paper.hide X --jsonl
        {"value": ["X"], "from": "TMP/home/config.toml:2"}
        $ config get keys.paper.hide --jsonl
        {"value": ["X"], "from": "TMP/home/config.toml:2"}
        $ config check
        TMP/home/config.toml: no mistakes.
        $ config set theme dark --jsonl
        {"value": "dark", "from": "TMP/home/config.toml:1"}
        $ config get digest --jsonl
        {"value": {"to": "", "sender": "", "server": "", "security": "starttls", "user": "", "command": [], "file": "", "format": ""}, "from": "default"}
        $ config check --jsonl
        """  # noqa: E501
    )


def test_config_set_keeps_comments_and_order(run: Run, file: Path) -> None:
    run("config", "init")
    template = file.read_text().splitlines()
    for words in (("theme", "light"), ("theme", "dark"), ("keys.paper.star", "s f5"), ("digest.user", "ada")):
        assert run("config", "set", *words).code == 0
    lines = file.read_text().splitlines()
    for new, before in (
        ('theme = "dark"', '# theme = "auto"'),
        ('"paper.star" = "s f5"', '# "paper.star" = "s"'),
        ('user = "ada"', '# user = ""'),
    ):
        at = lines.index(new)
        assert lines[at - 1] == before
        del lines[at]
    assert lines == template
    assert run("config", "get", "digest").json == {**asdict(DigestMail()), "command": [], "user": "ada"}
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
        (b'keys = { "paper.star" = "s", "app.quit" = "Q" }\n', ("keys.paper.star", "s f5")),
    ):
        file.write_bytes(before)
        found = run("config", "set", *words)
        assert (found.code, found.err.count("\n")) == (1, 1)
        assert file.read_bytes() == before
    assert "config edit" in found.err
    file.write_text('nonsense\ntheme = "dark"\ntheme = "light"\n')
    assert run("config", "set", "theme", "ansi").code == 0
    assert file.read_text() == 'nonsense\ntheme = "ansi"\ntheme = "light"\n'


def test_the_first_entry_of_a_new_file_is_taken_back(session: Session, papers: Path) -> None:
    session(
        """
        $ views add a agents
        a is saved; its key in the reader is g1.
        $ undo
        Taken back: view a added.
        $ views list
        You have no views yet. 'dailypapers views add NAME QUERY' saves a query.
        """
    )
