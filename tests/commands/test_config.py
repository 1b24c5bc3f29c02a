"""The settings: where they are, what is in effect, what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_config_path_makes_nothing(run: Run, home: Path) -> None:
    assert run("config", "path").out == f"{home / 'config.toml'}\n"
    assert run("config", "path", "--json").json == {"path": str(home / "config.toml"), "exists": False}
    assert not home.exists()


def test_config_show_tells_each_value_and_where_it_comes_from(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://localhost:1")
    file.write_text('\ndays_at_start = 3\n[keys]\n"paper.star" = "S"\n"view.starred" = []\n')
    lines = [" ".join(line.split()) for line in run("config", "show").lines]
    assert 'endpoint = "http://localhost:1" # HF_ENDPOINT' in lines
    assert f"days_at_start = 3 # {file}:2" in lines
    assert "refresh_minutes = 30 # default" in lines
    assert f'"paper.star" = ["S"] # {file}:4' in lines
    shown = run("config", "show", "--json").record
    assert shown["days_at_start"]["value"] == 3
    assert shown["days_at_start"]["from"] == f"{file}:2"
    assert shown["keys"]["value"] == {"paper.star": ["S"], "view.starred": []}


def test_what_config_show_prints_is_a_settings_file(run: Run, file: Path) -> None:
    file.write_text('order = "title"\n[keys]\n"app.quit" = "Q"\n')
    shown = run("config", "show").out
    file.write_text(shown)
    assert run("config", "check").code == 0
    assert [line.split(" #")[0] for line in run("config", "show").lines] == [
        line.split(" #")[0] for line in shown.splitlines()
    ]


def test_config_check_tells_every_mistake_by_line(run: Run, file: Path) -> None:
    file.write_text('days_at_strat = 3\n[keys]\n"paper.strar" = "s"\n"paper.read" = "ctlr+x"\n')
    found = run("config", "check")
    assert found.code == 1
    assert [line.split(": ")[0] for line in found.lines] == [f"{file}:{line}" for line in (1, 3, 4)]
    assert "Did you mean days_at_start?" in found.lines[0]
    assert "Did you mean paper.star?" in found.lines[1]
    assert found.err.count("\n") == 1
    [first, *_] = run("config", "check", "--json").records
    assert (first["line"], first["key"], first["suggestion"]) == (1, "days_at_strat", "days_at_start")


def test_config_check_is_content_with_a_good_file_and_with_none(run: Run, file: Path) -> None:
    assert run("config", "check").code == 0
    file.write_text("ascii = true\n")
    assert run("config", "check").out == f"{file}: no mistakes.\n"
    assert run("config", "check", "--json").json == []


def test_mistakes_do_not_stop_other_commands(run: Run, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text("days_at_strat = 3\nnonsense\n")
    assert run("count").out == "6\n"


def test_config_init_writes_a_private_file_once(run: Run, home: Path) -> None:
    file = home / "config.toml"
    assert run("config", "init").out == f"{file}\n"
    assert home.stat().st_mode & 0o777 == 0o700
    assert run("config", "check").code == 0
    file.write_text("ascii = true\n")
    found = run("config", "init")
    assert found.code == 1
    assert "is there already" in found.err
    assert file.read_text() == "ascii = true\n"
