"""Papers from the feed: sums, failures that lose nothing, and the progress that is shown."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from reader.commands.fetch import _run, describe_progress, run_job
from reader.commands.output import Progress
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError
from reader.core.steps import note_wait
from reader.refresh import jobs
from reader.refresh.lines import Job, JobContext, Line, failure_line, ignore, refresh_job, result_line, step, waiting
from tests.commands.conftest import Result, Run, Session
from tests.doubles import fetched
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext import pages
from tests.table import each

TODAY = datetime.now(UTC).date()


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.fixture
def feed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    """A feed with one paper today and two yesterday."""
    days = {
        ago(0): [item("2606.00001", "One", ago(0))],
        ago(1): [item("2606.00002", "Two", ago(1)), item("2606.00003", "Three", ago(1))],
    }
    with FeedServer(days, today=ago(0)) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        yield feed


def test_refresh_prints_counts_and_refuses_what_is_not_a_day(session: Session, feed: FeedServer) -> None:
    session(
        """
        $ refresh --day 2026-13-01
        2! dailypapers: “2026-13-01” is not in the calendar.
        $ refresh --day soon
        2! dailypapers: “soon” is not a date: write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m.
        $ refresh --days 0
        2! dailypapers refresh: argument --days: '0' is not a whole number above zero. See 'dailypapers refresh --help'.
        $ refresh --day YESTERDAY --days 3
        2! dailypapers refresh: argument --days: not allowed with argument --day. See 'dailypapers refresh --help'.
        """,  # noqa: E501
        YESTERDAY=ago(1),
    )
    assert feed.requests == []
    session(
        """
        $ refresh --days 2 --json
        {"step": "days", "days": ["TODAY", "YESTERDAY"]}
        {"step": "day", "day": "TODAY", "new": 1, "updated": 0, "unchanged": 0, "skipped": 0, "n": 1, "of": 2}
        {"step": "day", "day": "YESTERDAY", "new": 2, "updated": 0, "unchanged": 0, "skipped": 0, "n": 2, "of": 2}
        {"step": "fetched", "new": 3, "updated": 0, "unchanged": 0, "skipped": 0, "returned": 0, "unknown": [], "days": 2, "missing": [], "error": null, "kind": null}
        {"done": "refresh", "new": 3, "updated": 0, "unchanged": 0, "skipped": 0, "returned": 0, "unknown": [], "days": 2, "failed": [], "error": null, "feeds_failed": [], "texts": 0, "by_rules": {}}
        $ refresh --days 2
        0 new, 0 updated, 3 unchanged in 2 days.
        $ refresh --days 2 -q
        $ list
        2606.00001	TODAY	5	2	unread	One
        2606.00003	YESTERDAY	5	2	unread	Three
        2606.00002	YESTERDAY	5	2	unread	Two
        $ digest --refresh --since YESTERDAY --jsonl=since,left_out,mailed
        {"since": "YESTERDAY", "left_out": 0, "mailed": 0}
        """,  # noqa: E501
        YESTERDAY=ago(1),
    )


@each(
    ("words", "days"),
    [
        (("--day", ago(1)), [ago(1)]),
        (("--day", "today"), [ago(0)]),
        (("--day", "yesterday"), [ago(1)]),
        (("--days", "2"), [ago(1), ago(0)]),
        (("--since", ago(1)), [ago(1), ago(0)]),
        (("--day", "2026-02"), [f"2026-02-{day:02}" for day in range(1, 29)]),
    ],
)
def test_refresh_asks_for_what_was_named(run: Run, feed: FeedServer, words: tuple[str, ...], days: list[str]) -> None:
    feed.requests.clear()
    assert run("refresh", *words).code == 0
    asked = {request.query["date"] for request in feed.requests}
    assert sorted(asked) == days


def test_refresh_fetches_texts_ahead(run: Run, feed: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
    run("refresh")
    run("mark", "star", "2606.00001", "2606.00002")
    feed.pages["/html/2606.00001"] = pages.PAGE.encode()
    assert run("refresh", "--no-texts", "--json=texts").record["texts"] == 0
    assert run("refresh", "--day", "today", "--json=texts").record["texts"] == 0
    assert run("refresh").lines[-1] == "1 full text fetched ahead."
    assert run("count", "has:fulltext").out == "1\n"
    asked = len(feed.requests)
    assert "full text" not in run("refresh").out
    # The text that is nowhere is not asked for again so soon.
    assert not [one for one in feed.requests[asked:] if one.path.startswith("/html/")]


def test_a_day_that_fails_is_reported_and_the_others_stay(session: Session, feed: FeedServer, home: Path) -> None:
    log = home / "dailypapers.log"
    feed.faults += ["ok", "refuse:403"]
    session(
        """
        $ refresh --days 2
        1 new, 0 updated, 0 unchanged in 1 day.
        1! dailypapers: YESTERDAY could not be fetched: 127.0.0.1 refused the request (403): It is not allowed.
        $ count
        1
        """,
        YESTERDAY=ago(1),
    )
    log.unlink()
    feed.fault = "refuse:403"
    session(
        """
        $ refresh --days 2 -q
        1! dailypapers: 2 days from YESTERDAY to TODAY could not be fetched: 127.0.0.1 refused the request (403): It is not allowed.
        $ refresh --day YESTERDAY --jsonl=new,updated,unchanged,skipped,returned,days,failed,error,feeds_failed,texts,by_rules
        {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0, "returned": 0, "days": 0, "failed": ["YESTERDAY"], "error": "127.0.0.1 refused the request (403): It is not allowed.", "feeds_failed": [], "texts": 0, "by_rules": {}}
        1! {"error": "YESTERDAY could not be fetched: 127.0.0.1 refused the request (403): It is not allowed.", "kind": "feed", "hint": null}
        """,  # noqa: E501
        YESTERDAY=ago(1),
    )
    refused = "127.0.0.1 refused the request (403): It is not allowed."
    assert [line.partition("Z ")[2] for line in log.read_text().splitlines()] == [
        f"WARNING reader: day {day}: {refused}" for day in (ago(0), ago(1), ago(1))
    ]


def test_an_interrupted_refresh_is_quiet(run: Run, home: Path, feed: FeedServer) -> None:
    def interrupt() -> None:
        while not feed.requests:
            feed.stopping.wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    feed.fault = "hang"
    threading.Thread(target=interrupt, daemon=True).start()
    assert run("refresh", "--day", ago(1)) == Result(130, "", "")


def test_a_closed_pipe_ends_the_refresh_and_is_not_blamed_on_the_feed(feed: FeedServer, home: Path) -> None:
    def receive(line: Line) -> None:
        if line["step"] == "day":
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run_job(Workspace(), refresh_job(), quiet=True, tell=receive)
    assert len(feed.requests) == 1
    assert not list(home.rglob("*.log"))


def test_refresh_prints_what_rules_did(run: Run, feed: FeedServer, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text('[[rules]]\nname = "R"\nwhen = "title:two"\nthen = ["star"]\n')
    assert run("refresh").lines == ["3 new, 0 updated, 0 unchanged in 2 days.", "By your rules: 1 starred."]


# Progress


DAY = "2026-05-11"


@each(
    ("message", "text"),
    [
        (step("asking", title="Notes of a lab"), "asking Notes of a lab"),
        (step("day", day=DAY, new=1, updated=0, unchanged=0, skipped=0, n=1, of=1), f"day 1 of 1 done: {DAY}"),
        (
            step("day", day=DAY, new=0, updated=0, unchanged=0, skipped=0, n=30, of=1200),
            f"day 30 of 1,200 done: {DAY} · 6 min left",
        ),
        (failure_line("day", FeedError("no"), day=DAY, n=2, of=2), f"day 2 of 2 done: {DAY} · 0 s left"),
        (waiting(3.2, "the feed asked for a pause"), "waiting 3 s: the feed asked for a pause"),
        (step("topics", n=2000, of=9295), "topics of paper 2,001 of 9,295 · 36 s left"),
        (step("dropped", papers=1, before=DAY), f"1 paper from before {DAY} dropped"),
        (step("titles", n=3, of=1_203, found=0, left=0), "title 4 of 1,203 · 67 min left"),
        (step("titles", n=3, of=3, found=0, left=0), ""),
        (step("texts", n=0, of=2, stored=0), "full text 1 of 2"),
        (step("texts", n=2, of=2, stored=1), ""),
        (step("pdf", bytes=1_500_000, total=3_000_000), "1.5 of 3.0 MB of the PDF"),
        (step("pdf", bytes=1_500_000, total=None), "1.5 MB of the PDF"),
        (step("days", days=(DAY,)), ""),
        (fetched(), ""),
    ],
)
def test_progress_messages_of_a_job(message: Line, text: str) -> None:
    assert describe_progress(message, 10.0) == text


@pytest.mark.usefixtures("home")
async def test_the_waits_of_a_job_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(context: JobContext, _job: Job) -> Line:
        note_wait(3.2, "the feed asked for a pause")
        context.tell(fetched())
        return result_line("refresh")

    shown: list[str] = []
    progress = Progress(StringIO())
    monkeypatch.setattr(progress, "show", shown.append)
    monkeypatch.setattr(jobs, "run_job", run)
    assert await _run(Workspace(), refresh_job(), progress, ignore) == result_line("refresh")
    assert shown == ["waiting 3 s: the feed asked for a pause", ""]
