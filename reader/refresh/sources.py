"""The whole refresh: the daily papers, then followed feeds, categories of arXiv, and lost papers.

Sources fail independently: a failure becomes a line and is stored with its time, and the other sources are still asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from reader import log_file
from reader.access_token import lookup_environment
from reader.cache.feeds import OWN, RETRY_DAYS, Coverage, Feeds, FollowedSource
from reader.cache.storing import Cache, StoreResult
from reader.core.dates import iso_day, utc_stamp
from reader.core.errors import FeedError, FeedOffline, FeedRefused
from reader.core.ids import feed_entry_id
from reader.core.paper import Draft, Listing
from reader.core.text import amount
from reader.feeds.arxiv import (
    MAX_CATEGORIZED_PER_DAY,
    ArxivClient,
    ArxivEntry,
    ArxivResponse,
    announcement_day,
    is_local_only,
    last_renewal,
)
from reader.feeds.arxiv_categories import categories
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.http import Client, Validators
from reader.feeds.huggingface import HuggingFaceClient
from reader.feeds.syndication import FeedResponse, SyndicationClient
from reader.paths import response_cache_folder
from reader.refresh.daily import refresh_daily
from reader.refresh.lines import (
    JobContext,
    Latest,
    Line,
    Plan,
    error_values,
    failure_line,
    failure_of,
    result_line,
    step,
)

T = TypeVar("T")

LOST_PAPERS_PER_REFRESH = 200
"""Maximum marked papers that one refresh requests because the cache lacks them, newest marks first."""

LOST_PAPERS_FROM_FEED = 20
"""Maximum lost papers requested from the daily feed, one by one, for their votes, keywords and days."""

MAX_CATCH_UP_DAYS = 28
"""Maximum days before the newest announcement that are requested after an absence."""

FIRST_FETCH_DAYS = 3
"""Days requested for a newly followed category."""

OVERLAP_DAYS = 7
"""Days of submission requested before the first day, because moderators hold some papers back."""

RETRY_HOURS = 3
"""Hours before an API that lacks papers is asked again."""


class _NoNetwork(Exception):
    """Neither the daily papers nor another source found a network."""


@asynccontextmanager
async def open_sources(context: JobContext, cache: Cache) -> AsyncIterator[Sources]:
    """The clients of all sources, by the settings.

    The settings decide whether the feed gets the token, and whether followed feeds may be local. arXiv is not asked
    for categories if the feed is local.
    """
    environ = lookup_environment()
    settings, answers, offline = context.settings, response_cache_folder(), is_offline(environ)
    with closing(Feeds.open(context.cache_file)) as feeds:
        async with (
            HuggingFaceClient(Client.for_feed(settings, environ, answers), cache.validators()) as daily,
            ArxivClient(answers, stand_in=arxiv_stand_in(environ), offline=offline) as arxiv,
            SyndicationClient(allow_local=settings.allow_local_feeds, offline=offline) as web,
        ):
            may_ask = settings.ask_arxiv and not is_local_only(f"http://{daily.host}", environ)
            yield Sources(context, cache, feeds, daily, arxiv, web, may_ask, offline)


async def refresh_all(plan: Plan, sources: Sources) -> Line:
    """Refresh the daily papers by the plan and then, if the plan is `Latest`, all other sources.

    Reports and returns the sums: `days` is the number of days with papers, `missing` the days (ISO) that were not
    fetched because of `error`, `returned` the number of marked or imported papers that the cache lacked, and `unknown`
    the ids of such papers that no source has. A fault of one source never ends the refresh. Raises UsageError for a
    wrong plan, and CacheError if nothing can be stored.
    """
    daily = await refresh_daily(sources.daily, sources.cache, plan, sources.tell, now=sources.now)
    sources.note_outcome("hf", daily.error)
    # Without a network, trying the sources one by one is pointless.
    if isinstance(plan, Latest):
        await sources.refresh(no_network=isinstance(daily.error, FeedOffline))
    sums = asdict(daily.counts + sources.counts)
    sums |= {"returned": sources.returned, "unknown": sources.unknown}
    sums |= {"days": daily.days, "missing": daily.missing, **error_values(daily.error)}
    sources.tell(step("fetched", **sums))
    return result_line("refresh", **sums)


@dataclass
class Sources:
    """The daily feed, and the other sources."""

    context: JobContext
    cache: Cache
    feeds: Feeds
    daily: HuggingFaceClient
    arxiv: ArxivClient
    web: SyndicationClient
    may_ask_arxiv: bool
    """Whether arXiv may be asked about papers of the feed: for their categories, and for lost papers."""
    stays_offline: bool = False
    """Whether the user has chosen offline mode."""
    counts: StoreResult = StoreResult()  # noqa: RUF009 (immutable)
    """The papers from sources other than the daily feed."""
    returned: int = 0
    """Number of marked or imported papers that the cache lacked and that were fetched."""
    unknown: Sequence[str] = ()
    """Ids of marked or imported papers that no source has."""
    _no_network: bool = False
    _categories: Sequence[FollowedSource] = ()
    """The followed categories of arXiv."""
    _announced: tuple[ArxivEntry, ...] | FeedError | None = None
    """The answer to one RSS request for all followed categories; None before the request."""

    def tell(self, line: Line) -> None:
        self.context.tell(line)

    def now(self) -> datetime:
        return self.context.now()

    async def refresh(self, *, no_network: bool = False) -> None:
        """Ask all followed sources, then fetch lost papers and missing categories.

        With `no_network` (the daily papers found no network), the first source that also finds none ends the refresh
        without a line, because it is not at fault.
        """
        self._no_network, self._announced = no_network, None
        followed = self.feeds.sources()
        self._categories = [feed for feed in followed if feed.kind == "arxiv"]
        with suppress(_NoNetwork):
            for feed in self._categories:
                await self._ask(feed.slug, feed.title, self._fetch_category(feed))
            for feed in followed:
                if feed.kind == "rss":
                    await self._ask(feed.slug, feed.title, self._fetch_feed(feed))
            await self._ask("arxiv", OWN["arxiv"], self._fetch_papers_by_id())

    async def _ask(self, slug: str, title: str, source: Awaitable[StoreResult | None]) -> None:
        """Await a source, which fetches and stores its papers; report its papers, or report and store its failure.

        A source returns None if it had nothing to ask. Raises CacheError if nothing can be stored.
        """
        try:
            counts = await source
        except Exception as raised:
            error = failure_of(title, raised)
            if self._no_network and isinstance(error, FeedOffline):
                raise _NoNetwork from error
            self.note_outcome(slug, error)
            # The reader asks its own sources without being told to, so they do not count as followed.
            self.tell(failure_line("feed", error, slug=slug, title=title, followed=slug not in OWN))
            return
        if counts is not None:
            self.counts += counts
            self.tell(step("feed", slug=slug, title=title, **asdict(counts)))

    async def _fetch_feed(self, feed: FollowedSource) -> StoreResult:
        """Fetch a followed RSS or Atom feed if it has changed."""
        self.tell(step("asking", title=feed.title))
        return self.store_feed(feed, await self.web.fetch(feed.url, Validators(feed.etag, feed.modified), feed.slug))

    def store_feed(self, feed: FollowedSource, fetched: FeedResponse) -> StoreResult:
        """Store a feed's entries, and then its validators."""
        if fetched.feed is None:
            self.feeds.record_answer(feed.slug)
            return StoreResult()
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
        self.feeds.record_answer(feed.slug, now, *validators)
        return counts

    async def look_up(self, id: str) -> bool:
        """Fetch a paper from the feed, or else from arXiv; False if neither has it. Raises FeedError."""
        failure: FeedError | None = None
        try:
            listing = await self.daily.paper(id)
            if listing is not None:
                self._store(listing, newer=False)
                return True
        except FeedError as error:
            failure = error
        try:
            entries = await self.arxiv.papers([id])
        except FeedError as error:
            raise failure or error from None
        if not entries and failure is not None:
            raise failure
        self.store_entries(entries)
        return bool(entries)

    def note_outcome(self, slug: str, error: FeedError | None) -> None:
        """Store a source's success or failure; offline mode is the user's choice, not a failure."""
        if error is None:
            self.feeds.record_answer(slug)
        elif not (self.stays_offline and isinstance(error, FeedOffline)):
            self.feeds.record_failure(slug, self._stamp(), str(error))

    # Papers of arXiv

    async def _fetch_papers_by_id(self) -> StoreResult | None:
        """Fetch lost papers and missing categories; the counts are those of the categories."""
        await self._fetch_lost_papers()
        return await self._fetch_missing_categories()

    async def _fetch_lost_papers(self) -> None:
        """Fetch marked papers that the cache lacks: some from the daily feed, the others from arXiv.

        A paper that no source has is requested again after a week, at most three times.
        """
        today = self.now().date()
        ids = self.feeds.missing_papers(today, LOST_PAPERS_PER_REFRESH)
        if not ids:
            return
        source = "arXiv" if self.may_ask_arxiv else "the feed"
        self.tell(step("asking", title=f"{source}, {amount(len(ids), 'paper')} you marked"))
        returned, answered = set[str](), set[str]()
        for id in ids[:LOST_PAPERS_FROM_FEED]:
            try:
                listing = await self.daily.paper(id)
            except Exception as error:
                failure_of("a paper of the daily feed", error)
                break
            answered.add(id)
            if listing is not None:
                self._store(listing, newer=False)
                returned.add(id)
        if self.may_ask_arxiv:
            answered = {id for id in ids if id not in returned}
            entries = await self.arxiv.papers(id for id in ids if id in answered)
            self._store(Listing(None, tuple(entry.draft for entry in entries)), newer=False)
            returned |= {entry.draft.id for entry in entries if entry.draft.id in answered}
        unknown = answered - returned
        self.feeds.record_not_found(sorted(unknown), today.isoformat())
        self.returned, self.unknown = len(returned), sorted(unknown)
        self.tell(step("returned", papers=len(returned), unknown=len(unknown)))

    async def _fetch_missing_categories(self) -> StoreResult | None:
        """Fetch the categories of the newest papers that lack them, once a day; the daily feed has none."""
        today = self.now().date()
        if not self.may_ask_arxiv or self.feeds.last_asked() == today.isoformat():
            return None
        before = (today - timedelta(days=RETRY_DAYS)).isoformat()
        ids = self.feeds.papers_without_categories(before, MAX_CATEGORIZED_PER_DAY)
        if not ids:
            return None
        self.tell(step("asking", title=f"arXiv, the categories of {len(ids)}"))
        counts = self.store_entries(await self.arxiv.papers(ids))
        self.feeds.record_request(ids, today.isoformat())
        self.note_outcome("arxiv", None)
        # The daily papers have counted the other papers.
        return StoreResult(new=counts.new)

    def store_entries(self, entries: Sequence[ArxivEntry]) -> StoreResult:
        """Store arXiv's entries: they fill gaps in papers of the daily feed, and replace data of other sources."""
        sources = self.feeds.sources_of([entry.draft.id or "" for entry in entries])
        by_newer: dict[bool, list[Draft]] = {False: [], True: []}
        for entry in entries:
            by_newer[sources.get(entry.draft.id or "") != "hf"].append(entry.draft)
        stored = [self._store(Listing(None, tuple(drafts)), newer=newer) for newer, drafts in by_newer.items()]
        return stored[0] + stored[1]

    def _store(self, listing: Listing, *, newer: bool) -> StoreResult:
        return self.cache.store(listing, self._stamp(), newer=newer, noted=False)

    def _stamp(self) -> str:
        return utc_stamp(self.now())

    # The announcements of followed arXiv categories: one API query for each, and RSS while the API lacks papers.
    #
    # The API counts the papers that match a query, so a short answer is noticed, but it does not know the day on which
    # a paper was announced: the time of submission gives that day. RSS may have half of a day, or an old day under
    # today's date, so it brings papers sooner but never makes a day complete. The API is asked again from the same day
    # on until it has sent all papers that it counts, including one of the newest day.
    #
    # A paper that moderators held back for longer than `OVERLAP_DAYS` is found only if RSS is asked on its day. Asking
    # for more days each time was rejected: it would multiply the size of every answer.

    async def _fetch_category(self, feed: FollowedSource) -> StoreResult | None:
        """Fetch the missing announcements of a category if it is due."""
        newest = last_weekday(last_renewal(self.now()).date()).isoformat()
        known, again = self.feeds.coverage(feed.url), utc_stamp(self.now() + timedelta(hours=RETRY_HOURS))
        # A clock that was set back must not stop the requests.
        if known.complete_to >= newest or self._stamp() < known.again <= again:
            return None
        self.tell(step("asking", title=feed.title))
        # `added` may come from another program.
        first = known.complete_to or _days_before(iso_day(feed.added) or newest, FIRST_FETCH_DAYS)
        first = min(max(first, _days_before(newest, MAX_CATCH_UP_DAYS)), newest)
        start, today = _days_before(first, OVERLAP_DAYS), self.now().date().isoformat()
        answer = await _answer_or_error(self.arxiv.search_submitted(feed.url, start, today))
        coverage = _coverage(answer, known.complete_to, newest)
        announced = await self._announcements() if coverage.reason else ()
        if isinstance(answer, FeedError) and isinstance(announced, FeedError):
            raise answer
        entries = [] if isinstance(announced, FeedError) else list(announced)
        entries += [] if isinstance(answer, FeedError) else answer.entries
        stored = self.store_entries(self._wanted_entries(feed.url, entries))
        if coverage.reason:
            missing = [day for day in _weekdays(first, newest) if day > coverage.complete_to]
            coverage = coverage._replace(incomplete=tuple(missing[::-1]), again=again)
        self.feeds.cover(feed.url, coverage)
        self.feeds.record_answer(feed.slug, self._stamp())
        return stored

    async def _announcements(self) -> tuple[ArxivEntry, ...] | FeedError:
        """The newest announcements of all followed categories that this version knows, from one request."""
        if self._announced is None:
            ids = [feed.url for feed in self._categories if feed.url in categories()]
            self._announced = await _answer_or_error(self.arxiv.latest(ids))
        return self._announced

    def _wanted_entries(self, category: str, entries: Iterable[ArxivEntry]) -> list[ArxivEntry]:
        """New papers of a category, and new versions of papers in the cache; the last entry of a paper counts."""
        by_id = {entry.draft.id: entry for entry in entries if entry.draft.id and category in entry.draft.categories}
        cached = self.feeds.sources_of(by_id)
        return [entry for id, entry in by_id.items() if entry.is_new or id in cached]


