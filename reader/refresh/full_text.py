"""Fetch the full text of a paper from the first source that has it, and keep it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reader.cache import schema
from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.document.model import Document
from reader.core.errors import FeedError, NoFullText
from reader.feeds.fulltext.client import TextSource, open_text_sources
from reader.paths import response_cache_folder
from reader.refresh.daily import with_waits
from reader.refresh.progress import TextMissing, TextStored, Waiting


@asynccontextmanager
async def open_sources(settings: Settings) -> AsyncIterator[Sequence[TextSource]]:
    """The sources of full texts, in the order of the settings."""
    sources = open_text_sources(settings, response_cache_folder())
    try:
        yield sources
    finally:
        for source in sources:
            await source.aclose()


async def fetch_text(
    file: Path, pk: int, id: str, sources: Sequence[TextSource], now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncGenerator[TextStored | TextMissing | Waiting, None]:
    """Ask the sources in turn for the text of a paper of the cache in `file`, and store the first that there is.

    Yields TextMissing if they say that there is none. Raises the first FeedError if none has it and one failed.
    """
    reasons: list[str] = []
    failure: FeedError | None = None
    for source in sources:
        document: Document | None = None
        try:
            async with aclosing(with_waits(partial(source.text, id))) as answers:
                async for answer in answers:
                    if isinstance(answer, Waiting):
                        yield answer
                    else:
                        document = answer
        except NoFullText as reason:
            reasons.append(str(reason))
        except FeedError as error:
            failure = failure or error
        if document is not None:
            stamp = now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            await asyncio.to_thread(_store, file, pk, document, source.name, stamp)
            yield TextStored(id, source.name)
            return
    if failure is not None:
        raise failure
    yield TextMissing(id, reasons[-1] if reasons else "full_text_from of the settings names no source")


def find_key(file: Path, id: str) -> int | None:
    """The key of a paper in the cache, which is brought to this program's schema; None if it is not there."""
    schema.ensure(file)
    with closing(Window.open(file)) as window:
        return window.pk_of(id)


def _store(file: Path, pk: int, document: Document, source: str, now: str) -> None:
    with closing(Texts.open(file)) as texts:
        texts.put(pk, document, source, now)
