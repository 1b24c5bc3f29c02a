"""Entries of lists that only the events of release 0.2 have reach the log, once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from reader.cache.former_lists import rescue
from reader.log import standing

VIEW = {"name": "Agents", "query": "title:agents", "there": True, "place": "1" * 26}
RULE = {"name": "No surveys", "when": "title:survey", "then": ["hide"], "there": True}
WORD = {"text": "nft", "there": True}


def bring(cache: Path, *events: tuple[str, dict[str, Any]], **known: object) -> list[tuple[str, str, tuple[str, ...]]]:
    """The standing queries after these events were rescued; the lists in `known` are those that the file had."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, clock, kind, value, undone DEFAULT 0)")
        about = {"prefix": "entry:", "stamp": [], "lists": {"entry:": known}}
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [("entries", json.dumps(about)), ("entries_due", "1"), ("machine", "ab")]
        )
        connection.executemany(
            "INSERT INTO event (clock, kind, value) VALUES (1, ?, ?)",
            [(kind, json.dumps(said)) for kind, said in events],
        )
        rescue(connection, cache)
        assert connection.execute("SELECT key FROM meta").fetchall() == [("machine",)]
    lists = standing.load(cache.with_name("config.toml"), cache).settings.lists
    return [(one.name, one.query, one.then) for one in lists]


def test_what_another_machine_added_is_taken_beside_the_lists_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('mute = ["crypto"]\n')
    found = bring(tmp_path / "papers.db", ("entry:views:aa", VIEW), ("entry:rules:bb", RULE), ("entry:mute:cc", WORD))
    assert found == [
        ("Agents", "title:agents", ("show",)),
        ("No surveys", "title:survey", ("hide",)),
        ("nft", "nft", ("mute",)),
        ("crypto", "crypto", ("mute",)),
    ]


def test_what_the_file_knew_or_no_program_wrote_is_left_out(tmp_path: Path) -> None:
    known = {"views": [["aa", VIEW]]}
    events: list[tuple[str, dict[str, Any]]] = [
        ("entry:views:aa", VIEW),
        ("entry:views:bb", {**VIEW, "there": False}),
        ("entry:rules:cc", {**RULE, "then": ["smell"]}),
        ("entry:mute:dd", {"there": True}),
        ("entry:notify:ee", {**WORD, "text": "topc:x"}),
    ]
    assert bring(tmp_path / "papers.db", *events, **known) == []
