"""Feeds that are made to take the parser long: each is refused, or read within bounds."""

from __future__ import annotations

import time
from datetime import date

import pytest

from reader.core.errors import FeedMalformed
from reader.feeds.plain_text import html_to_text
from reader.feeds.syndication import size
from reader.feeds.syndication.parse import NotAFeed, parse_feed
from reader.feeds.syndication.size import find_excess
from tests.feeds.measured import measure

MIB = 1024 * 1024
RSS = b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>One</title>%b</item></channel></rss>"

PARSE = """
from datetime import date
from importlib import import_module
from reader.feeds.syndication.parse import NotAFeed, parse_feed
import_module("feedparser")

def run():
    try:
        return len(parse_feed(BODY, "https://example.org/feed", date(2026, 5, 12)).entries)
    except NotAFeed as error:
        return error
"""


@pytest.mark.parametrize(
    ("around", "part", "said"),
    [
        (b"%b", b"<a>", "example.org sent a feed with too many tags, which was not read."),
        (b"%b", b"<a href=", "example.org sent a feed with too many tags, which was not read."),
        (RSS, b"<a>", "example.org sent a feed with too many tags, which was not read."),
        (RSS, b"<a ", "example.org sent a feed with too many tags, which was not read."),
        (RSS % b"<description><![CDATA[%b]]></description>", b"<a href=", "1"),
        (RSS % b"<description><![CDATA[%b]]></description>", b"<a href='x'>", "1"),
        (RSS % b"<description><![CDATA[%b", b"<a>", "example.org sent a feed with too many tags, which was not read."),
        (RSS % b"<description>%b</description>", b"&lt;a href=", "1"),
        (RSS % b"<b %b></b>", b"a='' ", "example.org sent a feed with too many attributes, which was not read."),
    ],
)
def test_five_megabytes_of_tags_take_seconds(around: bytes, part: bytes, said: str) -> None:
    before, after = around.split(b"%b")
    count = 5 * MIB // len(part) - 100
    took = measure(f"{PARSE}\nBODY = {before!r} + {part!r} * {count} + {after!r}\nmeasured(run)")
    assert took.said == said
    assert took.seconds < 5
    assert took.megabytes < 100


def test_as_many_tags_as_are_read_take_seconds() -> None:
    took = measure(f"{PARSE}\nBODY = b'<a>' * {size.TAGS}\nmeasured(run)")
    assert "not an RSS or Atom feed" in took.said
    assert took.seconds < 10
    assert took.megabytes < 150


def test_entries_have_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    body = RSS % (b"</item><item><title>Two</title>" * 4)
    with pytest.raises(
        FeedMalformed, match=r"^example.org sent a feed that takes over 3 s to read; it was left out\.$"
    ):
        parse_feed(body, "https://example.org/feed", date(2026, 5, 12), timeout=3)


@pytest.mark.parametrize(
    ("body", "excess"),
    [
        (RSS % b"", ""),
        (RSS % (b"<a></a>" * 10), "too many tags"),
        (RSS % b"<description><![CDATA[%b]]></description>" % (b"<a></a>" * 10), ""),
        (RSS % (b"<![CDATA[]]>" * 20), "too many tags"),
        (RSS % (b"<![CDATA[" + b"<a>" * 20), "too many tags"),
        (RSS % b"<x:a xmlns:x='u' xmlns:y='v'/><a xmlns='u'/>", "too many namespaces"),
        (RSS % (b"<a " + b"b=''" * 600 + b"/>"), "too many attributes"),
        (RSS.replace(b"?>", b" encoding='utf-7'?>") % b"", "an encoding that is not read"),
        (RSS.replace(b"?>", b" encoding='cp037'?>") % b"", "an encoding that is not read"),
        (RSS.replace(b"?>", b" encoding='iso-8859-15'?>") % b"", ""),
        (RSS.replace(b"?>", b" encoding='no-such'?>") % b"", ""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_excess_of_a_feed(body: bytes, excess: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "TAGS", 18)
    monkeypatch.setattr(size, "NAMESPACES", 2)
    body = body.decode().encode(encoding)
    assert find_excess(body) == excess
    if excess:
        with pytest.raises(NotAFeed, match=f"^example.org sent a feed with {excess}, which was not read.$"):
            parse_feed(body, "https://example.org/feed", date(2026, 5, 12))


def test_a_response_may_not_hide_tags_either() -> None:
    assert find_excess(RSS % b"", "application/xml; charset=UTF-7") == "an encoding that is not read"
    assert find_excess(RSS % b"", "application/xml; charset=utf-8") == ""


@pytest.mark.parametrize(
    "part", ["<a href=", '<a href="', "<a ", "<", "<!", "<!--", "<?", "</", "<![", "<a b=c", "&", "<p>"]
)
@pytest.mark.parametrize("end", ["", ">"])
def test_html_takes_time_in_proportion(part: str, end: str) -> None:
    start = time.process_time()
    html_to_text((part * 80_000)[:79_999] + end)
    assert time.process_time() - start < 3


def test_what_follows_the_last_tag_is_text() -> None:
    assert html_to_text("<p>One</p> x < y, and <b").text.strip() == "One\n\n x < y, and <b"
