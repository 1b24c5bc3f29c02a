"""A backfill that is killed goes on where it was: nothing is lost, and no settled day is asked again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reader.core.feed_days import SETTLING_DAYS
from tests.feed_server import FeedServer, item

pytestmark = pytest.mark.long

PATIENCE = 30


def start(home: Path, feed: FeedServer, since: date) -> subprocess.Popen[str]:
    environment = {**os.environ, "DAILYPAPERS_HOME": str(home), "HF_ENDPOINT": feed.url, "HF_HUB_OFFLINE": ""}
    command = [sys.executable, "-m", "reader", "refresh", "--since", since.isoformat()]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def settled_days(home: Path, today: date) -> set[str]:
    file = home / "papers.db"
    if not file.exists():
        return set()
    border = (today - timedelta(days=SETTLING_DAYS)).isoformat()
    with closing(sqlite3.connect(file)) as cache:
        rows = cache.execute("SELECT day FROM day WHERE fetched <> '' AND day <= ?", (border,))
        return {day for (day,) in rows}


def days_asked(feed: FeedServer, begin: int) -> set[str]:
    """The days that are asked for from a request on; those of a month as the month."""
    queries = [request.query for request in feed.requests[begin:]]
    return {query.get("date") or query["month"] for query in queries}


def test_a_backfill_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("ask_arxiv = false\n")
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(120)]
    papers = {
        day.isoformat(): [item(f"2601.{n:03}{m:02}", day=day.isoformat()) for m in range(9)]
        for n, day in enumerate(days)
        if day.weekday() < 5
    }
    with FeedServer(papers, today.isoformat()) as feed:
        # Each time the feed falls silent on some later request, and the program is killed as it waits.
        for answered in (3, 8, 6):
            begin, before = len(feed.requests), settled_days(tmp_path, today)
            feed.faults.clear()
            feed.faults += ["ok"] * answered + ["hang"]
            process = start(tmp_path, feed, days[-1])
            deadline = time.monotonic() + PATIENCE
            while len(feed.requests) <= begin + answered and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.kill()
            process.communicate()
            asked = days_asked(feed, begin)
            assert not before & asked
            assert not {day[:7] for day in before} & asked
        feed.faults.clear()
        begin, before = len(feed.requests), settled_days(tmp_path, today)
        process = start(tmp_path, feed, days[-1])
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert not before & days_asked(feed, begin)
    with closing(sqlite3.connect(tmp_path / "papers.db")) as cache:
        kept = cache.execute("SELECT day, count(*) FROM listing GROUP BY day").fetchall()
    assert dict(kept) == dict.fromkeys(papers, 9)
