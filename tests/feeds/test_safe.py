"""Foreign HTML, JSON and XML: cleaned, bounded, and refused with a reason; small inputs take little memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.text import BLOCK_LIMIT
from reader.feeds import safe
from reader.feeds.safe import (
    TooManyValues,
    UnreadableJson,
    UnreadableXml,
    html_to_text,
    parse_json,
    parse_xml,
    plain_block,
    plain_line,
)
from tests.feeds.measured import measure
from tests.feeds.servers import Documents, Page
from tests.table import each
from tests.tiers import rest_long


@each(
    ("html", "text"),
    [
        ("Plain as it is", "Plain as it is"),
        ("A &amp; B &lt; C", "A & B < C"),
        ("<p>One</p><p>Two<br>Three</p>Four<br/>Five", "One\n\nTwo\n\nThree\n\nFour\n\nFive"),
        ("<b>a</b><z", "a<z"),
        ("<b>R</b>&D", "R&D"),
        ("<script>alert(1)</script>Seen<style>p {}</style>", "Seen"),
        ("<iframe src='x'>hidden <b>too</b></iframe>seen", "seen"),
        ("<iframe/>seen", "seen"),
        ("We end at <EOS> and </EOS> there", "We end at <EOS> and </eos> there"),
        ("if a < b then", "if a < b then"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a</script>b", "ab"),
        ("<img alt='x' onerror='alert(1)'>picture", "picture"),
        ("fine<![odd[gone]]>", "fine"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain_block(html_to_text(html).text) == text


def test_links_are_told_once_in_order() -> None:
    said = html_to_text('<a href="b">x</a><link href="a"><a href>y</a><a href="b">z</a><svg><a href="c"></a></svg>')
    assert said.links == ("b", "a", "c")


@each(
    ("text", "line", "block"),
    [
        ("$\\alpha$-flow\n  for all", "α-flow for all", "α-flow\n\nfor all"),
        ("One $\\beta$\n\nTwo", "One β Two", "One β\n\nTwo"),
        # LaTeX would take the end of an escape sequence for a space or a macro, and leave what it carries.
        ("Clip \x1b]52;c;T1dORUQ=\x1b\\ thief", "Clip thief", "Clip thief"),
        ("Clip \x1b]0;OWNED\x1b\\thief", "Clip thief", "Clip thief"),
        ("Clip \x1b]0;{\\bf OWNED}$x^{2}$\x07 thief", "Clip thief", "Clip thief"),
        ("a\\symbol{27}[31mb $\\text{\x1b}[0m$ \\char27 c", "a27[31mb [0m char27 c", "a27[31mb [0m char27 c"),
    ],
)
def test_latex_becomes_unicode_and_nothing_hostile(text: str, line: str, block: str) -> None:
    assert (plain_line(text), plain_block(text)) == (line, block)


def test_absurd_lengths_cost_nothing() -> None:
    assert len(html_to_text("<p>x" * BLOCK_LIMIT).text) < 4 * BLOCK_LIMIT
    assert len(plain_block("x" * 10 * BLOCK_LIMIT)) == BLOCK_LIMIT


DENSE = [
    "{},",
    "[],",
    "0,",
    '"ab",',
    '"ĀĀ",',
    "1.5,",
    '{"":0},',
    "[[0]],",
    '{"a":{"b":{}}},',
    "[0,0,0,0,0],",
    "12345678,",
]

PARSE = """
from reader.feeds import safe

def run():
    value = safe.parse_json(TEXT)
    return len(value)

