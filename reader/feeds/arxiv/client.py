"""The client of arXiv, within arXiv's terms: one request in three seconds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Unpack
from urllib.parse import urlencode

from reader.core.ids import is_arxiv_id
from reader.feeds.arxiv.categories import find_category
from reader.feeds.arxiv.parse import (
    SHOWN,
    Announcement,
    ArxivEntry,
    ArxivResponse,
    RecordsExpired,
    parse_arxiv,
    parse_listing,
    parse_record,
    parse_records,
    refusal_reason,
)
from reader.feeds.http.client import BusyHostClient, Closing, HttpOptions, is_local_url
from reader.feeds.http.environment import ARXIV_VARIABLE, arxiv_stand_in, is_offline
from reader.feeds.http.responses import Limits

API_ENDPOINT = "https://export.arxiv.org"
RSS_ENDPOINT = "https://rss.arxiv.org"
LISTING_ENDPOINT = "https://arxiv.org"
RECORDS_ENDPOINT = "https://oaipmh.arxiv.org"
"""The endpoint for records of papers (OAI-PMH), another machine that often answers when the API is busy."""

INTERVAL = BusyHostClient.PACE
"""Seconds between requests to either host, by arXiv's terms."""

MAX_IDS = 200
"""Maximum papers per request by id; more make the address too long for some proxies."""

CATEGORIZED_PER_DAY = MAX_IDS
"""Papers in the single daily request for categories, newest first: about a week of the feed."""

_MOST_TITLED = 25

_TITLE_WORDS = 10

_COMMON = frozenset(("and", "are", "can", "for", "from", "how", "into", "its", "not", "the", "via", "what", "with"))
"""Words that many searches leave out, so that they match nothing."""

_PAGE_SIZE = 500

_MAX_PAGES = 60
"""arXiv returns no more than 30,000 papers for one query."""

_OWN_GROUPS = frozenset(("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"))
"""Archives with their own group in OAI-PMH; all others are in the group `physics`."""

