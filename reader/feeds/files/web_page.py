"""Read a page of the feed's site that a browser has saved: HTML, MHTML or a web archive.

The site puts the records of a page's papers into attributes named `data-props`: they have ids, authors and votes. What
is on the page besides, such as papers that came while it was scrolled, is read from its text, with the links to papers.
"""

from __future__ import annotations

import email
import plistlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from html import unescape
from itertools import takewhile
from typing import NamedTuple

from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id
from reader.core.latex import of_one_answer
from reader.core.paper import Draft, Listing
from reader.feeds.files.saved_page import MONTHS, PAPER_LINK, parse_saved_page
from reader.feeds.huggingface.parse import listed_day, parse_item
from reader.feeds.safe_json import UnreadableJson, parse_json

_ARCHIVE = b"bplist00"
_MESSAGE = re.compile(
    rb"(?:[A-Za-z-]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)*?Content-Type:\s*multipart/related", re.IGNORECASE
)

_HEAD = 4_096

_NESTING = 8
"""Levels of a page's data in which papers are looked for."""

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)")
_TAG_END = re.compile(r"""[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
_ATTRIBUTE = re.compile(r"""(data-props|href|datetime)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_RAW = frozenset(("script", "style", "svg", "template", "noscript", "textarea", "title"))
_INLINE = frozenset(("a", "b", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time", "wbr", "img", "u"))


def html_of(body: bytes) -> str | None:
    """The HTML of a page as browsers save it; None for any other file. Raises FeedMalformed."""
    head = body[:_HEAD].lstrip()
    if head.startswith(_ARCHIVE):
        return _decoded(_archived(body))
    if _MESSAGE.match(head):
        return _decoded(_first_part(body))
    if head[:1] == b"<" and re.search(rb"<!doctype html|<html|<head|<body|<main|<article|<div", head, re.IGNORECASE):
        return _decoded(body)
    return None


def _archived(body: bytes) -> bytes:
    """The page of Safari's web archive."""
    try:
        page = plistlib.loads(body)["WebMainResource"]["WebResourceData"]
    except Exception as error:
        # The parser raises whatever a broken file leads to.
        raise FeedMalformed("The web archive can't be read; save the page as its source instead.") from error
    if not isinstance(page, bytes):
        raise FeedMalformed("The web archive has no page; save the page as its source instead.")
    return page


def _first_part(body: bytes) -> bytes:
    """The page of an MHTML file, which is a mail with the page and its pictures."""
    for part in email.message_from_bytes(body).walk():
        if part.get_content_type() == "text/html" and isinstance(page := part.get_payload(decode=True), bytes):
            return page
    raise FeedMalformed("The MHTML file has no page; save the page as HTML instead.")


def _decoded(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    return body.decode("utf-8", errors="replace")


class WebPage(NamedTuple):
    """What a page shows, and what it was made from."""

    text: str
    """Its text, with a link to a paper behind the words that are the link, as Firefox saves text."""
    addresses: tuple[str, ...]
    """The targets of its links, each once."""
    data: tuple[str, ...]
    """The JSON texts that its parts were made from."""


def read_web_page(html: str) -> WebPage:
    """The text, links and data of a page; a page that ends within a tag is read up to it."""
    pieces: list[str] = []
    addresses: dict[str, None] = {}
    data: list[str] = []
    link: tuple[str | None, int] | None = None
    for tag, inside in _tokens(html):
        if tag is None:
            # Lines of the source are none of the page.
            pieces.append(re.sub(r"\s+", " ", unescape(inside)))
            continue
        values = {
            found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(inside)
        }
        name = tag.lstrip("/")
        if props := values.get("data-props"):
            data.append(props)
        if tag == "a" and (address := values.get("href")):
            addresses.setdefault(address)
            # A link within a sentence is no title.
            link = (_paper_of(address), len(pieces)) if not pieces or pieces[-1].endswith(("\n\n", " ")) else None
            if link and any(map(str.strip, takewhile(lambda piece: "\n\n" not in piece, reversed(pieces)))):
                link = None
        elif tag == "/a" and link is not None:
            id, start = link
            link = None
            words = " ".join("".join(pieces[start:]).split())
            if id and any(map(str.isalpha, words)):
                pieces[start:] = [f"{words} {PAPER_LINK.format(id)}"]
        elif tag == "time" and (day := _day(values.get("datetime", ""))):
            # In any language of the site.
            pieces.append(f"{MONTHS[day.month - 1]} {day.day}, {day.year}")
        if name == "li" and tag == name:
            pieces.append("\n\n• ")
        elif name not in _INLINE:
            pieces.append("\n\n")
    return WebPage("".join(pieces), tuple(addresses), tuple(data))


def _tokens(html: str) -> Iterator[tuple[str | None, str]]:
    """The page in one pass: tags with what is inside them, and the text between with None.

    The text of scripts is left out, and so is a date that its tag has too.
    """
    at = 0
    while (start := html.find("<", at)) >= 0:
        if start > at:
            yield None, html[at:start]
        if html.startswith("<!--", start):
            end = html.find("-->", start)
            if end < 0:
                return
            at = end + 3
            continue
        found = _TAG.match(html, start)
        if found is None:
            yield None, "<"
            at = start + 1
            continue
        end_of_tag = _TAG_END.match(html, found.end())
        if end_of_tag is None:
            return
        name = found[1].lower()
        yield ("/" if html[start + 1] == "/" else "") + name, html[found.end() : end_of_tag.end() - 1]
        at = end_of_tag.end()
        has_day = name == "time" and "datetime" in end_of_tag[0]
        if (name in _RAW or has_day) and html[start + 1] != "/":
            closing = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
            if closing is None:
                return
            at = closing.start()
    if at < len(html):
        yield None, html[at:]


def _paper_of(address: str) -> str | None:
    """The arXiv id of a link to a paper's page on the site, whole or without its host; None for any other."""
    found = re.fullmatch(r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co))?/papers/([^/?#]+)/?(?:\?[^#]*)?", address)
    return arxiv_id(found[1]) if found else None


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text[:10])
    return None


@of_one_answer()
def parse_web_page(page: WebPage, today: date) -> list[Listing]:
    """The papers of a page, in its order; empty if it has none.

    A paper that is in the page's data is read from there, with the day that listed it.
    """
    told = {draft.id or "": (draft, day) for text in page.data for draft, day in _records(text)}
    shown: tuple[Draft, ...] = ()
    with suppress(FeedMalformed):
        shown = parse_saved_page(page.text, today).drafts
    shown_ids = {draft.id for draft in shown}
    in_order = [told.get(draft.id or "", (draft, None)) for draft in shown]
    in_order += [one for id, one in told.items() if id not in shown_ids]
    return [Listing(day, (draft._replace(source="page"),), is_page=True) for draft, day in in_order]


def _records(text: str) -> Iterator[tuple[Draft, str | None]]:
    """The papers in a JSON text, and the days that listed them; none if it is not JSON."""
    try:
        value = parse_json(text)
    except UnreadableJson:
        return
    yield from _papers(value, _NESTING)


def _papers(value: object, levels: int) -> Iterator[tuple[Draft, str | None]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("paper"), Mapping) or ("title" in value and "authors" in value):
            with suppress(FeedMalformed):
                yield parse_item(value), listed_day(value)
                return
        value = list(value.values())
    if isinstance(value, list) and levels:
        for one in value:
            yield from _papers(one, levels - 1)
