"""What --json prints is what the table of the manual says, command by command."""

from __future__ import annotations

import json
import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reader.actions.export import RECORD_KEYS
from reader.commands.line.manual import page
from tests.commands.conftest import IDS, Run
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext import pages

PAGE = page("scripts")

TABLE = PAGE.partition("| Command with `--json` |")[2].partition("\n\n")[0].splitlines()[2:]

PAPER = "a paper"
"""Stands in the table for the keys of a paper."""

ROWS = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in TABLE]


@pytest.fixture
def filled_home(run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that has one of each thing that commands print."""
    (home / "config.toml").write_text('[[rules]]\nname = "Agents"\nwhen = "agents"\nthen = ["star"]\n')
    run("mark", "star", IDS[1])
    run("tag", "add", "to cite", IDS[0])
    run("note", IDS[0], "--text", "Mine.")
    run("views", "add", "Mine", "is:starred")
    run("follow", "add", "agents")
    run("mark", "queue", IDS[2])
    with FeedServer({"2026-06-30": [item(IDS[0], "LiveEdit: Streaming Video Editing", "2026-06-30")]}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages[f"/papers/{IDS[0]}.md"] = pages.MARKDOWN.encode()
        assert run("read", IDS[0]).code == 0
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_the_table_is_true(run: Run, filled_home: None) -> None:
    assert len(ROWS) > 15
    for command, form, keys in ROWS:
        words = shlex.split(command.strip("`").replace("ID", IDS[0]))
        found = run(*words, "--json")
        assert found.code == 0, (command, found.err)
        value: Any = found.json
        if form == "array":
            assert isinstance(value, list) and value, command
            value = value[0]
        assert isinstance(value, dict), command
        named = re.findall(r"`([a-z_]+)`", keys)
        known = [*(RECORD_KEYS if keys.startswith(PAPER) else ()), *named]
        # What a list adds only for some queries may be absent.
        assert set(value) <= set(known) and set(named) <= set(value), (command, set(value) ^ set(known))


def test_what_is_said_of_all_json_is_so(run: Run, filled_home: None) -> None:
    """One line a record as JSON Lines, times in UTC or dates as ISO, and a failure as an object."""
    for words in (("list",), ("similar", IDS[0]), ("topics",), ("show", IDS[0])):
        lines = run(*words, "--jsonl").lines
        assert lines and all(isinstance(json.loads(line), dict) for line in lines), words
    texts = [run(*words, "--json").out for words in (("list",), ("show", IDS[0]), ("stats",), ("cache", "info"))]
    dates = [one for text in texts for one in re.findall(r'"(\d{4}-\d\d-\d\d[^"]*)"', text)]
    assert dates and all(datetime.fromisoformat(one) for one in dates)
    for words, code, kind in (
        (("list", "is:unred"), 2, "usage"),
        (("list", "topic:nothing"), 2, "usage"),
        (("show", "2401.00001"), 1, "not_in_cache"),
        (("list", "--json=titel"), 2, "usage"),
    ):
        failed = run(*words, "--json")
        said = json.loads(failed.err)
        assert (failed.code, failed.out, set(said)) == (code, "", {"error", "kind", "hint"}), words
        assert said["kind"] == kind
