"""What is done behind the reader: a job is asked for, and tells message by message how it goes.

    async for message in run(workplace, Refresh(Latest())):
        ...

Jobs and messages are plain data, so that a job can be done in a process of its own: see `reader.refresh.worker`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.config import Settings, retention_start
from reader.core.errors import ReaderError
from reader.core.paper import Listing
from reader.paths import response_cache_folder
from reader.refresh.plan import Plan
from reader.refresh.progress import RefreshEvent, SourceEvent, Waiting

if TYPE_CHECKING:
    from reader.cache.papers import Cache
    from reader.core.topics.scorer import Topics
    from reader.feeds.huggingface.client import HuggingFaceClient
    from reader.refresh.notifications import Notifier
    from reader.refresh.sources import Sources

# Jobs


@dataclass(frozen=True, slots=True)
class Refresh:
    """Fetch what the plan says, and then do what the cache needs."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class LookUpPaper:
    """Fetch one paper by its arXiv id."""

    id: str


@dataclass(frozen=True, slots=True)
class SearchFeed:
    """Search all that the feed has; nothing of it is kept."""

    text: str


@dataclass(frozen=True, slots=True)
class StorePapers:
    """Put papers into the cache that a search has found: a listing of one each."""

    listings: tuple[Listing, ...]


Job = Refresh | LookUpPaper | SearchFeed | StorePapers


# Messages


@dataclass(frozen=True, slots=True)
class SourceFailing:
    """A source beside the daily papers that does not answer, since when (ISO, UTC), and how many more there are."""

    title: str
    since: str
    more: int


@dataclass(frozen=True, slots=True)
class PapersClassified:
    """So many papers have their topics by the rules in use."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class PapersDropped:
    """So many papers from before a day (ISO) were let go of so far."""

    papers: int
    before: str


@dataclass(frozen=True, slots=True)
class LookupFinished:
    """Whether a paper was found anywhere."""

    found: bool


@dataclass(frozen=True, slots=True)
class SearchAnswered:
    """What the feed found, in its own order: a listing for each paper."""

    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True)
class PapersStored:
    """So many papers that were found are in the cache now, and were not before."""

    papers: int


@dataclass(frozen=True, slots=True)
class NotificationFailed:
    """New papers could not be told of, and why."""

    error: ReaderError


Message = (
    RefreshEvent
    | SourceEvent
    | SourceFailing
    | PapersClassified
    | PapersDropped
    | LookupFinished
    | SearchAnswered
    | PapersStored
    | NotificationFailed
)


# Doing them


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class JobContext:
    """The cache that jobs work on, and by what; `rules` loads the topic rules."""

    cache_file: Path
    settings: Settings
    rules: Callable[[], Topics]
    now: Callable[[], datetime] = _utc_now


JobRunner = Callable[[Job], AsyncGenerator[Message, None]]
"""Does a job, wherever; raises ReaderError. To close its iterator is to stop the job; what is stored stays."""


def run_job(place: JobContext, job: Job) -> AsyncGenerator[Message, None]:
    """Do a job here; its messages raise ReaderError."""
    match job:
        case Refresh(plan):
            return _refresh(place, plan)
        case LookUpPaper(id):
            return _look_up_paper(place, id)
        case SearchFeed(text):
            return _search_feed(place, text)
        case StorePapers(listings):
            return _store_papers(place, listings)


@asynccontextmanager
async def _open_cache(place: JobContext) -> AsyncIterator[Cache]:
    cache = await asyncio.to_thread(_load_cache, place)
    try:
        yield cache
    finally:
        cache.close()


def _load_cache(place: JobContext) -> Cache:
    """Open the cache, and import in this thread all that a job needs (0.5 s)."""
    import reader.refresh.sources  # noqa: F401
    from reader.cache.papers import Cache

    return Cache.open(place.cache_file, place.rules())


def open_sources(place: JobContext, cache: Cache) -> AbstractAsyncContextManager[tuple[HuggingFaceClient, Sources]]:
    """The daily feed and the sources beside it, as the settings say."""
    from reader.refresh import sources

    return sources.open_sources(
        cache,
        place.cache_file,
        place.settings.endpoint,
        response_cache_folder(),
        categorize=place.settings.ask_arxiv,
        now=place.now,
    )


async def _refresh(place: JobContext, plan: Plan) -> AsyncGenerator[Message, None]:
    from reader.refresh.notifications import Notifier

    notifier = Notifier.for_plan(plan, place.cache_file, place.settings, place.now)
    async with _open_cache(place) as cache:
        await notifier.begin()
        for step in (_fetch(place, cache, plan), _notify(notifier), _maintain_cache(place, cache)):
            async with aclosing(step) as messages:
                async for message in messages:
                    yield message


async def _fetch(place: JobContext, cache: Cache, plan: Plan) -> AsyncGenerator[Message, None]:
    from reader.refresh.sources import refresh_all

    async with open_sources(place, cache) as (daily, sources):
        async with aclosing(refresh_all(daily, cache, plan, sources)) as events:
            async for event in events:
                yield event
        if failing := await asyncio.to_thread(sources.feeds.failing):
            yield SourceFailing(failing[0].title, failing[0].failing_since or "", len(failing) - 1)


async def _notify(notifier: Notifier) -> AsyncGenerator[Message, None]:
    """Tell of new papers that the user waits for."""
    try:
        await notifier.tell()
    except ReaderError as error:
        yield NotificationFailed(error)


async def _maintain_cache(place: JobContext, cache: Cache) -> AsyncGenerator[Message, None]:
    """Do what the cache needs."""
    from reader.refresh.daily import run_to_end

    if await run_to_end(cache.needs_classifying):
        steps = cache.reclassify()
        while (step := await run_to_end(next, steps, None)) is not None:
            yield PapersClassified(*step)
    if before := retention_start(place.settings, place.now().date()):
        drops = cache.drop_before(before)
        while (dropped := await run_to_end(next, drops, None)) is not None:
            yield PapersDropped(dropped, before)
    await run_to_end(cache.rest)


async def _look_up_paper(place: JobContext, id: str) -> AsyncGenerator[Message, None]:
    async with _open_cache(place) as cache, open_sources(place, cache) as (daily, sources):
        yield LookupFinished(await sources.look_up(daily, id))


async def _search_feed(place: JobContext, text: str) -> AsyncGenerator[Message, None]:
    from reader.feeds.huggingface.client import HuggingFaceClient
    from reader.refresh.daily import with_waits

    async with (
        HuggingFaceClient.from_environment(place.settings.endpoint, lock_folder=response_cache_folder()) as daily,
        aclosing(with_waits(partial(daily.search, text))) as answers,
    ):
        async for answer in answers:
            yield answer if isinstance(answer, Waiting) else SearchAnswered(answer)


async def _store_papers(place: JobContext, listings: tuple[Listing, ...]) -> AsyncGenerator[Message, None]:
    from reader.refresh.daily import run_to_end

    async with _open_cache(place) as cache:
        # These are not all papers of their days, and a refresh may have brought newer records of them.
        now = place.now().isoformat(timespec="seconds")
        storing = cache.store_all(listings, now, newer=False, noted=False)
        yield PapersStored(sum([stored.new for stored in await run_to_end(list, storing)]))
