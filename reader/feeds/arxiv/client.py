"""The client of arXiv, within arXiv's terms: one request in three seconds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Unpack
from urllib.parse import urlencode

from reader.core.addresses import is_local_url
from reader.core.ids import is_arxiv_id
from reader.feeds.arxiv.categories import find_category
from reader.feeds.arxiv.parse import (
    ArxivEntry,
    ArxivResponse,
    parse_arxiv,
    refusal_reason,
)
from reader.feeds.environment import ARXIV_VARIABLE, arxiv_stand_in, is_offline
from reader.feeds.http import FEED_TYPES, Client, Closing, HttpOptions, Limits
from reader.feeds.pace import BUSY_HOST_INTERVAL_SECONDS, busy_host_pace

API_ENDPOINT = "https://export.arxiv.org"
RSS_ENDPOINT = "https://rss.arxiv.org"

INTERVAL = BUSY_HOST_INTERVAL_SECONDS
"""Seconds between requests to either host, by arXiv's terms."""

MAX_IDS = 200
"""Maximum papers per request by id; more make the address too long for some proxies."""

CATEGORIZED_PER_DAY = MAX_IDS
"""Papers in the single daily request for categories, newest first: about a week of the feed."""

_MOST_TITLED = 25

_TITLE_WORDS = 10

_COMMON = frozenset(("and", "are", "can", "for", "from", "how", "into", "its", "not", "the", "via", "what", "with"))
"""Words that many searches leave out, so that they match nothing."""

_PAGE_SIZE = 1_000

_MAX_PAGES = 30
"""arXiv returns no more than 30,000 papers for one query."""

_LIMITS = replace(Limits(), read_timeout=30, total_timeout=90, backoff=INTERVAL)

_CLOSING_HOUR = 14
"""Hour of the day in New York at which submissions for the next announcement close."""

_RENEWAL_TIME = timedelta(hours=6)
"""Time of day, UTC, when the day's papers are certainly available: arXiv renews them at midnight in New York."""


