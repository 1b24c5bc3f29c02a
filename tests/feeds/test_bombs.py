"""Small inputs that are made to take much memory or time: each is refused or skipped within bounds."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest

from tests.feeds.measured import measure
from tests.feeds.servers import Documents, Page
from tests.table import each

pytestmark = pytest.mark.long

MIB = 1024 * 1024

BODIES = """
import asyncio
from reader.core.errors import FeedError
from reader.feeds.http.client import HttpClient
from reader.feeds.huggingface.client import HuggingFaceClient
import httpx

async def fetch(url):
    async def skip(_):
        pass
    async with HuggingFaceClient(HttpClient(url, sleep=skip)) as feed:
        listings = await feed.day("2026-05-12")
        return [len(listings[0].drafts), listings[0].skipped_count]

def run():
    try:
        return asyncio.run(fetch(URL))
    except FeedError as error:
        return error
"""


@pytest.fixture
def site() -> Iterator[Documents]:
    with Documents() as documents:
        yield documents


def packed(start: bytes, middle: bytes, size: int, end: bytes) -> bytes:
    """Gzip of a text whose middle is repeated up to a size."""
    part = middle * (MIB // len(middle))
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(start), *(packer.compress(part) for _ in range(size // MIB)), packer.compress(end)]
    return b"".join(pieces) + packer.flush()


ENTRIES = {
    "objects": (b"[", b"{},", b"{}]"),
    "numbers": (b"[", b"0,", b"0]"),
    "lists": (b"[", b"[[[]]],", b"0]"),
    "spaces": (b"[", b" ", b"]"),
}


@pytest.mark.parametrize("what", ENTRIES)
def test_a_packed_list_of_nothing_takes_little(what: str, site: Documents) -> None:
    start, middle, end = ENTRIES[what]
    body = packed(start, middle, 31 * MIB, end)
    assert len(body) < 100_000
    site.pages["/api/daily_papers"] = Page(body, "application/json", headers={"Content-Encoding": "gzip"})
    took = measure(f"{BODIES}\nURL = {site.url!r}\nmeasured(run)")
    assert took.said == ("[0, 0]" if what == "spaces" else MANY)
    assert took.megabytes < 130
    assert took.seconds < 5


MANY = "The feed's answer holds more values than any list of papers; try again later."


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,identity,gzip", "br", "deflate"])
def test_a_body_is_packed_once_and_by_gzip(encoding: str, site: Documents) -> None:
    body = gzip.compress(packed(b"", b"\0", 128 * MIB, b""))
    assert len(body) < 2_000
    site.pages["/api/daily_papers"] = Page(body, "application/json", headers={"Content-Encoding": encoding})
    took = measure(f"{BODIES}\nURL = {site.url!r}\nmeasured(run)")
    assert took.said == f"127.0.0.1 compressed its answer as {encoding!r}, which was not requested; try again later."
    assert took.megabytes < 40


def test_a_body_is_unpacked_up_to_its_limit(site: Documents) -> None:
    body = packed(b"", b"\0", 128 * MIB, b"")
    site.pages["/api/daily_papers"] = Page(body, "application/json", headers={"Content-Encoding": "gzip"})
    took = measure(f"{BODIES}\nURL = {site.url!r}\nmeasured(run)")
    assert took.said == "127.0.0.1 sent more than 32 MiB at once, which were not read; try again later."
    assert took.megabytes < 100


FILES = """
import io
from datetime import date
from reader.core.errors import FeedError
from reader.feeds.files.papers_file import read_papers

class Made(io.RawIOBase):
    def __init__(self, start, middle, size, end):
        part = middle * (1024 * 1024 // len(middle))
        self._parts = filter(None, [start, *[part] * (size // len(part)), end])

    def read(self, size=-1):
        return next(self._parts, b"")

def run():
    drafts = skipped = 0
    try:
        for listing in read_papers(Made(*MADE), date(2026, 5, 12)):
            drafts += len(listing.drafts)
            skipped += listing.skipped_count
    except FeedError as error:
        return error
    return drafts, skipped
"""


@pytest.mark.parametrize(
    ("start", "middle", "end", "said"),
    [
        (b"[", b"{},", b"{}]", "has no papers in a known format (line 1, item 1: no arXiv id)"),
        (b"[[", b"{},", b"{}]]", "has no papers in a known format (line 1: it holds more values than"),
        (b'{"items": [', b"0,", b"0]}", "has no papers in a known format (line 1: it holds more values than"),
        (b'["', b"x", b'"]', "has no papers in a known format (line 1: longer than any record)"),
        (b"", b'{"a": [0,\n', b"", "has no papers in a known format (line 1: not JSON)"),
        (b"", b"\n", b"", "is empty"),
        (b"{}", b"\n", b"{}", "has no papers in a known format (line 1: no arXiv id)"),
        (b"", b"\0", b"", "is too long: a text may have 64 MiB."),
    ],
)
def test_a_file_of_nothing_takes_little(start: bytes, middle: bytes, end: bytes, said: str) -> None:
    took = measure(f"{FILES}\nMADE = {(start, middle, 300 * MIB, end)!r}\nmeasured(run)")
    assert took.said.startswith(f"The input {said}")
    assert took.megabytes < 150
    assert took.seconds < 10


XML = """
from reader.feeds.safe import UnreadableXml, parse_xml
BODY = MADE[0] + MADE[1] * (30 * 1024 * 1024 // len(MADE[1])) + MADE[2]

def run():
    try:
        parse_xml(BODY)
    except UnreadableXml as error:
        return error
"""


@each(
    ("start", "middle", "end"),
    [
        (b"<feed>", b'<a b="1" c="2">x</a>', b"</feed>"),
        (b"<feed>", b"<a/>", b"</feed>"),
        (b"<feed", b' b=""', b"/>"),
        (b"<feed>", b"<![CDATA[x]]>", b"</feed>"),
    ],
)
def test_xml_of_nothing_takes_little(start: bytes, middle: bytes, end: bytes) -> None:
    took = measure(f"MADE = {(start, middle, end)!r}\n{XML}\nmeasured(run)")
    assert took.megabytes < 250
    assert took.seconds < 10
