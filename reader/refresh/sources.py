"""The sources other than the daily papers: followed feeds, categories of arXiv, and lost papers.

Sources fail independently: whatever one raises is yielded and stored with its time, and the others are still asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from reader import log
from reader.access_token import lookup_environment
from reader.cache.feeds import OWN, Feeds, Followed
from reader.config import Settings
from reader.core.errors import FeedError, FeedOffline
from reader.core.ids import feed_entry_id
from reader.core.paper import Draft, Listing
from reader.feeds.arxiv.client import ENDPOINT_VARIABLE, ArxivClient, last_renewal
from reader.feeds.arxiv.parse import ArxivEntry
from reader.feeds.http.client import OnWait
from reader.feeds.http.documents import Validators, is_local_url
from reader.feeds.http.environment import is_offline
from reader.feeds.huggingface.client import HuggingFaceClient
from reader.feeds.syndication.client import FetchedFeed, SyndicationClient
from reader.refresh.daily import StoreCounts, run_to_end
from reader.refresh.failures import failure_of
from reader.refresh.lost_papers import PaperLookup, fetch_lost_papers
from reader.refresh.one_paper import VersionSource
from reader.refresh.progress import (
    FeedFailed,
    FeedStarted,
    FeedStored,
    SourceEvent,
)

CATEGORIZED_PER_DAY = 200
"""Papers in the single daily request for categories, newest first: about a week of the feed."""

RETRY_DAYS = 7
"""Days after which arXiv is asked again for a paper that it did not know."""

DAYS_BEFORE_CATCH_UP = 4
"""Days without an announcement that a weekend can explain; after more, announcements were missed."""

MAX_CATCH_UP_DAYS = 14
"""Maximum number of days requested one by one after missed announcements."""

FIRST_FETCH_DAYS = 3
"""Number of days requested for a newly followed category."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ArxivSource(VersionSource, Protocol):
    """The client of arXiv."""

    async def latest(self, categories: Iterable[str]) -> tuple[ArxivEntry, ...]: ...

    async def category_day(self, category: str, day: str) -> tuple[ArxivEntry, ...]: ...

    async def titled(self, title: str, on_wait: OnWait | None = None) -> tuple[ArxivEntry, ...]: ...


class FeedSource(Protocol):
    """The client of RSS and Atom feeds."""

    async def fetch(self, url: str, validators: Validators | None = None, source: str | None = None) -> FetchedFeed: ...


class PaperStore(Protocol):
    """The cache that stores papers; its methods block, and run in a thread."""

    def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> StoreCounts: ...

    def validators(self) -> Mapping[str, str]: ...


@asynccontextmanager
async def open_sources(
    cache: PaperStore,
    file: Path,
    endpoint: str,
    answers: Path,
    *,
    categorize: bool = True,
    now: Callable[[], datetime] = _utc_now,
    settings: Settings | None = None,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[HuggingFaceClient, Sources]]:
    """The daily feed at `endpoint` and the other sources, over the cache in `file`.

    `answers` is the folder of cached responses and host locks; `settings` decide whether the feed gets the token, and
    whether followed feeds may be local. arXiv is not asked for categories if the feed is local.
    """
    environ = lookup_environment() if environ is None else environ
    settings = settings or Settings()
    validators = await asyncio.to_thread(cache.validators)
    with closing(await asyncio.to_thread(Feeds.open, file)) as feeds:
        async with (
            HuggingFaceClient.from_environment(
                endpoint, settings=settings, environ=environ, validators=validators, lock_folder=answers
            ) as daily,
            ArxivClient.from_environment(answers, environ=environ) as arxiv,
            SyndicationClient.from_environment(environ, allow_local=settings.allow_local_feeds) as web,
        ):
            categorize = categorize and not is_local_only(f"http://{daily.host}", environ)
            by_choice = is_offline(environ)
            yield (
                daily,
                Sources(cache, feeds, arxiv, web, daily=daily, categorize=categorize, stays_offline=by_choice, now=now),
            )


def is_local_only(endpoint: str, environ: Mapping[str, str]) -> bool:
    """Whether the feed is local and ARXIV_ENDPOINT is unset, so that arXiv on the internet must not be asked."""
    return ENDPOINT_VARIABLE not in environ and is_local_url(endpoint)


