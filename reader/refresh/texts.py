"""Fetch pictures and full texts: single texts on demand, and slowly ahead of reading the texts that the settings name.

A lock on a file makes all programs of the user share the pace of texts fetched ahead, one in some seconds. A text that
no source has is requested again after three weeks. If the network fails, the other texts wait for the next run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from reader.access_token import lookup_environment
from reader.actions.links import find_pdf, pdf_folder
from reader.cache import schema
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.addresses import is_local_url
from reader.core.dates import utc_now, utc_stamp
from reader.core.document.model import Document
from reader.core.errors import (
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
    NoFullText,
    NoPicture,
)
from reader.core.ids import pdf_url
from reader.core.query import Not, QueryError, Term, parse
from reader.core.query.nodes import all_of
from reader.core.steps import beside
from reader.core.text import brief
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.fulltext.client import TextSource, open_text_sources
from reader.feeds.http import Client, HostBusy, HttpRefused, Limits, Pace, Response, origin_of
from reader.paths import config_file, response_cache_folder
from reader.refresh.lines import JobContext, Line, result_line, step

_ARXIV_HOSTS = ("arxiv.org", "ar5iv.labs.arxiv.org", "ar5iv.org")

_PICTURE_TYPES = "image/png, image/jpeg, image/webp, image/gif, */*;q=0.1"

_PICTURE_LIMITS = Limits(
    read_timeout=12, total_timeout=60, body_size=12 << 20, attempts=2, backoff=3.0, longest_wait=10
)


async def fetch_picture(address: str, settings: Settings) -> bytes:
    """The bytes of a picture; raises NoPicture if there is none, and FeedError.

    ARXIV_ENDPOINT replaces arXiv's sites. The address may come from a page, so it may lead to this machine only if the
    feed is local; with a local feed it may lead nowhere else.
    """
    environ = lookup_environment()
    is_feed_local = is_local_url(settings.endpoint)
    stand_in = arxiv_stand_in(environ)
    parts = urlsplit(address)
    if stand_in and (parts.hostname or "") in (*_ARXIV_HOSTS, urlsplit(stand_in).hostname):
        address = f"{stand_in}{parts.path}"
    if is_feed_local and not is_local_url(address):
        raise FeedRefused(f"{brief(parts.hostname or '')} is not asked while the feed is on this machine.")
    http = Client(
        origin_of(address),
        accept=_PICTURE_TYPES,
        limits=_PICTURE_LIMITS,
        cross_host=True,
        public_only=not is_feed_local,
        offline=is_offline(environ),
    )

    def read(response: Response) -> bytes:
        if not response.body:
            raise FeedMalformed(f"{http.host} sent an empty picture; try again later.")
        return response.body

    async with http:
        try:
            return await http.get(address, read)
        except HttpRefused as refused:
            if refused.status in (404, 410):
                raise NoPicture(f"{http.host} does not have this picture.") from refused
            raise


SECONDS_BETWEEN_TEXTS = 4.0
"""Seconds between two texts; with texts on demand, a host gets under 100 requests in five minutes."""

MAX_TEXTS = 75
"""Maximum texts of one run, which takes five minutes; each refresh starts another run."""

MAX_CONSECUTIVE_FAILURES = 2
"""Consecutive failed requests after which the run ends."""

LOCK_FILE_NAME = "texts-ahead.lock"

RETRY_DAYS = 21
"""Days after which a text that no source had is requested again."""


@asynccontextmanager
async def open_sources(settings: Settings) -> AsyncIterator[Sequence[TextSource]]:
    """The sources of full texts, in the order of the settings."""
    folder = pdf_folder(settings.pdf_folder, config_file())
    sources = open_text_sources(settings, response_cache_folder(), find_pdf=partial(find_pdf, folder=folder))
    try:
        yield sources
    finally:
        for source in sources:
            await source.aclose()


async def fetch_text(
    file: Path, pk: int, id: str, sources: Sequence[TextSource], now: Callable[[], datetime] = utc_now
) -> Line:
    """Ask the sources in turn for the text of a paper of the cache in `file`, and store the best text.

    The first text with an end is stored, or else the longest one. The line has the `source`, or as `missing` the reason
    of the last source, such as `arXiv has no HTML of it`. Raises the first FeedError if no source has the text and one
    failed.
    """
    reason = "the setting full_text_from has no sources"
    failure: FeedError | None = None
    texts_by_source: list[tuple[Document, str]] = []
    for source in sources:
        try:
            texts_by_source.append((await source.text(id), source.name))
        except NoFullText as missing:
            reason = str(missing)
        except FeedError as error:
            failure = failure or error
        else:
            if texts_by_source[-1][0].has_end:
                break
    if texts_by_source:
        document, name = max(texts_by_source, key=lambda text: (text[0].has_end, sum(text[0].sizes)))

        def store() -> None:
            with closing(Texts.open(file)) as texts:
                texts.put(pk, document, name, utc_stamp(now()))

        # Not in the event loop: long formulas take seconds to index, and an interrupt would have to wait.
        await beside(store)
        return result_line("text", id=id, source=name)
    if failure is not None:
        raise failure
    return result_line("text", id=id, missing=reason)


def find_key(file: Path, id: str) -> int | None:
    """The key of a paper in the cache, or None; upgrades the cache to this program's schema first."""
    schema.ensure(file)
    with closing(Window.open(file)) as window:
        return window.pk_of(id)


