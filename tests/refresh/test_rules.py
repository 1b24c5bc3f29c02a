"""Standing queries act once on what comes in: rules as one action and never against the user, notices once a paper."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.cache.choice import marked_papers
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.repair import examine
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.sql_functions import register_functions
from reader.cache.storing.papers import Cache
from reader.cache.watching import Act, Candidates, Verdict, acts_on, judge, pass_over
from reader.config import Settings
from reader.core.paper import Listing
from reader.core.paper_row import Flag
from reader.core.query import parse
from reader.core.settings.standing import Standing
from reader.core.topics.scorer import Topics
from reader.refresh.jobs import JobContext
from reader.refresh.lines import done, job
from reader.refresh.running import run_job
from reader.refresh.standing import StandingQueries
from tests.cache.conftest import NOW, ByName, derive_again, draft, mute
from tests.feed_server import FeedServer, item

DAY = "2026-11-24"
HIDES = Standing("Finance", "finance", ("hide", "tag:money"))
STARS = Standing("Agents", "title:agents", ("star", "queue", "highlight"))


def _standing(rules: Sequence[Standing]) -> tuple[Standing, ...]:
    return tuple(rules)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "papers.db"
    Cache.open(file, ByName()).close()
    yield file
    with closing(Window.open(file)):
        assert examine(file) == []


def store(file: Path, **titles: str) -> None:
    """Store papers by their numbers, as in `p3="Agents"`."""
    with closing(Cache.open(file, ByName())) as cache:
        drafts = tuple(draft(int(name[1:]), title) for name, title in titles.items())
        cache.store(Listing(DAY, drafts), NOW)


def refresh(file: Path, *rules: Standing, **titles: str) -> tuple[tuple[str, int], ...]:
    """Refresh with these rules; new papers come in."""
    queries = standing_of(file, rules)
    queries.start()
    store(file, **titles)
    return queries.mark()


def standing_of(file: Path, rules: Sequence[Standing]) -> StandingQueries:
    settings = Settings(lists=_standing(rules))
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
    store(file, p1="Finance before the rule")
    did = refresh(file, HIDES, STARS, p2="Finance", p3="Agents", p4="Finance of agents", p5="Vision")
    assert did == (("hidden", 2), ("tagged money", 2), ("starred", 1), ("queued", 1), ("highlighted", 1))
    for query, numbers in (("is:hidden", [2, 4]), ("tag:money is:hidden", [2, 4]), ("is:starred is:queued", [3])):
        assert found(file, query) == numbers
    assert (found(file, "is:highlighted"), found(file, "-is:highlighted")) == ([3], [1, 5])
    assert acts(file, 2) == (Act("Finance", "finance", ("hide", "tag:money"), False),)
    # The first of two that contradict each other acts, also if they share a refresh.
    assert [act.rule for act in acts(file, 4)] == ["Finance"]
    with closing(Window.open(file)) as window:
        assert [row.flags for row in window.rows([2, 3])] == [0, Flag.HIGHLIGHTED]
        # A rule teaches nothing of what the user likes.
        assert window.read(marked_papers) == []
    with closing(Events.open(file)) as events:
        undone = events.undo()
        assert undone is not None
        assert undone.label == (
            "hidden, tagged money, starred, queued, highlighted, by the rule Finance, by the rule Agents"
        )
    assert found(file, "is:hidden OR is:starred OR is:queued OR is:highlighted OR tag:money") == []
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


def test_a_rule_does_nothing_against_what_the_user_did(file: Path) -> None:
    store(file, p1="Finance one", p2="Finance two", p3="Agents three", p4="Agents four", p5="Finance five")
    with closing(Events.open(file)) as events:
        events.mark("star", True, [1])
        events.mark("hide", True, [2])
        events.undo()
        events.mark("hide", True, [3])
        events.mark("star", True, [4])
        events.mark("star", False, [4])
    with closing(Window.open(file)) as window:
        rules = (HIDES, STARS)

        def asked(anew: bool) -> list[dict[tuple[str, ...], list[int]]]:
            def ask(connection: sqlite3.Connection) -> list[Verdict]:
                register_functions(connection)
                return judge(connection, rules, Scope(datetime(2026, 11, 24).date()), Candidates(), anew=anew)

            return [{then: sorted(pks) for then, pks in one.acts.items()} for one in window.read(ask)]

        expected = [
            {("tag:money",): [1, 2], ("hide", "tag:money"): [5]},
            {("queue", "highlight"): [4]},
        ]
        assert asked(True) == asked(False) == expected


def test_rules_that_are_new_or_back_leave_older_papers_alone(file: Path) -> None:
    assert refresh(file, HIDES, p1="Vision") == ()
    assert refresh(file, p2="Finance while there is no rule") == ()
    assert refresh(file, HIDES, p3="Finance") == (("hidden", 1), ("tagged money", 1))
    assert found(file, "is:hidden") == [3]
    queries = standing_of(file, [HIDES])
    # The user asked for this paper.
    store(file, p4="Finance")
    pass_over(file, "2611.00004")
    assert queries.mark() == ()
    # This one came in a refresh that was cut off before.
    store(file, p5="Finance", p6="Finance")
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
        settings = Settings(endpoint=feed.url, lists=_standing([HIDES]))
        context = JobContext(file, settings, Topics, lambda: datetime(2026, 11, 24, tzinfo=UTC))
        assert [step async for step in run_job(context, job("look-up", id="2611.00007"))][-1] == done(
            "look-up", found=True
        )
    assert refresh(file, HIDES) == ()
    assert (len(found(file, "")), found(file, "is:hidden")) == (2, [])


def test_muted_words_hide_papers_while_they_stand(file: Path) -> None:
    store(file, p1="Blockchain", p2="Survey of blockchains", p3="Agents", p4="A survey")
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
