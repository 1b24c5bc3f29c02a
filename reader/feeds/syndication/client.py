"""The client of RSS and Atom feeds on any host, with conditional requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Unpack

from reader.core.errors import FeedMalformed
from reader.core.foreign import web_url
from reader.feeds.environment import is_offline
from reader.feeds.http import FEED_TYPES, Client, Closing, HttpOptions, Limits, Validators, origin_of
from reader.feeds.records import read_records, source_at
from reader.feeds.syndication.parse import BODY_LIMIT, Feed, feed_of_records, parse_feed

PARSE_TIMEOUT = 10.0
"""Seconds that a feed may take to parse before it is left out."""


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """A response to a request for a feed."""

    feed: Feed | None
    """None if it has not changed."""
    validators: Validators
    """The validators to send with the next request."""
    url: str
    """The address for later requests: the new one after a permanent redirect, else the requested one."""


class SyndicationClient(Closing):
    """Feeds of many hosts, one request at a time to each host.

        async with SyndicationClient() as feeds:
            fetched = await feeds.fetch("https://example.org/feed.xml", Validators())

    Feeds on this machine or its network are refused unless `allow_local`. Close the client in the event loop that used
    it.
    """

    def __init__(
        self,
        *,
        allow_local: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        parse: Callable[..., Feed] = parse_feed,
        parse_timeout: float = PARSE_TIMEOUT,
        **options: Unpack[HttpOptions],
    ) -> None:
        options.setdefault("limits", replace(Limits(), body_size=BODY_LIMIT))
        options.setdefault("accept", FEED_TYPES)
        self._allow_local = allow_local
        self._options = options
        self._now = now
        self._parse = parse
        self._parse_timeout = parse_timeout
        self._clients: dict[str, Client] = {}

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] | None = None, *, allow_local: bool = False
    ) -> SyndicationClient:
        """A client with the environment's offline mode, and short limits so that no feed delays the others for long."""
        limits = replace(Limits(), body_size=BODY_LIMIT, attempts=2, longest_wait=30)
        offline = is_offline(os.environ if environ is None else environ)
        return cls(allow_local=allow_local, offline=offline, limits=limits)

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def fetch(self, url: str, validators: Validators | None = None, source: str | None = None) -> FetchedFeed:
        """The feed at an address, if it has changed since the response with `validators`.

        `source` is the source of its drafts, by default the feed's own slug.
        Raises FeedError (NotAFeed for a web page and the like), UsageError for an invalid address.
        """
        address = web_url(url) or url
        origin = origin_of(address)
        client = self._clients.get(origin)
        if client is None:
            client = self._clients[origin] = Client(
                origin, cross_host=True, public_only=not self._allow_local, **self._options
            )
        # Parsed outside the request, which would retry FeedMalformed; a second attempt can't turn a page into a feed.
        document = await client.get(address, lambda response: response, validators=validators)
        if document.is_unchanged:
            return FetchedFeed(None, document.validators, document.url)
        today = self._now().date()
        parsing = asyncio.to_thread(
            self._parse_as,
            address,
            document.body,
            document.base_url,
            today,
            source=source,
            content_type=document.content_type,
            timeout=self._parse_timeout,
        )
        try:
            # The thread ends after the same time, or once feedparser is done, whose work is limited beforehand.
            feed = await asyncio.wait_for(parsing, self._parse_timeout)
        except TimeoutError:
            late = f"{client.host} sent a feed that takes over {self._parse_timeout:g} s to read"
            raise FeedMalformed(f"{late}; it was left out.") from None
        return FetchedFeed(feed, document.validators, document.url)

    def _parse_as(self, address: str, body: bytes, url: str, today: date, *, source: str | None, **how: Any) -> Feed:
        """The feed at an address, by an extension that understands it, or as RSS or Atom."""
        if (given := source_at(address)) is not None:
            return feed_of_records(given.value.title, read_records(given, body), url, source)
        return self._parse(body, url, today, source=source, **how)
