"""The client of Hugging Face's daily papers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

from reader.access_token import lookup_environment
from reader.config import Settings
from reader.core.ids import in_address, is_arxiv_id
from reader.core.paper import Listing
from reader.feeds.http import Client, Closing, HttpRefused, Limits, Response, Validators
from reader.feeds.huggingface.parse import PaperPage, listed_day, listed_id, listings, parse_page, read_items, read_json

PAGE_SIZE = 100
"""Papers on a page: the maximum that the feed allows."""

_LONGEST_SEARCH = 250
"""Characters of a search text: the maximum that the feed accepts."""

_MAX_PAGES = 50
"""Maximum number of pages in a list: several times the busiest month."""


class _Page(NamedTuple):
    items: list[object]
    has_next: bool
    validator: str | None = None
    is_unchanged: bool = False


def _have_moved(pages: Sequence[_Page]) -> bool:
    """Whether votes moved papers between two requests: one that is on two pages has pushed another over the edge."""
    ids = [str(listed_id(item)) for page in pages for item in page.items]
    return len(pages) > 1 and len(set(ids)) < len(ids)


class HuggingFaceClient(Closing):
    """The daily papers feed, one request at a time; its methods raise FeedError.

        async with HuggingFaceClient.from_environment() as feed:
            (listing,) = await feed.day("2026-05-11")

    Close the client in the event loop that used it.
    """

    def __init__(self, http: Client, validators: Mapping[str, str] | None = None) -> None:
        """`validators` are the ETags of stored days by ISO day; these days are requested conditionally."""
        self._http = http
        self._validators = validators or {}
        self.host = http.host
        """Name of the feed's host, for messages."""

    @classmethod
    def from_environment(
        cls,
        settings: Settings | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008 (immutable)
        validators: Mapping[str, str] | None = None,
        lock_folder: Path | None = None,
    ) -> HuggingFaceClient:
        """A client by the settings, whose endpoint HF_ENDPOINT overrides; see `Client.for_feed`."""
        environ = lookup_environment() if environ is None else environ
        settings = settings or Settings()
        address = environ.get("HF_ENDPOINT", "").strip() or settings.endpoint
        http = Client.for_feed(address, settings, environ, limits=limits, lock_folder=lock_folder)
        return cls(http, validators)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def day(self, day: str) -> tuple[Listing, ...]:
        """All papers of one day (ISO); that day's listing comes first and may be empty.

        A record of another day goes into a further listing for that day. If a later page fails, the day does: it never
        returns a part of one.
        """
        pages = [page async for page in self._pages({"date": day}, validator=self._validators.get(day))]
        if _have_moved(pages):
            pages = [page async for page in self._pages({"date": day})]
        if any(page.is_unchanged for page in pages):
            return (Listing(day, (), is_unchanged=True),)
        # In a thread: cleaning a hundred papers would delay the keys too long.
        first, *others = await asyncio.to_thread(listings, [item for page in pages for item in page.items], day)
        # No validator for a full page, whose ETag does not cover the next pages, or if records were skipped.
        validator = pages[0].validator if len(pages[0].items) < PAGE_SIZE and not first.skipped else None
        return (first._replace(validator=validator), *others)

    async def month(self, month: str) -> tuple[Listing, ...] | None:
        """All papers of a month, such as `2026-05`, by day; a day without papers has no listing.

        None if a record does not name its day, as in some old ones: then request the days one by one.
        """
        items: list[object] = []
        async with aclosing(self._pages({"month": month})) as pages:
            async for page in pages:
                if not all(map(listed_day, page.items)):
                    return None
                items += page.items
        return await asyncio.to_thread(listings, items, None)

    async def trending(self) -> tuple[Listing, ...]:
        """The trending papers in the feed's order: one listing for each paper, with its day."""
        items = [item async for page in self._pages({"sort": "trending"}, max_pages=1) for item in page.items]
        return await asyncio.to_thread(lambda: tuple(one for item in items for one in listings([item], None)))

    async def paper(self, id: str) -> Listing | None:
        """One paper by its arXiv id, in a listing of its day; None if the feed does not have it."""
        page = await self._page(id, {})
        return page and page.listing

    async def page(self, id: str) -> PaperPage | None:
        """A paper with its comments and linked repositories, by its arXiv id; None if the feed does not have it."""
        return await self._page(id, {"field": "comments"})

    async def _page(self, id: str, parameters: Mapping[str, str]) -> PaperPage | None:
        if not is_arxiv_id(id):
            return None

        def parse(response: Response) -> PaperPage:
            return parse_page(read_json(response.body), id)

        try:
            return await self._http.get(f"/api/papers/{in_address(id)}", parse, parameters)
        except HttpRefused as refused:
            if refused.status == 404:
                return None
            raise

    async def search(self, text: str, *, limit: int = PAGE_SIZE) -> tuple[Listing, ...]:
        """The feed's search results in its order, at most `limit`: one listing for each paper, with its day."""

        def parse(response: Response) -> tuple[Listing, ...]:
            return tuple(one for item in read_items(response.body) for one in listings([item], None))

        parameters: dict[str, str | int] = {"q": text[:_LONGEST_SEARCH], "limit": limit}
        return await self._http.get("/api/papers/search", parse, parameters)

    async def _pages(
        self, parameters: Mapping[str, str], *, max_pages: int | None = None, validator: str | None = None
    ) -> AsyncGenerator[_Page, None]:
        """The pages of the daily list, at most `max_pages`; `validator` makes the first request conditional."""

        def parse(response: Response) -> _Page:
            if response.is_unchanged:
                return _Page([], has_next=False, is_unchanged=True)
            items = read_items(response.body)
            has_next = len(items) >= PAGE_SIZE if response.has_next is None else response.has_next
            return _Page(items, has_next, response.validators.etag)

        for number in range(max_pages or _MAX_PAGES):
            query: dict[str, str | int] = {**parameters, "limit": PAGE_SIZE, "p": number}
            page = await self._http.get("/api/daily_papers", parse, query, Validators(None if number else validator))
            yield page
            if not page.items or not page.has_next:
                break
