"""Brings in the papers that the user marked or imported, or a group shares, and the cache does not have.

Their marks are in the log, also after a lost cache or an import, and wait for them. Whether a paper was here before is
not known: the log is the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from reader.cache.feeds import Feeds
from reader.core.paper import Listing
from reader.feeds.arxiv.parse import ArxivEntry
from reader.refresh.daily import StoreCounts
from reader.refresh.failures import failure_of
from reader.refresh.progress import FeedStarted, PapersReturned

PER_REFRESH = 200
"""Papers asked for in one refresh, newest marks first."""

PER_REQUEST = 100
"""Papers in one request to arXiv."""

RECORDS = 20
"""Papers asked of the daily feed, one request each: it also has votes, keywords and days."""

RETRY_DAYS = 7
"""Days after which a paper is asked for again that no source had."""


class PaperLookup(Protocol):
    """A client that finds a single paper."""

    async def paper(self, id: str) -> Listing | None: ...


class PapersById(Protocol):
    """A client that finds papers by their ids, such as that of arXiv."""

    async def papers(self, ids: Iterable[str]) -> tuple[ArxivEntry, ...]: ...


async def fetch_lost_papers(
    feeds: Feeds,
    daily: PaperLookup | None,
    arxiv: PapersById | None,
    store: Callable[[Listing], Awaitable[StoreCounts]],
    today: date,
) -> AsyncGenerator[FeedStarted | PapersReturned, None]:
    """Ask the daily feed for some of the papers, and arXiv for the others; None is not asked.

    If no paper is lost, nothing is asked or yielded. A paper that no source has is asked for again after a week, and no
    more than three times. Raises FeedError if arXiv fails; what was stored before stays.
    """
    before = (today - timedelta(days=RETRY_DAYS)).isoformat()
    own = await asyncio.to_thread(feeds.lost, before, PER_REFRESH)
    shared = await asyncio.to_thread(feeds.lost_of_group, before, PER_REFRESH - len(own))
    ids = list(dict.fromkeys((*own, *shared)))
    if not ids or (daily is None and arxiv is None):
        return
    count = len(ids)
    whose = "you marked" if len(ids) == len(own) else "of your group" if not own else "you or your group marked"
    yield FeedStarted(f"{'arXiv' if arxiv else 'the feed'}, {count} {'paper' if count == 1 else 'papers'} {whose}")
    returned, unknown = await _ask_daily(daily, ids[:RECORDS], store) if daily else (set[str](), set[str]())
    if arxiv is not None:
        rest = [id for id in ids if id not in returned]
        unknown = set()
        for start in range(0, len(rest), PER_REQUEST):
            batch = rest[start : start + PER_REQUEST]
            entries = await arxiv.papers(batch)
            await store(Listing(None, tuple(entry.draft for entry in entries)))
            found = {entry.draft.id for entry in entries if entry.draft.id}
            await asyncio.to_thread(feeds.not_found, sorted(set(batch) - found), today.isoformat())
            returned |= found & set(batch)
            unknown |= set(batch) - found
    else:
        await asyncio.to_thread(feeds.not_found, sorted(unknown), today.isoformat())
    yield PapersReturned(len(returned.intersection(own)), len(unknown))


async def _ask_daily(
    daily: PaperLookup, ids: Sequence[str], store: Callable[[Listing], Awaitable[StoreCounts]]
) -> tuple[set[str], set[str]]:
    """The papers that the daily feed brought back, and those that it does not have; a failure ends the asking."""
    returned, unknown = set[str](), set[str]()
    for id in ids:
        try:
            listing = await daily.paper(id)
        except Exception as error:
            failure_of("a paper of the daily feed", error)
            break
        if listing is None:
            unknown.add(id)
        else:
            await store(listing)
            returned.add(id)
    return returned, unknown