class Sources:
    """The sources other than the daily papers; with `categorize`, also arXiv for categories and lost papers.

    `daily` is asked for lost papers too. With `stays_offline` the user has chosen offline mode.
    """

    def __init__(
        self,
        cache: PaperStore,
        feeds: Feeds,
        arxiv: ArxivSource,
        web: FeedSource,
        *,
        daily: PaperLookup | None = None,
        categorize: bool = True,
        stays_offline: bool = False,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._cache = cache
        self._daily = daily
        self._arxiv = arxiv
        self._categorize = categorize
        self.arxiv_of_papers = arxiv if categorize else None
        """arXiv, if it may be asked about papers of the feed."""
        self._stays_offline = stays_offline
        self._no_network = False
        self.feeds = feeds
        self.web = web
        self.now = now

    async def refresh(
        self, only: Sequence[Followed] | None = None, *, no_network: bool = False
    ) -> AsyncGenerator[SourceEvent, None]:
        """Ask all followed sources and then for lost papers and for categories, or `only` these and for categories.

        With `no_network` (the daily papers found no network), the first source that also finds none ends the refresh
        without an event, because the source is not at fault.
        """
        self._no_network = no_network
        asked = await asyncio.to_thread(self.feeds.followed) if only is None else only
        steps = (
            self._refresh_announcements(asked, force=only is not None),
            self._refresh_feeds(asked),
            self._ask_about_papers(with_lost=only is None),
        )
        for step in steps:
            async with aclosing(step) as events:
                async for event in events:
                    if isinstance(event, FeedFailed) and self._has_no_network(event.error):
                        return
                    yield event

    async def store_feed(self, feed: Followed, fetched: FetchedFeed) -> FeedStored:
        """Store a feed's entries, and after them its validators."""
        if fetched.feed is None:
            await asyncio.to_thread(self.feeds.answered, feed.slug)
            return FeedStored(feed.slug, feed.title)
        drafts = tuple(
            entry.draft._replace(
                source=feed.slug,
                url=entry.link,
                announced=entry.published,
                entry=None if entry.draft.id else feed_entry_id(feed.url, entry.guid),
            )
            for entry in fetched.feed.entries
        )
        counts = await self._store(Listing(None, drafts, fetched.feed.skipped), newer=False)
        known = Validators(feed.etag, feed.modified)
        is_news = counts.new or counts.updated or fetched.validators != known or feed.answered is None
        now = self._stamp() if is_news else None
        validators = (fetched.validators.etag, fetched.validators.modified)
        await asyncio.to_thread(self.feeds.answered, feed.slug, now, *validators)
        return FeedStored(feed.slug, feed.title, counts.new, counts.updated, counts.unchanged, counts.skipped)

    async def look_up(self, daily: PaperLookup, id: str, own: str | None = None) -> bool:
        """Fetch one paper by its arXiv id, from the daily feed or else from arXiv; False if neither has it.

        `own` is the id that it had as a saved page's paper, which it gives up. Raises FeedError.
        """
        listing, failure = None, None
        try:
            listing = await daily.paper(id)
        except FeedError as error:
            failure = error
        if listing is None:
            try:
                entries = await self._arxiv.papers([id])
            except FeedError as error:
                raise failure or error from error
            if entries and own:
                drafts = tuple(entry.draft._replace(entry=own) for entry in entries)
                await self._store(Listing(None, drafts), newer=False)
                return True
            if entries:
                await self._store_entries(entries)
                return True
            if failure is not None:
                raise failure
            return False
        drafts = tuple(draft._replace(entry=own) for draft in listing.drafts)
        await self._store(listing._replace(drafts=drafts), newer=False)
        return True

    async def note_outcome(self, slug: str, error: FeedError | None) -> None:
        """Store a source's success or failure; offline mode is the user's choice, not a failure."""
        if error is None:
            await asyncio.to_thread(self.feeds.answered, slug)
        elif not (self._stays_offline and isinstance(error, FeedOffline)):
            await asyncio.to_thread(self.feeds.failed, slug, self._stamp(), str(error))

    async def _failed(self, slug: str, title: str, raised: Exception) -> FeedFailed:
        """The failure of a source, stored; raises CacheError if that can't be stored, since then no source can be."""
        error = failure_of(title, raised)
        if not self._has_no_network(error):
            await self.note_outcome(slug, error)
        return FeedFailed(slug, title, error, slug not in OWN)

    def _has_no_network(self, error: FeedError) -> bool:
        return self._no_network and isinstance(error, FeedOffline)

    # Feeds of any site

    async def _refresh_feeds(self, feeds: Sequence[Followed]) -> AsyncGenerator[SourceEvent, None]:
        for feed in feeds:
            if feed.kind != "rss":
                continue
            yield FeedStarted(feed.title)
            try:
                fetched = await self.web.fetch(feed.url, Validators(feed.etag, feed.modified), feed.slug)
                yield await self.store_feed(feed, fetched)
            except Exception as error:
                yield await self._failed(feed.slug, feed.title, error)

    # Categories of arXiv

    async def _refresh_announcements(
        self, feeds: Sequence[Followed], *, force: bool
    ) -> AsyncGenerator[SourceEvent, None]:
        """Store the newest announcement of the followed categories, once a day, and the days that were missed."""
        followed = [feed for feed in feeds if feed.kind == "arxiv"]
        renewed = _timestamp(last_renewal(self.now()))
        waiting = [feed for feed in followed if force or (feed.answered or "") < renewed or feed.failing_since]
        if not waiting:
            return
        yield FeedStarted("arXiv's announcements")
        entries: Sequence[ArxivEntry] | None = None
        try:
            entries = await self._arxiv.latest([feed.url for feed in waiting])
        except FeedError as error:
            for feed in waiting:
                yield await self._failed(feed.slug, feed.title, error)
            return
        except MemoryError:
            raise
        except Exception as error:
            # One of them is at fault, such as a category that this version does not know: each is asked alone.
            log.record_warning("arXiv's announcements", log.summarize_error(error))
        for feed in waiting:
            yield FeedStarted(feed.title)
            try:
                newest = await self._arxiv.latest([feed.url]) if entries is None else entries
                missed = [await self._arxiv.category_day(feed.url, day) for day in self._missed_days(feed)]
                announced = [entry for entry in newest if feed.url in entry.draft.categories]
                counts = await self._store_entries([*(entry for day in missed for entry in day), *announced])
                await asyncio.to_thread(self.feeds.answered, feed.slug, self._stamp())
            except Exception as error:
                yield await self._failed(feed.slug, feed.title, error)
                continue
            yield FeedStored(feed.slug, feed.title, counts.new, counts.updated, counts.unchanged)

    def _missed_days(self, feed: Followed) -> list[str]:
        """The days, oldest first, whose announcements of a category are no longer available."""
        today = self.now().date()
        if feed.answered is None:
            first = today - timedelta(days=FIRST_FETCH_DAYS)
        else:
            answered = date.fromisoformat(feed.answered[:10])
            if (today - answered).days <= DAYS_BEFORE_CATCH_UP:
                return []
            first = max(answered, today - timedelta(days=MAX_CATCH_UP_DAYS))
        return [(first + timedelta(days=after)).isoformat() for after in range((today - first).days)]

    async def _ask_about_papers(self, *, with_lost: bool) -> AsyncGenerator[SourceEvent, None]:
        """Fetch lost papers and missing categories; if arXiv fails, it fails once."""
        for step in (*((self._fetch_lost_papers(),) if with_lost else ()), self._fetch_categories()):
            async with aclosing(step) as events:
                async for event in events:
                    yield event
                    if isinstance(event, FeedFailed):
                        return

    async def _fetch_lost_papers(self) -> AsyncGenerator[SourceEvent, None]:
        """Fetch papers that the user marked and the cache does not have."""
        arxiv, store = self.arxiv_of_papers, partial(self._store, newer=False)
        try:
            async with aclosing(fetch_lost_papers(self.feeds, self._daily, arxiv, store, self.now().date())) as events:
                async for event in events:
                    yield event
        except Exception as error:
            yield await self._failed("arxiv", OWN["arxiv"], error)

    async def _fetch_categories(self) -> AsyncGenerator[SourceEvent, None]:
        """Fetch the categories of the newest papers that lack them, once a day; the daily feed has none."""
        today = self.now().date()
        if not self._categorize or await asyncio.to_thread(self.feeds.last_asked) == today.isoformat():
            return
        before = (today - timedelta(days=RETRY_DAYS)).isoformat()
        ids = await asyncio.to_thread(self.feeds.uncategorized, before, CATEGORIZED_PER_DAY)
        if not ids:
            return
        yield FeedStarted(f"arXiv, the categories of {len(ids)}")
        try:
            counts = await self._store_entries(await self._arxiv.papers(ids))
            await asyncio.to_thread(self.feeds.asked, ids, today.isoformat())
        except Exception as error:
            yield await self._failed("arxiv", OWN["arxiv"], error)
            return
        await self.note_outcome("arxiv", None)
        # Only new papers: the others were counted with the daily papers.
        yield FeedStored("arxiv", OWN["arxiv"], new=counts.new)

    async def _store_entries(self, entries: Sequence[ArxivEntry]) -> FeedStored:
        """Store arXiv's entries: they fill gaps in papers of the daily feed, and replace data of other sources.

        New versions of papers that the cache does not have are left out.
        """
        ids = [entry.draft.id or "" for entry in entries]
        sources = await asyncio.to_thread(self.feeds.sources_of, ids)
        fills_gaps: list[Draft] = []
        replaces: list[Draft] = []
        for entry in entries:
            source = sources.get(entry.draft.id or "")
            if source is not None or entry.is_new:
                (fills_gaps if source == "hf" else replaces).append(entry.draft)
        filled = await self._store(Listing(None, tuple(fills_gaps)), newer=False)
        replaced = await self._store(Listing(None, tuple(replaces)), newer=True)
        sums = (filled.new + replaced.new, filled.updated + replaced.updated, filled.unchanged + replaced.unchanged)
        return FeedStored("arxiv", OWN["arxiv"], *sums)

    async def _store(self, listing: Listing, *, newer: bool) -> StoreCounts:
        return await run_to_end(self._cache.store, listing, self._stamp(), newer=newer, noted=False)

    def _stamp(self) -> str:
        return _timestamp(self.now())


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
