"""arXiv, asked for over the network within its terms: one request in three seconds, none twice in a day."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from reader.core.errors import FeedError, UsageError
from reader.core.ids import arxiv_id
from reader.core.text import clean
from reader.feeds.arxiv.categories import find_category
from reader.feeds.arxiv.parse import ArxivEntry, ArxivResponse, parse_arxiv, refusal_reason
from reader.feeds.http.client import Limits, OnWait
from reader.feeds.http.documents import Document, DocumentClient
from reader.feeds.http.environment import is_offline
from reader.feeds.http.host_lock import host_lock
from reader.feeds.huggingface.parse import iso_day

API_ENDPOINT = "https://export.arxiv.org"
RSS_ENDPOINT = "https://rss.arxiv.org"

ENDPOINT_VARIABLE = "ARXIV_ENDPOINT"

INTERVAL = 3.0
"""Seconds between requests, by arXiv's terms; they count for both hosts together."""

MAX_IDS = 200
"""Papers asked for by id in one request; more would make an address that is too long for some proxies."""

_PAGE_SIZE = 500
"""Papers of a category in one answer."""

_MAX_PAGES = 60
"""arXiv gives no more than 30,000 papers for one query."""

_RENEWED = timedelta(hours=6)
"""Time of day, UTC, at which the day's papers are surely there: arXiv renews them at midnight in New York."""

log = logging.getLogger(__name__)


