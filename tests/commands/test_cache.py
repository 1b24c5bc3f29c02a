"""Keeping house from the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.conftest import Run, Session


def test_without_a_cache_there_is_nothing_to_keep(session: Session, home: Path) -> None:
    session(
        """
        $ cache info
        1! dailypapers: There is no cache yet at TMP/home/papers.db. 'dailypapers refresh' makes one.
        $ cache compact
        1! dailypapers: There is no cache yet at TMP/home/papers.db. 'dailypapers refresh' makes one.
        $ cache repair
        1! dailypapers: There is no cache yet at TMP/home/papers.db. 'dailypapers refresh' makes one.
        """
    )
    assert not home.exists()


def test_sizes_are_told_and_gaps_are_given_back(run: Run, papers: Path) -> None:
    found = run("cache", "info", "--json").record
    size = papers.stat().st_size
    assert {name: found[name] for name in found if name != "parts"} == {
        **{"path": str(papers), "papers": 6, "events": 0, "file_bytes": size, "log_bytes": 0, "free_bytes": 0}
    }
    path, counts, *parts = run("cache", "info").lines
    assert (path, counts) == (
        str(papers),
        f"6 papers, 0 events, {size / (1 << 20):.1f} MiB, {size // 6:,} bytes a paper",
    )
    assert parts[0].split() == ["paper", "0.1", "MiB", "6", "rows"]
    assert {len(one) for one in parts if one.endswith(("row", "rows"))} == {len(parts[0])}, "the columns are straight"
    assert {one.split()[0] for one in parts} >= {"paper_text", "index", "event"}
    with closing(sqlite3.connect(papers)) as connection:
        # The log is merged by the last connection that closes.
        connection.execute("CREATE TABLE waste AS SELECT zeroblob(2000000) AS filled")
        connection.commit()
        assert run("cache", "info").lines[2] == "1.9 MiB not yet merged into the file, 0.0 MiB of it free"
        connection.execute("DROP TABLE waste")
        connection.commit()
    assert run("cache", "compact").out == "2.3 MiB before, 0.4 MiB now: 83% freed.\n"
    size = papers.stat().st_size
    assert run("cache", "compact", "--json").json == {"before_bytes": size, "after_bytes": size}
    assert run("count").out == "6\n"


def test_the_cache_is_checked_and_repaired(session: Session, papers: Path) -> None:
    session(
        """
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ cache verify --jsonl=ok
        {"ok": true}
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


def test_a_refresh_drops_what_is_not_to_be_kept(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run("mark", "star", "2606.00001").code == 0
    (home / "config.toml").write_text("keep_days = 2\n")
    run("refresh", "--quiet")
    assert run("list", "--json").records[0]["id"] == "2606.00001"
    assert run("count").out == "1\n"
