"""Keeping house from the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.conftest import Run


def test_without_a_cache_there_is_nothing_to_keep(run: Run, home: Path) -> None:
    for what in ("info", "compact", "verify"):
        found = run("cache", what)
        assert (found.code, found.err.count("\n")) == (1, 1)
        assert "refresh" in found.err
    assert not home.exists()


def test_info_tells_sizes(run: Run, papers: Path) -> None:
    found = run("cache", "info", "--json").record
    assert (found["papers"], found["events"]) == (6, 0)
    assert found["file_bytes"] == papers.stat().st_size
    assert {"full-text index", "paper_text"} <= {part["name"] for part in found["parts"]}
    assert "6 papers, 0 events" in run("cache", "info").out


def test_compact_says_what_was_gained(run: Run, papers: Path) -> None:
    with closing(sqlite3.connect(papers)) as connection, connection:
        connection.execute("INSERT INTO meta VALUES ('waste', zeroblob(4000000))")
        connection.execute("DELETE FROM meta WHERE key = 'waste'")
    assert "freed" in run("cache", "compact").out
    said = run("cache", "compact", "--json").record
    assert said["before_bytes"] == said["after_bytes"] == papers.stat().st_size < 4_000_000
    assert run("count").out == "6\n"


def test_verify_finds_what_is_not_so(run: Run, papers: Path) -> None:
    assert run("mark", "star", "2606.26740").code == 0
    assert run("cache", "verify").code == 0
    with closing(sqlite3.connect(papers)) as connection, connection:
        connection.execute("UPDATE paper SET starred = 1 - starred")
    found = run("cache", "verify")
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert "! marks" in found.out
    assert "2606.26740 differs from the log in starred" in found.out
    assert run("cache", "verify", "--json").record["ok"] is False


def test_a_refresh_drops_what_is_not_to_be_kept(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run("mark", "star", "2606.00001").code == 0
    (home / "config.toml").write_text("keep_days = 2\n")
    run("refresh", "--quiet")
    assert run("list", "--json").records[0]["id"] == "2606.00001"
    assert run("count").out == "1\n"
