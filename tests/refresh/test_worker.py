"""Jobs in a process of their own: the same messages as here, failures told, stopped in no time."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn, Protocol

import pytest

from reader.cache.reads.window import Window
from reader.cache.storing.papers import Stored
from reader.config import Settings
from reader.core.errors import FeedRefused, ReaderError
from reader.core.settings.standing import Standing
from reader.core.topics.scorer import Topics
from reader.data import shipped_topics
from reader.refresh import running, worker
from reader.refresh.daily import fetched
from reader.refresh.jobs import JobContext
from reader.refresh.lines import Line, decode, done, error_of, failed, refresh_job, step, waiting
from reader.refresh.plan import Day, Latest
from tests.feed_server import FeedServer, item

DAY = "2026-05-12"
LIMITS = "__import__('resource').getrlimit(__import__('resource').RLIMIT_DATA)"
"""The limits of a program's data."""


def noon() -> datetime:
    return datetime(2026, 5, 12, 12, tzinfo=UTC)


def unreadable_topics() -> NoReturn:
    raise ReaderError("The topics can't be read.")


def no_rules() -> NoReturn:
    os._exit(3)


def bad_rules() -> NoReturn:
    raise RuntimeError("a mistake of ours")


def loud_rules() -> Topics:
    """Rules after more than any pipe holds, on both streams."""
    for stream in (sys.stderr, sys.stdout):
        for number in range(40):
            stream.write(f"{number} {'x' * 10_000}\n")
        stream.flush()
    return shipped_topics()


def huge_rules() -> Topics:
    # Asked for, not filled.
    assert bytearray(4 << 30)
    return shipped_topics()


def topics() -> Topics:
    """The shipped topics, by a name that the job's process finds again whatever other tests put in place of theirs."""
    return shipped_topics()


class Place(Protocol):
    """Makes the context of a job that asks this feed, with a cache of this name."""

    def __call__(
        self, feed: FeedServer, name: str = "papers.db", *, rules: Callable[[], Topics] | None = None
    ) -> JobContext: ...


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))

    def make(feed: FeedServer, name: str = "papers.db", *, rules: Callable[[], Topics] | None = None) -> JobContext:
        settings = Settings(endpoint=feed.url, ask_arxiv=False)
        rules = rules or topics
        return JobContext(tmp_path / name, settings, rules, noon)

    return make


async def said(messages: AsyncIterator[Line]) -> list[Line]:
    return [message async for message in messages]


def titles(file: Path) -> list[str]:
    with closing(Window.open(file)) as window:
        return [row.title for row in window.rows(window.first_by_day("day:latest", 100).pks)]


@pytest.mark.long
async def test_a_process_says_what_is_said_here(place: Place) -> None:
    with FeedServer({DAY: [item("2605.00001"), item("2605.00002")]}) as feed:
        there = await said(worker.run_in_process(place(feed, "there.db"), refresh_job(Day(DAY))))
        here = await said(running.run_job(place(feed, "here.db"), refresh_job(Day(DAY))))
    assert (
        there
        == here
        == [
            step("days", days=[DAY]),
            step("day", day=DAY, new=2, updated=0, unchanged=0, skipped=0, n=1, of=1),
            fetched(Stored(new=2), days=1),
        ]
    )
    file = place(feed, "there.db").cache_file
    assert sorted(titles(file)) == ["Paper 2605.00001", "Paper 2605.00002"]


