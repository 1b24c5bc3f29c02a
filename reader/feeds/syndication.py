"""The client of RSS and Atom feeds on any host, with conditional requests, and the parser of such feeds.

feedparser reads even broken feeds; its results are untrusted. Markup becomes plain text, and an entry about exactly one
arXiv paper gets that paper's id.
"""

from __future__ import annotations

import asyncio
import codecs
import hashlib
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib import import_module
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from reader.core.errors import FeedMalformed
from reader.core.foreign import web_url
from reader.core.ids import arxiv_id
from reader.core.paper import Draft, SkippedRecord
from reader.core.text import clean, fold
from reader.feeds.http import FEED_TYPES, AsyncCloser, Client, Limits, Validators, origin_of
from reader.feeds.safe import HtmlText, as_text, html_to_text, parse_each, plain_block, plain_line

MAX_TAGS = 250_000
"""Maximum tags, including CDATA; so many tags take feedparser three seconds."""
MAX_NAMESPACES = 500
"""Maximum declarations of namespaces; the time grows with their square."""
MAX_ATTRIBUTES = 200
"""Maximum attributes of one tag; the time grows with their square."""

_LONG_TAG = re.compile(rb"<[^<>]{2000,}")
_NAMESPACE = re.compile(rb"\sxmlns[:=]")
_ENCODING = re.compile(r"""(?:encoding|charset)\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_TAG_HIDING_ENCODINGS = {"utf-7", "unicode-escape", "raw-unicode-escape", "punycode", "idna"}
"""Encodings that can write a tag without `<`."""


def exceeded_limit(body: bytes, content_type: str = "") -> str:
    """The limit that a feed exceeds, such as `too many tags`; empty if it may be parsed."""
    head = body[:1000].replace(b"\0", b"").decode("latin-1")
    if any(_may_hide_tags(name) for name in _ENCODING.findall(f"{content_type} {head}")):
        return "an encoding that is not read"
    # Without null bytes, tags in UTF-16 look like tags in ASCII.
    markup = body.replace(b"\0", b"")
    if markup.count(b"<") > MAX_TAGS:
        return "too many tags"
    if sum(1 for _ in _NAMESPACE.finditer(markup)) > MAX_NAMESPACES:
        return "too many namespaces"
    if any(tag[0].count(b"=") > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(markup)):
        return "too many attributes"
    return ""


def _may_hide_tags(encoding: str) -> bool:
    """Whether text in an encoding may have tags without the byte `<`; unknown encodings are never used."""
    try:
        codec = codecs.lookup(encoding)
        is_visible = b"<" in codec.encode("<a")[0]
    except (LookupError, TypeError, UnicodeError):
        return False
    return not is_visible or codec.name.replace("_", "-") in _TAG_HIDING_ENCODINGS


MAX_PARSE_SECONDS = 10.0
"""Maximum seconds of processor time to parse the entries; `exceeded_limit` limits feedparser's own time before."""

BODY_LIMIT = 5 << 20
"""Maximum bytes of a feed, 5 MiB; `exceeded_limit` also limits its tags."""

_MAX_ENTRIES = 1_000
_MAX_AUTHORS = 500
_MAX_KEYWORDS = 30
_MAX_NAME_LENGTH = 200
_MAX_GUID_LENGTH = 500
_MAX_PAGE_LENGTH = 200_000
_MAX_LINKS = 20
_MAX_SLUG_LENGTH = 40
_RESERVED_SLUGS = ("hf", "arxiv", "page")
_OLDEST_DAY = date(1970, 1, 2)

_ID = r"([0-9]{4}\.[0-9]{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]{1,3})?(?![0-9])"
_MENTION = re.compile(
    r"(?:(?:arxiv|alphaxiv)\.org/(?:abs|pdf|html|overview)/|huggingface\.co/papers/|10\.48550/arxiv\.|\barxiv:\s?)"
    rf"(?-i:{_ID})",
    re.IGNORECASE,
)
# Some feeds write the id into the title: `[2406.12345] Title`, `Title (arXiv:2406.12345v1 [cs.CL])`.
_BEFORE_TITLE = re.compile(rf"^\[(?:arXiv:)?{_ID}\]\s*(?=\S)")
_AFTER_TITLE = re.compile(rf"(?<=\S)\s*\(arXiv:{_ID}[^()]{{0,60}}\)$", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r",\s+|;\s*|\s+and\s+")
# Character references. XML forbids some, such as `&#xD83D;` (half of an emoji), and feedparser fails at them.
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
_XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\U0010ffff]")
"""A character that XML allows."""

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")


