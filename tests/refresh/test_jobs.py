"""Jobs in a process of their own: the same lines as here, failures told, stopped in no time."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.core.errors import FeedRefused, ReaderError, UsageError
from reader.refresh import jobs
from reader.refresh.lines import Job, Line, error_of, failure_line, job, refresh_job, step, waiting
from reader.refresh.plan import Day, Latest
from tests.feed_server import FeedServer, item

DAY = "2026-05-12"

DAY_JOB = refresh_job(Day(DAY))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    return tmp_path


async def run(feed: FeedServer, job: Job = DAY_JOB, *options: str) -> list[Line]:
    """The lines of a job, its result last."""
    lines: list[Line] = []
    result = await jobs.run_in_process(job, lines.append, options=options, variables={"HF_ENDPOINT": feed.url})
    return [*lines, result]


def titles(home: Path) -> list[str]:
    with closing(Window.open(home / "papers.db")) as window:
        return [row.title for row in window.rows(window.first_by_day("day:latest", 100).pks)]


@pytest.mark.long
async def test_a_process_prints_a_line_for_each_step_and_stores_the_papers(home: Path) -> None:
    with FeedServer({DAY: [item("2605.00001"), item("2605.00002")]}) as feed:
        days, day, *_, last = await run(feed)
    assert days == step("days", days=[DAY])
    assert day == step("day", day=DAY, new=2, updated=0, unchanged=0, skipped=0, n=1, of=1)
    assert last["done"] == "refresh" and last["new"] == 2
    assert sorted(titles(home)) == ["Paper 2605.00001", "Paper 2605.00002"]


@pytest.mark.long
async def test_a_job_has_the_token_and_the_program_it_runs_has_the_users_environment_without_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_user")
    monkeypatch.setenv("PYTHONPATH", "/of/the/user")
    program, out = home / "tell", home / "environment.json"
    code = f"import json, os; open({str(out)!r}, 'w').write(json.dumps([dict(os.environ), os.nice(0)]))"
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    today = datetime.now(UTC).date().isoformat()
    with FeedServer({today: [item("2605.00001", day=today)]}, today=today) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        settings = f'token_endpoint = "{feed.url}"\nnotify = ["Paper"]\nnotify_command = ["{program}"]\n'
        (home / "config.toml").write_text(settings)
        await jobs.run_in_process(refresh_job(Latest()))
    assert {request.headers["Authorization"] for request in feed.requests} == {"Bearer hf_of_the_user"}
    got, niceness = json.loads(out.read_text())
    got.pop("LC_CTYPE", None)
    assert niceness == os.nice(0) + jobs.NICENESS
    assert got == {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}


@pytest.mark.long
async def test_errors_come_as_the_kinds_that_every_module_knows_and_are_logged(home: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        feed.fault = "refuse:403"
        _, failure, finished, *_ = await run(feed, DAY_JOB, "--log-level", "warning")
    assert f"WARNING reader: day {DAY}: " in (home / "dailypapers.log").read_text()
    assert failure["failed"] == "day" and isinstance(error_of(failure), FeedRefused)
    assert (finished["missing"], finished["error"]) == ([DAY], failure["error"])
    with FeedServer() as feed, pytest.raises(UsageError, match="There is no job 'tea'; the jobs are refresh, "):
        await run(feed, job("tea"))


async def fails(match: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a job whose process runs this code in place of the program."""
    begun = jobs._START.partition(" from reader.cli")[0]
    with monkeypatch.context() as patch, pytest.raises(ReaderError, match=match):
        patch.setattr(jobs, "_START", begun + code)
        await jobs.run_in_process(DAY_JOB)