import json
safe.parse_json(b"[]")
"""


@pytest.mark.parametrize("part", rest_long(DENSE, DENSE[:1]))
def test_the_densest_texts_stay_under_the_limit(part: str) -> None:
    weight = sum(part.count(character) * weight for character, weight in safe._WEIGHTS.items())
    count = safe.VALUES_LIMIT // weight - 10
    took = measure(f"{PARSE}\nTEXT = ('[' + {part!r} * {count} + '0]').encode()\nmeasured(run)")
    assert took.said == str(count + 1)
    assert took.megabytes * 1024**2 < safe.VALUES_LIMIT + 8 * len(part) * count


@pytest.mark.parametrize("pack", [str.encode, str])
def test_too_many_values_are_refused(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "VALUES_LIMIT", 10_000)
    assert parse_json(pack(json.dumps([0] * 100))) == [0] * 100
    for part in DENSE:
        with pytest.raises(TooManyValues):
            parse_json(pack("[" + part * 120 + "0]"))


@each("text", ["", "{", "[1", "[" * 100_000, b"\xff", '"\ud800'])
def test_malformed_json_is_refused(text: bytes | str) -> None:
    with pytest.raises(UnreadableJson):
        parse_json(text)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(values)
def test_json_means_what_it_says(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")) == value


def test_names_lose_their_prefixes() -> None:
    root = parse_xml(b'<a:feed xmlns:a="urn:a" x:y="1"><b:title>One &amp; <![CDATA[<two>]]></b:title></a:feed>')
    assert (root.tag, root.get("y")) == ("feed", "1")
    assert root.findtext("title") == "One & <two>"


@each("body", ["<a>é</a>".encode("utf-16"), '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode("latin-1")])
def test_encodings_are_understood(body: bytes) -> None:
    assert parse_xml(body).text == "é"


@each(
    ("body", "why"),
    [
        (b"", "is cut off or is not XML"),
        (b"<a>", "is cut off or is not XML"),
        (b"<a></b>", "is cut off or is not XML"),
        (b"<a>&nbsp;</a>", "is cut off or is not XML"),
        (b"<?xml version='1.0' encoding='nowhere'?><a/>", "is cut off or is not XML"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "is cut off or is not XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "declares entities"),
        (b"<!DOCTYPE a [<!ENTITY % b 'c'>]><a/>", "declares entities"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>", "declares entities"),
        (b"<a>" * 101 + b"</a>" * 101, "is nested too deeply"),
    ],
)
def test_unreadable_xml_is_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableXml, match=why):
        parse_xml(body)


def test_an_absurd_number_of_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.safe._NODES", 3)
    assert len(parse_xml(b"<a><b/><c/></a>")) == 2
    for body, why in (
        (b"<a><b/><c/><d/></a>", "too many elements"),
        (b"<a><b c='' d=''/></a>", "too many elements"),
        (b"<a b='' c='' d='' e=''/>", "too many attributes"),
    ):
        with pytest.raises(UnreadableXml, match=why):
            parse_xml(body)


def test_elements_nest_a_hundred_deep_and_any_number_are_beside_each_other() -> None:
    assert len(parse_xml(b"<a>" + b"<b/>" * 200 + b"</a>")) == 200
    assert parse_xml(b"<a>" * 100 + b"</a>" * 100).tag == "a"


def test_an_outer_doctype_is_not_fetched() -> None:
    assert parse_xml(b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd"><opml/>').tag == "opml"


# Bombs


MIB = 1024 * 1024

BODIES = """
import asyncio
from reader.core.errors import FeedError
from reader.feeds.http import Client
from reader.feeds.huggingface.client import HuggingFaceClient
import httpx

async def fetch(url):
    async def skip(_):
        pass
    async with HuggingFaceClient(Client(url, sleep=skip)) as feed:
        listings = await feed.day("2026-05-12")
        return [len(listings[0].drafts), listings[0].skipped_count]

def run():
    try:
        return asyncio.run(fetch(URL))
    except FeedError as error:
        return error
"""

MANY = "The feed's answer holds more values than any list of papers; try again later."
TOO_LARGE = "127.0.0.1 sent more than 32 MiB at once, which were not read; try again later."


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


@pytest.mark.long
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (packed(b"[", b"[[[]]],", 31 * MIB, b"0]"), MANY),
        (packed(b"[", b" ", 31 * MIB, b"]"), "[0, 0]"),
        (packed(b"", b"\0", 128 * MIB, b""), TOO_LARGE),
    ],
    ids=["many values", "spaces", "zeros"],
)
def test_a_small_packed_answer_takes_little_memory(body: bytes, said: str, site: Documents) -> None:
    assert len(body) < 200_000
    site.pages["/api/daily_papers"] = Page(body, "application/json", headers={"Content-Encoding": "gzip"})
    took = measure(f"{BODIES}\nURL = {site.url!r}\nmeasured(run)")
    assert took.said == said
    assert took.megabytes < 140
    assert took.seconds < 5


FILES = """
import io
from datetime import date
from reader.core.errors import FeedError
from reader.feeds.files.papers_file import read_papers

class Made(io.RawIOBase):
    def __init__(self, start, middle, size, end):
        part = middle * (1024 * 1024 // len(middle))
        self._parts = filter(None, [start, *[part] * (size // len(part)), end])
        self._part = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        self._part = self._part or next(self._parts, b"")
        given, self._part = self._part[: len(buffer)], self._part[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

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


@pytest.mark.long
@pytest.mark.parametrize(
    ("start", "middle", "end", "said"),
    [
        (b"[", b"{},", b"{}]", "has no papers in a known format (line 1: longer than any record)"),
        (b'["', b"x", b'"]', "has no papers in a known format (line 1: longer than any record)"),
        (b"[\n", b"{},\n", b"{}]", "has no papers in a known format (line 2: no arXiv id)"),
        (b"", b"\0", b"", "is too long: 64 MiB at most, except for one record a line."),
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


@pytest.mark.long
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
