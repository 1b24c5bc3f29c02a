"""A daily feed, arXiv, a site and a cache that is refreshed from them, all on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from reader.cache.feeds import Feeds
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.config import Settings
from reader.core.paper import Paper as Known
from reader.core.topics.scorer import Topics
from reader.feeds.arxiv import ArxivClient
from reader.feeds.http import Client, Limits
from reader.feeds.huggingface import HuggingFaceClient
from reader.feeds.syndication import SyndicationClient
from reader.refresh.lines import JobContext, Latest, Line, Plan
from reader.refresh.sources import Sources, refresh_all
from tests.cache.conftest import ByName
from tests.feed_server import FeedServer
from tests.feeds.servers import Arxiv, Documents, Nap, Paper

TODAY = "2026-05-12"  # a Tuesday
NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


class World:
    """The daily feed, arXiv, a site, and the cache refreshed from them."""

    def __init__(self, path: Path, daily: FeedServer, arxiv: Arxiv, site: Documents) -> None:
        self.daily, self.arxiv, self.site = daily, arxiv, site
        self.path = path
        self.cache = Cache.open(path, ByName())
        self.feeds = Feeds.open(path)
        self.now = NOON
        self.categorize = True

    @classmethod
    @contextmanager
    def opened(cls, path: Path, listed: list[Any], papers: list[Paper]) -> Iterator[Self]:
        """A world in which papers are listed today, and arXiv has some."""
        with FeedServer({TODAY: listed}, today=TODAY) as daily, Arxiv(papers) as arxiv, Documents() as site:
            made = cls(path, daily, arxiv, site)
            with closing(made.cache), closing(made.feeds):
                yield made

    @asynccontextmanager
    async def sources(self) -> AsyncIterator[Sources]:
        """The sources, whose lines go to `self.lines`."""
        self.lines: list[Line] = []
        nap, limits = Nap(), Limits(attempts=1)
        async with (
            HuggingFaceClient(Client(self.daily.url, limits=limits, is_daily_feed=True)) as daily,
            ArxivClient(stand_in=self.arxiv.url, limits=limits, sleep=nap) as arxiv,
            SyndicationClient(allow_local=True, limits=limits, sleep=nap, now=self._now) as web,
        ):
            context = JobContext(self.path, Settings(), Topics, self._now, tell=self.lines.append)
            yield Sources(context, self.cache, self.feeds, daily, arxiv, web, self.categorize)

    def _now(self) -> datetime:
        return self.now

    async def refresh(self, plan: Plan | None = None) -> list[Line]:
        async with self.sources() as sources:
            await refresh_all(plan or Latest(1), sources)
        return self.lines

    def paper(self, id: str) -> Known:
        with closing(Window.open(self.path)) as window:
            (found,) = window.papers([window.pk_of(id) or 0])
            return found

    def follow(self, url: str, slug: str = "lab") -> None:
        added = self.now.isoformat()
        assert self.feeds.follow("arxiv" if url.startswith("cs.") else "rss", url, slug.title(), slug, added)
