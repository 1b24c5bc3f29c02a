"""The keys in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.keys.actions import ACTIONS
from tests.commands.conftest import Run, Session


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_keys_are_those_in_use(run: Run, file: Path) -> None:
    file.write_text('[keys]\n"paper.star" = "$"\n')
    actions = {one["id"]: one["keys"] for one in run("keys", "--json").records}
    assert actions["paper.star"] == ["$"]
    assert actions["paper.read"] == ["m"]
    newsboat = {one["id"]: one["keys"] for one in run("keys", "--preset", "newsboat", "--json").records}
    assert (newsboat["paper.star"], newsboat["paper.read"], newsboat["move.down"]) == (
        ["s", "ctrl+e"],
        ["N"],
        ["j", "down"],
    )
    plain = run("keys").out
    assert all(f"{action.help} `{action.id}` |\n" in plain for action in ACTIONS)


def test_own_keys_are_checked(session: Session, file: Path) -> None:
    session(
        """
        $ keys check
        Preset vim; 0 actions have keys of yours; 0 mistakes.
        """
    )
    file.write_text('[keys]\n"find.add" = "S"\n')
    session(
        """
        $ keys check
        find.sort loses S to find.add, in the list and in the detail.
        Preset vim; 1 action has keys of yours; 0 mistakes.
        """
    )
    file.write_text(
        'key_preset = "arrows"\n[keys]\n"paper.star" = "ctrl+1"\n"paper.hide" = ""\n'
        '"paper.sta" = "z"\n"find.add" = "S"\n'
        '"read.open" = "M"\n"link.list" = "7"\n'
    )
    session(
        """
        $ keys check
        TMP/home/config.toml:5: keys.paper.sta has a mistake: there is no such action. Did you mean paper.star?
        TMP/home/config.toml:8: keys.link.list has a mistake: 7 begins with a digit, which is a count.
        mark.above_read loses M to read.open.
        find.sort loses S to find.add, in the list and in the detail.
        paper.star: many terminals do not send ctrl+1.
        Without a key, only in the command palette: paper.hide, mark.above_read.
        Preset arrows; 4 actions have keys of yours; 2 mistakes.
        1
        $ keys check --jsonl
        {"preset": "arrows", "own": ["paper.star", "paper.hide", "read.open", "find.add"], "unbound": ["paper.hide", "mark.above_read"], "rarely_sent": {"paper.star": "ctrl+1"}, "lost": [{"action": "mark.above_read", "key": "M", "to": "read.open", "in": ["list", "detail"]}, {"action": "find.sort", "key": "S", "to": "find.add", "in": ["list", "detail"]}], "file": "TMP/home/config.toml", "mistakes": [{"line": 5, "key": "keys.paper.sta", "mistake": "has a mistake: there is no such action", "meant": "paper.star"}, {"line": 8, "key": "keys.link.list", "mistake": "has a mistake: 7 begins with a digit, which is a count", "meant": null}]}
        1
        """  # noqa: E501
    )