async def _answer_or_error(request: Awaitable[T]) -> T | FeedError:
    """The answer of arXiv, or its error; raises FeedOffline without a network."""
    try:
        return await request
    except FeedOffline:
        raise
    except FeedError as error:
        log_file.record_warning("arXiv's announcements", str(error))
        return error


def _coverage(answer: ArxivResponse | FeedError, complete_to: str, newest: str) -> Coverage:
    """The day up to which the API's answer has all papers, and why it may lack papers of later days."""
    if isinstance(answer, FeedError):
        verb = "refused" if isinstance(answer, FeedRefused) else "failed"
        return Coverage(complete_to, reason=f"arXiv's API {verb}")
    if answer.total is not None and len(answer.entries) < answer.total:
        return Coverage(complete_to, reason=f"arXiv's API sent {len(answer.entries):,} of {answer.total:,}")
    days = (announcement_day(entry.submitted).isoformat() for entry in answer.entries if entry.submitted)
    reached = max(days, default="")
    if reached >= newest:
        return Coverage(newest)
    return Coverage(max(complete_to, reached), reason="arXiv's API has no paper of the day yet")


def _weekdays(first: str, last: str) -> list[str]:
    start = date.fromisoformat(first)
    days = (start + timedelta(days=after) for after in range((date.fromisoformat(last) - start).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5]


def _days_before(day: str, days: int) -> str:
    """The day (ISO) that is `days` days before another."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def last_weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
