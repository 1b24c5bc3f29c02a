"""Whatever bytes come: a parser gives clean values or raises its own error, in linear time."""

from __future__ import annotations

import asyncio
import time
import unicodedata
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.addresses import addresses_in
from reader.core.document.formula import draw_formula, formula_text
from reader.core.errors import FeedError, NoFullText
from reader.core.ids import ids_in
from reader.core.latex import latex_to_unicode
from reader.core.passages import split_note
from reader.core.text import clean, clean_block, clean_note, fold, visible
from reader.core.venue import read_venue
from reader.feeds.arxiv import parse_arxiv, refusal_reason
from reader.feeds.files.libraries import parse_bibtex, parse_list, parse_ris
from reader.feeds.files.papers_file import DamagedFile, read_papers
from reader.feeds.files.saved_page import parse_saved_page, parse_web_page
from reader.feeds.fulltext.html import read_html, without_mathml
from reader.feeds.fulltext.markdown import parse_markdown
from reader.feeds.fulltext.pdf import read_pdf
from reader.feeds.fulltext.pdf_lines import Line, Page, Pages
from reader.feeds.http import Validators, rate_limit_reset, unpack
from reader.feeds.http import refusal_reason as feeds_reason
from reader.feeds.huggingface import listings, parse_page, read_items, read_json
from reader.feeds.opml import parse_opml
from reader.feeds.records import is_export, parse_export
from reader.feeds.safe import UnreadableJson, html_to_text, parse_json, plain_block
from reader.feeds.syndication import parse_feed
from tests.core.document.checks import check_document
from tests.feeds.fulltext import pages

TODAY = date(2026, 5, 12)

RECORD = (
    b'[{"paper":{"id":"2605.00001","title":"T","summary":"a\\n\\nb","authors":[{"name":"A"}],"upvotes":1,'
    b'"mediaUrls":["https://a.example/x.png"],"publishedAt":"2026-05-11T00:00:00.000Z"}}]'
)
COMMUNITY = (
    b'{"id":"2605.00001","title":"T","comments":[{"id":"a","author":{"name":"n"},"type":"comment","data":{"latest":'
    b'{"raw":"*x*"},"reactions":[{"reaction":"+","count":3}]},"replies":[{"id":"b"}]}],"linkedModels":[{"id":"a/b"}]}'
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>http://arxiv.org/abs/2605.00001v2</id>'
    b"<title>T $x^2$</title><summary>S</summary><author><name>A</name></author><published>2026-05-11T00:00:00Z"
    b'</published><link href="https://arxiv.org/abs/2605.00001"/><category term="cs.CL"/></entry></feed>'
)
RSS = (
    b'<rss version="2.0"><channel><title>F</title><link>https://example.org</link><item><title>T</title><guid>g</guid>'
    b"<description>&lt;p&gt;x&lt;/p&gt; arXiv:2605.00001</description><pubDate>Mon, 11 May 2026 08:00:00 GMT</pubDate>"
    b"</item></channel></rss>"
)
OPML = b'<opml version="2.0"><head/><body><outline type="rss" text="T" xmlUrl="https://a.example/f"/></body></opml>'
EXPORT = (
    b'{"id":"2605.00001","title":"T","abstract":"A","day":"2026-05-11","starred":true,"tags":["a b"],"note":"n",'
    b'"marks":[{"kind":"star","value":"1","clock":1700000000000,"machine":"0123456789ab",'
    b'"id":"0123456789abcdef01234567"}]}'
)
SAVED = b"A title of a paper\n\n" + b"An abstract. " * 40 + "\n\n• 6 authors\n\n·\n\nMay 11, 2026\n\n3\n".encode()
BIBTEX = (
    b'@string{corr = "CoRR"}\n@article{k, title = {{A} \\"o}, journal = corr, eprint = {2605.00001v2},'
    b" file = {PDF:files/1/2605.00001.pdf:application/pdf}}\n"
)
RIS = b"TY  - GEN\r\nTI  - T\r\nUR  - http://arxiv.org/abs/2605.00001\r\nN1  - n\r\nmore\r\nER  - \r\n"
LIST = b"2605.00001\n[a](https://arxiv.org/abs/2605.00002)\nx/2605.00003v2.pdf\n"

