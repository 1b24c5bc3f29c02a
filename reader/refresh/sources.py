"""The whole refresh: the daily papers, then followed feeds, categories of arXiv, and lost papers.

Sources fail independently: any exception is a line and stored with its time, and the others are still asked.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing, suppress
from dataclasses import asdict
from datetime import datetime, timedelta

from reader.access_token import lookup_environment
from reader.cache.feeds import OWN, Feeds, Followed
from reader.cache.storing.papers import Cache, Stored
from reader.core.dates import utc_stamp
from reader.core.errors import FeedError, FeedOffline, UsageError
from reader.core.ids import feed_entry_id
from reader.core.paper import Draft, Listing
from reader.core.text import amount
from reader.feeds.arxiv import CATEGORIZED_PER_DAY, ArxivClient, ArxivEntry, is_local_only
from reader.feeds.environment import is_offline
from reader.feeds.http import Validators
from reader.feeds.huggingface import HuggingFaceClient
from reader.feeds.syndication import FetchedFeed, SyndicationClient
from reader.paths import response_cache_folder
from reader.refresh.announcements import Announcements
from reader.refresh.daily import fetched, refresh_daily
from reader.refresh.jobs import JobContext, failure_of
from reader.refresh.lines import Line, error_of, error_values, failed, step
from reader.refresh.plan import Latest, Plan

RETRY_DAYS = 7
"""Days before a paper unknown to all sources is requested again."""

LOST_PER_REFRESH = 200
"""Papers that are missing from the cache and asked for in one refresh, newest marks first."""

LOST_FROM_FEED = 20
"""Of these, papers asked of the daily feed, one request each: it also has votes, keywords and days."""


class _NoNetwork(Exception):
    """The daily papers found no network, and another source has not either."""


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
    validators = cache.validators()
    with closing(Feeds.open(context.cache_file)) as feeds:
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


async def refresh_all(plan: Plan, sources: Sources) -> AsyncGenerator[Line, None]:
    """Refresh the daily papers by the plan and then, if the plan is `Latest`, all other sources.

    The last line, `fetched`, has the sums of all. A fault of one source never ends it: raises UsageError for a wrong
    plan, and CacheError if nothing can be stored.
    """
    sums = fetched()
    left: list[str] | None = None
    error: FeedError | None = None
    try:
        async with aclosing(refresh_daily(sources.daily, sources.cache, plan, now=sources.now)) as lines:
            async for line in lines:
                match line:
                    case {"step": "fetched"}:
                        sums = line
                        error = failure_of("", found) if (found := error_of(line)) else None
                        continue
                    case {"step": "days", "days": days}:
                        left = list(days)
                    case {"day": day}:
                        left = [one for one in left or () if one != day]
                        sums = _add_counts(sums, line)
                yield line
    except Exception as raised:
        if left is None and isinstance(raised, UsageError):
            raise
        error = failure_of("the daily papers", raised)
        sums |= {"missing": left or [], **error_values(error)}
    sources.note_outcome("hf", error)
    # Without a network, trying the sources one by one is pointless.
    if isinstance(plan, Latest):
        async with aclosing(sources.refresh(no_network=isinstance(error, FeedOffline))) as steps:
            async for line in steps:
                sums = _add_counts(sums, line)
                yield line
    yield sums


def _add_counts(sums: Line, line: Line) -> Line:
    match line:
        case {"step": "returned", "papers": papers}:
            return sums | {"returned": sums["returned"] + papers}
        case {"step": "feed" | "day"}:
            return sums | {name: sums[name] + line[name] for name in ("new", "updated", "unchanged", "skipped")}
    return sums


def _stored(slug: str, title: str, counts: Stored = Stored()) -> Line:  # noqa: B008 (immutable)
    return step("feed", slug=slug, title=title, **asdict(counts))


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
    ) -> AsyncGenerator[Line, None]:
        """Ask all followed sources and then for lost papers and for categories, or `only` these and for categories.

        With `no_network` (the daily papers found no network), the first source that also finds none ends the refresh
        without an event, because it is not at fault.
        """
        self._no_network = no_network
        asked = self.feeds.followed() if only is None else only
        steps = (
            self._announcements.refresh([feed for feed in asked if feed.kind == "arxiv"], force=only is not None),
            self._refresh_feeds(asked),
            self._ask_about_papers(with_lost=only is None),
        )
        with suppress(_NoNetwork):
            for asking in steps:
                async with aclosing(asking) as lines:
                    async for line in lines:
                        yield line

    def store_feed(self, feed: Followed, fetched: FetchedFeed) -> Line:
        """Store a feed's entries, and after them its validators."""
        if fetched.feed is None:
            self.feeds.answered(feed.slug)
            return _stored(feed.slug, feed.title)
        drafts = tuple(
            entry.draft._replace(
                source=feed.slug,
                url=entry.link,
                announced=entry.published,
                entry=None if entry.draft.id else feed_entry_id(feed.url, entry.guid),
            )
            for entry in fetched.feed.entries
        )
        counts = self._store(Listing(None, drafts, fetched.feed.skipped), newer=False)
        known = Validators(feed.etag, feed.modified)
        is_news = counts.new or counts.updated or fetched.validators != known or feed.answered is None
        now = self._stamp() if is_news else None
        validators = (fetched.validators.etag, fetched.validators.modified)
        self.feeds.answered(feed.slug, now, *validators)
        return _stored(feed.slug, feed.title, counts)

    async def look_up(self, id: str, own: str | None = None) -> bool:
        """Fetch a paper, which gives up its id `own`; False if neither feed nor arXiv has it. Raises FeedError."""
        listing, failure = None, None
        try:
            listing = await self.daily.paper(id)
        except FeedError as error:
            failure = error
        if listing is None:
            entries: Sequence[ArxivEntry] = ()
            try:
                entries = await self._arxiv.papers([id])
            except FeedError as error:
                failure = failure or error
            if not entries and failure is not None:
                raise failure
            if not entries:
                return False
            if not own:
                self._store_entries(entries)
                return True
            listing = Listing(None, tuple(entry.draft for entry in entries))
        drafts = tuple(draft._replace(entry=own) for draft in listing.drafts)
        self._store(listing._replace(drafts=drafts), newer=False)
        return True

    def note_outcome(self, slug: str, error: FeedError | None) -> None:
        """Store a source's success or failure; offline mode is the user's choice, not a failure."""
        if error is None:
            self.feeds.answered(slug)
        elif not (self._stays_offline and isinstance(error, FeedOffline)):
            self.feeds.failed(slug, self._stamp(), str(error))

    def _failed(self, slug: str, title: str, raised: Exception) -> Line:
        """The failure of a source, stored; raises CacheError if that can't be stored, since then no source can be."""
        error = failure_of(title, raised)
        if self._no_network and isinstance(error, FeedOffline):
            raise _NoNetwork
        self.note_outcome(slug, error)
        # The user did not choose the sources that the reader always asks.
        return failed("feed", error, slug=slug, title=title, followed=slug not in OWN)

    # Feeds of any site

    async def _refresh_feeds(self, feeds: Sequence[Followed]) -> AsyncGenerator[Line, None]:
        for feed in feeds:
            if feed.kind != "rss":
                continue
            yield step("asking", title=feed.title)
            try:
                fetched = await self.web.fetch(feed.url, Validators(feed.etag, feed.modified), feed.slug)
                yield self.store_feed(feed, fetched)
            except Exception as error:
                yield self._failed(feed.slug, feed.title, error)

    # Papers of arXiv

    async def _ask_about_papers(self, *, with_lost: bool) -> AsyncGenerator[Line, None]:
        """Fetch lost papers and missing categories; if arXiv fails, it fails once."""
        try:
            if with_lost:
                async with aclosing(self._fetch_lost_papers()) as lines:
                    async for line in lines:
                        yield line
            async with aclosing(self._fetch_categories()) as lines:
                async for line in lines:
                    yield line
        except Exception as error:
            yield self._failed("arxiv", OWN["arxiv"], error)

    async def _fetch_lost_papers(self) -> AsyncGenerator[Line, None]:
        """Ask the daily feed for some of the papers that the user marked and the cache does not have, arXiv for others.

        If no paper is lost, nothing is asked or yielded. A paper that no source has is asked for again after a week,
        and no more than three times.
        """
        today = self.now().date()
        before = (today - timedelta(days=RETRY_DAYS)).isoformat()
        ids = self.feeds.lost(before, LOST_PER_REFRESH)
        if not ids:
            return
        asked = "arXiv" if self.arxiv_of_papers else "the feed"
        yield step("asking", title=f"{asked}, {amount(len(ids), 'paper')} you marked")
        returned, answered = set[str](), set[str]()
        for id in ids[:LOST_FROM_FEED]:
            try:
                listing = await self.daily.paper(id)
            except Exception as error:
                failure_of("a paper of the daily feed", error)
                break
            answered.add(id)
            if listing is not None:
                self._store(listing, newer=False)
                returned.add(id)
        if self.arxiv_of_papers:
            answered = {id for id in ids if id not in returned}
            entries = await self._arxiv.papers(id for id in ids if id in answered)
            self._store(Listing(None, tuple(entry.draft for entry in entries)), newer=False)
            returned |= {entry.draft.id for entry in entries if entry.draft.id in answered}
        unknown = answered - returned
        self.feeds.not_found(sorted(unknown), today.isoformat())
        yield step("returned", papers=len(returned), unknown=len(unknown))

    async def _fetch_categories(self) -> AsyncGenerator[Line, None]:
        """Fetch the categories of the newest papers that lack them, once a day; the daily feed has none."""
        today = self.now().date()
        if self.arxiv_of_papers is None or self.feeds.last_asked() == today.isoformat():
            return
        before = (today - timedelta(days=RETRY_DAYS)).isoformat()
        ids = self.feeds.uncategorized(before, CATEGORIZED_PER_DAY)
        if not ids:
            return
        yield step("asking", title=f"arXiv, the categories of {len(ids)}")
        counts = self._store_entries(await self._arxiv.papers(ids))
        self.feeds.asked(ids, today.isoformat())
        self.note_outcome("arxiv", None)
        # Only new papers: the others were counted with the daily papers.
        yield _stored("arxiv", OWN["arxiv"], Stored(new=counts.new))

    def _store_entries(self, entries: Sequence[ArxivEntry]) -> Stored:
        """Store arXiv's entries: they fill gaps in papers of the daily feed, and replace data of other sources."""
        sources = self.feeds.sources_of([entry.draft.id or "" for entry in entries])
        by_newer: dict[bool, list[Draft]] = {False: [], True: []}
        for entry in entries:
            by_newer[sources.get(entry.draft.id or "") != "hf"].append(entry.draft)
        stored = [self._store(Listing(None, tuple(drafts)), newer=newer) for newer, drafts in by_newer.items()]
        return stored[0] + stored[1]

    def _store(self, listing: Listing, *, newer: bool) -> Stored:
        return self.cache.store(listing, self._stamp(), newer=newer, noted=False)

    def _stamp(self) -> str:
        return utc_stamp(self.now())
