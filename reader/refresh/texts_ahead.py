"""Fetch full texts before they are read: those of the papers that the settings name, slowly, and one at a time.

All programs of the user share the pace: one text in some seconds, by a lock on a file. A text that no source has is
asked for again after some weeks. At the first sign of a network that fails, or costs money, the rest waits for the
next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reader import platform
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.errors import FeedError, FeedOffline, FeedUnreachable
from reader.feeds.fulltext.client import TextSource
from reader.feeds.http.busy_host import HostBusy
from reader.feeds.http.documents import is_local_url
from reader.feeds.http.failures import HttpRefused
from reader.feeds.http.host_lock import host_lock
from reader.paths import response_cache_folder
from reader.refresh.full_text import fetch_text
from reader.refresh.progress import TextMissing, TextsAhead, TextsPaused, TextStored, Waiting
from reader.refresh.wanted_texts import RETRY_DAYS, find_wanted

PACE = 4.0
"""Seconds between two texts: with those that are read meanwhile, a host gets under 100 requests in five minutes."""

MOST = 75
"""Texts of one run, which takes five minutes; a run for each refresh brings the others."""

FAILURES = 2
"""Texts in a row that could not be asked for, after which the rest waits."""

LOCK = "texts-ahead.lock"


async def fetch_texts_ahead(
    file: Path,
    settings: Settings,
    sources: Sequence[TextSource],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    is_metered: Callable[[], bool] = platform.is_metered,
) -> AsyncGenerator[TextsAhead | TextsPaused | Waiting, None]:
    """Fetch the texts that are missing into the cache in `file`; yields nothing if none is. Raises CacheError."""
    wanted = (await asyncio.to_thread(find_wanted, file, settings, now()))[:MOST]
    # A stand-in on this machine may be asked at any rate.
    lock = None if is_local_url(settings.endpoint) else response_cache_folder() / LOCK
    stored = failures = 0
    for done, paper in enumerate(wanted):
        # It may change on the way.
        if await asyncio.to_thread(is_metered):
            yield TextsPaused(len(wanted) - done, "metered")
            return
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
            if _is_of_page(error):
                # The page may be to blame, or a network that asks to sign in: others have their turn before it.
                await asyncio.to_thread(_put_off, file, paper.pk, now() - timedelta(days=RETRY_DAYS - 1))
            if failures == FAILURES or isinstance(error, FeedOffline):
                yield TextsPaused(len(wanted) - done, "no answer")
                return
    if wanted:
        yield TextsAhead(len(wanted), len(wanted), stored)


def _is_of_page(error: FeedError) -> bool:
    """Whether another page of the host may well be sent."""
    if isinstance(error, HttpRefused):
        return not isinstance(error, HostBusy) and error.status < 500 and error.status != 429
    return not isinstance(error, FeedOffline | FeedUnreachable)


def _put_off(file: Path, pk: int, since: datetime) -> None:
    """Ask for a text again `RETRY_DAYS` after a time."""
    with closing(Texts.open(file)) as texts:
        texts.note_missing(pk, since.date().isoformat())


def _is_kept(file: Path, pk: int) -> bool:
    """Whether another program has stored a text meanwhile."""
    with closing(Texts.open(file)) as texts:
        return texts.has(pk)
