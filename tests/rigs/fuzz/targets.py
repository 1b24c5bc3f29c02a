"""What is fuzzed: each function gives any bytes to one parser, and checks what comes of it.

It returns for every input. What it raises is a crash: an error that the parser does not document, or an
AssertionError for a result that no caller expects.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
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
from tests.feeds import servers
from tests.feeds.fulltext import pages
from tests.rigs.fuzz.checks import (
    check_address,
    check_block,
    check_day,
    check_draft,
    check_line,
    check_listings,
    check_sentence,
)
from tests.rigs.fuzz.consequences import attack_consequences

TODAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
PAGE = "https://example.org/feed.xml"

RECORD = b'[{"paper":{"id":"2605.00001","title":"T","summary":"a\\n\\nb","authors":[{"name":"A"}],"upvotes":1,'
COMMUNITY = (
    b'{"id":"2605.00001","title":"T","comments":[{"id":"a","author":{"name":"n"},"createdAt":"2026-05-12T09:00:00.000Z",'
    b'"type":"comment","data":{"latest":{"raw":"*x*"},"reactions":[{"reaction":"+","count":3}]},"replies":[{"id":"b",'
    b'"data":{"parentCommentId":"a","hidden":true}}]}],"linkedModels":[{"id":"a/b","likes":1,"gated":"auto"}],'
    b'"linkedSpaces":[{"id":"a/c","title":"t","runtime":{"stage":"SLEEPING"}}],"numTotalModels":2}'
)
ARXIV_RECORD = (
    b'<OAI-PMH xmlns="o"><GetRecord><record><metadata><arXivRaw><id>2605.00001</id><version version="v1"><date>Fri, 01'
    b" May 2026 23:13:16 GMT</date></version><title>T $x^2$</title><categories>cs.LG cs.CL</categories><comments>c"
    b"</comments><journal-ref>J</journal-ref></arXivRaw></metadata></record></GetRecord></OAI-PMH>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>http://arxiv.org/abs/2605.00001v2</id>'
    b"<title>T $x^2$</title><summary>S</summary><author><name>A</name></author><published>2026-05-11T00:00:00Z"
    b'</published><link href="https://arxiv.org/abs/2605.00001"/><category term="cs.CL"/></entry></feed>'
)
RSS = (
    b'<rss version="2.0"><channel><title>F</title><link>https://example.org</link><item><title>T</title><guid>g</guid>'
    b"<description>&lt;p&gt;x&lt;/p&gt; arXiv:2605.00001</description><pubDate>Mon, 11 May 2026 08:00:00 GMT</pubDate>"
    b"<category>c</category></item></channel></rss>"
)
LISTING = servers.listing_page("cs.CL", "2026-05-12", [servers.Paper("2605.00001")])
RECORDS = servers.records([servers.Paper("2605.00001")], "more")
OPML = (
    b'<opml version="2.0"><head/><body><outline text="F"><outline type="rss" text="T" xmlUrl="https://a.example/f"/>'
    b"</outline></body></opml>"
)
EXPORT = (
    b'{"id":"2605.00001","title":"T","abstract":"A","day":"2026-05-11","starred":true,"tags":["a b"],"note":"n",'
    b'"keywords":["k"],"marks":[{"kind":"star","value":"1","clock":1700000000000,"machine":"0123456789ab",'
    b'"id":"0123456789abcdef01234567"}]}'
)
SAVED = (
    b"A title of a paper\n\n" + b"An abstract. " * 40 + b"\n\n\xe2\x80\xa2 6 authors\n\n\xc2\xb7\n\nMay 11, 2026\n\n3\n"
)
LINE = (
    b'{"v":1,"id":"0123456789abcdef01234567","machine":"0123456789ab","number":1,"clock":1700000000000,"kind":"star",'
    b'"value":"1","count":1,"papers":["2605.00001"]'
)

BIBTEX = (
    b'@string{corr = "CoRR"}\n@article{k, title = {{A} \\"o}, journal = corr, volume = "abs/" # {2605.00001},'
    b" eprint = {2605.00001v2}, file = {PDF:files/1/2605.00001.pdf:application/pdf}}\n@misc(l, note = {arXiv:2605.1})\n"
)
RIS = b"TY  - GEN\r\nTI  - T\r\nUR  - http://arxiv.org/abs/2605.00001\r\nN1  - n\r\nmore\r\nER  - \r\n"
CSL = b'[{"id":"k","type":"article","title":"<i>T</i>","number":"arXiv:2605.00001","author":[{"family":"A"}]}]'
RDF = (
    b'<rdf:RDF xmlns:rdf="r" xmlns:z="z" xmlns:dc="d"><dc:a rdf:about="http://arxiv.org/abs/2605.00001"><z:itemType>'
    b'preprint</z:itemType><dc:title>T</dc:title><z:link rdf:resource="#1"/></dc:a></rdf:RDF>'
)
PAPER_HTML, PAPER_MARKDOWN = pages.PAGE.encode(), pages.MARKDOWN.encode()


Attack = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """A parser under attack."""

    run: Attack
    seeds: tuple[bytes, ...]
    """Inputs that reach far into the parser."""
    words: tuple[bytes, ...] = ()
    """What mutations may insert."""


TARGETS: dict[str, Target] = {}
"""The targets by name."""


def _target(*seeds: bytes, words: tuple[bytes, ...] = ()) -> Callable[[Attack], Attack]:
    def add(run: Attack) -> Attack:
        TARGETS[run.__name__.removeprefix("attack_")] = Target(run, seeds, words)
        return run

    return add


def _text(data: bytes) -> str:
    """Any text, lone surrogates included, which JSON can write."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