PIECES = [
    b"\x1b[31m", b"\x1b]0;x\x07", b"\x00", b"\x9b31m", b"\xff\xfe", "\u202e\u2066\u200f\ufeff".encode(), b"&#27;[31m",
    b"\\u001b[31m", b"\\ud800", b"<", b"]]>", b"<!ENTITY a 'b'>", b"<![CDATA[", b"[[[[", b"{{", b"1e999", b"NaN", b"-1",
    b"9" * 400, b"null", b'"', b"'", b"\n", b"\r\n", b"$\\frac{", b"javascript:x", b"../..", b"2026-13-45", b"&amp;",
]  # fmt: skip
"""What is put into good inputs: commands for a terminal, and what ends or nests a value."""


@st.composite
def damaged(draw: st.DrawFn, seed: bytes) -> bytes:
    """A good input with a few changes: something put in, taken out, or repeated."""
    body = seed
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 60)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(body[start:end] * 2))
        body = body[:start] + piece + body[end:]
    return body


def assert_clean(value: object) -> None:
    """No text within a value has anything that a terminal obeys or hides; an empty line separates paragraphs."""
    if isinstance(value, str):
        bad = [one for one in value.replace("\n\n", "") if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
        assert set(bad) <= {"\u200c", "\u200d"}, ascii(value)
    elif is_dataclass(value):
        for one in fields(value):
            assert_clean(getattr(value, one.name))
    elif isinstance(value, Mapping):
        assert_clean([*value.keys(), *value.values()])
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for one in value:
            assert_clean(one)


def read_export(body: bytes) -> object:
    record = parse_json(body)
    # A note is the user's own text, which is cleaned where it is drawn.
    return parse_export(record)._replace(marks=None) if is_export(record) else None


def read_text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "daily papers": (lambda body: listings(read_items(body), "2026-05-12"), RECORD),
    "a paper's page": (lambda body: parse_page(read_json(body), "2605.00001").listing, COMMUNITY),
    "arXiv's API": (parse_arxiv, ATOM),
    "arXiv's RSS": (parse_arxiv, RSS),
    "a refusal": (refusal_reason, b"<title>Error</title><summary>x</summary>"),
    "RSS": (lambda body: parse_feed(body, "https://example.org/feed.xml", TODAY), RSS),
    "Atom": (lambda body: parse_feed(body, "https://example.org/feed.xml", TODAY), ATOM),
    "OPML": (parse_opml, OPML),
    "a file of papers": (lambda body: [*read_papers(BytesIO(body), TODAY)], RECORD),
    "a packed file": (lambda body: [*read_papers(BytesIO(body), TODAY)], b"\x1f\x8b" + zlib.compress(RECORD)),
    "an export": (read_export, EXPORT),
    "a saved page as text": (lambda body: parse_saved_page(read_text(body), TODAY), SAVED),
    "a saved page": (lambda body: parse_web_page(read_text(body)), b"<html><p>" + SAVED),
    "BibTeX": (lambda body: [*parse_bibtex(read_text(body))], BIBTEX),
    "RIS": (lambda body: [*parse_ris(read_text(body))], RIS),
    "a list": (lambda body: [*parse_list(read_text(body))], LIST),
    "HTML": (lambda body: plain_block(html_to_text(read_text(body)).text), b"<p>a<td>b</td> <a href='x'>&amp;</a>"),
    "a venue": (lambda body: read_venue(clean(read_text(body)), None), b"Accepted to ICLR 2026 (Oral)"),
}


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
@settings(max_examples=25)
def test_damaged_bytes_give_clean_values_or_an_error_in_one_sentence(name: str, data: st.DataObject) -> None:
    parse, seed = PARSERS[name]
    try:
        assert_clean(parse(data.draw(damaged(seed))))
    except (FeedError, UnreadableJson, DamagedFile) as error:
        assert_clean(str(error))
        assert len(str(error)) < 1_000


@given(damaged(pages.PAGE.encode()))
def test_a_damaged_page_gives_a_clean_text_or_none(body: bytes) -> None:
    try:
        check_document(read_html(without_mathml(read_text(body))))
    except NoFullText as reason:
        assert_clean(str(reason))


@given(damaged(b'"api";r=0;t=300'))
def test_damaged_headers_give_a_pause_and_sendable_values(limit: bytes) -> None:
    value = limit.decode("latin-1").replace("\n", " ")
    headers = {"RateLimit": value, "ETag": value}
    assert rate_limit_reset(headers) >= 0
    sent = Validators.from_headers(headers).etag
    assert sent is None or (sent.isascii() and sent.isprintable())
    assert_clean(feeds_reason(limit))


