"""A backfill that is killed goes on where it was: nothing is lost, and no settled day is asked again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.core.feed_days import SETTLING_DAYS
from tests.feed_server import FeedServer, item

PATIENCE = 30


@pytest.mark.long
def test_a_backfill_that_is_killed_goes_on_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    (home / "config.toml").write_text("ask_arxiv = false\n")
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(120)]
    papers = {
        day.isoformat(): [item(f"2601.{n:03}{m:02}", day=day.isoformat()) for m in range(9)]
        for n, day in enumerate(days)
        if day.weekday() < 5
    }

    def read(query: str) -> list[tuple[str, int]]:
        if not (home / "papers.db").exists():
            return []
        with closing(sqlite3.connect(home / "papers.db")) as cache:
            return cache.execute(query).fetchall()

    settled = f"SELECT day, 0 FROM day WHERE fetched <> '' AND day <= '{today - timedelta(days=SETTLING_DAYS)}'"
    with FeedServer(papers, today.isoformat()) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        # Each time but the last, the feed falls silent on some later request, and the program is killed as it waits.
        for answered in (3, 8, 6, None):
            begin, before = len(feed.requests), {day for day, _ in read(settled)}
            feed.faults.clear()
            feed.faults += [] if answered is None else ["ok"] * answered + ["hang"]
            process = subprocess.Popen([sys.executable, "-m", "reader", "refresh", "--since", days[-1].isoformat()])
            if answered is None:
                assert process.wait(PATIENCE) == 0
            else:
                deadline = time.monotonic() + PATIENCE
                while len(feed.requests) <= begin + answered and process.poll() is None:
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
                process.kill()
                process.wait()
            # Days, or months of days.
            asked = {request.query.get("date") or request.query["month"] for request in feed.requests[begin:]}
            assert not (before | {day[:7] for day in before}) & asked
    assert dict(read("SELECT day, count(*) FROM listing GROUP BY day")) == dict.fromkeys(papers, 9)