# Feeds


@_target(RECORD + b'"x":[NaN,1e999]}}]', words=(b'"paper":{', b'"mediaUrls":[', b"1e400"))
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


@_target(RECORD + b'"x":[NaN,-Infinity,1e999,' + b"9" * 400 + b"]}}]", words=(b"NaN", b"[[[["))
def attack_json(data: bytes) -> None:
    for source in (data, data.decode("utf-8", "replace")):
        with suppress(UnreadableJson):
            value = parse_json(source)
            # Numbers that nothing can count are gone.
            assert len(json.dumps(value, allow_nan=False)) < 20 * len(data) + 100


@_target(
    ATOM,
    RSS,
    LISTING,
    RECORDS,
    words=(b"<entry>", b"<item>", b"<!ENTITY", b"<title>Error</title>", b"]]>", b"<dt>", b"<h3>", b"<record>"),
)
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


@_target(ARXIV_RECORD, words=(b"<version>", b"<error>", b"<date>", b"]]>"))
def attack_oai_record(data: bytes) -> None:
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


@_target(COMMUNITY, words=(b'"replies":[', b'"data":{', b'"id":"a"', b"1e400"))
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


@_target(
    b"Accepted to ICLR 2026 (Oral)",
    b"Phys.Lett.B573:94-100,2003",
    b"at the Workshop on X (XYZ'26)",
    words=(b"NeurIPS", b"2026", b"'26", b"(", b"workshop", b"submitted to", b"; "),
)
def attack_venue(data: bytes) -> None:
    text = clean(_text(data))
    for venue in (read_venue(text, None), read_venue(None, text)):
        assert venue is None or venue
        check_line(venue or "", LONGEST)


@_target(RSS, ATOM, b"<html><link rel=alternate type=application/rss+xml href=/f></html>")
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


@_target(OPML, words=(b"<outline ", b'xmlUrl="feed:', b'htmlUrl="'))
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


@_target(SAVED, words=(b"\n\n", b" authors", "·".encode(), b"Feb 29"))
def attack_saved_page(data: bytes) -> None:
    with suppress(FeedError):
        check_listings([parse_saved_page(_text(data), TODAY)])


@_target(
    BIBTEX,
    RIS,
    CSL,
    RDF,
    b"2605.00001\n[a](https://arxiv.org/abs/2605.00002)\nx/2605.00003v2.pdf\n",
    words=(b"@misc{", b"{{", b'"', b" # ", b"TY  - ", b"arXiv:", b'"itemType":"'),
)
def attack_library(data: bytes) -> None:
    """Any file of another program, and the parser of each format with a text that is of another one."""
    attack_papers_file(data)
    text = _text(data)
    for read in (parse_bibtex, parse_ris, parse_list):
        check_listings([Listing(None, (), entries=tuple(read(text)))])
    with suppress(FeedError):
        check_listings([Listing(None, (), entries=tuple(parse_rdf(data)))])


@_target(RECORD + b'"x":1}}]', b'{"date":"2026-05-11","items":[]}\n', SAVED, b"\x1f\x8b")
def attack_papers_file(data: bytes) -> None:
    try:
        check_listings(read_papers(BytesIO(data), TODAY))
    except FeedError as error:
        check_sentence(error)


@_target(EXPORT, words=(b'"tags":[', b'"note":"', b'"kind":"tag:'))
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


@_target(b'[{"a":1},2,\n"x"]\n{"b":[]}\nx\n[1', b"\xf0\x9f", words=(b"\n", b",", b'"'))
def attack_json_stream(data: bytes) -> None:
    pieces = [data[start : start + 7] for start in range(0, len(data), 7)]
    in_pieces = [repr(found) for found in JsonStream(iter(pieces), 1).values()]
    assert in_pieces == [repr(found) for found in JsonStream(iter([data]), 1).values()]
    assert len(in_pieces) <= len(data)


