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

from reader.config import Settings, kept_since
from reader.core.errors import ReaderError
from reader.core.paper import Listing
from reader.paths import answers_folder
from reader.refresh.plan import Plan
from reader.refresh.progress import Event, SourceEvent, Waiting

if TYPE_CHECKING:
    from reader.cache.papers import Cache
    from reader.core.topics.scorer import Topics
    from reader.feeds.huggingface.client import FeedClient
    from reader.refresh.notifications import Notifier
    from reader.refresh.sources import Sources

# Jobs


@dataclass(frozen=True, slots=True)
class Refresh:
    """Fetch what the plan says, and then do what the cache needs."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class LookUp:
    """Fetch one paper by its arXiv id."""

    id: str


@dataclass(frozen=True, slots=True)
class Search:
    """Search all that the feed has; nothing of it is kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Put papers into the cache that a search has found: a listing of one each."""

    listings: tuple[Listing, ...]


Job = Refresh | LookUp | Search | Keep


# Messages


@dataclass(frozen=True, slots=True)
class SourceFailing:
    """A source beside the daily papers that does not answer, since when (ISO, UTC), and how many more there are."""

    title: str
    since: str
    more: int


@dataclass(frozen=True, slots=True)
class Classified:
    """So many papers have their topics by the rules in use."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """So many papers from before a day (ISO) were let go of so far."""

    papers: int
    before: str


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Whether a paper was found anywhere."""

    found: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What the feed found, in its own order: a listing for each paper."""

    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """So many papers that were found are in the cache now, and were not before."""

    papers: int


@dataclass(frozen=True, slots=True)
class NotTold:
    """New papers could not be told of, and why."""

    error: ReaderError


Message = Event | SourceEvent | SourceFailing | Classified | Dropped | LookedUp | Answered | Kept | NotTold


# Doing them


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workplace:
    """The cache that jobs work on, and by what; `rules` loads the topic rules."""

    cache_file: Path
    settings: Settings
    rules: Callable[[], Topics]
    now: Callable[[], datetime] = _utc_now


Runner = Callable[[Job], AsyncGenerator[Message, None]]
"""Does a job, wherever; raises ReaderError. To close its iterator is to stop the job; what is stored stays."""


def run(place: Workplace, job: Job) -> AsyncGenerator[Message, None]:
    """Do a job here; its messages raise ReaderError."""
    match job:
        case Refresh(plan):
            return _refresh(place, plan)
        case LookUp(id):
            return _look_up(place, id)
        case Search(text):
            return _search(place, text)
        case Keep(listings):
            return _keep(place, listings)


@asynccontextmanager
async def _opened(place: Workplace) -> AsyncIterator[Cache]:
    cache = await asyncio.to_thread(_open, place)
    try:
        yield cache
    finally:
        cache.close()


def _open(place: Workplace) -> Cache:
    """Open the cache, and import in this thread all that a job needs (0.5 s)."""
    import reader.refresh.sources  # noqa: F401
    from reader.cache.papers import Cache

    return Cache.open(place.cache_file, place.rules())


def connected(place: Workplace, cache: Cache) -> AbstractAsyncContextManager[tuple[FeedClient, Sources]]:
    """The daily feed and the sources beside it, as the settings say."""
    from reader.refresh import sources

    return sources.connected(
        cache,
        place.cache_file,
        place.settings.endpoint,
        answers_folder(),
        categorize=place.settings.ask_arxiv,
        now=place.now,
    )


async def _refresh(place: Workplace, plan: Plan) -> AsyncGenerator[Message, None]:
    from reader.refresh.notifications import Notifier

    notifier = Notifier.for_plan(plan, place.cache_file, place.settings, place.now)
    async with _opened(place) as cache:
        await notifier.begin()
        for step in (_fetch(place, cache, plan), _tell(notifier), _tidy(place, cache)):
            async with aclosing(step) as messages:
                async for message in messages:
                    yield message


async def _fetch(place: Workplace, cache: Cache, plan: Plan) -> AsyncGenerator[Message, None]:
    from reader.refresh.sources import refresh_all

    async with connected(place, cache) as (daily, sources):
        async with aclosing(refresh_all(daily, cache, plan, sources)) as events:
            async for event in events:
                yield event
        if failing := await asyncio.to_thread(sources.feeds.failing):
            yield SourceFailing(failing[0].title, failing[0].failing_since or "", len(failing) - 1)


async def _tell(notifier: Notifier) -> AsyncGenerator[Message, None]:
    """Tell of new papers that the user waits for."""
    try:
        await notifier.tell()
    except ReaderError as error:
        yield NotTold(error)


async def _tidy(place: Workplace, cache: Cache) -> AsyncGenerator[Message, None]:
    """Do what the cache needs."""
    from reader.refresh.daily import to_end

    if await to_end(cache.needs_classifying):
        steps = cache.reclassify()
        while (step := await to_end(next, steps, None)) is not None:
            yield Classified(*step)
    if before := kept_since(place.settings, place.now().date()):
        drops = cache.drop_before(before)
        while (dropped := await to_end(next, drops, None)) is not None:
            yield Dropped(dropped, before)
    await to_end(cache.rest)


async def _look_up(place: Workplace, id: str) -> AsyncGenerator[Message, None]:
    async with _opened(place) as cache, connected(place, cache) as (daily, sources):
        yield LookedUp(await sources.look_up(daily, id))


async def _search(place: Workplace, text: str) -> AsyncGenerator[Message, None]:
    from reader.feeds.huggingface.client import FeedClient
    from reader.refresh.daily import ask

    async with (
        FeedClient.from_environment(place.settings.endpoint, turns=answers_folder()) as daily,
        aclosing(ask(partial(daily.search, text))) as answers,
    ):
        async for answer in answers:
            yield answer if isinstance(answer, Waiting) else Answered(answer)


async def _keep(place: Workplace, listings: tuple[Listing, ...]) -> AsyncGenerator[Message, None]:
    from reader.refresh.daily import to_end

    async with _opened(place) as cache:
        # These are not all papers of their days, and a refresh may have brought newer records of them.
        now = place.now().isoformat(timespec="seconds")
        storing = cache.store_all(listings, now, newer=False, noted=False)
        yield Kept(sum([stored.new for stored in await to_end(list, storing)]))
