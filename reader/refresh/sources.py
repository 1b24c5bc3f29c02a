"""The whole refresh: the daily papers, then followed feeds, categories of arXiv, and lost papers.

Sources fail independently: any exception is yielded and stored with its time, and the others are still asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from datetime import datetime, timedelta

from reader.access_token import lookup_environment
from reader.cache.feeds import OWN, Feeds, Followed
from reader.cache.storing.papers import Cache, Stored
from reader.core.dates import utc_stamp
from reader.core.errors import FeedError, FeedOffline, UsageError
from reader.core.ids import feed_entry_id
from reader.core.paper import Draft, Listing
from reader.core.text import amount
from reader.feeds.arxiv.client import CATEGORIZED_PER_DAY, ArxivClient, is_local_only
from reader.feeds.arxiv.parse import ArxivEntry
from reader.feeds.http.environment import is_offline
from reader.feeds.http.responses import Validators
from reader.feeds.huggingface.client import HuggingFaceClient
from reader.feeds.syndication.client import FetchedFeed, SyndicationClient
from reader.paths import response_cache_folder
from reader.refresh.announcements import Announcements
from reader.refresh.daily import refresh_daily
from reader.refresh.jobs import (
    DayEmpty,
    DayFailed,
    DayStored,
    FeedFailed,
    FeedStarted,
    FeedStored,
    JobContext,
    PapersReturned,
    RefreshEvent,
    RefreshFinished,
    RefreshStarted,
    SourceEvent,
    failure_of,
    run_to_end,
)
from reader.refresh.plan import Latest, Plan

RETRY_DAYS = 7
"""Days before a paper unknown to all sources is requested again."""

LOST_PER_REFRESH = 200
"""Papers that are missing from the cache and asked for in one refresh, newest marks first."""

LOST_PER_REQUEST = 100
"""Of these, papers in one request to arXiv."""

RECORDS = 20
"""Of these, papers asked of the daily feed, one request each: it also has votes, keywords and days."""


@asynccontextmanager
async def open_sources(
    context: JobContext, cache: Cache, *, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Sources]:
    """The clients of all sources, by the settings.

    They decide whether the feed gets the token, and whether followed feeds may be local. arXiv is not asked for
    categories if the feed is local.
    """
    environ = lookup_environment() if environ is None else environ
    settings, answers = context.settings, response_cache_folder()
    validators = await asyncio.to_thread(cache.validators)
    with closing(await asyncio.to_thread(Feeds.open, context.cache_file)) as feeds:
        async with (
            HuggingFaceClient.from_environment(
                settings, environ=environ, validators=validators, lock_folder=answers
            ) as daily,
            ArxivClient.from_environment(answers, environ=environ) as arxiv,
            SyndicationClient.from_environment(environ, allow_local=settings.allow_local_feeds) as web,
        ):
            yield Sources(
                cache,
                feeds,
                daily,
                arxiv,
                web,
                categorize=settings.ask_arxiv and not is_local_only(f"http://{daily.host}", environ),
                stays_offline=is_offline(environ),
                category_papers=settings.category_papers,
                now=context.now,
            )


async def refresh_all(plan: Plan, sources: Sources) -> AsyncGenerator[RefreshEvent | SourceEvent, None]:
    """Refresh the daily papers by the plan and then, if the plan is `Latest`, all other sources.

    The last event, RefreshFinished, has the sums of all. A fault of one source never ends it: raises UsageError for a
    wrong plan, and CacheError if nothing can be stored.
    """
    finished = RefreshFinished()
    left: list[str] | None = None
    try:
        async with aclosing(refresh_daily(sources.daily, sources.cache, plan, now=sources.now)) as events:
            async for event in events:
                match event:
                    case RefreshFinished():
                        finished = event
                        continue
                    case RefreshStarted(days):
                        left = list(days)
                    case DayStored() | DayEmpty() | DayFailed():
                        left = [day for day in left or () if day != event.day]
                        finished = _add_counts(finished, event)
                yield event
    except Exception as error:
        if left is None and isinstance(error, UsageError):
            raise
        finished = finished._replace(failed=tuple(left or ()), error=failure_of("the daily papers", error))
    await sources.note_outcome("hf", finished.error)
    # Without a network, trying the sources one by one is pointless.
    if isinstance(plan, Latest):
        async with aclosing(sources.refresh(no_network=isinstance(finished.error, FeedOffline))) as steps:
            async for step in steps:
                finished = _add_counts(finished, step)
                yield step
    yield finished


def _add_counts(finished: RefreshFinished, step: RefreshEvent | SourceEvent) -> RefreshFinished:
    if isinstance(step, PapersReturned):
        return finished._replace(returned=finished.returned + step.papers)
    if not isinstance(step, FeedStored | DayStored):
        return finished
    return finished._replace(
        new=finished.new + step.new,
        updated=finished.updated + step.updated,
        unchanged=finished.unchanged + step.unchanged,
        skipped=finished.skipped + step.skipped,
    )


class Sources:
    """The daily feed, and the other sources: with `categorize`, arXiv is also asked for categories and lost papers.

    With `stays_offline` the user has chosen offline mode. `category_papers` is the setting.
    """

    def __init__(
        self,
        cache: Cache,
        feeds: Feeds,
        daily: HuggingFaceClient,
        arxiv: ArxivClient,
        web: SyndicationClient,
        *,
        categorize: bool,
        stays_offline: bool,
        category_papers: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self.cache = cache
        self.daily = daily
        self._arxiv = arxiv
        self.arxiv_of_papers = arxiv if categorize else None
        """arXiv, if it may be asked about papers of the feed."""
        self._stays_offline = stays_offline
        self._no_network = False
        self.feeds = feeds
        self.web = web
        self.now = now
        self._announcements = Announcements(
            arxiv, feeds, self._store_entries, self._failed, kinds=category_papers, now=now
        )

    async def refresh(
        self, only: Sequence[Followed] | None = None, *, no_network: bool = False
    ) -> AsyncGenerator[SourceEvent, None]:
        """Ask all followed sources and then for lost papers and for categories, or `only` these and for categories.

        With `no_network` (the daily papers found no network), the first source that also finds none ends the refresh
        without an event, because it is not at fault.
        """
        self._no_network = no_network
        asked = await asyncio.to_thread(self.feeds.followed) if only is None else only
        steps = (
            self._announcements.refresh([feed for feed in asked if feed.kind == "arxiv"], force=only is not None),
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

    async def look_up(self, id: str, own: str | None = None) -> bool:
        """Fetch a paper, which gives up its id `own`; False if neither feed nor arXiv has it. Raises FeedError."""
        listing, failure = None, None
        try:
            listing = await self.daily.paper(id)
        except FeedError as error:
            failure = error
        if listing is None:
            try:
                entries = await self._arxiv.papers([id])
            except FeedError as error:
                raise failure or error from error
            if not entries:
                if failure is not None:
                    raise failure
                return False
            if not own:
                await self._store_entries(entries)
                return True
            listing = Listing(None, tuple(entry.draft for entry in entries))
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

    # Papers of arXiv

    async def _ask_about_papers(self, *, with_lost: bool) -> AsyncGenerator[SourceEvent, None]:
        """Fetch lost papers and missing categories; if arXiv fails, it fails once."""
        for step in (*((self._fetch_lost_papers(),) if with_lost else ()), self._fetch_categories()):
            async with aclosing(step) as events:
                async for event in events:
                    yield event
                    if isinstance(event, FeedFailed):
                        return

    async def _fetch_lost_papers(self) -> AsyncGenerator[SourceEvent, None]:
        """Ask the daily feed for some of the papers that the user marked and the cache does not have, arXiv for others.

        If no paper is lost, nothing is asked or yielded. A paper that no source has is asked for again after a week,
        and no more than three times. If arXiv fails, what was stored before stays.
        """
        before = (self.now().date() - timedelta(days=RETRY_DAYS)).isoformat()
        try:
            ids = await asyncio.to_thread(self.feeds.lost, before, LOST_PER_REFRESH)
            if not ids:
                return
            asked = "arXiv" if self.arxiv_of_papers else "the feed"
            yield FeedStarted(f"{asked}, {amount(len(ids), 'paper')} you marked")
            returned, unknown = await self._ask_daily(ids[:RECORDS])
            if self.arxiv_of_papers:
                more, unknown = await self._ask_arxiv([id for id in ids if id not in returned])
                returned |= more
            else:
                await self._note_unknown(unknown)
            yield PapersReturned(len(returned), len(unknown))
        except Exception as error:
            yield await self._failed("arxiv", OWN["arxiv"], error)

    async def _ask_daily(self, ids: Sequence[str]) -> tuple[set[str], set[str]]:
        """The papers that the daily feed brought back, and those that it lacks; a failure ends the asking."""
        returned, unknown = set[str](), set[str]()
        for id in ids:
            try:
                listing = await self.daily.paper(id)
            except Exception as error:
                failure_of("a paper of the daily feed", error)
                break
            if listing is None:
                unknown.add(id)
            else:
                await self._store(listing, newer=False)
                returned.add(id)
        return returned, unknown

    async def _ask_arxiv(self, ids: Sequence[str]) -> tuple[set[str], set[str]]:
        """The papers that arXiv brought back, and those that it lacks; raises FeedError."""
        returned, unknown = set[str](), set[str]()
        for start in range(0, len(ids), LOST_PER_REQUEST):
            batch = set(ids[start : start + LOST_PER_REQUEST])
            entries = await self._arxiv.papers(ids[start : start + LOST_PER_REQUEST])
            await self._store(Listing(None, tuple(entry.draft for entry in entries)), newer=False)
            found = batch & {entry.draft.id for entry in entries if entry.draft.id}
            await self._note_unknown(batch - found)
            returned |= found
            unknown |= batch - found
        return returned, unknown

    async def _note_unknown(self, ids: Collection[str]) -> None:
        await asyncio.to_thread(self.feeds.not_found, sorted(ids), self.now().date().isoformat())

    async def _fetch_categories(self) -> AsyncGenerator[SourceEvent, None]:
        """Fetch the categories of the newest papers that lack them, once a day; the daily feed has none."""
        today = self.now().date()
        if self.arxiv_of_papers is None or await asyncio.to_thread(self.feeds.last_asked) == today.isoformat():
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
        """Store arXiv's entries: they fill gaps in papers of the daily feed, and replace data of other sources."""
        ids = [entry.draft.id or "" for entry in entries]
        sources = await asyncio.to_thread(self.feeds.sources_of, ids)
        fills_gaps: list[Draft] = []
        replaces: list[Draft] = []
        for entry in entries:
            is_daily = sources.get(entry.draft.id or "") == "hf"
            (fills_gaps if is_daily else replaces).append(entry.draft)
        filled = await self._store(Listing(None, tuple(fills_gaps)), newer=False)
        replaced = await self._store(Listing(None, tuple(replaces)), newer=True)
        sums = (filled.new + replaced.new, filled.updated + replaced.updated, filled.unchanged + replaced.unchanged)
        return FeedStored("arxiv", OWN["arxiv"], *sums)

    async def _store(self, listing: Listing, *, newer: bool) -> Stored:
        return await run_to_end(self.cache.store, listing, self._stamp(), newer=newer, noted=False)

    def _stamp(self) -> str:
        return utc_stamp(self.now())
