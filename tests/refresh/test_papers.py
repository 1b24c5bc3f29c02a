"""Single papers: their comments, repositories and versions, and the titles of saved pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.cache.community import PageData, read_community
from reader.cache.feeds import RETRY_DAYS
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.config import Settings
from reader.core.community import Comment, Repository
from reader.core.document.model import Paragraph, Span
from reader.core.errors import FeedError, FeedOffline, FeedRefused, FeedUnreachable
from reader.core.ids import page_id
from reader.core.paper import Draft, Listing
from reader.core.paper import Paper as Known
from reader.core.topics.scorer import Topics
from reader.database import connections
from reader.feeds.arxiv import ArxivClient, ArxivEntry
from reader.feeds.huggingface import HuggingFaceClient, PaperPage, RawComment
from reader.refresh import papers as titles
from reader.refresh.lines import JobContext, Line, result_line, step
from reader.refresh.papers import refresh_paper
from reader.refresh.sources import Sources
from tests.feed_server import item
from tests.refresh.world import NOON, World

ID, OTHER = "2605.00001", "2605.00002"
DAY = "2026-05-12"
MODEL = Repository("model", "lab/seven", 3, 40)
DOWN = FeedUnreachable("huggingface.co did not answer.")


def entry(id: str, version: int, /, *versions: str, **more: Any) -> ArxivEntry:
    return ArxivEntry(Draft("Another title", id, version=version, versions=versions, by_arxiv=True)._replace(**more))


class Feed(HuggingFaceClient):
    """The feed's pages; `failure` is raised in their place."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: FeedError | None = None
        self.known = True
        self.models = 1
        self.comments: tuple[RawComment, ...] = (
            RawComment(Comment("a", "ana", "2026-05-12T09:00:00Z"), "Is it *open*?"),
        )

    async def page(self, id: str) -> PaperPage | None:
        self.asked.append(id)
        if self.failure is not None:
            raise self.failure
        draft = Draft("A title", id, upvotes=9, models=self.models, datasets=0, spaces=0)
        return PaperPage(Listing(DAY, (draft,)), self.comments, (MODEL,)) if self.known else None


class Arxiv(ArxivClient):
    """The API's entries."""

    def __init__(self, *entries: ArxivEntry) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.entries: tuple[ArxivEntry, ...] | FeedError = entries

    async def papers(self, ids: Iterable[str]) -> tuple[ArxivEntry, ...]:
        self.asked.append(tuple(ids))
        if isinstance(self.entries, FeedError):
            raise self.entries
        return tuple(one for one in self.entries if one.draft.id in self.asked[-1])


