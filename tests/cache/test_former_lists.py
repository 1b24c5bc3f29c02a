"""Entries of lists that only the log has reach the settings file, once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reader.cache.former_lists import rescue
from reader.settings_reader import load_settings

VIEW = {"name": "Agents", "query": "title:agents", "there": True, "place": "1" * 26}
RULE = {"name": "No surveys", "when": "title:survey", "then": ["hide"], "there": True}
WORD = {"text": "nft", "there": True}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text('# Mine.\nmute = ["crypto"]\n\n[[views]]\nname = "Evals"\nquery = "topic:evaluation"  # kept\n')
    return file


def bring(file: Path, *events: tuple[str, dict[str, Any]], **known: object) -> sqlite3.Connection:
    """Rescue what these events say into the file; the lists in `known` are those that the file had before."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, clock, kind, value, undone DEFAULT 0)")
    about = {"prefix": "entry:", "stamp": [], "lists": {"entry:": known}}
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)", [("entries", json.dumps(about)), ("entries_due", "1"), ("machine", "ab")]
    )
    connection.executemany(
        "INSERT INTO event (clock, kind, value) VALUES (1, ?, ?)", [(kind, json.dumps(said)) for kind, said in events]
    )
    rescue(connection, file)
    return connection


def test_what_another_machine_added_is_added_to_the_file(file: Path) -> None:
    with closing(
        bring(
            file, ("entry:views:aa", VIEW), ("entry:rules:bb", RULE), ("entry:mute:cc", {"text": "nft", "there": True})
        )
    ):
        pass
    found = load_settings(file)
    assert found.mistakes == ()
    assert [(one.name, one.query) for one in found.settings.views] == [
        ("Evals", "topic:evaluation"), ("Agents", "title:agents"),
    ]  # fmt: skip
    assert [(one.name, one.when, one.then) for one in found.settings.rules] == [
        ("No surveys", "title:survey", ("hide",))
    ]
    assert found.settings.mute == ("crypto", "nft")
    assert file.read_text().startswith("# Mine.\n") and "# kept" in file.read_text()


def test_what_the_file_had_before_is_not_brought_back(file: Path) -> None:
    before = file.read_text()
    with closing(bring(file, ("entry:views:aa", VIEW), views=[["aa", {"name": "Agents", "query": "title:agents"}]])):
        assert file.read_text() == before


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("entry:views:aa", {**VIEW, "there": False}),
        ("entry:views:aa", {"name": "Agents", "there": True}),
        ("entry:views:aa", {**VIEW, "name": "evals"}),
        ("entry:views:aa", {**VIEW, "query": "is:nothing-like-this"}),
        ("entry:hidden_views:aa", {"text": "no such view", "there": True}),
        ("entry:commands:aa", {"name": "x", "run": "rm", "there": True}),
        ("here:views:aa", VIEW),
        ("entry:views:aa", ["no object"]),
    ],
)
def test_what_is_no_entry_or_is_there_changes_nothing(file: Path, kind: str, said: Any) -> None:
    before = file.read_text()
    with closing(bring(file, (kind, said))):
        assert file.read_text() == before


def test_it_happens_once_and_a_broken_file_stays(file: Path) -> None:
    file.write_text("[[views]\n")
    with closing(bring(file, ("entry:views:aa", VIEW))) as connection:
        assert file.read_text() == "[[views]\n"
        assert connection.execute("SELECT key FROM meta").fetchall() == [("machine",)]