class NotAFeed(FeedMalformed):
    """The document is not a feed; if it is a web page, `feeds` are the addresses of its linked feeds."""

    def __init__(self, message: str, feeds: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.feeds = feeds


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed."""

    draft: Draft
    """The draft's `id` is the id of the arXiv paper that the entry is about, if any."""
    link: str | None
    guid: str
    """The entry's stable id within its feed."""
    published: str | None = None
    """The entry's ISO date, UTC; not the paper's."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed."""

    title: str
    slug: str
    """A short name made from the title or the host; not unique among feeds."""
    home: str | None
    """Address of the feed's site."""
    entries: tuple[FeedEntry, ...]
    """In the feed's order, at most a thousand."""
    skipped: tuple[SkippedRecord, ...] = ()


def parse_feed(
    body: bytes,
    url: str,
    today: date,
    *,
    source: str | None = None,
    content_type: str = "application/xml",
    timeout: float = MAX_PARSE_SECONDS,
) -> Feed:
    """Parse a feed from the address `url`; dates after tomorrow are ignored.

    Raises NotAFeed, also for a feed that exceeds the limits, and FeedMalformed if the entries take over `timeout`
    seconds of processor time, which does not depend on the load of the machine.
    """
    start = time.thread_time()
    if excess := exceeded_limit(body[:BODY_LIMIT], content_type):
        raise NotAFeed(f"{_host(url)} sent a feed with {excess}, which was not read.")
    # Imported by name because feedparser has no type hints.
    parse = import_module("feedparser").parse
    try:
        # Passed as a stream: feedparser opens a string that looks like an address or a file name.
        parsed = parse(
            BytesIO(_REFERENCE.sub(_keep_valid_reference, body[:BODY_LIMIT])),
            response_headers={"content-location": url, "content-type": content_type or "application/xml"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ArithmeticError, AttributeError, AssertionError, LookupError, TypeError, ValueError, RecursionError):
        # feedparser is lenient, but a hostile feed may still break it.
        raise NotAFeed(f"{_host(url)} sent an unreadable feed; check its address.") from None
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed(*_not_a_feed(body, url))
    about = parsed.feed
    title = plain_line(html_to_text(as_text(about.get("title"))).text, _MAX_NAME_LENGTH) or _host(url)
    slug = feed_slug(title, url)
    atom = str(parsed.get("version")).startswith("atom")

    def items_in_time() -> Iterator[Mapping[str, Any]]:
        for item in parsed.entries[:_MAX_ENTRIES]:
            if time.thread_time() - start > timeout:
                raise FeedMalformed(f"{_host(url)} sent a feed that takes over {timeout:g} s to read; it was left out.")
            # A plain dictionary, because feedparser's class maps missing keys to other keys with warnings.
            yield dict(item)

    items = items_in_time()
    entries, skipped = parse_each(items, lambda item: _parse_entry(item, source or slug, today, atom), "entry")
    home = web_url(as_text(about.get("link")))
    return Feed(title, slug, home, _unique_entries(entries), skipped)


def _unique_entries(entries: Sequence[FeedEntry]) -> tuple[FeedEntry, ...]:
    """The first entry of each guid."""
    return tuple({entry.guid: entry for entry in reversed(entries)}.values())[::-1]


def feed_slug(title: str, url: str) -> str:
    """A short name for a feed from its title or host, with only a to z, digits and hyphens."""
    for name in (title, _host(url).removeprefix("www."), "feed"):
        slug = "-".join(re.findall("[a-z0-9]+", fold(name)))[:_MAX_SLUG_LENGTH].strip("-")
        if slug:
            break
    return f"{slug}-feed" if slug in _RESERVED_SLUGS else slug


def _parse_entry(item: Mapping[str, Any], source: str, today: date, atom: bool) -> FeedEntry:
    link = web_url(as_text(item.get("link")))
    heading = _detail_text(item.get("title_detail"), atom)
    contents = item.get("content")
    content = contents[0] if isinstance(contents, list) and contents else None
    body = _detail_text(content, atom)
    if not body.text.strip():
        body = _detail_text(item.get("summary_detail"), atom)
    abstract = plain_block(body.text)
    title = plain_line(heading.text) or clean(abstract, 100)
    if not title:
        raise FeedMalformed("neither title nor text")
    id, is_paper = _find_paper(item, link, title, body)
    title = _AFTER_TITLE.sub("", _BEFORE_TITLE.sub("", title)) if id else title
    published = _day(item, today)
    draft = Draft(
        title=title,
        id=id,
        abstract=abstract,
        # The authors, date and tags of an entry that only mentions a paper are not the paper's.
        authors=_authors(item) if is_paper else (),
        published=None if id else published,
        keywords=() if id else _tags(item),
        source=source,
    )
    guid = clean(as_text(item.get("id")), _MAX_GUID_LENGTH) or link or _digest(f"{title}\n{abstract}")
    return FeedEntry(draft, link, guid, published)


def _find_paper(item: Mapping[str, Any], link: str | None, title: str, body: HtmlText) -> tuple[str | None, bool]:
    """The id of the paper that an entry is about, and whether the entry is the paper itself.

    An entry that mentions several papers is not about any of them.
    """
    for place in (link, *map(item.get, ("id", "dc_identifier", "prism_doi", "arxiv_doi"))):
        id = arxiv_id(as_text(place).removeprefix("oai:arXiv.org:"))
        if id:
            return id, True
    for match in filter(None, (_BEFORE_TITLE.match(title), _AFTER_TITLE.search(title))):
        if id := arxiv_id(match[1]):
            return id, True
    mentioned = set(_mentioned_ids(title)) or set(_mentioned_ids("\n".join((body.text, *body.links))))
    return (mentioned.pop(), False) if len(mentioned) == 1 else (None, True)


def _mentioned_ids(text: str) -> Iterator[str]:
    for match in _MENTION.finditer(text):
        if id := arxiv_id(match[1]):
            yield id


def _detail_text(detail: object, atom: bool) -> HtmlText:
    """The text of a feedparser detail, converted from HTML unless it is plain."""
    if not isinstance(detail, Mapping):
        return HtmlText("", ())
    text = as_text(detail.get("value"))
    # The type "plain" is reliable only in Atom: RSS has no types, and its texts often have tags.
    return HtmlText(text, ()) if atom and detail.get("type") == "text/plain" else html_to_text(text)


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    authors = item.get("authors")
    names = [as_text(author.get("name")) for author in authors if isinstance(author, Mapping)] if authors else []
    if len(names) == 1:
        # `Ada Example, Bo Sample` are two authors; `Example, Ada` is one.
        parts = [part.strip() for part in _BETWEEN_NAMES.split(names[0][: _MAX_AUTHORS * 50])]
        names = parts if all(" " in part for part in parts) else names
    return tuple(filter(None, (plain_line(html_to_text(name).text, _MAX_NAME_LENGTH) for name in names[:_MAX_AUTHORS])))


def _tags(item: Mapping[str, Any]) -> tuple[str, ...]:
    tags = item.get("tags")
    names = [tag.get("label") or tag.get("term") for tag in tags if isinstance(tag, Mapping)] if tags else []
    lines = filter(None, (plain_line(as_text(name), _MAX_NAME_LENGTH) for name in names[:_MAX_KEYWORDS]))
    unique: dict[str, str] = {}
    for tag in lines:
        unique.setdefault(fold(tag), tag)
    return tuple(unique.values())


def _day(item: Mapping[str, Any], today: date) -> str | None:
    for stamp in map(item.get, ("published_parsed", "updated_parsed", "created_parsed")):
        try:
            day = date(*stamp[:3]) if stamp else date.min
        except (TypeError, ValueError):
            continue
        if _OLDEST_DAY <= day <= today + timedelta(days=1):
            return day.isoformat()
    return None


def _keep_valid_reference(reference: re.Match[bytes]) -> bytes:
    """The character reference, or nothing if XML forbids the character."""
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")
    if not 0 < len(digits) <= 7:
        return b""
    number = int(digits, 16 if hexadecimal else 10)
    return reference[0] if number <= sys.maxunicode and _XML.match(chr(number)) else b""


def _not_a_feed(body: bytes, url: str) -> tuple[str, tuple[str, ...]]:
    """The message for a document that is not a feed, and the addresses of its linked feeds."""
    host = _host(url)
    from selectolax.lexbor import LexborHTMLParser

    text = body[:_MAX_PAGE_LENGTH].decode("utf-8", "replace")
    feeds: dict[str, None] = {}
    for link in LexborHTMLParser(text).css("link[rel~=alternate i][href]")[:_MAX_LINKS]:
        if (link.attributes.get("type") or "").lower().strip() in _FEED_TYPES:
            with suppress(ValueError):
                if address := web_url(urljoin(url, link.attributes.get("href") or "")):
                    feeds.setdefault(address)
    if feeds:
        return f"{host} has a web page there, not a feed; its feed is {next(iter(feeds))}.", tuple(feeds)
    if not body.strip():
        return f"{host} sent an empty response instead of a feed; try again later.", ()
    kind = "a web page" if re.search("<(?:html|body|head)[ >]", text, re.IGNORECASE) else "something else"
    return f"{host} has {kind} there, not an RSS or Atom feed; check the address.", ()


def _host(url: str) -> str:
    try:
        return clean(urlsplit(url).hostname or "", 100) or "The feed's host"
    except ValueError:
        return "The feed's host"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# The client


LIMITS = Limits(body_size=BODY_LIMIT, attempts=2, longest_wait=30)
"""Short limits, so that a slow feed does not delay the others for long."""


class FeedResponse(NamedTuple):
    """A response to a request for a feed."""

    feed: Feed | None
    """None if the feed has not changed."""
    validators: Validators
    """The validators to send with the next request."""


class SyndicationClient(AsyncCloser):
    """Feeds of many hosts, one request at a time to each host.

        async with SyndicationClient() as feeds:
            fetched = await feeds.fetch("https://example.org/feed.xml", Validators())

    Feeds on this machine or its network are refused unless `allow_local`. Close the client in the event loop that used
    it.
    """

    def __init__(
        self,
        *,
        allow_local: bool = False,
        offline: bool = False,
        limits: Limits | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._open = partial(
            Client,
            accept=FEED_TYPES,
            offline=offline,
            limits=limits or LIMITS,
            cross_host=True,
            public_only=not allow_local,
            sleep=sleep,
        )
        self._now = now
        self._clients: dict[str, Client] = {}

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def fetch(self, url: str, validators: Validators = Validators(), source: str | None = None) -> FeedResponse:  # noqa: B008 (immutable)
        """The feed at an address, if it has changed since the response with `validators`.

        `source` is the source of the drafts, by default the feed's slug. Raises FeedError, such as NotAFeed for a web
        page, and UsageError for an invalid address.
        """
        address = web_url(url) or url
        origin = origin_of(address)
        client = self._clients.get(origin) or self._clients.setdefault(origin, self._open(origin))
        # Parsed outside the request, which would retry FeedMalformed in vain.
        document = await client.get(address, lambda response: response, validators=validators)
        if document.is_unchanged:
            return FeedResponse(None, document.validators)
        content_type = document.headers.get("Content-Type", "")
        feed = parse_feed(
            document.body, document.base_url, self._now().date(), source=source, content_type=content_type
        )
        return FeedResponse(feed, document.validators)
