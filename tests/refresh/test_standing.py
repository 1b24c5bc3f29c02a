"""Standing queries act once on what comes in: rules as one action and never against the user, notices once a paper."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from reader.actions.programs import ProgramError, ProgramOutput
from reader.cache import watching
from reader.cache.choice import marked_papers
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.repair import examine
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import register_functions
from reader.cache.storing import Cache
from reader.cache.watching import Act, acts_on, judge, pass_over
from reader.config import Settings
from reader.core.follows import Follow
from reader.core.paper import Draft, Listing
from reader.core.query import parse
from reader.core.settings.standing import StandingQuery
from reader.core.topics.scorer import Topics
from reader.refresh.jobs import run_job
from reader.refresh.lines import JobContext, job, result_line
from reader.refresh.standing import StandingQueries
from tests.cache.conftest import NOW, ByName, derive_again, draft, follow, mute
from tests.feed_server import FeedServer, item

DAY = "2026-11-24"
HIDES = StandingQuery("Finance", "finance", ("hide", "tag:money"))
STARS = StandingQuery("Agents", "title:agents", ("star", "queue"))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "papers.db"
    Cache.open(file, ByName()).close()
    yield file
    with closing(Window.open(file)):
        assert examine(file) == []


def bring(file: Path, **titles: str) -> None:
    """Store papers by their numbers, as in `p3="Agents"`."""
    with closing(Cache.open(file, ByName())) as cache:
        drafts = tuple(draft(int(name[1:]), title) for name, title in titles.items())
        cache.store(Listing(DAY, drafts), NOW)


def refresh(file: Path, *rules: StandingQuery, **titles: str) -> tuple[tuple[str, int], ...]:
    """Refresh with these rules; new papers come in."""
    queries = standing_of(file, rules)
    queries.start()
    bring(file, **titles)
    return queries.mark()


def standing_of(file: Path, rules: Sequence[StandingQuery]) -> StandingQueries:
    settings = Settings(lists=tuple(rules))
    return StandingQueries(JobContext(file, settings, Topics, lambda: datetime(2026, 11, 24, tzinfo=UTC)))


def found(file: Path, query: str) -> list[int]:
    """The numbers of the papers of a query."""
    with closing(Window.open(file)) as window:
        pks = window.order(compile_query(parse(query), Scope(datetime(2026, 11, 24).date()))).pks
        return sorted(int(row.id[5:]) for row in window.rows(pks))


def acts(file: Path, number: int) -> tuple[Act, ...]:
    with closing(Window.open(file)) as window:
        pk = window.pk_of(f"2611.{number:05}")
        assert pk is not None
        return window.read(lambda connection: acts_on(connection, pk))


def test_rules_act_once_on_what_comes_in_and_one_undo_takes_all_back(file: Path) -> None:
    bring(file, p1="Finance before the rule")
    did = refresh(file, HIDES, STARS, p2="Finance", p3="Agents", p4="Finance of agents", p5="Vision")
    assert did == (("hidden", 2), ("tagged money", 2), ("starred", 1), ("queued", 1))
    for query, numbers in (("is:hidden", [2, 4]), ("tag:money is:hidden", [2, 4]), ("is:starred is:queued", [3])):
        assert found(file, query) == numbers
    assert acts(file, 2) == (Act("Finance", "finance", ("hide", "tag:money"), False),)
    # The first of two that contradict each other acts, also if they share a refresh.
    assert [act.rule for act in acts(file, 4)] == ["Finance"]
    with closing(Window.open(file)) as window:
        # A rule teaches nothing of what the user likes.
        assert window.read(marked_papers) == []
    with closing(Events.open(file)) as events:
        undone = events.undo()
        assert undone is not None
        assert undone.label == ("hidden, tagged money, starred, queued, by the rule Finance, by the rule Agents")
    assert found(file, "is:hidden OR is:starred OR is:queued OR tag:money") == []
    assert acts(file, 2)[0].undone
    # What was taken back stays so, also if the paper comes in again.
    assert refresh(file, HIDES, STARS, p2="Finance", p3="Agents", p6="Finance again") == (
        ("hidden", 1),
        ("tagged money", 1),
    )
    with closing(Events.open(file)) as events:
        events.undo()
        events.redo()
        derive_again(events)
    assert found(file, "is:hidden") == [6]


def test_a_rule_never_overrides_the_user(file: Path) -> None:
    bring(file, p1="Finance one", p2="Finance two", p3="Agents three", p4="Agents four", p5="Finance five")
    with closing(Events.open(file)) as events:
        events.mark("star", True, [1])
        events.mark("hide", True, [2])
        events.undo()
        events.mark("hide", True, [3])
        events.mark("star", True, [4])
        events.mark("star", False, [4])
    with closing(Window.open(file)) as window:
        rules = (HIDES, STARS)

        def ask(connection: sqlite3.Connection) -> list[Change]:
            register_functions(connection)
            return judge(connection, rules, Scope(datetime(2026, 11, 24).date()))

        assert {one.kind: sorted(one.pks) for one in window.read(ask) if not one.kind.startswith("rule:")} == {
            "tag:money": [1, 2, 5],
            "hide": [5],
            "queue": [4],
        }


def test_rules_that_are_new_or_back_leave_older_papers_alone(file: Path) -> None:
    assert refresh(file, HIDES, p1="Vision") == ()
    assert refresh(file, p2="Finance while there is no rule") == ()
    assert refresh(file, HIDES, p3="Finance") == (("hidden", 1), ("tagged money", 1))
    assert found(file, "is:hidden") == [3]
    queries = standing_of(file, [HIDES])
    # The user asked for this paper.
    bring(file, p4="Finance")
    pass_over(file, "2611.00004")
    assert queries.mark() == ()
    # This one came in a refresh that was cut off before.
    bring(file, p5="Finance", p6="Finance")
    pass_over(file, "2611.00006")
    assert refresh(file, HIDES) == (("hidden", 2), ("tagged money", 2))


async def test_a_paper_that_is_asked_for_by_its_id_comes_without_rules(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(file.parent))
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    assert refresh(file, HIDES, p1="Vision") == ()
    with FeedServer({"2026-11-24": [item("2611.00007", "Finance")]}) as feed:
        settings = Settings(endpoint=feed.url, lists=(HIDES,))
        context = JobContext(file, settings, Topics, lambda: datetime(2026, 11, 24, tzinfo=UTC))
        assert await run_job(context, job("look-up", id="2611.00007")) == result_line("look-up", found=True)
    assert refresh(file, HIDES) == ()
    assert (len(found(file, "")), found(file, "is:hidden")) == (2, [])


def test_muted_words_hide_papers_until_they_are_removed(file: Path) -> None:
    bring(file, p1="Blockchain", p2="Survey of blockchains", p3="Agents", p4="A survey")
    with closing(Events.open(file)) as events:
        events.mark("star", True, [2])
    mute(file, "blockchain", "title:survey")
    refresh(file, p5="Blockchain again")
    assert (found(file, ""), found(file, "is:muted"), found(file, "-is:muted")) == ([2, 3], [1, 4, 5], [2, 3])
    with closing(Events.open(file)) as events:
        # Shown again by the user, it stays so; taken back, it is muted again.
        events.mark("hide", False, [1])
        assert (found(file, ""), found(file, "is:muted")) == ([1, 2, 3], [4, 5])
        assert found(file, "is:muted") == [4, 5]
        events.undo()
        derive_again(events)
    assert found(file, "is:muted") == [1, 4, 5]
    mute(file, "title:survey")
    assert (found(file, "is:muted"), found(file, "")) == ([4], [1, 2, 3, 5])
    mute(file)
    assert (found(file, "is:muted"), found(file, "")) == ([], [1, 2, 3, 4, 5])


# Notices


MORNING = datetime(2026, 5, 12, 8, tzinfo=UTC)
TODAY = "2026-05-12"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    opened = Cache.open(tmp_path / "papers.db", ByName())
    yield opened
    opened.close()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that were run."""
    ran: list[tuple[str, ...]] = []

    async def run(command: Sequence[str], given: str = "", **_: object) -> ProgramOutput:
        ran.append((*command, given))
        return ProgramOutput("")

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


