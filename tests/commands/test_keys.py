"""The keys in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.keys.actions import ACTIONS
from tests.commands.conftest import Run


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_keys_are_those_in_use(run: Run, file: Path) -> None:
    file.write_text('[keys]\n"paper.star" = "$"\n')
    actions = {one["id"]: one["keys"] for one in run("keys", "--json").records}
    assert actions["paper.star"] == ["$"]
    assert actions["paper.read"] == ["m"]
    plain = run("keys").out
    assert all(f"{action.help} `{action.id}` |\n" in plain for action in ACTIONS)


def test_own_keys_are_checked(run: Run, file: Path) -> None:
    good = run("keys", "check")
    assert (good.code, good.out) == (0, "Preset vim; 0 actions have keys of yours; 0 mistakes.\n")
    file.write_text(
        'key_preset = "arrows"\n[keys]\n"paper.star" = "ctrl+1"\n"paper.hide" = ""\n'
        '"paper.sta" = "z"\n"find.add" = "S"\n'
        '"read.open" = "M"\n"link.list" = "7"\n'
    )
    found = run("keys", "check")
    assert found.code == 1
    assert found.out.splitlines() == [
        f"{file}:5: keys.paper.sta has a mistake: there is no such action. Did you mean paper.star?",
        f"{file}:8: keys.link.list has a mistake: 7 begins with a digit, which is a count.",
        "mark.above_read loses M to read.open.",
        "find.sort loses S to find.add, in the list and in the detail.",
        "paper.star: many terminals do not send ctrl+1.",
        "Without a key, only in the command palette: paper.hide, mark.above_read.",
        "Preset arrows; 4 actions have keys of yours; 2 mistakes.",
    ]
    record = run("keys", "check", "--json").record
    assert (record["preset"], len(record["mistakes"])) == ("arrows", 2)
    assert record["unbound"] == ["paper.hide", "mark.above_read"]
    assert record["lost"][1] == {"action": "find.sort", "key": "S", "to": "find.add", "in": ["list", "detail"]}


def test_a_default_that_loses_its_key_is_no_mistake(run: Run, file: Path) -> None:
    file.write_text('[keys]\n"find.add" = "S"\n')
    found = run("keys", "check")
    assert (found.code, found.err) == (0, "")
    assert found.out.endswith("in the detail.\nPreset vim; 1 action has keys of yours; 0 mistakes.\n")


def test_a_preset_can_be_looked_at(run: Run, file: Path) -> None:
    actions = {one["id"]: one["keys"] for one in run("keys", "--preset", "newsboat", "--json").records}
    assert actions["paper.read"] == ["N"] and actions["move.down"] == ["j", "down"]