class Home:
    """A cache with two papers of the feed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.cache = Cache.open(file, Topics())
        papers = (Draft("A title", ID, upvotes=5, comments=1), Draft("B", OTHER, upvotes=1))
        self.cache.store(Listing(DAY, papers), f"{DAY}T00:00:00Z")

    async def refresh(
        self, feed: Feed, arxiv: Arxiv | None = None, at: str = f"{DAY}T10:00:00", id: str = ID
    ) -> list[Line]:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        lines: list[Line] = []
        context = JobContext(self.file, Settings(), Topics, lambda: moment, tell=lines.append)
        clients: dict[str, Any] = {"feeds": None, "daily": feed, "arxiv": arxiv, "web": None}
        sources = Sources(context, self.cache, **clients, may_ask_arxiv=arxiv is not None)
        self.problems = (await refresh_paper(sources, id))["problems"]
        return lines

    def paper(self, id: str = ID) -> Known:
        with closing(Window.open(self.file)) as window:
            paper = window.paper(window.pk_of(id) or 0)
            assert paper is not None
            return paper

    def kept(self) -> PageData:
        """What is kept of the first paper."""
        with closing(Window.open(self.file)) as window:
            return window.read(lambda connection: read_community(connection, 1))


@pytest.fixture
def home(tmp_path: Path) -> Iterable[Home]:
    home = Home(tmp_path / "papers.db")
    yield home
    home.cache.close()


async def test_answers_of_both_sources_are_stored_once_a_day(home: Home) -> None:
    feed, arxiv = Feed(), Arxiv(entry(ID, 2, "v1 2026-05-01", "v2 2026-05-11", remark="Accepted to ICLR 2026 (Oral)"))
    assert await home.refresh(feed, arxiv) == [step("paper", id=ID), step("paper", id=ID)]
    paper = home.paper()
    assert (paper.title, paper.upvotes, paper.models, paper.venue) == ("A title", 9, 1, "ICLR 2026 oral")
    assert paper.versions == ("v1 2026-05-01", "v2 2026-05-11")
    assert home.kept().community.repositories == (MODEL,)
    (comment,) = home.kept().community.comments
    assert comment.blocks == (Paragraph((Span("Is it "), Span("open", "emphasis"), Span("?"))),)
    assert await home.refresh(feed, arxiv, f"{DAY}T23:59:00") == []
    feed.models = 4
    assert await home.refresh(feed, arxiv, "2026-05-13T10:00:00") == [step("paper", id=ID), step("paper", id=ID)]
    assert (feed.asked, arxiv.asked) == ([ID] * 2, [(ID,)] * 2)
    assert home.paper().models == 4


async def test_each_source_fails_alone_and_is_retried(home: Home) -> None:
    feed, arxiv = Feed(), Arxiv()
    feed.failure, arxiv.entries = DOWN, FeedRefused("The API is too busy.")
    assert await home.refresh(feed, arxiv) == []
    assert home.problems == [str(DOWN), "The API is too busy."]
    assert home.paper().upvotes == 5
    feed.failure = None
    assert await home.refresh(feed, arxiv) == [step("paper", id=ID)]
    assert home.problems == ["The API is too busy."]
    assert (len(feed.asked), len(arxiv.asked)) == (2, 2)


async def test_without_a_network_nothing_else_is_asked(home: Home) -> None:
    feed, arxiv = Feed(), Arxiv()
    feed.failure = FeedOffline("No network.")
    assert await home.refresh(feed, arxiv) == []
    assert home.problems == ["No network."]
    assert arxiv.asked == []


async def test_starred_papers_are_asked_about_in_the_same_request(home: Home) -> None:
    with closing(Events.open(home.file)) as events:
        events.mark("star", True, [2])
    arxiv = Arxiv(entry(ID, 1, "v1 2026-05-01"), entry(OTHER, 1, journal="Example J. 7 (2026) 1-9"))
    await home.refresh(Feed(), arxiv)
    assert arxiv.asked == [(ID, OTHER)]
    assert home.paper(OTHER).venue == "Example J 2026"
    await home.refresh(Feed(), arxiv, "2026-05-14T10:00:00")
    assert arxiv.asked[1:] == [(ID,)]


async def test_comments_are_counted_and_a_paper_that_the_feed_lacks_is_requested_once(home: Home) -> None:
    feed = Feed()
    feed.comments = tuple(RawComment(Comment(id, "ana", "", is_hidden=id == "c"), "") for id in "abc")
    assert await home.refresh(feed) == [step("paper", id=ID)]
    assert home.paper().comments == 2
    feed.known = False
    assert await home.refresh(feed, at="2026-05-14T10:00:00") == [step("paper", id=ID)]
    assert await home.refresh(feed, at="2026-05-14T11:00:00") == []
    assert home.kept().community.comments == ()
    # Nor is one that is not here.
    assert await home.refresh(feed, id="2605.00009") == []


async def test_a_comment_that_is_too_much_for_the_parser_is_kept_as_it_is_written(home: Home) -> None:
    feed = Feed()
    feed.comments = (RawComment(feed.comments[0].comment, "[" * 5_000),)
    await home.refresh(feed)
    (comment,) = home.kept().community.comments
    assert comment.blocks == (Paragraph((Span("[" * 5_000),)),)


def shown(title: str, count: int | None = 2, day: str | None = "2026-05-08", **more: Any) -> Draft:
    """A paper as a saved page has it."""
    return Draft(title, author_count=count, published=day, source="page", **more)


class HomeWithPage(World):
    """A world with the papers of a saved page."""

    def page(self, *drafts: Draft) -> None:
        self.cache.store(Listing(None, drafts), NOON.isoformat(), newer=False)

    async def look_up(self) -> Line:
        """Look up titles; the steps are in `self.lines`."""
        async with self.sources() as sources:
            return await titles.look_up_titles(sources)

    def ids(self) -> list[str]:
        """The ids of the page's papers, in its order."""
        with closing(connections.connect(self.path)) as cache:
            sql = "SELECT p.id FROM paper_source AS s JOIN paper AS p USING (pk) WHERE s.source = 'page' ORDER BY pk"
            rows = cache.execute(sql)
            return [id for (id,) in rows]


