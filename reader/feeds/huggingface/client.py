"""The daily papers of Hugging Face, asked for over the network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote

from reader.core.errors import FeedMalformed
from reader.core.paper import Listing
from reader.feeds.http.client import HttpClient, HttpRefused, Limits, OnWait, Response
from reader.feeds.http.environment import find_token, is_offline
from reader.feeds.huggingface.parse import listed_day, listings, parse_item, read_items, read_json

ENDPOINT = "https://huggingface.co"

PAGE_SIZE = 100
"""Papers a page: the most that the feed allows."""

_LONGEST_SEARCH = 250
"""Characters that the feed takes."""

_MAX_PAGES = 50
"""Pages of a list at the most: several times the busiest month."""


class _Page(NamedTuple):
    """Records of the daily list."""

    items: list[object]
    more: bool
    validator: str | None = None
    is_unchanged: bool = False


class HuggingFaceClient:
    """The feed, one request at a time.

        async with FeedClient.from_environment() as feed:
            (listing,) = await feed.day("2026-05-11")

    Close it in the event loop that it was used in.
    """

    def __init__(self, fetcher: HttpClient, validators: Mapping[str, str] | None = None) -> None:
        """`validators` tell the last answers for days, by ISO day: those days are asked for only if they changed."""
        self._fetcher = fetcher
        self._validators = validators or {}
        self.host = fetcher.host
        """Name of the feed's host, for sentences."""

    @classmethod
    def from_environment(
        cls,
        endpoint: str = ENDPOINT,
        *,
        environ: Mapping[str, str] | None = None,
        bounds: Limits | None = None,
        validators: Mapping[str, str] | None = None,
        turns: Path | None = None,
    ) -> HuggingFaceClient:
        """The feed at `endpoint` (HF_ENDPOINT wins over it), with the token and the offline mode of the environment.

        `turns` is the folder by which programs ask it one at a time. Raises ConfigError for an address that must not
        be asked.
        """
        environ = os.environ if environ is None else environ
        address = environ.get("HF_ENDPOINT", "").strip() or endpoint
        fetcher = HttpClient(address, find_token(environ), offline=is_offline(environ), bounds=bounds, turns=turns)
        return cls(fetcher, validators)

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

    async def day(self, day: str, on_wait: OnWait | None = None) -> tuple[Listing, ...]:
        """All papers of one day (ISO), the listing of that day first, empty where it has none.

        A record that says it belongs to another day comes in a listing of that day. `on_wait` is called before
        each wait. Raises FeedError; an answer that breaks off on a later page is an error too, not a shorter day.
        """
        pages = [page async for page in self._pages({"date": day}, on_wait, validator=self._validators.get(day))]
        if any(page.is_unchanged for page in pages):
            return (Listing(day, (), is_unchanged=True),)
        # Cleaning a hundred papers takes longer than a key may wait.
        first, *others = await asyncio.to_thread(listings, [item for page in pages for item in page.items], day)
        # A full page does not tell of what follows it; and what could not be read is to come again.
        validator = pages[0].validator if len(pages[0].items) < PAGE_SIZE and not first.skipped else None
        return (first._replace(validator=validator), *others)

    async def month(self, month: str, on_wait: OnWait | None = None) -> tuple[Listing, ...] | None:
        """All papers of a month, such as `2026-05`, by day; a day without papers has no listing.

        None where a record does not name its day, as old ones may not: the days must then be asked for one by one.
        `on_wait` is called before each wait. Raises FeedError.
        """
        items: list[object] = []
        async with aclosing(self._pages({"month": month}, on_wait)) as pages:
            async for page in pages:
                if not all(map(listed_day, page.items)):
                    return None
                items += page.items
        return await asyncio.to_thread(listings, items, None)

    async def trending(self, on_wait: OnWait | None = None) -> tuple[Listing, ...]:
        """What the feed ranks first, in its order: a listing for each paper, of the day that it was listed on.

        `on_wait` is called before each wait. Raises FeedError.
        """
        items = [item async for page in self._pages({"sort": "trending"}, on_wait, most=1) for item in page.items]
        return await asyncio.to_thread(lambda: tuple(one for item in items for one in listings([item], None)))

    async def paper(self, id: str, on_wait: OnWait | None = None) -> Listing | None:
        """One paper by its arXiv id, in a listing of the day that it was listed on; None where the feed has it not.

        `on_wait` is called before each wait. Raises FeedError.
        """

        def read(answer: Response) -> Listing | None:
            item = read_json(answer.body)
            try:
                return Listing(listed_day(item), (parse_item(item),))
            except FeedMalformed as error:
                raise FeedMalformed(f"The feed's record of {id} can't be used: {error}.") from None

        try:
            return await self._fetcher.get(f"/api/papers/{quote(id)}", {}, read, on_wait)
        except HttpRefused as refused:
            if refused.status == 404:
                return None
            raise

    async def search(self, text: str, on_wait: OnWait | None = None) -> tuple[Listing, ...]:
        """What the feed finds for a text, in its own order: a listing for each paper, of the day it was listed on.

        `on_wait` is called before each wait. Raises FeedError.
        """

        def read(answer: Response) -> tuple[Listing, ...]:
            return tuple(one for item in read_items(answer.body) for one in listings([item], None))

        asked: dict[str, str | int] = {"q": text[:_LONGEST_SEARCH], "limit": PAGE_SIZE}
        return await self._fetcher.get("/api/papers/search", asked, read, on_wait)

    async def _pages(
        self,
        parameters: Mapping[str, str],
        on_wait: OnWait | None,
        most: int | None = None,
        validator: str | None = None,
    ) -> AsyncGenerator[_Page, None]:
        """The daily list, page after page, so many at the most; with a `validator` of the first one if it changed."""

        def read(answer: Response) -> _Page:
            if answer.is_unchanged:
                return _Page([], more=False, is_unchanged=True)
            found = read_items(answer.body)
            return _Page(found, len(found) >= PAGE_SIZE if answer.more is None else answer.more, answer.validator)

        for page in range(most or _MAX_PAGES):
            asked: dict[str, str | int] = {**parameters, "limit": PAGE_SIZE, "p": page}
            known = validator if page == 0 else None
            found = await self._fetcher.get("/api/daily_papers", asked, read, on_wait, validator=known)
            yield found
            if not found.items or not found.more:
                break
