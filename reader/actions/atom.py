"""A feed of papers in Atom (RFC 4287), so that any feed reader can follow a query.

The same papers give the same bytes: all times come from the papers, so a reader shows no paper as new because the
file was. Notes, tags and marks stay out, since a feed is made to be put where others can read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOBase
from itertools import islice
from typing import TextIO, cast
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

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
    feed = _Feed(out)
    name = f"Papers: {query}" if query else "Papers"
    feed.begin(name, _urn(f"query:{query}"), max(map(_changed, listed), default=OLDEST), url)
    for paper in listed:
        feed.entry(paper)
    feed.end()
    return len(listed)


class _Feed:
    """Writes the elements of one feed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._xml = XMLGenerator(cast(TextIOBase, out), "utf-8", short_empty_elements=True)

    def begin(self, name: str, id: str, changed: str, url: str) -> None:
        """Write all that is not an entry, which has to stand first."""
        self._xml.startDocument()
        self._xml.startElement("feed", AttributesImpl({"xmlns": ATOM}))
        self._element("title", name)
        self._element("id", id)
        self._element("updated", _time(changed))
        if url:
            self._element("link", "", {"rel": "self", "href": url})
        self._person("dailypapers")
        self._element("generator", "dailypapers")

    def end(self) -> None:
        self._line()
        self._xml.endElement("feed")
        self._line()

    def entry(self, paper: Paper) -> None:
        self._line()
        self._xml.startElement("entry", AttributesImpl({}))
        self._element("title", clean(paper.title) or paper.id)
        self._element("id", _entry_id(paper))
        self._element("updated", _time(_changed(paper)))
        if _is_date(paper.published):
            self._element("published", _time(paper.published or ""))
        for author in filter(None, map(clean, paper.authors)):
            self._person(author)
        addresses = list(_links(paper))
        for relation, url in addresses:
            self._element("link", "", {"rel": relation, "href": url})
        for term in dict.fromkeys((*paper.topics, *paper.categories)):
            self._element("category", "", {"term": clean(term)})
        # An entry that leads nowhere must have its content.
        about = clean_block(paper.abstract) or clean(paper.summary or "")
        self._element("summary" if addresses else "content", about)
        self._xml.endElement("entry")

    def _person(self, name: str) -> None:
        self._line()
        self._xml.startElement("author", AttributesImpl({}))
        self._xml.startElement("name", AttributesImpl({}))
        self._xml.characters(_legal(name))
        self._xml.endElement("name")
        self._xml.endElement("author")

    def _element(self, name: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
        self._line()
        self._xml.startElement(name, AttributesImpl({key: _legal(value) for key, value in (attributes or {}).items()}))
        self._xml.characters(_legal(text))
        self._xml.endElement(name)

    def _line(self) -> None:
        self._xml.ignorableWhitespace("\n")


def _links(paper: Paper) -> Iterator[tuple[str, str]]:
    """What each link is to the entry, and its address: the paper's page first."""
    for number, link in enumerate(links(paper)):
        yield ("related" if number else "alternate"), link.url


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
