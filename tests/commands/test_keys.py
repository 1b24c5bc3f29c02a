"""The keys in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.keys.actions import ACTIONS
from tests.commands.conftest import Run, RunOnTerminal


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_keys_are_those_in_use(run: Run, file: Path) -> None:
    file.write_text('[keys]\n"paper.star" = "$"\n')
    actions = {one["id"]: one["keys"] for one in run("keys", "--json").records}
    assert actions["paper.star"] == ["$"]
    assert actions["paper.read"] == ["m"]
    assert run("keys", "--format", "json").json == run("keys", "--json").json
    assert run("keys", "--format", "markdown").out.startswith("| Keys | ")
    plain = run("keys").out
    assert all(f"{action.help} ({action.id})\n" in plain for action in ACTIONS)


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_on_a_terminal_no_word_is_broken(run: Run, on_terminal: RunOnTerminal, columns: int) -> None:
    found = on_terminal("keys", columns=columns)
    assert all(len(line) <= columns for line in found.lines)
    words = found.out.split()
    assert [word for word in run("keys").out.split() if word not in words] == []
