"""What foreign lines lead to: they are taken in by the real code, then every client asks for every paper and feed.

What would leave the program is recorded: the path of each request, the name of each file, each address that a browser
would get. All of it must have a form that this program intends.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import re
import shutil
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from reader.actions.link_handler import address_of, paper_of
from reader.actions.links import links, pdf_name
from reader.cache import imports
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.marks.journal import Owner, encode
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.dates import utc_now
from reader.core.errors import CacheError, FeedError, ReaderError, UsageError
from reader.core.ids import named_id
from reader.database import connections
from reader.extensions.sync.exchange import exchange
from reader.extensions.sync.folder import SyncFolder
from reader.extensions.sync.hub import Hub
from reader.feeds.arxiv.client import ArxivClient
from reader.feeds.files.papers_file import read_papers
from reader.feeds.fulltext.client import FeedTexts, PageTexts
from reader.feeds.fulltext.pdf_client import PdfClient
from reader.feeds.http.client import HttpClient
from reader.feeds.http.responses import Limits
from reader.feeds.http.wire import Wire
from reader.feeds.huggingface.client import HuggingFaceClient
from reader.feeds.huggingface.parse import listings, read_items
from reader.feeds.syndication.client import SyndicationClient
from reader.paths import journal_file
from reader.refresh.sources import Sources
from reader.session.drafts import Drafts
from reader.ui.pictures.pictures import pictures_of
from tests.cache.conftest import NOW, ByName
from tests.extensions.sync.machines import make_cache

OTHER = "bababababaab"
HOST = "https://feed.test"

_NEW, _OLD = r"[0-9]{4}\.[0-9]{4,5}", r"[a-z]{1,12}(?:-[a-z]{1,8})?"
_ARXIV = rf"(?:{_NEW}|{_OLD}/[0-9]{{7}})"
_ONE_PART = rf"(?:{_NEW}|{_OLD}%2F[0-9]{{7}})"
_CATEGORY, _DAY = r"[a-z-]+(?:\.[A-Za-z-]+)?", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
REQUEST = re.compile(
    rf"/api/papers/{_ONE_PART}(?:\?field=comments)?|/papers/{_ONE_PART}\.md|/(?:html|pdf)/{_ARXIV}"
    rf"|/api/query\?id_list={_ONE_PART}(?:%2C{_ONE_PART})*&start=0&max_results=[0-9]{{1,3}}"
    rf"|/oai\?verb=GetRecord&identifier=oai%3AarXiv\.org%3A{_ONE_PART}&metadataPrefix=arXivRaw"
    rf"|/rss/{_CATEGORY}|/list/{_CATEGORY}/new\?skip=[0-9]{{1,5}}&show=[0-9]{{1,4}}"
    rf"|/oai\?verb=ListRecords&metadataPrefix=arXiv&set=(?:[a-z-]+%3A){{1,2}}[A-Za-z-]+&from={_DAY}&until={_DAY}"
    rf"|/api/query\?search_query=cat%3A{_CATEGORY}\+AND\+submittedDate%3A%5B[0-9]{{12}}\+TO\+[0-9]{{12}}%5D"
    r"&start=[0-9]{1,5}&max_results=[0-9]{1,3}&sortBy=submittedDate&sortOrder=ascending"
)
"""Paths of requests."""

FILE = re.compile(r"[\w][\w .,()+=@&'–-]{0,150}\.(?:pdf|md)")
"""Names of files."""

_Record = Callable[[str, str], None]


@cache
def _origin() -> Path:
    folder = Path(mkdtemp(prefix="fuzz-consequences-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_cache(folder / "papers.db")


class _Home:
    """A home with a small cache, for one input."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="fuzz-home-"))
        self.cache = self.folder / "papers.db"
        shutil.copy(_origin(), self.cache)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def signed(body: bytes) -> bytes:
    """A line of a journal with a right checksum, whatever it says."""
    body = body.replace(b"\n", b" ").rstrip()
    return body + b',"sum":"%08x"}\n' % zlib.crc32(body)


# The ways in


def _by_folder(home: _Home, data: bytes) -> None:
    shared = home.folder / "shared"
    shared.mkdir()
    lines = b"".join(map(signed, data.split(b"\n"))) + data + b"\n"
    (shared / f"dailypapers-{OTHER}.jsonl").write_bytes(encode(Owner(OTHER, "desk")) + lines)
    with closing(Events.open(home.cache)) as events:
        exchange(events, home.cache, SyncFolder(shared, home.cache), "laptop")


class _Rows(Hub):
    """Stands in for the table of a server."""

    id, key = "hub", "postgresql://hub.example/papers"

    def __init__(self, rows: list[str]) -> None:
        self._rows = rows

    def last(self) -> int:
        return len(self._rows)

    def lines(self, after: int) -> Iterator[tuple[int, str]]:
        yield from list(enumerate(self._rows, 1))[after:]

    def add(self, entries: list[Any], _machine: str) -> int:
        return len(entries)

    def greet(self, *_: object) -> None:
        pass


def _by_server(home: _Home, data: bytes) -> None:
    rows = [signed(line).decode("utf-8", "replace").rstrip("\n") for line in data.split(b"\n")]
    with closing(Events.open(home.cache)) as events:
        exchange(events, home.cache, _Rows(rows), "laptop")


def _by_journal(home: _Home, data: bytes) -> None:
    with closing(Events.open(home.cache)) as events:
        events.mark("star", True, [1])
    with journal_file(home.cache).open("ab") as file:
        file.write(b"".join(map(signed, data.split(b"\n"))))
    with closing(Events.open(home.cache)) as events:
        events.agree()


