"""Keeping house from the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.conftest import Run, Session


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


def test_the_cache_is_checked_and_repaired(session: Session, papers: Path) -> None:
    session(
        """
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ cache verify
          file            ok
          references      ok
          full-text index ok
          index of texts  ok
          days            ok
          log             ok
          events          ok
          marks           ok
          journal         ok
        $ cache compact
        0.4 MiB, as small as before.
        $ cache repair
        The cache is good, and nothing had to be changed: 1 event, 1 starred paper and 6 papers.
        """
    )
    with closing(sqlite3.connect(papers)) as connection, connection:
        connection.execute("UPDATE paper SET starred = 1 - starred")
    session(
        """
        $ cache verify
          file            ok
          references      ok
          full-text index ok
          index of texts  ok
          days            ok
          log             ok
          events          ok
        ! marks           2606.26740 differs from the log in starred; 2606.30616 differs from the log in starred; 2606.28480 differs from the log in starred; 2606.00003 differs from the log in starred; 2606.00002 differs from the log in starred; 2606.00001 differs from the log in starred
          journal         ok
        1! dailypapers: The cache has faults. 'dailypapers cache repair' repairs it, and keeps the old file.
        $ cache verify --jsonl
        {"ok": false, "checks": [{"name": "file", "faults": []}, {"name": "references", "faults": []}, {"name": "full-text index", "faults": []}, {"name": "index of texts", "faults": []}, {"name": "days", "faults": []}, {"name": "log", "faults": []}, {"name": "events", "faults": []}, {"name": "marks", "faults": ["2606.26740 differs from the log in starred", "2606.30616 differs from the log in starred", "2606.28480 differs from the log in starred", "2606.00003 differs from the log in starred", "2606.00002 differs from the log in starred", "2606.00001 differs from the log in starred"]}, {"name": "journal", "faults": []}]}
        1
        $ cache repair
        Found: marks: 2606.26740 differs from the log in starred, and 5 more.
        The original file is now TMP/home/papers.db.aside-NOW.
        The cache is repaired: 1 event, 1 starred paper and 6 papers.
        $ cache repair --jsonl
        {"found": [], "kept": [], "new_cache": false, "joined": 0, "events": 1, "starred": 1, "papers": 6, "papers_left": 0, "papers_unread": 0, "journal_lines_unread": 0, "papers_from": {}}
        $ count is:starred
        1
        $ cache
        2! dailypapers cache: choose one of info, compact, verify, repair. See 'dailypapers cache --help'.
        """  # noqa: E501
    )


def test_compact_says_what_was_gained(run: Run, papers: Path) -> None:
    with closing(sqlite3.connect(papers)) as connection, connection:
        connection.execute("INSERT INTO meta VALUES ('waste', zeroblob(4000000))")
        connection.execute("DELETE FROM meta WHERE key = 'waste'")
    assert "freed" in run("cache", "compact").out
    said = run("cache", "compact", "--json").record
    assert said["before_bytes"] == said["after_bytes"] == papers.stat().st_size < 4_000_000
    assert run("count").out == "6\n"


def test_a_refresh_drops_what_is_not_to_be_kept(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run("mark", "star", "2606.00001").code == 0
    (home / "config.toml").write_text("keep_days = 2\n")
    run("refresh", "--quiet")
    assert run("list", "--json").records[0]["id"] == "2606.00001"
    assert run("count").out == "1\n"