def result(found: int = 0) -> Line:
    """The result of looking up all titles."""
    return result_line("titles", found=found, left=0, error=None, kind=None)


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[HomeWithPage]:
    feed = [
        item("2605.00001", "Small Verifiers, Long Horizons", upvotes=40, githubRepo="https://github.com/a/b"),
        item("2605.00002", "A memory that forgets on purpose"),
        item("2605.00003", "A memory that forgets"),
        item("2312.00004", "On α-divergences in pre-training", publishedAt="2023-12-04T00:00:00.000Z"),
        item("2312.00005", "Week 12", publishedAt="2023-12-04T00:00:00.000Z"),
        item("2212.00006", "Week 12", publishedAt="2022-12-04T00:00:00.000Z"),
    ]
    with HomeWithPage.opened(tmp_path / "papers.db", feed, []) as made:
        yield made


async def test_a_certain_match_is_taken_from_the_feed(saved: HomeWithPage) -> None:
    saved.page(
        shown("SMALL VERIFIERS, long  horizons"),
        shown("On α–Divergences in Pre‑Training", None, "2023-12-04"),
        shown("Week 12", None, "2022-12-04"),
        shown("A paper that nobody has"),
    )
    assert await saved.look_up() == result(found=3)
    assert saved.lines == [step("titles", n=n, of=4, found=n) for n in range(4)]
    # The date distinguishes papers of one title.
    assert saved.ids() == ["2605.00001", "2312.00004", "2212.00006", page_id("A paper that nobody has")]


@pytest.mark.parametrize(
    "draft",
    [
        shown("A memory that forgets", None, None),
        shown("A memory that forgets", 9, "2020-01-01"),
        shown("A memory that forgets on pur…"),
        shown("Week 12", 2, None),
    ],
)
async def test_an_uncertain_match_is_not_taken(saved: HomeWithPage, draft: Draft) -> None:
    saved.page(draft)
    assert await saved.look_up() == result()
    assert saved.ids() == [page_id(draft.title)]


async def test_a_title_that_no_source_has_is_asked_for_three_times_a_week_apart(saved: HomeWithPage) -> None:
    saved.page(shown("A paper that nobody has"))
    asked = []
    for _ in range(5):
        assert await saved.look_up() == result()
        asked.append(len(saved.lines))
        assert await saved.look_up() == result()
        assert saved.lines == []
        saved.now += timedelta(days=RETRY_DAYS + 1)
    assert asked == [1, 1, 1, 0, 0]


async def test_where_the_feed_fails_the_rest_waits_and_is_continued(
    saved: HomeWithPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(titles, "MAX_TITLES", 2)
    others = [shown("On α-divergences in pre-training", None, "2023-12-04"), shown("A third one")]
    saved.page(shown("Small verifiers, long horizons"), *others)
    saved.daily.faults += ["ok", "error:500"]
    paused = await saved.look_up()
    # The one that failed, and the one that was not asked for.
    assert (paused["found"], paused["left"], "has trouble (500)" in paused["error"]) == (1, 2, True)
    assert await saved.look_up() == result(found=1)
    assert saved.ids() == ["2605.00001", "2312.00004", page_id("A third one")]


async def test_without_a_network_nothing_more_is_asked(saved: HomeWithPage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def offline(*_: object, **__: object) -> None:
        raise FeedOffline("There is no network.")

    monkeypatch.setattr(HuggingFaceClient, "search", offline)
    saved.page(shown("Small verifiers, long horizons"), shown("Week 12"))
    paused = await saved.look_up()
    assert (paused["left"], paused["error"]) == (2, "There is no network.")
