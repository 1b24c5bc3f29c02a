"""What is fuzzed: each function gives any bytes to one parser, and checks what comes of it.

It returns for every input. What it raises is a crash: an error that the parser does not document, or an
AssertionError for a result that no caller expects.
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from datetime import UTC, date, datetime
from io import BytesIO

from reader.cache.marks import journal
from reader.core import addresses, dates, ids
from reader.core.community import Community, dump
from reader.core.community import load as load_community
from reader.core.document.codec import UnreadableDocument, load
from reader.core.errors import FeedError, NoFullText, UsageError
from reader.core.foreign import web_url
from reader.core.latex import latex_to_unicode
from reader.core.paper import Listing
from reader.core.text import BLOCK_LIMIT, clean
from reader.core.topics.scorer import read_rules, review_rules
from reader.core.venue import LONGEST, read_venue
from reader.feeds import safe
from reader.feeds.arxiv.parse import (
    ArxivEntry,
    ArxivResponse,
    parse_arxiv,
    parse_listing,
    parse_record,
    parse_records,
    refusal_reason,
)
from reader.feeds.files.libraries import parse_bibtex, parse_list, parse_rdf, parse_ris
from reader.feeds.files.papers_file import DamagedFile, JsonStream, decompressed, read_papers
from reader.feeds.files.saved_page import parse_saved_page
from reader.feeds.fulltext.html import read_html, without_mathml
from reader.feeds.fulltext.markdown import parse_markdown, read_markdown
from reader.feeds.http import responses
from reader.feeds.http.responses import BodyReader, BodyTooLarge, UnknownEncoding
from reader.feeds.huggingface.parse import github_url, listings, parse_page, read_items, read_json
from reader.feeds.records import is_export, parse_export
from reader.feeds.safe import UnreadableJson, parse_json
from reader.feeds.syndication.opml import parse_opml
from reader.feeds.syndication.parse import parse_feed
from tests.core.document.checks import check_document
from tests.rigs.fuzz.checks import (
    check_address,
    check_block,
    check_day,
    check_draft,
    check_line,
    check_listings,
    check_sentence,
)

TODAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
PAGE = "https://example.org/feed.xml"


def _text(data: bytes) -> str:
    """Any text, lone surrogates included, which JSON can write."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


# Feeds


def attack_huggingface(data: bytes) -> None:
    try:
        found = listings(read_items(data), "2026-05-12")
    except FeedError as error:
        check_sentence(error)
        return
    assert found[0].day == "2026-05-12"
    # A paper that is listed twice on a day counts once.
    assert check_listings(found) <= len(list(_array(read_json(data))))