@_target(b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", b"plain")
def attack_gzip(data: bytes) -> None:
    with suppress(DamagedFile):
        assert sum(map(len, decompressed(BytesIO(data)))) <= 65 * 1024 * 1024 + 200 * len(data)
    body = BodyReader("gzip", 100_000)
    with suppress(zlib.error, BodyTooLarge, UnknownEncoding):
        for start in range(0, len(data), 11):
            body.add(data[start : start + 11])
        assert len(body.body()) <= 100_000


@_target(LINE, LINE.replace(b'"papers":["2605.00001"]', b'"packed":"eJwzMjMwMAQABZABMg=="'))
def attack_journal(data: bytes) -> None:
    body = data.rstrip(b"\n")
    for line in (data, body + b',"sum":"%08x"}' % zlib.crc32(body)):
        with suppress(ValueError):
            found = journal.decode(line)
            if isinstance(found, journal.Entry):
                assert all(0 <= number < 1 << 63 for number in (found.number, found.clock, found.count))
            assert journal.decode(journal.encode(found)) == found


# Settings


@_target(b'threshold = 5\n[topics.x]\nphrases = ["a b", "c+d"]\n[topics.x.implies]\ny = 1\n', words=(b"[[",))
def attack_rules(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    rules, mistakes = read_rules("", text)
    for mistake in (*mistakes, *review_rules([""], text)):
        assert len(mistake.message) < 500
    assert all(topic.name for topic in rules.topics.values())


# What a user types


@_target(b"2026-05-11..7d", b"2026-w20", b"week:2026-05-11", words=(b"..", b"w", b"9999", b"latest"))
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


@_target(b"https://arxiv.org/abs/2605.00001v2", b"hep-th/9901001", b"owner/name.git", b"0x7f.1")
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


@_target(rb"$\alpha_{x}^2$ \textbf{a} \'e {\em x} \frac{a}{b}", words=(rb"\begin{", rb"\(", rb"\sqrt{"))
def attack_latex(data: bytes) -> None:
    text = _text(data)
    check_line(safe.plain_line(text))
    check_block(safe.plain_block(text))
    # Only macros of letters are longer than what they mean.
    assert len(latex_to_unicode(text)) <= 4 * len(text) + 100


@_target(b"<p>a<td>b</td> <EOS> <a href='x'>&amp;</a><script>x</script>", words=(b"<![CDATA[", b"<!--"))
def attack_html(data: bytes) -> None:
    text = _text(data)
    found = safe.html_to_text(text)
    assert len(found.text) <= 4 * BLOCK_LIMIT + 2 * text[: 4 * BLOCK_LIMIT].count("<") + 100
    assert len(found.links) <= 500
    check_block(safe.plain_block(found.text))


@_target(
    PAPER_HTML,
    b"<table class=ltx_tabular><tr><td colspan=9 rowspan=-1>x<td></table>",
    words=(b"<section id=S1>", b"<math alttext='", b"<li class=ltx_bibitem>", b"<figcaption>", b"</div>", b"<pre>"),
)
def attack_paper_html(data: bytes) -> None:
    text = _text(data)
    for page in (text, f"<article class=ltx_document>{'x' * 400}{text}</article>"):
        try:
            check_document(read_html(without_mathml(page)))
        except NoFullText as reason:
            check_sentence(reason)


@_target(
    PAPER_MARKDOWN,
    b"1. a\n\n   - b\n> c\n\n|a|b|\n|-|-|\n|\\x_{1}|2|",
    words=(b"\n\n", b"## ", b"](https://arxiv.org/html/1#S1.T1)", b"\n(1)\n", b"```\n", b"\\frac{"),
)
def attack_paper_markdown(data: bytes) -> None:
    text = _text(data)
    with suppress(NoFullText):
        check_document(read_markdown(text))
    with suppress(NoFullText):
        check_document(parse_markdown(text))


@_target(
    b'[1,"T",1,"",0,[["h","",1,"1",["a"]],["i","",["","*",["p","",[["x",5,"#a"]]]]],["t","",[1],[[1,1,0,1,"c"]]]]]',
    words=(b'["q","",', b'["g","","",[],[],', b"]]]]"),
)
def attack_document(data: bytes) -> None:
    for packed in (data, zlib.compress(data)):
        with suppress(UnreadableDocument):
            load(packed)


@_target(b'"api";r=0;t=300', b"Mon, 11 May 2026 08:00:00 GMT", b"120", b'<x>; rel="next"')
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


_WORDS = (b"../", b"//evil.example/", b"-rf", b'"papers":["', b'"kind":"follow:x"', b'"kind":"setting:x"')
CONSEQUENCES = {
    f"consequences-{way}": Target(partial(attack_consequences, way), seeds, _WORDS)
    for way, seeds in {
        "folder": (LINE,),
        "server": (LINE,),
        "journal": (LINE,),
        "member": (b'{"paper":"2605.00001","marks":["star","tag:a"],"note":"n"}',),
        "import": (EXPORT, BIBTEX, SAVED),
        "feed": (RECORD + b'"x":1}}]',),
        "agent": (b'["2605.00001", "https://arxiv.org/abs/hep-th/9901001"]',),
    }.items()
}
"""Targets that lead from foreign lines to all requests, which takes longer; `test_consequences` is their short run."""
