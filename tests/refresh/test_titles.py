"""Titles of saved pages are looked up: what is certain is taken, what is likely is offered, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.cache import pages
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.config import Settings
from reader.core.errors import FeedOffline
from reader.core.ids import page_id
from reader.core.paper import Draft, Listing
from reader.core.topics.scorer import Topics
from reader.database import connections
from reader.feeds.huggingface import HuggingFaceClient
from reader.refresh import titles
from reader.refresh.jobs import JobContext
from reader.refresh.lines import Line, job, step
from reader.refresh.running import run_job
from tests.feed_server import item
from tests.feeds.servers import Page, Paper
from tests.refresh.world import NOON, World


def shown(title: str, count: int | None = 2, day: str | None = "2026-05-08", **more: Any) -> Draft:
    """A paper as a saved page has it."""
    return Draft(title, author_count=count, published=day, source="page", **more)


class HomeWithPage(World):
    """A world with the papers of a saved page."""

    def page(self, *drafts: Draft) -> None:
        self.cache.store(Listing(None, drafts), NOON.isoformat(), newer=False)
        ids = [draft.id or draft.entry or page_id(draft.title) for draft in drafts]
        with closing(connections.connect(self.path)) as connection:
            pages.place(connection, ids)

    async def look_up(self, *, with_arxiv: bool = True) -> list[Line]:
        def store(listing: Listing) -> object:
            return self.cache.store(listing, self.now.isoformat(), newer=False, noted=False)

        self.categorize = with_arxiv
        async with self.sources() as sources:
            asked = sources.daily, sources.arxiv_of_papers
            return [step async for step in titles.look_up_titles(self.path, *asked, store, lambda: self.now)]

    def ids(self) -> list[str]:
        """The ids of the page's papers, in its order."""
        with closing(connections.connect(self.path)) as cache:
            rows = cache.execute("SELECT p.id FROM page_paper JOIN paper AS p USING (pk) ORDER BY place")
            return [id for (id,) in rows]

    def choices(self, title: str) -> list[str]:
        with closing(connections.connect(self.path)) as cache:
            found = {one.paper.title: one.choices for one in pages.unknown(cache)}
        return [choice.id for choice in found[title]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeWithPage]:
    feed = [
        item("2605.00001", "Small Verifiers, Long Horizons", upvotes=40, githubRepo="https://github.com/a/b"),
        item("2605.00002", "A memory that forgets on purpose"),
        item("2605.00003", "A memory that forgets"),
    ]
    others = [
        Paper("2312.00004", "On $\\alpha$-divergences in pre-training", published="2023-12-04"),
        Paper("2312.00005", "Week 12", published="2023-12-04"),
        Paper("2212.00006", "Week 12", published="2022-12-04"),
    ]
    with HomeWithPage.opened(tmp_path / "papers.db", feed, others) as made:
        yield made


async def test_a_certain_match_is_taken_from_the_feed_or_arxiv(home: HomeWithPage) -> None:
    home.page(
        shown("SMALL VERIFIERS, long  horizons"),
        shown("On α–Divergences in Pre‑Training", None, "2023-12-04"),
        shown("Week 12", None, "2022-12-04"),
        shown("A paper that nobody has"),
    )
    assert await home.look_up() == [
        step("titles", n=0, of=4, found=0, offered=0, left=4),
        step("titles", n=1, of=4, found=1, offered=0, left=3),
        step("titles", n=2, of=4, found=2, offered=0, left=2),
        step("titles", n=3, of=4, found=3, offered=0, left=1),
        step("titles", n=4, of=4, found=3, offered=0, left=0),
    ]
    # The date distinguishes papers of one title.
    assert home.ids() == ["2605.00001", "2312.00004", "2212.00006", page_id("A paper that nobody has")]
    # Only what the feed does not have is asked of arXiv.
    assert len(home.arxiv.requests) == 3


