"""What an agent is told is true: every command that the skill shows runs on a cache like the user's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from reader.commands.line.registry import COMMANDS
from reader.core.query import parse
from reader.extensions.mcp import skill
from tests.commands.conftest import IDS, Run
from tests.feed_server import FeedServer

SHOWN = "2406.12345"
"""The id in examples."""

SHOWN_COMMANDS = re.findall(r"^dailypapers (.*)$", skill(), re.M)


def test_it_has_a_head_that_programs_read_and_is_short(run: Run, home: Path) -> None:
    said = run("skill").out
    assert said == skill()
    head = yaml.safe_load(said.split("---\n")[1])
    assert head["name"] == "dailypapers"
    assert 50 < len(head["description"]) < 1_024
    assert len(said) < 8_000


def test_every_command_that_it_shows_runs(
    run: Run, feed: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(SHOWN_COMMANDS) > 25
    for words in SHOWN_COMMANDS:
        found = run(*shlex.split(words.replace(SHOWN, IDS[0])))
        assert found.code == 0, (words, found.err)
        if "--json" in words.split():
            assert found.json is not None, words
    assert run("show", IDS[0], "--json").record["starred"] is True


def test_the_commands_and_terms_that_it_names_exist() -> None:
    named = set(re.findall(r"`dailypapers ([a-z]+)", skill()))
    assert named <= set(COMMANDS)
    assert len(named) > 2
    for field in ("is", "since", "sort"):
        (values,) = re.findall(rf"`{field}:`\s(?:and `until:` )?takes?[^`]*`([^`]+)`", skill())
        assert len(values.split()) > 3
        for value in values.split():
            parse(f"{field}:{value}")
