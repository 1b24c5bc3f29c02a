"""What belongs to a paper, asked for from the feed and arXiv: once a day, each failing alone."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reader.cache.community import PageData, read_community
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.community import Comment, Repository
from reader.core.document.model import Paragraph, Span
from reader.core.errors import FeedError, FeedOffline, FeedRefused, FeedUnreachable
from reader.core.paper import Draft, Listing, Paper
from reader.core.topics.scorer import Topics
from reader.feeds.arxiv import ArxivClient, ArxivEntry
from reader.feeds.huggingface import HuggingFaceClient, PaperPage, RawComment
from reader.refresh.lines import Line, failed, step
from reader.refresh.one_paper import refresh_paper

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
        self.said: tuple[RawComment, ...] = (RawComment(Comment("a", "ana", "2026-05-12T09:00:00Z"), "Is it *open*?"),)

    async def page(self, id: str) -> PaperPage | None:
        self.asked.append(id)
        if self.failure is not None:
            raise self.failure
        draft = Draft("A title", id, upvotes=9, models=self.models, datasets=0, spaces=0)
        return PaperPage(Listing(DAY, (draft,)), self.said, (MODEL,)) if self.known else None


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

    async def refresh(self, feed: Feed, arxiv: Arxiv | None = None, at: str = f"{DAY}T10:00:00") -> list[Line]:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        steps = refresh_paper(self.file, self.cache, ID, feed, arxiv, now=lambda: moment)
        return [step async for step in steps]

    def paper(self, id: str = ID) -> Paper:
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
    assert home.kept().models == (1, 4)


async def test_each_fails_alone_and_is_asked_again(home: Home) -> None:
    feed, arxiv = Feed(), Arxiv()
    feed.failure, arxiv.entries = DOWN, FeedRefused("The API is too busy.")
    assert await home.refresh(feed, arxiv) == [failed("paper", DOWN, id=ID), failed("paper", arxiv.entries, id=ID)]
    assert home.paper().upvotes == 5
    feed.failure = None
    assert await home.refresh(feed, arxiv) == [step("paper", id=ID), failed("paper", arxiv.entries, id=ID)]
    assert (len(feed.asked), len(arxiv.asked)) == (2, 2)


async def test_without_a_network_nothing_else_is_asked(home: Home) -> None:
    feed, arxiv = Feed(), Arxiv()
    feed.failure = FeedOffline("No network.")
    assert await home.refresh(feed, arxiv) == [failed("paper", feed.failure, id=ID)]
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


async def test_comments_are_counted_and_a_paper_that_the_feed_lacks_is_not_asked_for_again(home: Home) -> None:
    feed = Feed()
    feed.said = tuple(RawComment(Comment(id, "ana", "", is_hidden=id == "c"), "") for id in "abc")
    assert await home.refresh(feed) == [step("paper", id=ID)]
    assert home.paper().comments == 2
    feed.known = False
    assert await home.refresh(feed, at="2026-05-14T10:00:00") == [step("paper", id=ID)]
    assert await home.refresh(feed, at="2026-05-14T11:00:00") == []
    assert home.kept().community.comments == ()
    # Nor is one that is not here.
    steps = refresh_paper(home.file, home.cache, "2605.00009", feed, None, now=lambda: datetime.now(UTC))
    assert [step async for step in steps] == []


async def test_a_comment_that_is_too_much_for_the_parser_is_kept_as_it_is_written(home: Home) -> None:
    feed = Feed()
    feed.said = (RawComment(feed.said[0].comment, "[" * 5_000),)
    await home.refresh(feed)
    (comment,) = home.kept().community.comments
    assert comment.blocks == (Paragraph((Span("[" * 5_000),)),)