@pytest.mark.long
async def test_a_process_that_dies_is_told_of_and_what_it_printed_is_logged(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fails(r"ended unexpectedly\.$", "import os; os._exit(3)", monkeypatch)
    await fails(r"ended unexpectedly: .*a mistake of ours", "raise RuntimeError('a mistake of ours')", monkeypatch)
    # asyncio may have warned before of a child that was collected already.
    _, _, logged = (home / "dailypapers.log").read_text().partition(" ERROR reader: ")
    assert logged.startswith("worker process: RuntimeError: a mistake of ours\nTraceback (most recent call last):\n")


@pytest.mark.long
async def test_a_mistake_in_a_job_is_logged_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = " import reader.refresh.sources as sources; sources.open_sources = None;"
    monkeypatch.setattr(jobs, "_START", jobs._START.replace(" from reader.cli", f"{code} from reader.cli"))
    with pytest.raises(ReaderError, match=r"^This is a bug in the program \(TypeError: 'NoneType'.*\)"):
        await jobs.run_in_process(DAY_JOB)
    assert (home / "dailypapers.log").read_text().count("Traceback") == 1
    assert (home / "dailypapers.log").read_text().count(" ERROR ") == 1


@pytest.mark.long
async def test_a_process_may_print_what_it_likes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # More than any pipe holds, also on what was standard output.
    loud = "import os; [os.write(fd, b'x' * 10_000 + b'\\n') for fd in (1, 2) for _ in range(40)];"
    monkeypatch.setattr(jobs, "_START", jobs._START.replace(" from reader.cli", f" {loud} from reader.cli"))
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        *_, finished = await run(feed)
    assert finished["new"] == 1
    assert not (home / "dailypapers.log").exists()


@pytest.mark.long
async def test_a_job_that_no_process_can_be_started_for_is_told_of(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    await fails(r"No background job could be started: No such file or directory; try again later\.", "", monkeypatch)


@pytest.mark.long
async def test_a_job_is_stopped_while_the_feed_hangs(home: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        feed.fault = "hang"
        task = asyncio.create_task(run(feed))
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
from reader.refresh import jobs
from reader.refresh.lines import refresh_job
from reader.refresh.plan import Day

async def main():
    result = await jobs.run_in_process(refresh_job(Day("2026-05-12")))
    print(result["new"], *sorted(sys.modules))

asyncio.run(main())
"""


@pytest.mark.long
def test_the_reader_itself_imports_nothing_slow_and_a_folder_of_its_name_is_not_taken_for_it(home: Path) -> None:
    (home / "reader").mkdir()
    (home / "reader" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        found = subprocess.run(
            [sys.executable, "-P", "-c", IN_A_FOLDER],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "HF_ENDPOINT": feed.url},
            cwd=home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert found.returncode == 0, found.stderr
    new, *modules = found.stdout.split()
    assert new == "1"
    assert "reader.refresh.jobs" in modules
    assert not {name.partition(".")[0] for name in modules} & {"httpx", "sqlmodel", "sqlalchemy"}


@pytest.mark.long
async def test_a_job_ends_with_a_reader_that_is_killed(home: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        feed.fault = "hang"
        command = [sys.executable, "-c", IN_A_FOLDER]
        environment = {**os.environ, "HF_ENDPOINT": feed.url}
        with subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environment) as reader:
            while not feed.requests:
                assert reader.poll() is None
                await asyncio.sleep(0.01)
            reader.kill()
        # What hung on would have its turn with the feed for ten seconds.
        feed.fault = "ok"
        begun = time.monotonic()
        assert await run(feed)
        assert time.monotonic() - begun < 8


@pytest.mark.long
async def test_a_silent_job_is_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SILENCE_SECONDS", 2.0)
    await fails(
        "^The background job made no progress for an hour and was stopped; ", "import time; time.sleep(60)", monkeypatch
    )


@pytest.mark.long
async def test_a_job_may_fail_after_lines(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [waiting(9, "a pause"), failure_line("job", ReaderError("It failed."))]
    begun = jobs._START.partition(" from reader.cli")[0]
    monkeypatch.setattr(jobs, "_START", f"{begun} import json; [print(json.dumps(one)) for one in {sent!r}]")
    received: list[Line] = []
    with pytest.raises(ReaderError, match=r"^It failed\.$"):
        await jobs.run_in_process(DAY_JOB, received.append)
    assert received == sent[:1]
