"""Jobs that run in this process, the limit of their memory, and pipes between processes."""

from __future__ import annotations

import json
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
from reader.cache.storing import Cache
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.paper import Draft, Listing
from reader.core.settings.standing import ALL_PAPERS, ON_STAR, StandingQuery
from reader.core.settings.types import UserCommand
from reader.core.topics.scorer import Topics
from reader.database import connections
from reader.refresh import pipes
from reader.refresh.jobs import run_job
from reader.refresh.lines import JobContext, done, job, refresh_job, step
from reader.refresh.pipes import command_of, pipe_papers, run_on_star
from reader.refresh.plan import Day
from reader.refresh.standing import StandingQueries
from tests.cache.conftest import NOW, ByName, draft
from tests.doubles import lines_of
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext import pages

DAY = "2026-05-12"


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
    *_, failing, acted, _ = await lines_of(place, refresh_job(Day(DAY)))
    assert failing == step("failing", title="Blog", since="2026-05-10T00:00:00Z", more=2)
    assert acted.get("step") == "rules"


async def test_a_full_text_is_fetched_and_dropped_when_it_is_long_unused(
    place: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer() as feed:
        feed.pages["/papers/2605.00001.md"] = pages.MARKDOWN.encode()
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        context = replace(place, settings=replace(place.settings, endpoint=feed.url, keep_texts_days=30))
        with closing(Cache.open(place.cache_file, Topics())) as cache:
            cache.store(Listing(DAY, (Draft("A", "2605.00001"), Draft("B", "2605.00002"))), f"{DAY}T00:00:00Z")
        fetched = await lines_of(context, job("text", id="2605.00001"))
        assert fetched == [done("text", id="2605.00001", source="feed")]
        (missing,) = await lines_of(context, job("text", id="2605.00002"))
        assert missing == done("text", id="2605.00002", missing="it has neither HTML nor a PDF at arXiv")
        (unknown,) = await lines_of(context, job("text", id="2605.00009"))
        assert unknown == done("text", id="2605.00009", missing="it is not in the cache")
    for days, kept in ((30, True), (31, False)):
        moment = datetime(2026, 5, 12, tzinfo=UTC) + timedelta(days)
        settings = replace(place.settings, keep_texts_days=30)
        later = replace(place, settings=settings, now=partial(_same, moment))
        await run_job(later, refresh_job(Day(DAY)))
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
    assert messages[-2:] == [step("pdf", bytes=len(body), total=len(body)), done("pdf", path=str(file))]
    assert file.read_bytes() == body


async def test_a_refresh_stores_the_words_that_for_you_ranks_by_once_it_is_taught(place: JobContext) -> None:
    def stored() -> int:
        with closing(connections.connect(place.cache_file)) as connection:
            return int(connection.execute("SELECT count(*) FROM paper_words").fetchone()[0])

    async def refresh() -> None:
        await run_job(place, refresh_job(Day(DAY)))

    await refresh()
    assert stored() == 0
    with closing(Events.open(place.cache_file)) as events:
        events.mark("star", True, [1])
    await refresh()
    assert stored() == 1


# Pipes

WORDS = UserCommand("Words", "wc -w", keep=True)


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
    settings = Settings(lists=(StandingQuery("new", ALL_PAPERS, ("run",), run=("sh", "-c", f"cat >> {out}")),))
    cache = Cache.open(file, ByName())

    def store(*numbers: int) -> None:
        cache.store(Listing("2026-11-24", tuple(draft(number, upvotes=number) for number in numbers)), NOW)

    async def refresh() -> list[list[str]]:
        context = JobContext(file, settings, Topics, lambda: datetime(2026, 11, 24, tzinfo=UTC))
        queries = StandingQueries(context)
        queries.start()
        queries.mark()
        return [list(result.ids) async for result in queries.run(no_text)]

    store(1, 2)
    assert await refresh() == []
    store(1, 2, 3, 4)
    assert await refresh() == [["2611.00004", "2611.00003"]]
    assert await refresh() == []
    assert [one["id"] for one in json.loads(out.read_text())] == ["2611.00004", "2611.00003"]
    # Of many, the first.
    monkeypatch.setattr(pipes, "MAX_AUTOMATIC_PAPERS", 2)
    store(5, 6, 7)
    assert await refresh() == [["2611.00007", "2611.00006"]]
    cache.close()


async def test_a_program_for_stars_is_none_for_new_papers_that_a_rule_stars(tmp_path: Path) -> None:
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
    assert [result async for result in queries.run(no_text)] == []
    assert not out.exists()


@pytest.mark.parametrize("pks", [(), (1,)])
async def test_without_papers_or_a_program_nothing_runs(tmp_path: Path, pks: Sequence[int]) -> None:
    settings = Settings() if pks else Settings(lists=(StandingQuery("a", ON_STAR, ("run",), run="no-such-program"),))
    assert [one async for one in run_on_star(tmp_path / "none.db", settings, pks, no_text)] == []


async def test_a_program_gets_only_so_many_papers(tmp_path: Path) -> None:
    file = tmp_path / "papers.db"
    Cache.open(file, ByName()).close()
    for command, most in ((WORDS, 100), (UserCommand("All", "wc -w"), 1_000)):
        with pytest.raises(ProgramError, match=f"at most {most:,} .*at once, not {most + 1:,}"):
            await anext(pipe_papers(file, command, range(most + 1), no_text))
        assert [one async for one in pipe_papers(file, command, range(1, most + 1), no_text)] == []
