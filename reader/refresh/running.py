"""The work of each job, in the process that runs it: `async for message in run_job(context, job)`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.config import retention_start, text_retention_start
from reader.core.document.model import PdfSpot
from reader.core.errors import CacheError, NoFullText, NoPicture, ReaderError
from reader.core.paper import Listing
from reader.paths import response_cache_folder
from reader.refresh.pictures import draw, draw_picture
from reader.refresh.plan import Plan

if TYPE_CHECKING:
    from reader.cache.storing.papers import Cache
    from reader.refresh.sources import Sources

from reader.refresh.jobs import (
    Canvas,
    DrawPicture,
    ExtensionJob,
    FetchPdf,
    FetchText,
    FetchTextsAhead,
    HookRan,
    Job,
    JobContext,
    LearnForYou,
    LookupFinished,
    LookUpPaper,
    LookUpTitles,
    Message,
    NotificationFailed,
    PapersClassified,
    PapersDropped,
    PapersRanked,
    PapersStored,
    PdfReceived,
    PdfStored,
    Refresh,
    RefreshPaper,
    SearchAnswered,
    SearchFeed,
    SourceFailing,
    StorePapers,
    TextMissing,
    ask,
    run_to_end,
)


def run_job(context: JobContext, job: Job) -> AsyncGenerator[Message, None]:
    """Run a job in this process; iterating raises ReaderError."""
    match job:
        case ExtensionJob():
            return job.run(context)
        case Refresh(plan):
            return _refresh(context, plan)
        case LookUpPaper(id, own):
            return _look_up_paper(context, id, own)
        case LookUpTitles():
            return _look_up_titles(context)
        case RefreshPaper(id):
            return _refresh_paper(context, id)
        case SearchFeed(text):
            return _search_feed(context, text)
        case StorePapers(listings):
            return _store_papers(context, listings)
        case FetchText(id):
            return _fetch_text(context, id)
        case FetchTextsAhead():
            return _fetch_texts_ahead(context)
        case LearnForYou():
            return _learn(context)
        case FetchPdf(id, path):
            return _fetch_pdf(id, Path(path))
        case DrawPicture(_, canvas, PdfSpot() as spot):
            return _draw_spot(context, spot, canvas)
        case DrawPicture():
            return draw_picture(job, context.settings)


@asynccontextmanager
async def _open_cache(context: JobContext) -> AsyncIterator[Cache]:
    cache = await asyncio.to_thread(_load_cache, context)
    try:
        yield cache
    finally:
        cache.close()


def _load_cache(context: JobContext) -> Cache:
    """Open the cache, and import what a job needs (0.5 s) in this thread rather than in the event loop."""
    import reader.refresh.sources  # noqa: F401
    from reader.cache.storing.papers import Cache

    return Cache.open(context.cache_file, context.rules())


def open_sources(context: JobContext, cache: Cache) -> AbstractAsyncContextManager[Sources]:
    """The clients of all sources, by the settings."""
    from reader.refresh import sources

    return sources.open_sources(context, cache)


async def _refresh(context: JobContext, plan: Plan) -> AsyncGenerator[Message, None]:
    from reader.refresh.notifications import Notifier
    from reader.refresh.pipes import NewPaperPrograms
    from reader.refresh.rules import RuleKeeper

    programs = NewPaperPrograms(plan, context.cache_file, context.settings, context.now)
    rules = RuleKeeper(context.cache_file, context.settings, context.now)
    notifier = Notifier(plan, context.cache_file, context.settings, context.now)
    async with _open_cache(context) as cache:
        await notifier.start()
        await programs.start()
        await asyncio.to_thread(rules.start)
        async with aclosing(_fetch(context, cache, plan)) as messages:
            async for message in messages:
                yield message
        if acted := await asyncio.to_thread(rules.apply):
            yield acted
        try:
            # After the rules, since what they hide is not news.
            await notifier.notify_new_papers()
        except ReaderError as error:
            yield NotificationFailed(error)
        async with aclosing(_maintain_cache(context, cache)) as messages:
            async for message in messages:
                yield message
        try:
            # Last, because the user's program may take long.
            async with aclosing(programs.run(text_fetcher(context))) as results:
                async for result in results:
                    yield HookRan(result.done, result.of)
        except ReaderError as error:
            yield NotificationFailed(error)


async def _fetch(context: JobContext, cache: Cache, plan: Plan) -> AsyncGenerator[Message, None]:
    from reader.refresh.sources import refresh_all

    async with open_sources(context, cache) as sources:
        async with aclosing(refresh_all(plan, sources)) as events:
            async for event in events:
                yield event
        if failing := await asyncio.to_thread(sources.feeds.failing):
            yield SourceFailing(failing[0].title, failing[0].failing_since or "", len(failing) - 1)


def text_fetcher(context: JobContext) -> Callable[[str], Awaitable[None]]:
    """What fetches the full text of a paper by a job in this process; it raises NoFullText if there is none."""

    async def fetch(id: str) -> None:
        async with aclosing(run_job(context, FetchText(id))) as messages:
            async for message in messages:
                if isinstance(message, TextMissing):
                    raise NoFullText(f"{id} has no full text: {message.reason}.")

    return fetch


async def _maintain_cache(context: JobContext, cache: Cache) -> AsyncGenerator[Message, None]:
    """Reclassify papers if the topics changed, delete papers that are too old, and back up once a day."""
    from reader.cache.choice import update
    from reader.cache.texts import Texts
    from reader.log import copies

    if await run_to_end(cache.needs_classifying):
        steps = cache.reclassify()
        while (step := await run_to_end(next, steps, None)) is not None:
            yield PapersClassified(*step)
    if before := retention_start(context.settings, context.now().date()):
        drops = cache.drop_before(before)
        while (dropped := await run_to_end(next, drops, None)) is not None:
            yield PapersDropped(dropped, before)
    if before := text_retention_start(context.settings, context.now().date()):
        await ask(Texts.open, context.cache_file, lambda texts: list(texts.drop_unused(before)))
    # Last, so that For you has scores and reasons of the new papers when it is opened.
    with suppress(CacheError):
        await run_to_end(partial(update, newest=None), context.cache_file)
    await run_to_end(cache.rest)
    await run_to_end(copies.keep_daily_copy, context.cache_file, context.now().astimezone().date())


async def _learn(context: JobContext) -> AsyncGenerator[Message, None]:
    from reader.cache.choice import update

    yield PapersRanked(await run_to_end(update, context.cache_file))


async def _fetch_text(context: JobContext, id: str) -> AsyncGenerator[Message, None]:
    from reader.refresh import texts

    pk = await asyncio.to_thread(texts.find_key, context.cache_file, id)
    if pk is None:
        yield TextMissing(id, "it is not in the cache")
        return
    async with texts.open_sources(context.settings) as sources:
        yield await texts.fetch_text(context.cache_file, pk, id, sources, context.now)


async def _fetch_texts_ahead(context: JobContext) -> AsyncGenerator[Message, None]:
    from reader.refresh import texts

    async with texts.open_sources(context.settings) as sources:
        fetching = texts.fetch_texts_ahead(context.cache_file, context.settings, sources, now=context.now)
        async with aclosing(fetching) as events:
            async for event in events:
                yield event


async def _look_up_titles(context: JobContext) -> AsyncGenerator[Message, None]:
    from reader.refresh.titles import look_up_titles

    async with _open_cache(context) as cache, open_sources(context, cache) as sources:

        def stamp() -> str:
            return context.now().isoformat(timespec="seconds")

        async def store(listing: Listing) -> object:
            return await run_to_end(cache.store, listing, stamp(), newer=False, noted=False)

        looking = look_up_titles(context.cache_file, sources.daily, sources.arxiv_of_papers, store, context.now)
        async with aclosing(looking) as steps:
            async for step in steps:
                yield step


async def _look_up_paper(context: JobContext, id: str, own: str | None) -> AsyncGenerator[Message, None]:
    from reader.refresh.rules import RuleKeeper

    async with _open_cache(context) as cache, open_sources(context, cache) as sources:
        found = await sources.look_up(id, own)
    if found:
        await asyncio.to_thread(RuleKeeper(context.cache_file, context.settings, context.now).pass_over, id)
    yield LookupFinished(found)


async def _refresh_paper(context: JobContext, id: str) -> AsyncGenerator[Message, None]:
    from reader.refresh.one_paper import refresh_paper

    async with _open_cache(context) as cache, open_sources(context, cache) as sources:
        asking = refresh_paper(context.cache_file, cache, id, sources.daily, sources.arxiv_of_papers, now=context.now)
        async with aclosing(asking) as steps:
            async for step in steps:
                yield step


async def _search_feed(context: JobContext, text: str) -> AsyncGenerator[Message, None]:
    from reader.feeds.huggingface.client import HuggingFaceClient

    async with HuggingFaceClient.from_environment(context.settings, lock_folder=response_cache_folder()) as daily:
        yield SearchAnswered(await daily.search(text))


async def _store_papers(context: JobContext, listings: tuple[Listing, ...]) -> AsyncGenerator[Message, None]:

    async with _open_cache(context) as cache:
        # Not noted: these are not all papers of their days. Not newer: a refresh may have newer records.
        now = context.now().isoformat(timespec="seconds")
        storing = cache.store_all(listings, now, newer=False, noted=False)
        yield PapersStored(sum([stored.new for stored in await run_to_end(list, storing)]))


async def _draw_spot(context: JobContext, spot: PdfSpot, canvas: Canvas) -> AsyncGenerator[Message, None]:
    from reader.feeds.fulltext.pdf_client import PDF, PdfTexts
    from reader.refresh import texts

    async with texts.open_sources(replace(context.settings, full_text_from=(PDF,))) as sources:
        for source in sources:
            if isinstance(source, PdfTexts):
                size = canvas.columns * canvas.cell_width, canvas.rows * canvas.cell_height
                yield await asyncio.to_thread(draw, await source.picture(spot, *size), canvas)
                return
    raise NoPicture("arXiv is not asked for its PDF while the feed is on this machine.")


async def _fetch_pdf(id: str, file: Path) -> AsyncGenerator[Message, None]:
    """Fetch a PDF to a file. Closing the iterator stops it, keeping the received part."""
    from reader.feeds.fulltext.pdf_client import PdfClient

    news: asyncio.Queue[PdfReceived | None] = asyncio.Queue()
    async with PdfClient.from_environment(response_cache_folder()) as client:
        fetching = asyncio.ensure_future(
            client.fetch(id, file, lambda done, total: news.put_nowait(PdfReceived(done, total)))
        )
        fetching.add_done_callback(lambda _: news.put_nowait(None))
        try:
            while (message := await news.get()) is not None:
                yield message
            await fetching
            yield PdfStored(str(file))
        finally:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
