"""A feed of papers in Atom (RFC 4287), so that any feed reader can follow a query.

The same papers give the same bytes: all times come from the papers, so a reader shows no paper as new because the
file was. Notes, tags and marks stay out, since a feed is made to be put where others can read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TextIO
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reader.actions.links import links
from reader.core.ids import paper_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_block

ATOM = "http://www.w3.org/2005/Atom"

MOST = 500
"""Papers of a feed, the first ones of its query: a phone fetches all of it each time."""

OLDEST = "1970-01-01"
"""The date of a feed without papers, and of a paper without a date."""

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII)

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML can't hold, not even escaped."""


def write(papers: Iterable[Paper], out: TextIO, query: str, url: str = "") -> int:
    """Write the feed of a query, which can be fetched at `url`; return the number of its papers."""
    listed = list(islice(papers, MOST))
    feed = Element("feed", xmlns=ATOM)
    # All that is not an entry has to stand first.
    _add(feed, "title", f"Papers: {query}" if query else "Papers")
    _add(feed, "id", _urn(f"query:{query}"))
    _add(feed, "updated", _time(max(map(_changed, listed), default=OLDEST)))
    if url:
        _add(feed, "link", rel="self", href=url)
    _add(_add(feed, "author"), "name", "dailypapers")
    _add(feed, "generator", "dailypapers")
    for paper in listed:
        _add_entry(feed, paper)
    indent(feed, space="")
    out.write(f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}\n')
    return len(listed)


def _add_entry(feed: Element, paper: Paper) -> None:
    entry = _add(feed, "entry")
    _add(entry, "title", clean(paper.title) or paper.id)
    _add(entry, "id", _entry_id(paper))
    _add(entry, "updated", _time(_changed(paper)))
    if _is_date(paper.published):
        _add(entry, "published", _time(paper.published or ""))
    for author in filter(None, map(clean, paper.authors)):
        _add(_add(entry, "author"), "name", author)
    addresses = [link.url for link in links(paper)]
    for number, address in enumerate(addresses):
        _add(entry, "link", rel="related" if number else "alternate", href=address)
    for term in dict.fromkeys((*paper.topics, *paper.categories)):
        _add(entry, "category", term=clean(term))
    # An entry that leads nowhere must have its content.
    about = clean_block(paper.abstract) or clean(paper.summary or "")
    _add(entry, "summary" if addresses else "content", about)


def _add(parent: Element, name: str, text: str = "", /, **attributes: str) -> Element:
    element = SubElement(parent, name, {key: _legal(value) for key, value in attributes.items()})
    element.text = _legal(text)
    return element


def _entry_id(paper: Paper) -> str:
    """An id that never changes, whatever becomes of the paper."""
    return paper_url(paper.id) or _urn(f"paper:{paper.id}")


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"dailypapers:{_legal(name)}").urn


def _changed(paper: Paper) -> str:
    """The date of the last news of a paper: its newest version, or its day in the feed."""
    return max((OLDEST, *(day for day in (paper.published, paper.day, paper.revised) if day and _is_date(day))))


def _is_date(text: str | None) -> bool:
    """Whether a text begins with a date; a feed may have written anything in its place."""
    return bool(text and _DATE.match(text))


def _time(day: str) -> str:
    return f"{day[:10]}T00:00:00Z"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