def begun(file: Path, *queries: str, has_news: bool = True) -> StandingQueries:
    """The standing queries for papers stored from now on."""
    lists = tuple(StandingQuery(one, one, ("notify",)) for one in queries)
    standing = StandingQueries(JobContext(file, Settings(lists=lists), Topics, lambda: MORNING), has_news=has_news)
    standing.start()
    return standing


async def tell(standing: StandingQueries) -> int:
    """Look at the new papers and notify of them; return the number of papers."""
    standing.mark()
    return await standing.notify()


def titles_of(runs: list[tuple[str, ...]]) -> list[list[str]]:
    """The titles in each notification."""
    return [body.splitlines() for *_, body, _ in runs]


async def test_only_new_matches_that_were_not_reported_are_reported(
    tmp_path: Path, store: Store, runs: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    store(1, 2)
    for _ in range(2):
        one = begun(file, "agents is:new", "upvotes:>4")
        await tell(one)
        assert runs == []
    store(1, 3, 5)
    store(4, title="A quiet one")
    assert await tell(one) == 2
    assert await tell(one) == 0
    assert titles_of(runs) == [["Agents of Chaos 5", "Agents of Chaos 3"]]


async def test_two_programs_tell_of_a_paper_once_also_if_one_was_killed(
    tmp_path: Path, store: Store, runs: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    one = begun(file, "agents")
    store(1)
    two = begun(file, "agents")
    store(2)
    await tell(two)
    await tell(one)
    assert titles_of(runs) == [["Agents of Chaos 2", "Agents of Chaos 1"]]


async def test_old_and_read_papers_are_not_announced(tmp_path: Path, store: Store, runs: list[tuple[str, ...]]) -> None:
    file = tmp_path / "papers.db"
    one = begun(file, "agents")
    store(1, day=(MORNING - timedelta(days=watching.NEWS_DAYS + 1)).date().isoformat())
    store(2, 3, 4)
    with closing(Events.open(file)) as events:
        events.mark("read", True, [2])
        events.mark("hide", True, [3])
    await tell(one)
    assert titles_of(runs) == [["Agents of Chaos 4"]]


async def test_without_queries_or_news_nobody_is_told(
    tmp_path: Path, store: Store, runs: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    for one in (begun(file), begun(file, "agents", has_news=False)):
        store(1)
        assert await tell(one) == 0
    # The user already looks at the papers of a refresh without news.
    assert (await tell(begun(file, "agents")), runs) == (0, [])


async def test_followed_papers_are_notified_if_wanted_and_certain(
    tmp_path: Path, cache: Cache, runs: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "papers.db"
    chosen = (Follow("author", "Ke Li", notify=True), Follow("word", "chaos"), Follow("author", "Ada Roe", notify=True))
    with closing(Events.open(file)) as events:
        follow(events, *chosen)
    one = begun(file)
    people = (("Li Ke", "A. Roe"), ("K. Li",), ("Someone Else",))
    drafts = tuple(Draft(f"Chaos {at}", id=f"2605.0000{at}", authors=names) for at, names in enumerate(people, 1))
    cache.store(Listing(TODAY, drafts), f"{TODAY}T08:00:00Z")
    assert await tell(one) == 1
    assert "1 new paper" in runs[0] and "Chaos 1" in runs[0]


async def test_the_desktop_is_told_in_few_words(tmp_path: Path, store: Store, runs: list[tuple[str, ...]]) -> None:
    one = begun(tmp_path / "papers.db", "agents")
    store(1, 2, 3, 4, 5, title="<b>Agents</b> & co")
    await tell(one)
    *_, title, body, given = runs[0]
    assert (title, given) == ("5 new papers: agents", "")
    if sys.platform != "darwin":
        assert body.splitlines() == [f"&lt;b&gt;Agents&lt;/b&gt; &amp; co {n}" for n in (5, 4, 3)] + ["and 2 more"]


async def test_without_a_program_for_notifications_it_says_so(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.actions.programs.shutil.which", lambda name: None)
    one = begun(tmp_path / "papers.db", "agents")
    store(1)
    with pytest.raises(ProgramError, match="install notify-send"):
        await tell(one)