@pytest.mark.parametrize(
    ("draft", "choices"),
    [
        (shown("A memory that forgets", None, None), ["2605.00003", "2605.00002"]),
        (shown("A memory that forgets", 9, "2020-01-01"), ["2605.00003", "2605.00002"]),
        (shown("A memory that forgets on pur…"), ["2605.00002"]),
        (shown("Week 12", 2, None), ["2312.00005", "2212.00006"]),
        (shown("Week 12", 9, "2022-12-04"), ["2312.00005", "2212.00006"]),
        (shown("Small matters"), []),
    ],
)
async def test_an_uncertain_match_is_offered_and_not_taken(
    home: HomeWithPage, draft: Draft, choices: list[str]
) -> None:
    home.page(draft)
    steps = await home.look_up()
    assert steps[-1] == step("titles", n=1, of=1, found=0, offered=int(bool(choices)), left=0)
    assert home.ids() == [page_id(draft.title)]
    assert sorted(home.choices(draft.title)) == sorted(choices)


async def test_a_title_that_no_source_has_is_asked_for_three_times_a_week_apart(home: HomeWithPage) -> None:
    home.page(shown("A paper that nobody has"))
    asked = []
    for _ in range(5):
        asked.append(len(await home.look_up()))
        assert await home.look_up() == []
        home.now += timedelta(days=pages.RETRY_DAYS + 1)
    assert asked == [2, 2, 2, 0, 0]


async def test_where_arxiv_refuses_the_rest_waits_and_is_continued(home: HomeWithPage) -> None:
    home.page(shown("Small verifiers, long horizons"), shown("On α-divergences in pre-training", None, "2023-12-04"))
    home.arxiv.answers += [Page(b"", status=429)]
    *_, paused = await home.look_up()
    assert paused.get("failed") == "titles"
    assert (paused["left"], "is too busy to answer" in paused["error"]) == (1, True)
    assert home.ids()[0] == "2605.00001"
    home.now += timedelta(hours=1)
    assert (await home.look_up())[-1] == step("titles", n=1, of=1, found=1, offered=0, left=0)
    assert home.ids() == ["2605.00001", "2312.00004"]


async def test_where_the_feed_refuses_arxiv_is_asked_and_the_rest_is_not_given_up(
    home: HomeWithPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(titles, "MOST", 2)
    others = [shown("On α-divergences in pre-training", None, "2023-12-04"), shown("A third one")]
    home.page(shown("Small verifiers, long horizons"), *others)
    home.daily.faults.append("error:500")
    *_, paused = await home.look_up()
    assert paused.get("failed") == "titles"
    # The one that only the feed has, and the one that was not asked for.
    assert paused["left"] == 2
    assert home.ids()[:2] == [page_id("Small verifiers, long horizons"), "2312.00004"]
    await home.look_up()
    assert home.ids()[:2] == ["2605.00001", "2312.00004"]


async def test_without_a_network_nothing_more_is_asked(home: HomeWithPage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def offline(*_: object, **__: object) -> None:
        raise FeedOffline("There is no network.")

    monkeypatch.setattr(HuggingFaceClient, "search", offline)
    home.page(shown("Small verifiers, long horizons"), shown("Week 12"))
    *_, paused = await home.look_up()
    assert paused.get("failed") == "titles"
    assert (paused["left"], paused["error"]) == (2, "There is no network.")
    assert home.arxiv.requests == []


async def test_the_job_does_the_same_and_the_user_s_choice_is_taken(
    home: HomeWithPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(home.path.parent))
    monkeypatch.setenv("ARXIV_ENDPOINT", home.arxiv.url)
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    home.page(shown("Small verifiers, long horizons"), shown("A memory that forgets on pur…"))
    with closing(Events.open(home.path)) as events:
        events.mark("star", True, [2])
    context = JobContext(home.path, Settings(endpoint=home.daily.url), Topics, lambda: NOON)
    monkeypatch.setattr("reader.feeds.arxiv.INTERVAL", 0.01)
    steps = [step async for step in run_job(context, job("titles"))]
    assert steps[-1] == step("titles", n=2, of=2, found=1, offered=1, left=0)
    own = page_id("A memory that forgets on pur…")
    _ = [step async for step in run_job(context, job("look-up", id="2605.00002", own=own))]
    assert home.ids() == ["2605.00001", "2605.00002"]
    with closing(Window.open(home.path)) as window:
        paper = window.paper(2)
        assert paper is not None
        assert (paper.title, paper.starred, window.pk_of(own)) == ("A memory that forgets on purpose", True, 2)


# Nothing is taken wrongly
