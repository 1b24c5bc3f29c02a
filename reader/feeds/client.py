"""The daily papers of Hugging Face, asked for over the network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from reader.core.paper import Listing
from reader.feeds.environment import find_token, is_offline
from reader.feeds.fetch import Answer, Bounds, Fetcher, WaitTold
from reader.feeds.huggingface import listings, read_items

ENDPOINT = "https://huggingface.co"

PAGE = 100
"""Papers a page: the most that the feed allows."""

_PAGES = 50
"""Pages a day at the most: fifty times the busiest day."""


class FeedClient:
    """The feed, one request at a time.

        async with FeedClient.from_environment() as feed:
            (listing,) = await feed.day("2026-05-11")

    Close it in the event loop that it was used in.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self.host = fetcher.host
        """Name of the feed's host, for sentences."""

    @classmethod
    def from_environment(
        cls,
        endpoint: str = ENDPOINT,
        *,
        environ: Mapping[str, str] | None = None,
        bounds: Bounds | None = None,
    ) -> FeedClient:
        """The feed at `endpoint` (HF_ENDPOINT wins over it), with the token and the offline mode of the environment.

        Raises ConfigError for an address that must not be asked.
        """
        environ = os.environ if environ is None else environ
        address = environ.get("HF_ENDPOINT", "").strip() or endpoint
        return cls(Fetcher(address, find_token(environ), offline=is_offline(environ), bounds=bounds))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._fetcher.aclose()

    async def day(self, day: str, on_wait: WaitTold | None = None) -> tuple[Listing, ...]:
        """All papers of one day (ISO), the listing of that day first, empty where it has none.

        A record that says it belongs to another day comes in a listing of that day. `on_wait` is called before
        each wait. Raises FeedError; an answer that breaks off on a later page is an error too, not a shorter day.
        """
        items: list[object] = []
        for page in range(_PAGES):
            found, more = await self._page({"date": day, "limit": PAGE, "p": page}, on_wait)
            items += found
            if not found or not more:
                break
        # Cleaning a hundred papers takes longer than a key may wait.
        return await asyncio.to_thread(listings, items, day)

    async def _page(self, parameters: Mapping[str, str | int], on_wait: WaitTold | None) -> tuple[list[object], bool]:
        """One page's records, and whether there may be more."""

        def read(answer: Answer) -> tuple[list[object], bool]:
            found = read_items(answer.body)
            return found, len(found) >= PAGE if answer.more is None else answer.more

        return await self._fetcher.get("/api/daily_papers", parameters, read, on_wait)