def _array(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def attack_json(data: bytes) -> None:
    for source in (data, data.decode("utf-8", "replace")):
        with suppress(UnreadableJson):
            value = parse_json(source)
            # Numbers that nothing can count are gone.
            assert len(json.dumps(value, allow_nan=False)) < 20 * len(data) + 100


def attack_arxiv(data: bytes) -> None:
    check_line(refusal_reason(data), 200)
    found: list[ArxivEntry] = []
    for read in (parse_arxiv, parse_listing, lambda body: ArxivResponse(parse_records(body)[0])):
        try:
            found += read(data).entries
        except FeedError as error:
            check_sentence(error)
    for entry in found:
        # What a listing page names without a title is not stored.
        if entry.draft.title:
            check_draft(entry.draft)
        assert entry.draft.id


def attack_record(data: bytes) -> None:
    try:
        found = parse_record(data)
    except FeedError as error:
        check_sentence(error)
        return
    if found is not None:
        check_draft(found.draft)
        assert found.draft.id
        for version in found.draft.versions:
            check_day(version.partition(" ")[2])


def attack_community(data: bytes) -> None:
    try:
        found = parse_page(read_json(data), "2605.00001")
    except FeedError as error:
        check_sentence(error)
        return
    check_listings([found.listing])
    for comment, markdown in found.said:
        for line in (comment.id, comment.author, comment.parent, *(emoji for emoji, _ in comment.reactions)):
            check_line(line, 100)
        assert len(markdown) <= BLOCK_LIMIT
    for one in found.repositories:
        check_address(one.url)
        check_line(one.about, 100)
    community = Community(tuple(one.comment for one in found.said), found.repositories)
    assert load_community(dump(community)) == community
    assert load_community(data) is not None


def attack_venue(data: bytes) -> None:
    text = clean(_text(data))
    for venue in (read_venue(text, None), read_venue(None, text)):
        assert venue is None or venue
        check_line(venue or "", LONGEST)


def attack_feed(data: bytes) -> None:
    try:
        found = parse_feed(data, PAGE, TODAY)
    except FeedError as error:
        check_sentence(error)
        return
    check_line(found.title, 200)
    check_address(found.home)
    assert found.slug and found.slug.isascii()
    for entry in found.entries:
        check_draft(entry.draft)
        check_address(entry.link)
        check_day(entry.published)
        assert entry.guid and len(entry.guid) <= 2_000


def attack_opml(data: bytes) -> None:
    try:
        found = parse_opml(data)
    except FeedError as error:
        check_sentence(error)
        return
    for outline in found.feeds:
        check_line(outline.title)
        check_address(outline.url)
        check_address(outline.home)
        assert outline.url


# Files


def attack_saved_page(data: bytes) -> None:
    with suppress(FeedError):
        check_listings([parse_saved_page(_text(data), TODAY)])


def attack_library(data: bytes) -> None:
    """Any file of another program, and the parser of each format with a text that is of another one."""
    attack_papers_file(data)
    text = _text(data)
    for read in (parse_bibtex, parse_ris, parse_list):
        check_listings([Listing(None, (), entries=tuple(read(text)))])
    with suppress(FeedError):
        check_listings([Listing(None, (), entries=tuple(parse_rdf(data)))])


def attack_papers_file(data: bytes) -> None:
    try:
        check_listings(read_papers(BytesIO(data), TODAY))
    except FeedError as error:
        check_sentence(error)


def attack_export(data: bytes) -> None:
    with suppress(UnreadableJson, FeedError):
        record = parse_json(data)
        if is_export(record):
            found = parse_export(record)
            if found.draft:
                check_draft(found.draft._replace(keywords=found.draft.keywords[:100], media=found.draft.media[:100]))
            for day in found.days:
                check_day(day)
            for mark in found.marks.marks if found.marks else ():
                check_line(mark.kind, 200)
                mark.value.encode()
                assert 0 <= mark.clock < 1 << 63


def attack_json_stream(data: bytes) -> None:
    pieces = [data[start : start + 7] for start in range(0, len(data), 7)]
    in_pieces = [repr(found) for found in JsonStream(iter(pieces), 1).values()]
    assert in_pieces == [repr(found) for found in JsonStream(iter([data]), 1).values()]
    assert len(in_pieces) <= len(data)


def attack_gzip(data: bytes) -> None:
    with suppress(DamagedFile):
        assert sum(map(len, decompressed(BytesIO(data)))) <= 65 * 1024 * 1024 + 200 * len(data)
    body = BodyReader("gzip", 100_000)
    with suppress(zlib.error, BodyTooLarge, UnknownEncoding):
        for start in range(0, len(data), 11):
            body.add(data[start : start + 11])
        assert len(body.body()) <= 100_000


def attack_journal(data: bytes) -> None:
    body = data.rstrip(b"\n")
    for line in (data, body + b',"sum":"%08x"}' % zlib.crc32(body)):
        with suppress(ValueError):
            found = journal.decode(line)
            if isinstance(found, journal.Entry):
                assert all(0 <= number < 1 << 63 for number in (found.number, found.clock, found.count))
            assert journal.decode(journal.encode(found)) == found


# Settings


def attack_rules(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    rules, mistakes = read_rules("", text)
    for mistake in (*mistakes, *review_rules([""], text)):
        assert len(mistake.message) < 500
    assert all(topic.name for topic in rules.topics.values())


# What a user types


def attack_dates(data: bytes) -> None:
    text = _text(data)[:300]
    check_day(dates.iso_day(text))
    with suppress(ValueError, UsageError):
        period = dates.parse_period(text, TODAY)
        assert period.earlier.later == period.later.earlier == period
        assert dates.period_of_view(period.id) == period
        assert period.name and period.short
    with suppress(ValueError):
        found = dates.parse_date_range(text)
        bounds = found.bounds(TODAY, TODAY)
        assert bounds is not None
        for day in bounds:
            check_day(day)
        assert dates.parse_date_range(found.text) == found


def attack_ids(data: bytes) -> None:
    text = _text(data)
    id = ids.arxiv_id(text)
    assert id is None or (ids.arxiv_id(id) == id and id.isascii() and len(id) < 40)
    for made in (ids.paper_url(text), ids.pdf_url(text), ids.hf_url(text)):
        check_address(made)
    assert len(ids.feed_entry_id(text, text)) == 17
    check_address(web_url(text))
    check_address(github_url(text))
    addresses.is_local(text)
    addresses.is_loopback(text)


# Texts


def attack_latex(data: bytes) -> None:
    text = _text(data)
    check_line(safe.plain_line(text))
    check_block(safe.plain_block(text))
    # Only macros of letters are longer than what they mean.
    assert len(latex_to_unicode(text)) <= 4 * len(text) + 100


def attack_html(data: bytes) -> None:
    text = _text(data)
    found = safe.html_to_text(text)
    assert len(found.text) <= 4 * BLOCK_LIMIT + 2 * text[: 4 * BLOCK_LIMIT].count("<") + 100
    assert len(found.links) <= 500
    check_block(safe.plain_block(found.text))


def attack_paper_html(data: bytes) -> None:
    text = _text(data)
    for page in (text, f"<article class=ltx_document>{'x' * 400}{text}</article>"):
        try:
            check_document(read_html(without_mathml(page)))
        except NoFullText as reason:
            check_sentence(reason)


def attack_paper_markdown(data: bytes) -> None:
    text = _text(data)
    with suppress(NoFullText):
        check_document(read_markdown(text))
    with suppress(NoFullText):
        check_document(parse_markdown(text))


def attack_document(data: bytes) -> None:
    for packed in (data, zlib.compress(data)):
        with suppress(UnreadableDocument):
            load(packed)


def attack_headers(data: bytes) -> None:
    value = data.decode("latin-1").replace("\n", " ")
    headers = {"RateLimit": value, "Retry-After": value, "Link": value, "ETag": value, "Last-Modified": value}
    assert 0 <= responses.rate_limit_pause(headers, 310) <= 310
    wait = responses.retry_after(headers, NOW)
    assert wait is None or 0 <= wait < float("inf")
    sent = responses.sendable_validator(value)
    assert sent is None or (sent.isascii() and sent.isprintable())
    assert responses.has_next_page(headers) in (True, False)
    check_line(responses.refusal_reason(data), 200)