@given(damaged(zlib.compress(b"x" * 10_000, wbits=31)))
def test_a_damaged_packed_body_is_refused_or_within_its_limit(body: bytes) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield body

    async def read() -> bytes:
        return b"".join([part async for part in unpack("example.org", "gzip", pieces(), 20_000)])

    with suppress(zlib.error, FeedError):
        assert len(asyncio.run(read())) <= 20_000


pytestmark = pytest.mark.long

LETTERS = 6_000
MAX_TIMES = 6
"""How much longer a text of four times the length may take."""
TOO_SHORT_SECONDS = 0.05
"""A time that says nothing, because the clock, the caches and the collector take their part of it."""


def _read_page(text: str) -> None:
    read_html(f"<article class=ltx_document><p>{'Words of a paper. ' * 40}{text}</p></article>")


def _read_lines(text: str) -> None:
    parts = [(at, text[at : at + 6]) for at in range(0, len(text), 6)]
    lines = (Line(part, 0, 90, 120, 700 - at / 100, 10, cells=((90, part),)) for at, part in parts)
    read_pdf(Pages((Page(792, tuple(lines)),)))


GATES: dict[str, Callable[[str], object]] = {
    "a line": lambda text: clean(text, len(text)),
    "a block": lambda text: clean_block(text, len(text)),
    "a note": lambda text: clean_note(text, len(text)),
    "output": visible,
    "folding": fold,
    "LaTeX": latex_to_unicode,
    "prose": plain_block,
    "HTML in a feed": html_to_text,
    "a page": _read_page,
    "lines of a PDF": _read_lines,
    "Markdown": parse_markdown,
    "a formula": lambda text: (formula_text(text), draw_formula(text, 78)),
    "addresses": lambda text: list(addresses_in(text)),
    "ids": ids_in,
    "BibTeX": lambda text: list(parse_bibtex(f"@article{{a, title={{{text}")),
    "RIS": lambda text: list(parse_ris(text)),
    "a list": lambda text: list(parse_list(text)),
    "a saved page": lambda text: parse_saved_page(text, TODAY),
    "a saved site": lambda text: parse_web_page(f"<html>{text}"),
    "a note with highlights": split_note,
    "a feed": lambda text: parse_feed(text.encode("utf-8", "replace"), "https://example.org/feed", TODAY),
}

OPENERS = (
    *("\x1b", "\x1b[", "\x1b]", "\x9b", "\x9d", "\x90\x1b", "\u0301\u0323", "\u0344\u0323", "\u05b0\u05af", "क\u200d"),
    *("<", "</", "<!--", "<?", "<![CDATA[", "<a ", '<a href="', "<x a='", "<table>", "<td>", "<svg>", "<script>"),
    *("<title>", '<math alttext="x">', "<math ", '<math alttext="x', "<details>", '<img src="', "&", "&#"),
    *("[", "![", "](", "[a](", "[a]: b\n", "`", "``", "```\n", "*a", "**_", "_", "~~", "> ", "- ", "1. ", "|a"),
    *("| a |\n|-|\n", "$", "$x", "$$", "$x_", "\\", "\\(", "\\[", "\\{", "{", "^{", "\\text{", "\\frac{", "\\left("),
    *("\\begin{a}", "\\sqrt[", "{\\em ", "\\a{", "%\n", "(", '"', "@a{", "TY  - ", "http://", "https://a.b/("),
    *("arXiv:", "a.", "a ", "\n", "\n\n", "\t", "3 33", "1: ", "Table 1: ", "LABEL:", "A. B, ", "2024 "),
    *("\\ket{", "\\qty(", "\\ce{"),
    *("<!", "<a href=", "<a href=/papers/2401.00001>x</a>", "\\'{", "“", "“words” (", "“words” (, , , "),
    *("[\n", "a = [\n", "a = [[\n", "a = '''x\n"),
)


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    with suppress(NoFullText, FeedError, ValueError):
        read(text)
    return time.process_time() - start


@pytest.mark.parametrize("gate", GATES)
def test_four_times_the_text_takes_at_most_six_times_as_long(gate: str) -> None:
    for opener in OPENERS:
        short, long = ((opener * (size // len(opener))) for size in (LETTERS, 4 * LETTERS))
        for _attempt in range(3):
            seconds = _seconds(GATES[gate], long)
            if seconds < TOO_SHORT_SECONDS or seconds < MAX_TIMES * _seconds(GATES[gate], short):
                break
        else:
            pytest.fail(f"{len(long):,} letters of {opener!r} took {seconds:.2f} s")