@pytest.mark.long
async def test_a_job_has_the_token_and_the_program_it_runs_has_the_users_environment_without_it(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_user")
    monkeypatch.setenv("PYTHONPATH", "/of/the/user")
    program, out = tmp_path / "tell", tmp_path / "environment.json"
    code = f"import json, os; open({str(out)!r}, 'w').write(json.dumps([dict(os.environ), {LIMITS}, os.nice(0)]))"
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    with FeedServer({DAY: [item("2605.00001", day=DAY)]}, today=DAY) as feed:
        context = place(feed)
        lists = (Standing("a", "Paper", ("notify",)),)
        settings = replace(context.settings, token_endpoint=feed.url, lists=lists, notify_command=(str(program),))
        await said(worker.run_in_process(replace(context, settings=settings), refresh_job(Latest())))
    assert {request.headers["Authorization"] for request in feed.requests} == {"Bearer hf_of_the_user"}
    got, limits, niceness = json.loads(out.read_text())
    got.pop("LC_CTYPE", None)
    # The job's own memory is limited.
    assert limits[0] == limits[1]
    assert niceness == os.nice(0) + worker.NICENESS
    assert got == {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}


@pytest.mark.long
async def test_errors_come_as_the_kinds_that_every_module_knows_and_are_logged(place: Place, tmp_path: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        feed.fault = "refuse:403"
        _, failed, finished, _ = await said(worker.run_in_process(place(feed), refresh_job(Day(DAY))))
        assert f"WARNING reader: day {DAY}: " in (tmp_path / "dailypapers.log").read_text()
        _, failed_here, *_ = await said(running.run_job(place(feed), refresh_job(Day(DAY))))
    assert failed.get("failed") == "day" and failed_here.get("failed") == "day"
    assert isinstance(error_of(failed), FeedRefused)
    assert failed["error"] == failed_here["error"]
    assert finished.get("step") == "fetched"
    assert finished["error"] == failed["error"]


async def fails(place: Place, told: str, rules: Callable[[], Topics] | None = None) -> None:
    """Run a job that fails with this text."""
    with FeedServer() as feed, pytest.raises(ReaderError, match=told):
        await said(worker.run_in_process(place(feed, rules=rules), refresh_job(Day(DAY))))


@pytest.mark.long
async def test_an_exception_in_a_job_is_raised_in_the_caller(place: Place) -> None:
    await fails(place, "The topics can't be read", unreadable_topics)


@pytest.mark.long
async def test_a_process_that_dies_is_told_of_and_its_traceback_logged(place: Place, tmp_path: Path) -> None:
    await fails(place, r"ended unexpectedly\.$", no_rules)
    await fails(place, r"ended unexpectedly: .*a mistake of ours", bad_rules)
    first, second, *rest = (tmp_path / "dailypapers.log").read_text().splitlines()
    assert first.endswith("ERROR reader: worker process: RuntimeError: a mistake of ours")
    assert second == "Traceback (most recent call last):"
    assert any("in bad_rules" in line for line in rest)


@pytest.mark.long
async def test_a_process_may_print_what_it_likes(place: Place, tmp_path: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        *_, finished = await said(worker.run_in_process(place(feed, rules=loud_rules), refresh_job(Day(DAY))))
    assert finished == fetched(Stored(new=1), days=1)
    assert not (tmp_path / "dailypapers.log").exists()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count all memory")
async def test_a_job_that_fills_the_memory_is_stopped_and_told_of(place: Place) -> None:
    await fails(place, r"This needed more than 1,024 MiB of memory and was stopped; what it stored is", huge_rules)


@pytest.mark.long
async def test_a_job_that_no_process_can_be_started_for_is_told_of(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    await fails(place, r"No background job could be started: No such file or directory; try again later\.")


@pytest.mark.long
async def test_a_job_is_stopped_while_the_feed_hangs(place: Place) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        feed.fault = "hang"

        async def begin() -> None:
            async with aclosing(worker.run_in_process(place(feed), refresh_job(Day(DAY)))) as messages:
                async for _ in messages:
                    pass

        task = asyncio.create_task(begin())
        while not feed.requests:
            await asyncio.sleep(0.01)
        stopped = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Left to itself it would have waited for ten seconds.
        assert time.monotonic() - stopped < 5


IN_A_FOLDER = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from functools import partial
from reader import config
from reader.refresh import worker
from reader.core.settings.standing import Standing
from reader.config import Settings
from reader.data import shipped_topics
from reader.refresh.plan import Day
from reader.refresh.jobs import JobContext
from reader.refresh.lines import decode, done, error_of, failed, refresh_job

async def main(folder, endpoint):
    settings = Settings(endpoint=endpoint, ask_arxiv=False)
    place = JobContext(Path(folder, "papers.db"), settings, shipped_topics)
    async with aclosing(worker.run_in_process(place, refresh_job(Day("2026-05-12")))) as messages:
        async for message in messages:
            if message.get("step") == "fetched":
                new = message["new"]
    print(new, *sorted(sys.modules))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.long
def test_the_reader_itself_imports_nothing_slow_and_a_folder_of_its_name_is_not_taken_for_it(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        place(feed)
        found = subprocess.run(
            [sys.executable, "-P", "-c", IN_A_FOLDER, str(tmp_path), feed.url],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert found.returncode == 0, found.stderr
    new, *modules = found.stdout.split()
    assert new == "1"
    assert "reader.refresh.worker" in modules
    assert not {name.partition(".")[0] for name in modules} & {"httpx", "sqlmodel", "sqlalchemy"}


@pytest.mark.long
async def test_a_job_ends_with_a_reader_that_is_killed(place: Place, tmp_path: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        where = place(feed)
        feed.fault = "hang"
        command = [sys.executable, "-c", IN_A_FOLDER, str(tmp_path), feed.url]
        with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as reader:
            while not feed.requests:
                assert reader.poll() is None
                await asyncio.sleep(0.01)
            reader.kill()
        # What hung on would have its turn with the feed for ten seconds.
        feed.fault = "ok"
        begun = time.monotonic()
        assert await said(running.run_job(where, refresh_job(Day(DAY))))
        assert time.monotonic() - begun < 5


# How long a job is waited for


STUCK = "The background job made no progress for a minute{} and was stopped; what it stored is kept. Try again."


@pytest.mark.parametrize(
    ("sent", "seconds", "end"),
    [
        ((step("asking", title="Lab"), waiting(0, ""), fetched(Stored(new=1)), done("job")), 0, ""),
        ((waiting(9, "a pause"), failed("job", ReaderError("It failed."))), 0, "It failed."),
        ((), 60, STUCK.format("")),
        ((step("asking", title="A \x1b\x1b[31m[31mFeed"),), 60, STUCK.format(" while it read A [31mFeed")),
        ((waiting(300, "a pause"),), 360, STUCK.format("")),
    ],
)
async def test_a_job_is_waited_for_a_minute_and_as_long_as_it_says(
    monkeypatch: pytest.MonkeyPatch, sent: tuple[Line, ...], seconds: int, end: str
) -> None:
    happened: list[object] = []
    slept: list[float] = []

    def start(_context: object, _job: object, received: asyncio.Queue[Any]) -> SimpleNamespace:
        for message in sent:
            received.put_nowait(message)
        return SimpleNamespace(**{name: partial(happened.append, name) for name in ("kill", "report", "close")})

    async def sleep(passed: float) -> None:
        slept.append(passed)
        await asyncio.sleep(0 if len(slept) <= seconds else 9)

    monkeypatch.setattr(worker, "_JobProcess", start)
    context = JobContext(Path("papers.db"), Settings(), Topics)
    try:
        async for message in worker.run_in_process(context, refresh_job(Latest()), sleep=sleep):
            happened.append(message)
    except ReaderError as error:
        happened.append(str(error))
    told = [
        one
        for one in sent
        if isinstance(one, dict) and one.get("step") in ("asking", "fetched", "wait") and one.get("why") != ""
    ]
    stopped = ["kill", "report"] if seconds else []
    assert happened == [*told, *stopped, "kill", "close", *([end] if end else [])]
    assert sum(slept) in (seconds, seconds + 1)


def test_no_wait_is_longer_than_an_hour_or_shorter_than_none() -> None:
    messages = (waiting(-5, ""), waiting(1e9, ""), waiting(7, ""))
    assert [worker.patience_after(one) for one in messages] == [60, 3_660, 67]


def test_a_process_tells_of_steps_from_time_to_time_and_of_each_wait() -> None:
    now = 0.0
    out = io.BytesIO()
    output = worker._Output(out, lambda: now)
    steps = ((0, 0, ""), (4, 0, ""), (5, 0, ""), (6, 0, ""), (7, 300, "a pause"), (11, 0, ""), (12, 9, ""))
    for now, wait, why in steps:  # noqa: B007 - the clock of the output
        output.note_step(wait, why)
    out.seek(0)
    told = list(map(decode, out))
    assert told == [waiting(0, ""), waiting(300, "a pause"), waiting(9, "")]
