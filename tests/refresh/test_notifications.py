"""New papers that match the user's queries are told of, each once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from reader.actions.programs import Printed, ProgramError
from reader.cache import watching
from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.config import Settings
from reader.core.follows import Follow
from reader.core.paper import Draft, Listing
from reader.core.settings.standing import Standing
from reader.core.topics.scorer import Topics
from reader.refresh.jobs import JobContext
from reader.refresh.standing import StandingQueries
from tests.cache.conftest import ByName, follow

NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)
TODAY = "2026-05-12"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    opened = Cache.open(tmp_path / "papers.db", ByName())
    yield opened
    opened.close()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that were run."""
    ran: list[tuple[str, ...]] = []

    async def run(command: Sequence[str], given: str, **_: object) -> Printed:
        ran.append((*command, given))
        return Printed("")

    monkeypatch.setattr("reader.refresh.standing.run_program", run)
    monkeypatch.setattr("reader.actions.programs.shutil.which", lambda name: f"/bin/{name}")
    return ran


class Store(Protocol):
    """Stores papers with these numbers on a day."""

    def __call__(self, *numbers: int, day: str = TODAY, title: str = "Agents of Chaos") -> None: ...


@pytest.fixture
def store(cache: Cache) -> Store:
    def store(*numbers: int, day: str = TODAY, title: str = "Agents of Chaos") -> None:
        drafts = tuple(Draft(f"{title} {number}", id=f"2605.{number:05}", upvotes=number) for number in numbers)
        cache.store(Listing(day, drafts), f"{TODAY}T08:00:00Z")

    return store


def begun(file: Path, *queries: str, command: Sequence[str] = ("tell", "-x"), has_news: bool = True) -> StandingQueries:
    """The standing queries for papers stored from now on."""
    lists = tuple(Standing(one, one, ("notify",)) for one in queries)
    settings = Settings(lists=lists, notify_command=tuple(command))
    standing = StandingQueries(JobContext(file, settings, Topics, lambda: NOW), has_news=has_news)
    standing.start()
    return standing


async def tell(standing: StandingQueries) -> int:
    """Look at the new papers and notify of them; return the number of papers."""
    standing.mark()
    return await standing.notify()


def told_of(heard: list[tuple[str, ...]]) -> list[list[str]]:
    return [[paper["id"] for paper in json.loads(run[-1])["papers"]] for run in heard]


async def test_only_what_is_new_matches_and_was_not_told_is_told(
    tmp_path: Path, store: Store, heard: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    store(1, 2)
    for _ in range(2):
        one = begun(file, "agents is:new", "upvotes:>4")
        await tell(one)
        assert heard == []
    store(1, 3, 5)
    store(4, title="A quiet one")
    assert await tell(one) == 2
    assert await tell(one) == 0
    (run,) = heard
    assert run[:2] == ("tell", "-x")
    said = json.loads(run[-1])
    assert said["queries"] == ["agents is:new", "upvotes:>4"]
    assert [(paper["id"], paper["title"], paper["matches"]) for paper in said["papers"]] == [
        ("2605.00005", "Agents of Chaos 5", ["agents is:new", "upvotes:>4"]),
        ("2605.00003", "Agents of Chaos 3", ["agents is:new"]),
    ]


async def test_two_programs_tell_of_a_paper_once_also_if_one_was_killed(
    tmp_path: Path, store: Store, heard: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    one = begun(file, "agents")
    store(1)
    two = begun(file, "agents")
    store(2)
    await tell(two)
    await tell(one)
    assert told_of(heard) == [["2605.00002", "2605.00001"]]


async def test_old_and_read_papers_are_no_news(tmp_path: Path, store: Store, heard: list[tuple[str, ...]]) -> None:
    file = tmp_path / "papers.db"
    one = begun(file, "agents")
    store(1, day=(NOW - timedelta(days=watching.NEWS_DAYS + 1)).date().isoformat())
    store(2, 3, 4)
    with closing(Events.open(file)) as events:
        events.mark("read", True, [2])
        events.mark("hide", True, [3])
    await tell(one)
    assert told_of(heard) == [["2605.00004"]]


async def test_without_queries_or_news_nobody_is_told(
    tmp_path: Path, store: Store, heard: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    for one in (begun(file), begun(file, "agents", has_news=False)):
        store(1)
        assert await tell(one) == 0
    # The user already looks at the papers of a refresh without news.
    assert (await tell(begun(file, "agents")), heard) == (0, [])


async def test_followed_papers_are_notified_if_wanted_and_certain(
    tmp_path: Path, cache: Cache, heard: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    chosen = (Follow("author", "Ke Li", notify=True), Follow("word", "chaos"), Follow("author", "Ada Roe", notify=True))
    with closing(Events.open(file)) as events:
        follow(events, *chosen)
    one = begun(file, command=())
    people = (("Li Ke", "A. Roe"), ("K. Li",), ("Someone Else",))
    drafts = tuple(Draft(f"Chaos {at}", id=f"2605.0000{at}", authors=names) for at, names in enumerate(people, 1))
    cache.store(Listing(TODAY, drafts), f"{TODAY}T08:00:00Z")
    assert await tell(one) == 1
    assert "1 new paper" in heard[0] and "Chaos 1" in heard[0]


async def test_the_desktop_is_told_in_few_words(tmp_path: Path, store: Store, heard: list[tuple[str, ...]]) -> None:
    one = begun(tmp_path / "papers.db", "agents", command=())
    store(1, 2, 3, 4, 5, title="<b>Agents</b> & co")
    await tell(one)
    *_, title, body, given = heard[0]
    assert (title, given) == ("5 new papers: agents", "")
    if sys.platform != "darwin":
        assert body.splitlines() == [f"&lt;b&gt;Agents&lt;/b&gt; &amp; co {n}" for n in (5, 4, 3)] + ["and 2 more"]


async def test_a_failure_says_what_to_check(tmp_path: Path, store: Store) -> None:
    one = begun(tmp_path / "papers.db", "agents", command=(str(tmp_path / "nothing"),))
    store(1)
    with pytest.raises(ProgramError, match="not found; check notify_command"):
        await tell(one)
