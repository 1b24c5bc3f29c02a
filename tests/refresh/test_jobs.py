"""Jobs, in this process and in one of their own, and programs that get papers."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from reader.actions.programs import ProgramError
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.errors import FeedRefused, ReaderError, UsageError
from reader.core.paper import Draft, Listing
from reader.core.settings.standing import ALL_PAPERS, ON_STAR, StandingQuery
from reader.core.settings.types import UserCommand
from reader.core.topics.scorer import Topics
from reader.database import connections
from reader.refresh import jobs, pipes
from reader.refresh.jobs import run_job
from reader.refresh.lines import (
    Days,
    Job,
    JobContext,
    Latest,
    Line,
    error_of,
    failure_line,
    job,
    refresh_job,
    result_line,
    step,
    waiting,
)
from reader.refresh.pipes import PipeResult, command_of, pipe_papers, run_on_star
from reader.refresh.standing import StandingQueries
from tests.cache.conftest import NOW, ByName, draft
from tests.doubles import lines_of
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext import pages

DAY = "2026-05-12"

DAY_JOB = refresh_job(Days((DAY,)))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    return tmp_path


async def run(feed: FeedServer, job: Job = DAY_JOB) -> list[Line]:
    """The lines of a job, its result last."""
    lines: list[Line] = []
    result = await jobs.run_in_process(job, lines.append, variables={"HF_ENDPOINT": feed.url})
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
async def test_a_program_that_a_job_runs_has_the_users_environment_without_the_token(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_user")
    monkeypatch.setenv("PYTHONPATH", "/of/the/user")
    name = "osascript" if sys.platform == "darwin" else "notify-send"
    program, out = home / "bin" / name, home / "environment.json"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    code = f"import json, os; open({str(out)!r}, 'w').write(json.dumps([dict(os.environ), os.nice(0)]))"
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    today = datetime.now(UTC).date().isoformat()
    with FeedServer({today: [item("2605.00001", day=today)]}, today=today) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        (home / "config.toml").write_text('notify = ["Paper"]\n')
        await jobs.run_in_process(refresh_job(Latest()))
    got, niceness = json.loads(out.read_text())
    got.pop("LC_CTYPE", None)
    assert niceness == os.nice(0) + jobs.NICENESS
    assert got == {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}


@pytest.mark.long
async def test_errors_come_as_the_kinds_that_every_module_knows_and_are_logged(home: Path) -> None:
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        feed.fault = "refuse:403"
        _, failure, finished, *_ = await run(feed, DAY_JOB)
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
async def test_a_process_that_dies_is_reported_and_its_output_is_logged(
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
async def test_a_job_whose_process_cannot_be_started_is_reported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
from reader.refresh.lines import Days

async def main():
    result = await jobs.run_in_process(refresh_job(Days(("2026-05-12",))))
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
    monkeypatch.setattr(jobs, "MAX_SILENCE_SECONDS", 2.0)
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


# Jobs in this process


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobContext]:
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        settings = Settings(endpoint=feed.url, ask_arxiv=False)
        yield JobContext(tmp_path / "papers.db", settings, Topics, lambda: datetime(2026, 5, 12, tzinfo=UTC))


async def test_sources_that_fail_are_named_by_the_first_of_them(place: JobContext) -> None:
    Cache.open(place.cache_file, Topics()).close()
    feeds = Feeds.open(place.cache_file)
    for slug, since in (("lab", "2026-05-12"), ("club", "2026-05-11"), ("blog", "2026-05-10")):
        feeds.follow("rss", f"https://{slug}.example.org/", slug.title(), slug, "2026-05-01")
        feeds.record_failure(slug, f"{since}T00:00:00Z", "No answer.")
    feeds.close()
    place = replace(place, settings=replace(place.settings, lists=(StandingQuery("All", "paper", ("star",)),)))
    *_, failing, acted, _ = await lines_of(place, refresh_job(Days((DAY,))))
    assert failing == step("failing", title="Blog", since="2026-05-10T00:00:00Z", more=2)
    assert acted.get("step") == "rules"


async def test_a_full_text_is_fetched_and_dropped_when_it_is_long_unused(
    place: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer() as feed:
        feed.pages["/html/2605.00001"] = pages.PAGE.encode()
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        context = replace(place, settings=replace(place.settings, endpoint=feed.url, keep_texts_days=30))
        with closing(Cache.open(place.cache_file, Topics())) as cache:
            cache.store(Listing(DAY, (Draft("A", "2605.00001"), Draft("B", "2605.00002"))), f"{DAY}T00:00:00Z")
        fetched = await lines_of(context, job("text", id="2605.00001"))
        assert fetched == [result_line("text", id="2605.00001", source="127.0.0.1")]
        (missing,) = await lines_of(context, job("text", id="2605.00002"))
        assert missing == result_line("text", id="2605.00002", missing="it has neither HTML nor a PDF at arXiv")
        (unknown,) = await lines_of(context, job("text", id="2605.00009"))
        assert unknown == result_line("text", id="2605.00009", missing="it is not in the cache")
    for days, kept in ((30, True), (31, False)):
        moment = datetime(2026, 5, 12, tzinfo=UTC) + timedelta(days)
        settings = replace(place.settings, keep_texts_days=30)
        later = replace(place, settings=settings, now=partial(_same, moment))
        await run_job(later, refresh_job(Days((DAY,))))
        with closing(Texts.open(place.cache_file)) as texts:
            assert (texts.get(1) is not None) == kept


def _same(moment: datetime) -> datetime:
    return moment


async def test_a_pdf_is_fetched_with_its_progress(place: JobContext, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"%PDF-1.5\n" + b"x" * 3_000 + b"\n%%EOF\n"
    with FeedServer() as feed:
        feed.pages["/pdf/2605.00001"] = body
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        file = place.cache_file.with_name("a.pdf")
        messages = await lines_of(place, job("pdf", id="2605.00001", path=str(file)))
    assert messages[-2:] == [step("pdf", bytes=len(body), total=len(body)), result_line("pdf", path=str(file))]
    assert file.read_bytes() == body


async def test_a_refresh_stores_the_words_that_for_you_ranks_by_once_it_is_taught(place: JobContext) -> None:
    def stored() -> int:
        with closing(connections.connect(place.cache_file)) as connection:
            return int(connection.execute("SELECT count(*) FROM paper_words").fetchone()[0])

    async def refresh() -> None:
        await run_job(place, refresh_job(Days((DAY,))))

    await refresh()
    assert stored() == 0
    with closing(Events.open(place.cache_file)) as events:
        events.mark("star", True, [1])
    await refresh()
    assert stored() == 1


# Pipes

WORDS = UserCommand("Words", "wc -w")


async def no_text(_id: str) -> None:
    raise AssertionError("no text is asked for")


def test_a_hook_is_a_command_of_the_user_or_a_program() -> None:
    known = Settings(commands=(WORDS,))
    assert command_of(StandingQuery("a", ON_STAR, ("run",), run="words"), known) == WORDS
    typed = command_of(StandingQuery("a", ALL_PAPERS, ("run",), run="wc -l"), known)
    assert typed == UserCommand("wc -l", "wc -l", input="json")
    listed = command_of(StandingQuery("a", ALL_PAPERS, ("run",), run=("wc", "-l")), known)
    assert (listed.words, listed.input) == (("wc", "-l"), "json")


async def test_new_papers_are_given_to_the_program_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = tmp_path / "papers.db", tmp_path / "out"
    settings = Settings(lists=(StandingQuery("new", ALL_PAPERS, ("run",), run=("sh", "-c", f"cat > {out}")),))
    cache = Cache.open(file, ByName())

    def store(*numbers: int) -> None:
        cache.store(Listing("2026-11-24", tuple(draft(number, upvotes=number) for number in numbers)), NOW)

    async def refresh() -> list[str]:
        out.unlink(missing_ok=True)
        context = JobContext(file, settings, Topics, lambda: datetime(2026, 11, 24, tzinfo=UTC))
        queries = StandingQueries(context)
        queries.start()
        queries.mark()
        await queries.run(no_text)
        return [paper["id"] for paper in json.loads(out.read_text())] if out.exists() else []

    store(1, 2)
    assert await refresh() == []
    store(1, 2, 3, 4)
    assert await refresh() == ["2611.00004", "2611.00003"]
    assert await refresh() == []
    # Of many, the first.
    monkeypatch.setattr(pipes, "MAX_AUTOMATIC_PAPERS", 2)
    store(5, 6, 7)
    assert await refresh() == ["2611.00007", "2611.00006"]
    cache.close()


async def test_a_program_for_stars_does_not_run_for_papers_that_a_rule_stars(tmp_path: Path) -> None:
    file, out = tmp_path / "papers.db", tmp_path / "out"
    lists = (
        StandingQuery("rule", "title:number", ("star",)),
        StandingQuery("tell", ON_STAR, ("notify",)),
        StandingQuery("program", ON_STAR, ("run",), run=("touch", str(out))),
    )
    queries = StandingQueries(JobContext(file, Settings(lists=lists), Topics))
    with closing(Cache.open(file, ByName())) as cache:
        queries.start()
        cache.store(Listing("2026-11-24", (draft(1), draft(2))), NOW)
    assert queries.mark() == (("starred", 2),)
    await queries.run(no_text)
    assert not out.exists()


@pytest.mark.parametrize("pks", [(), (1,)])
async def test_without_papers_or_a_program_nothing_runs(tmp_path: Path, pks: Sequence[int]) -> None:
    settings = Settings() if pks else Settings(lists=(StandingQuery("a", ON_STAR, ("run",), run="no-such-program"),))
    await run_on_star(tmp_path / "none.db", settings, pks, no_text)
    assert not (tmp_path / "none.db").exists()


async def test_a_program_gets_only_so_many_papers(tmp_path: Path) -> None:
    file = tmp_path / "papers.db"
    Cache.open(file, ByName()).close()
    with pytest.raises(ProgramError, match="at most 1,000 papers at once, not 1,001"):
        await pipe_papers(file, WORDS, range(1_001), no_text)
    assert await pipe_papers(file, WORDS, range(1, 1_001), no_text) == PipeResult((), None)