def _by_import(home: _Home, data: bytes) -> None:
    with (
        closing(Cache.open(home.cache, ByName())) as stored,
        closing(Events.open(home.cache)) as events,
        suppress(FeedError),
    ):
        for part in read_papers(BytesIO(data), date(2026, 11, 24)):
            stored.store(part, NOW)
            imports.add_marks(events, part.marks)


def _by_feed(home: _Home, data: bytes) -> None:
    with suppress(FeedError), closing(Cache.open(home.cache, ByName())) as stored:
        for listing in listings(read_items(data), "2026-11-24"):
            stored.store(listing, NOW)


def _by_agent(_home: _Home, data: bytes) -> list[str]:
    """The ids that a program's arguments would have fetched."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = data.decode("utf-8", "replace")
    words = found if isinstance(found, list) else [found]
    return [id for word in words[:50] if isinstance(word, str) and (id := named_id(word))]


WAYS: dict[str, Callable[[_Home, bytes], list[str] | None]] = {
    "folder": _by_folder,
    "server": _by_server,
    "journal": _by_journal,
    "import": _by_import,
    "feed": _by_feed,
    "agent": _by_agent,
}
"""The ways by which foreign bytes come in; each may return ids that are asked for at once."""


def consequences(way: str, data: bytes) -> list[tuple[str, str]]:
    """Take in foreign bytes, and return all that would leave the program because of them, as kinds and texts."""
    said: list[tuple[str, str]] = []
    home = _Home()
    try:
        ids = WAYS[way](home, data) or []
        asyncio.run(_ask(home, ids, lambda kind, text: said.append((kind, text))))
        with closing(Events.open(home.cache)) as events:
            # Whatever came, the user's marks still work.
            with suppress(CacheError):
                events.mark("star", True, [1, 2])
            events.rebuild()
    finally:
        home.close()
    return said


# The ways out


class _Nothing(httpx.AsyncByteStream):
    """The body of an answer."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


@asynccontextmanager
async def _clients(record: _Record) -> AsyncIterator[tuple[HuggingFaceClient, ArxivClient, list[Any], PdfClient]]:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "feed.test"
        record("request", request.url.raw_path.decode("ascii"))
        return httpx.Response(404, stream=_Nothing())

    async def no_sleep(_seconds: float) -> None:
        pass

    asked = Wire("feed.test", {}, Limits())
    asked._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    daily_http = HttpClient(HOST, sleep=no_sleep)
    arxiv = ArxivClient(stand_in=HOST, sleep=no_sleep)
    pages, pdfs = PageTexts(HOST, sleep=no_sleep), PdfClient(HOST, sleep=no_sleep)
    asks_arxiv = (arxiv._http, arxiv._feeds_http, arxiv._listing_http, arxiv._records_http)
    for one in (daily_http, *asks_arxiv, pages, pdfs):
        one._wire = asked
    yield HuggingFaceClient(daily_http), arxiv, [FeedTexts(daily_http), pages], pdfs
    await asked.aclose()


async def _ask(home: _Home, ids: list[str], record: _Record) -> None:
    async with _clients(record) as (daily, arxiv, texts, pdfs):
        with closing(Feeds.open(home.cache)) as feeds:
            nothing_stored, web = cast("Cache", None), SyndicationClient()
            sources = Sources(
                nothing_stored,
                feeds,
                daily,
                arxiv,
                web,
                categorize=False,
                stays_offline=False,
                category_papers=("new", "cross"),
                now=utc_now,
            )
            async for _ in sources._fetch_lost_papers():
                pass
            for feed in feeds.followed():
                if feed.kind == "arxiv":
                    day = "2026-05-11"
                    for asking in (
                        arxiv.latest([feed.url]),
                        arxiv.listing(feed.url),
                        arxiv.records(feed.url, day, day),
                        arxiv.submitted(feed.url, day, day),
                    ):
                        with suppress(FeedError, UsageError):
                            await asking
                elif feed.kind == "rss":
                    record("address", feed.url)
        for id in [*ids, *_ids(home)]:
            for asking in (
                daily.paper(id),
                daily.page(id),
                arxiv.papers([id]),
                arxiv.record(id),
                *(one.text(id) for one in texts),
                pdfs.fetch(id, home.folder / "x.pdf"),
            ):
                with suppress(FeedError):
                    await asking
            record("file", Drafts(home.folder).file(id).name)
            if (address := address_of(id)) is not None:
                assert paper_of(address) == id
    with closing(Window.open(home.cache)) as window:
        for paper in window.papers(window.read(lambda one: [pk for (pk,) in one.execute("SELECT pk FROM paper")])):
            record("file", pdf_name(paper))
            for link in links(paper):
                record("address", link.url)
            for picture in pictures_of(paper):
                record("address", picture.address)


def _ids(home: _Home) -> list[str]:
    """All ids that the cache knows of papers here and elsewhere."""
    tables = (
        "SELECT id FROM paper",
        "SELECT id FROM paper_alias",
        "SELECT id FROM orphan",
    )
    with closing(connections.connect(home.cache)) as connection:
        return [id for (id,) in connection.execute(" UNION ".join(tables) + " LIMIT 300")]


# What is allowed


def attack_consequences(way: str, data: bytes) -> None:
    """Take in bytes, and check all that they lead to."""
    try:
        found = consequences(way, data)
    except ReaderError as error:
        raise AssertionError(f"the user is told of an error: {error}") from error
    for kind, text in found:
        check_consequence(kind, text)


def check_consequence(kind: str, text: str) -> None:
    """One request, file or address has the form that it should have."""
    match kind:
        case "request":
            assert REQUEST.fullmatch(text), text
        case "file":
            assert FILE.fullmatch(text) and ".." not in text, text
        case _:
            parts = urlsplit(text)
            assert parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc, text
            assert text.isascii() or text.isprintable(), ascii(text)