_LIMITS = replace(Limits(), read_timeout=30, total_timeout=90, backoff=INTERVAL)

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
        self._api = stand_in or API_ENDPOINT
        self._feeds = stand_in or RSS_ENDPOINT
        self._listing = stand_in or LISTING_ENDPOINT
        self._records = stand_in or RECORDS_ENDPOINT

        def client(endpoint: str, busy: str, options: HttpOptions = options) -> BusyHostClient:
            return BusyHostClient(
                endpoint,
                folder=folder,
                lock="arxiv.lock",
                busy=busy,
                name="arXiv",
                interval=INTERVAL,
                reason=refusal_reason,
                now=lambda: now().timestamp(),
                **options,
            )

        # Each is a different machine: while one is busy, the others may answer.
        self._http = client(self._api, "arxiv.busy")
        self._feeds_http = client(self._feeds, "arxiv-feeds.busy")
        self._listing_http = client(
            self._listing, "arxiv.org.pages.busy", {**options, "accept": "text/html, */*;q=0.1"}
        )
        self._records_http = client(self._records, "arxiv-records.busy")

    @classmethod
    def from_environment(cls, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> ArxivClient:
        """A client with the environment's offline mode; ARXIV_ENDPOINT replaces all hosts."""
        environ = os.environ if environ is None else environ
        limits = replace(_LIMITS, longest_wait=60)
        return cls(folder, stand_in=arxiv_stand_in(environ), offline=is_offline(environ), limits=limits)

    async def aclose(self) -> None:
        for http in (self._http, self._feeds_http, self._listing_http, self._records_http):
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

    async def submitted(self, category: str, first: str, last: str) -> tuple[ArxivEntry, ...]:
        """The papers of a category, cross-lists included, that were first submitted on days (ISO, UTC).

        Raises UsageError for an unknown category.
        """
        id = find_category(category).id
        span = f"{first.replace('-', '')}0000 TO {last.replace('-', '')}2359"
        query = f"cat:{id} AND submittedDate:[{span}]"
        entries: dict[str | None, ArxivEntry] = {}
        for number in range(_MAX_PAGES):
            start = number * _PAGE_SIZE
            answer = await self._query(
                search_query=query, start=start, max_results=_PAGE_SIZE, sortBy="submittedDate", sortOrder="ascending"
            )
            entries |= {entry.draft.id: entry for entry in answer.entries if entry.draft.id not in entries}
            if (number + 1) * _PAGE_SIZE >= (answer.total or 0):
                break
        return tuple(entries.values())

    async def latest(self, categories: Iterable[str]) -> tuple[ArxivEntry, ...]:
        """The newest announcement of these categories together, empty at weekends; each entry has its announce type.

        Raises UsageError for an unknown category.
        """
        ids = dict.fromkeys(find_category(category).id for category in categories)
        if not ids:
            return ()
        url = f"{self._feeds}/rss/{'+'.join(ids)}"
        return (await self._feeds_http.document(url, lambda response: parse_arxiv(response.body))).entries

    async def listing(self, category: str) -> Announcement:
        """The newest announcement of a category by its page, which counts the papers; see `latest`."""
        url = f"{self._listing}/list/{find_category(category).id}/new"

        async def page(skip: int) -> Announcement:
            part = f"{url}?skip={skip}&show={SHOWN}"
            return await self._listing_http.document(part, lambda response: parse_listing(response.body))

        found = await page(0)
        for _ in range(_MAX_PAGES):
            if found.is_whole:
                break
            joined = found.joined(await page(len(found.entries)))
            if len(joined.entries) == len(found.entries):
                break
            found = joined
        return found

    async def records(self, category: str, first: str, last: str) -> tuple[ArxivEntry, ...]:
        """The papers of a category that were announced or revised on days (ISO), by OAI-PMH.

        Raises UsageError for an unknown category.
        """
        archive, _, rest = find_category(category).id.partition(".")
        group = archive if archive in _OWN_GROUPS else "physics"
        chosen = ":".join(filter(None, (group, archive, rest)))
        asked = {"verb": "ListRecords", "metadataPrefix": "arXiv", "set": chosen, "from": first, "until": last}
        entries: dict[str | None, ArxivEntry] = {}
        query, restarts = asked, 1
        for _ in range(_MAX_PAGES):
            url = f"{self._records}/oai?{urlencode(query)}"
            try:
                found, token = await self._records_http.document(url, lambda response: parse_records(response.body))
            except RecordsExpired:
                if not restarts or query is asked:
                    raise
                query, restarts = asked, restarts - 1
                continue
            entries |= {entry.draft.id: entry for entry in found}
            if not token:
                break
            query = {"verb": "ListRecords", "resumptionToken": token}
        return tuple(entries.values())

    async def record(self, id: str) -> ArxivEntry | None:
        """A paper with all its versions, but no abstract and no authors; None if arXiv does not know it."""
        if not is_arxiv_id(id):
            return None
        asked = {"verb": "GetRecord", "identifier": f"oai:arXiv.org:{id}", "metadataPrefix": "arXivRaw"}
        url = f"{self._records}/oai?{urlencode(asked)}"
        return await self._records_http.document(url, lambda response: parse_record(response.body))

    async def _query(self, **parameters: str | int) -> ArxivResponse:
        url = f"{self._api}/api/query?{urlencode(parameters)}"
        return await self._http.document(url, lambda response: parse_arxiv(response.body))


def _title_words(title: str) -> list[str]:
    """The longest words of a title in order, without letters that arXiv's search may know in another form."""
    found = dict.fromkeys(word.lower() for word in re.findall(r"(?<!\w)[A-Za-z0-9]{3,}(?!\w)", title))
    words = [word for word in found if word not in _COMMON]
    longest = sorted(words, key=len, reverse=True)[:_TITLE_WORDS]
    return [word for word in words if word in longest]


def last_renewal(now: datetime) -> datetime:
    """The last time (UTC) at which arXiv had renewed its papers for the day."""
    return datetime.combine((now - _RENEWAL_TIME).date(), time(), UTC) + _RENEWAL_TIME


def is_local_only(endpoint: str, environ: Mapping[str, str]) -> bool:
    """Whether the feed is local and ARXIV_ENDPOINT is unset, so that arXiv on the internet must not be asked."""
    return ARXIV_VARIABLE not in environ and is_local_url(endpoint)