class ArxivClient(Closing):
    """arXiv's API and announcements, one request at a time; its methods raise FeedError.

        async with ArxivClient(folder) as arxiv:
            entries = await arxiv.papers(["2406.12345"])

    Programs that share `folder` share the request interval and the pauses of busy hosts. `stand_in` replaces all hosts.
    Close the client in the event loop that used it.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        stand_in: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **options: Unpack[HttpOptions],
    ) -> None:
        options.setdefault("limits", _LIMITS)
        options.setdefault("accept", FEED_TYPES)
        self._api = stand_in or API_ENDPOINT
        self._feeds = stand_in or RSS_ENDPOINT

        def client(endpoint: str, pause: str) -> Client:
            pace = busy_host_pace(endpoint, folder, turn="arxiv.lock", pause=pause, now=lambda: now().timestamp())
            return Client(endpoint, title="arXiv", reason=refusal_reason, pace=pace, **options)

        # Each is a different machine: while one is busy, the other may answer.
        self._http = client(self._api, "arxiv.busy")
        self._feeds_http = client(self._feeds, "arxiv-feeds.busy")

    @classmethod
    def from_environment(cls, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> ArxivClient:
        """A client with the environment's offline mode; ARXIV_ENDPOINT replaces all hosts."""
        environ = os.environ if environ is None else environ
        limits = replace(_LIMITS, longest_wait=60)
        return cls(folder, stand_in=arxiv_stand_in(environ), offline=is_offline(environ), limits=limits)

    async def aclose(self) -> None:
        for http in (self._http, self._feeds_http):
            await http.aclose()

    async def papers(self, ids: Iterable[str]) -> tuple[ArxivEntry, ...]:
        """The newest versions of papers by bare id; ids that arXiv does not know are left out.

        Invalid ids are not sent, because one of them makes the whole request fail.
        """
        wanted = list(dict.fromkeys(id for id in ids if is_arxiv_id(id)))
        entries: list[ArxivEntry] = []
        for start in range(0, len(wanted), MAX_IDS):
            batch = wanted[start : start + MAX_IDS]
            entries += (await self._query(id_list=",".join(batch), start=0, max_results=len(batch))).entries
        return tuple(entries)

    async def titled(self, title: str) -> tuple[ArxivEntry, ...]:
        """Papers whose titles have a title's words; empty without searchable words."""
        words = _title_words(title)
        if not words:
            return ()
        query = " AND ".join(f"ti:{word}" for word in words)
        return (await self._query(search_query=query, start=0, max_results=_MOST_TITLED)).entries

    async def submitted(self, category: str, first: str, last: str) -> ArxivResponse:
        """The papers of a category, cross-lists included, that were first submitted on days (ISO, UTC), newest first.

        The response has fewer entries than its `total` if arXiv did not send all. Raises UsageError for an unknown
        category.
        """
        id = find_category(category).id
        span = f"{first.replace('-', '')}0000 TO {last.replace('-', '')}2359"
        query = f"cat:{id} AND submittedDate:[{span}]"
        entries: dict[str | None, ArxivEntry] = {}
        total = skipped = 0
        for number in range(_MAX_PAGES):
            start = number * _PAGE_SIZE
            answer = await self._query(
                search_query=query, start=start, max_results=_PAGE_SIZE, sortBy="submittedDate", sortOrder="descending"
            )
            entries |= {entry.draft.id: entry for entry in answer.entries}
            # Unreadable entries are no reason to ask again.
            skipped += len(answer.skipped)
            total = max(total, answer.total or 0)
            if start + _PAGE_SIZE >= total:
                break
        return ArxivResponse(tuple(entries.values()), total=max(0, total - skipped))

    async def latest(self, categories: Iterable[str]) -> tuple[ArxivEntry, ...]:
        """The newest announcement of these categories together, empty at weekends; each entry has its announce type.

        Raises UsageError for an unknown category.
        """
        ids = dict.fromkeys(find_category(category).id for category in categories)
        if not ids:
            return ()
        url = f"{self._feeds}/rss/{'+'.join(ids)}"
        return (await self._feeds_http.get(url, lambda response: parse_arxiv(response.body))).entries

    async def _query(self, **parameters: str | int) -> ArxivResponse:
        url = f"{self._api}/api/query?{urlencode(parameters)}"
        return await self._http.get(url, lambda response: parse_arxiv(response.body))


def _title_words(title: str) -> list[str]:
    """The longest words of a title in order, without letters that arXiv's search may know in another form."""
    found = dict.fromkeys(word.lower() for word in re.findall(r"(?<!\w)[A-Za-z0-9]{3,}(?!\w)", title))
    words = [word for word in found if word not in _COMMON]
    longest = sorted(words, key=len, reverse=True)[:_TITLE_WORDS]
    return [word for word in words if word in longest]


def last_renewal(now: datetime) -> datetime:
    """The last time (UTC) at which arXiv had renewed its papers for the day."""
    return datetime.combine((now - _RENEWAL_TIME).date(), time(), UTC) + _RENEWAL_TIME


def announcement_day(submitted: datetime) -> date:
    """The day under which arXiv announces a paper that was submitted at a time, holidays and moderation aside.

    Submissions close on weekdays at 14:00 in New York, and the papers are announced under the next weekday.
    """
    utc = submitted.astimezone(UTC)
    local = utc - timedelta(hours=4 if _is_summer_in_new_york(utc.date()) else 5)
    closing = local.date() + timedelta(days=local.hour >= _CLOSING_HOUR)
    while closing.weekday() > 4:
        closing += timedelta(days=1)
    return closing + timedelta(days=3 if closing.weekday() == 4 else 1)


def _is_summer_in_new_york(day: date) -> bool:
    """Whether summer time holds: from the second Sunday of March to the first of November.

    Written out because not every system has a database of time zones.
    """
    starts, ends = date(day.year, 3, 14), date(day.year, 11, 7)
    return starts - timedelta(days=starts.isoweekday() % 7) <= day < ends - timedelta(days=ends.isoweekday() % 7)


def is_local_only(endpoint: str, environ: Mapping[str, str]) -> bool:
    """Whether the feed is local and ARXIV_ENDPOINT is unset, so that arXiv on the internet must not be asked."""
    return ARXIV_VARIABLE not in environ and is_local_url(endpoint)
