"""Fetch full texts before they are read: those of the papers that the settings name, slowly, and one at a time.

All programs of the user share the pace: one text in some seconds, by a lock on a file. A text that no source has is
asked for again after some weeks. At the first sign of a network that fails, or costs money, the rest waits for the
next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from reader import platform
from reader.cache import schema
from reader.cache.search.compile import Scope, compile_query
from reader.cache.texts import Texts
from reader.cache.window import Window
from reader.config import Settings
from reader.core.errors import FeedError, FeedOffline, FeedUnreachable
from reader.core.ids import pdf_url
from reader.core.query import Not, QueryError, Term, parse
from reader.core.query.nodes import all_of
from reader.feeds.fulltext.client import TextSource
from reader.feeds.http.busy_host import HostBusy
from reader.feeds.http.documents import is_local_url
from reader.feeds.http.host_lock import host_lock
from reader.refresh.full_text import fetch_text
from reader.refresh.progress import TextMissing, TextsAhead, TextsPaused, TextStored, Waiting

PACE = 4.0
"""Seconds between two texts: with those that are read meanwhile, a host gets under 100 requests in five minutes."""

MOST = 75
"""Texts of one run, which takes five minutes; a run for each refresh brings the others."""

FAILURES = 2
"""Texts in a row that could not be asked for, after which the rest waits."""

RETRY_DAYS = 21
"""Days after which a text that no source had is asked for again."""

LOCK = "texts-ahead.lock"


class Wanted(NamedTuple):
    """A paper whose text is to be fetched."""

    pk: int
    id: str


async def fetch_texts_ahead(
    file: Path,
    settings: Settings,
    sources: Sequence[TextSource],
    lock_folder: Path,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    is_metered: Callable[[], bool] = platform.is_metered,
) -> AsyncGenerator[TextsAhead | TextsPaused | Waiting, None]:
    """Fetch the texts that are missing into the cache in `file`; yields nothing if none is. Raises CacheError."""
    wanted = (await asyncio.to_thread(find_wanted, file, settings, now()))[:MOST]
    if not wanted:
        return
    if await asyncio.to_thread(is_metered):
        yield TextsPaused(len(wanted), "metered")
        return
    # A stand-in on this machine may be asked at any rate.
    lock = None if is_local_url(settings.endpoint) else lock_folder / LOCK
    stored = failures = 0
    for done, paper in enumerate(wanted):
        yield TextsAhead(done, len(wanted), stored)
        if await asyncio.to_thread(_is_kept, file, paper.pk):
            continue
        try:
            async with (
                host_lock(lock, PACE, sleep) if lock is not None else nullcontext(),
                aclosing(fetch_text(file, paper.pk, paper.id, sources, now)) as events,
            ):
                async for event in events:
                    if isinstance(event, Waiting):
                        yield event
                    elif isinstance(event, TextMissing):
                        await asyncio.to_thread(_put_off, file, paper.pk, now())
                    else:
                        stored += isinstance(event, TextStored)
            failures = 0
        except FeedError as error:
            failures += 1
            if not isinstance(error, FeedOffline | FeedUnreachable | HostBusy):
                # The page may be to blame, or a network that asks to sign in: others have their turn before it.
                await asyncio.to_thread(_put_off, file, paper.pk, now() - timedelta(days=RETRY_DAYS - 1))
            if failures == FAILURES or isinstance(error, FeedOffline):
                yield TextsPaused(len(wanted) - done, "no answer")
                return
    yield TextsAhead(len(wanted), len(wanted), stored)


def find_wanted(file: Path, settings: Settings, now: datetime) -> list[Wanted]:
    """The papers of the settings' queries whose text is missing and may be there, in the queries' orders."""
    if not settings.fetch_ahead or not settings.full_text_from:
        return []
    schema.ensure(file)
    since = (now - timedelta(days=RETRY_DAYS)).date().isoformat()
    with closing(Window.open(file)) as window, closing(Texts.open(file)) as texts:
        missing = texts.missing(since)
        pks = dict.fromkeys(pk for pk in _asked_for(window, settings.fetch_ahead, now) if pk not in missing)
        return [paper for paper in _papers(window, list(pks)) if pdf_url(paper.id) is not None]


def _asked_for(window: Window, queries: Sequence[str], now: datetime) -> Iterator[int]:
    """The papers of the valid queries that have no text here."""
    scope = Scope(now.date(), window.newest_day())
    for text in queries:
        try:
            query = parse(text)
        except QueryError:
            # It is reported with the settings.
            continue
        nodes = [node for node in (query.root, Not(Term("has", "fulltext"))) if node is not None]
        yield from window.order(compile_query(replace(query, root=all_of(nodes)), scope)).pks


def _papers(window: Window, pks: Sequence[int]) -> Iterator[Wanted]:
    for start in range(0, len(pks), 200):
        for row in window.rows(pks[start : start + 200]):
            if isinstance(row.pk, int):
                yield Wanted(row.pk, row.id)


def _put_off(file: Path, pk: int, since: datetime) -> None:
    """Ask for a text again `RETRY_DAYS` after a time."""
    with closing(Texts.open(file)) as texts:
        texts.note_missing(pk, since.date().isoformat())


def _is_kept(file: Path, pk: int) -> bool:
    """Whether another program has stored a text meanwhile."""
    with closing(Texts.open(file)) as texts:
        return texts.has(pk)