class ArxivClient:
    """arXiv's API and announcements, one request at a time.

        async with ArxivClient(folder) as arxiv:
            found = await arxiv.papers(["2406.12345"])

    Answers are kept in `folder`, if one is given, until arXiv renews its papers, and serve in offline mode too; the
    programs that share the folder keep the pace together. Close it in the event loop that it was used in.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        api: str = API_ENDPOINT,
        feeds: str = RSS_ENDPOINT,
        offline: bool = False,
        bounds: Limits | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api = api.rstrip("/")
        self._feeds = feeds.rstrip("/")
        self._folder = folder
        self._sleep = sleep
        self._now = now
        self._kept = ResponseCache(folder, now) if folder is not None else None
        self._fetcher = DocumentClient(
            self._api,
            name="arXiv",
            interval=INTERVAL,
            reason=refusal_reason,
            offline=offline,
            bounds=bounds or replace(Limits(), silence=30, total=90),
            sleep=sleep,
            clock=clock,
        )

    @classmethod
    def from_environment(cls, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> ArxivClient:
        """A client with the offline mode of the environment; ARXIV_ENDPOINT is asked in the place of both hosts."""
        environ = os.environ if environ is None else environ
        other = environ.get(ENDPOINT_VARIABLE, "").strip()
        bounds = replace(Limits(), silence=30, total=90, longest_wait=60)
        return cls(
            folder, api=other or API_ENDPOINT, feeds=other or RSS_ENDPOINT, offline=is_offline(environ), bounds=bounds
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._fetcher.aclose()

    async def papers(self, ids: Iterable[str], on_wait: OnWait | None = None) -> tuple[ArxivEntry, ...]:
        """The newest versions of papers by their bare ids; of ids that arXiv does not know there is none.

        What is no arXiv id is left out, since one of them would spoil the whole request. `on_wait` is called before
        each wait. Raises FeedError.
        """
        wanted = list(dict.fromkeys(id for id in ids if arxiv_id(id) == id))
        entries: list[ArxivEntry] = []
        for start in range(0, len(wanted), MAX_IDS):
            batch = wanted[start : start + MAX_IDS]
            asked: dict[str, str | int] = {"id_list": ",".join(batch), "start": 0, "max_results": len(batch)}
            entries += (await self._query(asked, on_wait)).entries
        return tuple(entries)

    async def category_day(self, category: str, day: str, on_wait: OnWait | None = None) -> tuple[ArxivEntry, ...]:
        """The papers of a category, those listed across included, that were first submitted on a day (ISO, UTC).

        `on_wait` is called before each wait. Raises FeedError, UsageError for an unknown category or no such day.
        """
        id = find_category(category).id
        if iso_day(day) != day:
            raise UsageError(f"{clean(day, 40)!r} is no day; write it as 2026-05-11.")
        digits = day.replace("-", "")
        query = f"cat:{id} AND submittedDate:[{digits}0000 TO {digits}2359]"
        entries: dict[str | None, ArxivEntry] = {}
        for number in range(_MAX_PAGES):
            asked: dict[str, str | int] = {
                "search_query": query,
                "start": number * _PAGE_SIZE,
                "max_results": _PAGE_SIZE,
            }
            answer = await self._query({**asked, "sortBy": "submittedDate", "sortOrder": "ascending"}, on_wait)
            entries |= {entry.draft.id: entry for entry in answer.entries if entry.draft.id not in entries}
            if (number + 1) * _PAGE_SIZE >= (answer.total or 0):
                break
        return tuple(entries.values())

    async def latest(self, categories: Iterable[str], on_wait: OnWait | None = None) -> tuple[ArxivEntry, ...]:
        """The newest announcement of some categories together, empty at weekends; each entry says why it is in it.

        `on_wait` is called before each wait. Raises FeedError, UsageError for an unknown category.
        """
        ids = dict.fromkeys(find_category(category).id for category in categories)
        if not ids:
            return ()
        return (await self._ask(f"{self._feeds}/rss/{'+'.join(ids)}", on_wait)).entries

    async def _query(self, parameters: Mapping[str, str | int], on_wait: OnWait | None) -> ArxivResponse:
        return await self._ask(f"{self._api}/api/query?{urlencode(parameters)}", on_wait)

    async def _ask(self, url: str, on_wait: OnWait | None) -> ArxivResponse:
        """The answer at an address: the one that was kept, else a new one."""
        kept = self._kept
        if kept is not None and (answer := await asyncio.to_thread(kept.get, url)) is not None:
            return answer

        def read(document: Document) -> ArxivResponse:
            body = document.body or b""
            answer = parse_arxiv(body)
            # One without entries may be early rather than empty.
            if kept is not None and answer.entries:
                kept.put(url, body)
            return answer

        if self._folder is None:
            return await self._fetcher.document(url, read, on_wait=on_wait)
        async with host_lock(self._folder / "arxiv.turn", INTERVAL, self._sleep, lambda: self._now().timestamp()):
            return await self._fetcher.document(url, read, on_wait=on_wait)


class ResponseCache:
    """Answers in a folder, each good until arXiv next renews its papers; what can't be kept is asked for again."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._tidied = False

    def get(self, url: str) -> ArxivResponse | None:
        """The answer for an address, if a good one is kept."""
        path = self._path(url)
        try:
            if not self._is_good(path):
                return None
            answer = parse_arxiv(path.read_bytes())
        except (OSError, FeedError):
            return None
        log.info("KEPT %s", url)
        return answer

    def put(self, url: str, body: bytes) -> None:
        """Keep an answer, and throw away those that are no longer good."""
        path = self._path(url)
        part = path.with_suffix(f".{os.getpid()}.part")
        moment = self._now().timestamp()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._tidy()
            part.write_bytes(body)
            os.utime(part, (moment, moment))
            part.replace(path)
        except OSError as error:
            log.info("An answer could not be kept: %s", error)

    def _tidy(self) -> None:
        if self._tidied:
            return
        self._tidied = True
        for path in [*self._folder.glob("arxiv-*.xml"), *self._folder.glob("arxiv-*.part")]:
            if not self._is_good(path):
                path.unlink(missing_ok=True)

    def _is_good(self, path: Path) -> bool:
        now = self._now()
        renewed = (now - _RENEWED).replace(hour=0, minute=0, second=0, microsecond=0) + _RENEWED
        return renewed.timestamp() <= path.stat().st_mtime <= now.timestamp()

    def _path(self, url: str) -> Path:
        return self._folder / f"arxiv-{hashlib.sha256(url.encode()).hexdigest()[:32]}.xml"
