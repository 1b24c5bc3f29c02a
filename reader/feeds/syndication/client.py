"""Feeds of any host, asked for over the network and only where they changed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from reader.feeds.addresses import web_url
from reader.feeds.http.client import Limits, OnWait
from reader.feeds.http.documents import Document, DocumentClient, Validators, origin_of
from reader.feeds.http.environment import is_offline
from reader.feeds.syndication.parse import BODY_LIMIT, Feed, parse_feed


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """What came of asking for a feed."""

    feed: Feed | None
    """None where it has not changed."""
    validators: Validators
    """To be sent with the next request."""
    url: str
    """The address to ask from now on: another than was asked where the feed has moved for good."""


class SyndicationClient:
    """Feeds of many hosts, from each host one at a time.

        async with Syndication() as feeds:
            fetched = await feeds.fetch("https://example.org/feed.xml", Validators())

    Close it in the event loop that it was used in.
    """

    def __init__(
        self,
        *,
        offline: bool = False,
        bounds: Limits | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._offline = offline
        self._bounds = bounds or replace(Limits(), body=BODY_LIMIT)
        self._sleep = sleep
        self._clock = clock
        self._now = now
        self._hosts: dict[str, DocumentClient] = {}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> SyndicationClient:
        """A client with the offline mode of the environment; none of many feeds may hold up the others for long."""
        bounds = replace(Limits(), body=BODY_LIMIT, tries=2, longest_wait=30)
        return cls(offline=is_offline(os.environ if environ is None else environ), bounds=bounds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        for fetcher in self._hosts.values():
            await fetcher.aclose()
        self._hosts.clear()

    async def fetch(
        self, url: str, known: Validators | None = None, source: str | None = None, on_wait: OnWait | None = None
    ) -> FetchedFeed:
        """The feed at an address, if it has changed since the answer that `known` is of.

        `source` is what its drafts name as theirs, by default the feed's own slug. `on_wait` is called before each
        wait. Raises FeedError (NotAFeed for a web page and the like), UsageError for what is no address.
        """
        address = web_url(url) or url
        origin = origin_of(address)
        fetcher = self._hosts.get(origin)
        if fetcher is None:
            fetcher = self._hosts[origin] = DocumentClient(
                origin, roams=True, offline=self._offline, bounds=self._bounds, sleep=self._sleep, clock=self._clock
            )
        # A document that is no feed would be none a second later either, so it is read outside of the request.
        document = await fetcher.document(address, _itself, known, on_wait)
        if document.body is None:
            return FetchedFeed(None, document.validators, document.url)
        today = self._now().date()
        feed = await asyncio.to_thread(
            parse_feed, document.body, document.base, today, source=source, content_type=document.content_type
        )
        return FetchedFeed(feed, document.validators, document.url)


def _itself(document: Document) -> Document:
    return document