# Texts ahead of reading


class WantedText(NamedTuple):
    """A paper whose text is to be fetched."""

    pk: int
    id: str


def find_wanted_texts(file: Path, settings: Settings, now: datetime) -> list[WantedText]:
    """The papers of the settings' queries whose texts have to be fetched, in the order of each query."""
    if not settings.fetch_ahead or not settings.full_text_from:
        return []
    schema.ensure(file)
    since = (now - timedelta(days=RETRY_DAYS)).date().isoformat()
    with closing(Window.open(file)) as window, closing(Texts.open(file)) as texts:
        missing = texts.missing(since)
        pks = list(dict.fromkeys(pk for pk in _papers_to_fetch(window, settings.fetch_ahead, now) if pk not in missing))
        rows = (row for start in range(0, len(pks), 200) for row in window.rows(pks[start : start + 200]))
        return [WantedText(row.pk, row.id) for row in rows if isinstance(row.pk, int) and pdf_url(row.id) is not None]


def _papers_to_fetch(window: Window, queries: Sequence[str], now: datetime) -> Iterator[int]:
    """The keys of the queries' papers without a text in the cache; invalid queries are skipped."""
    scope = Scope(now.date(), window.newest_day())
    for text in queries:
        try:
            query = parse(text)
        except QueryError:
            # The settings report invalid queries.
            continue
        nodes = [node for node in (query.root, Not(Term("has", "fulltext"))) if node is not None]
        selection = compile_query(replace(query, root=all_of(nodes)), scope)
        if selection.is_for_you:
            window.learn()
        yield from window.order(selection).pks


async def fetch_texts_ahead(
    context: JobContext,
    sources: Sequence[TextSource],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Line:
    """Fetch the missing texts into the cache, and report the progress before each.

    In the result, `why` says in a word or two why the texts `left` have to wait. Raises CacheError.
    """
    file, now = context.cache_file, context.now
    wanted = find_wanted_texts(file, context.settings, now())[:MAX_TEXTS]
    # A stand-in on this machine may be asked at any rate.
    is_local = is_local_url(context.settings.endpoint)
    pace = Pace() if is_local else Pace(response_cache_folder() / LOCK_FILE_NAME, interval=SECONDS_BETWEEN_TEXTS)
    stored = failures = 0
    for n, paper in enumerate(wanted):
        context.tell(step("texts", n=n, of=len(wanted), stored=stored))
        # Another program may have stored it in the meantime.
        with closing(Texts.open(file)) as texts:
            if texts.has(paper.pk):
                continue
        try:
            async with pace.turn(sleep):
                fetched = await fetch_text(file, paper.pk, paper.id, sources, now)
            if "source" in fetched:
                stored += 1
            else:
                _postpone(file, paper.pk, now())
            failures = 0
        except FeedError as error:
            failures += 1
            if _is_page_specific(error):
                # The page may be at fault, or a network that asks to sign in. Other texts come first tomorrow.
                _postpone(file, paper.pk, now() - timedelta(days=RETRY_DAYS - 1))
            if failures == MAX_CONSECUTIVE_FAILURES or isinstance(error, FeedOffline):
                return result_line("texts", stored=stored, left=len(wanted) - n, why="no answer")
    return result_line("texts", stored=stored, left=0, why="")


def _is_page_specific(error: FeedError) -> bool:
    """Whether an error may concern only one page, so that the host's other pages are worth requesting."""
    if isinstance(error, HttpRefused):
        return not isinstance(error, HostBusy) and error.status < 500 and error.status != 429
    return not isinstance(error, FeedOffline | FeedUnreachable)


def _postpone(file: Path, pk: int, since: datetime) -> None:
    """Request a text again `RETRY_DAYS` after `since`."""
    with closing(Texts.open(file)) as texts:
        texts.note_missing(pk, since.date().isoformat())
