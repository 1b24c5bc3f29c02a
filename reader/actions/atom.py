"""A feed of papers in Atom (RFC 4287), so that any feed reader can follow a query.

The same papers give the same bytes: all times come from the papers. Notes, tags and marks stay out, since a feed is
made to be put where others can read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOBase
from typing import TextIO, cast
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from reader.actions.links import links
from reader.core.ids import paper_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_block

ATOM = "http://www.w3.org/2005/Atom"

OLDEST = "1970-01-01"
"""The date of a feed without papers, and of a paper without a date."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML can't hold, not even escaped."""


def write(papers: Iterable[Paper], out: TextIO, query: str) -> int:
    """Write the feed of a query; return the number of its papers."""
    feed = _Feed(out)
    name = f"Papers: {query}" if query else "Papers"
    feed.begin(name, _urn(f"query:{query}"))
    count, newest = 0, OLDEST
    for paper in papers:
        changed = _changed(paper)
        feed.entry(paper, changed)
        count, newest = count + 1, max(newest, changed)
    # The order of a feed's elements means nothing, and this date is known last.
    feed.end(newest)
    return count


class _Feed:
    """Writes the elements of one feed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._xml = XMLGenerator(cast(TextIOBase, out), "utf-8", short_empty_elements=True)

    def begin(self, name: str, id: str) -> None:
        self._xml.startDocument()
        self._xml.startElement("feed", AttributesImpl({"xmlns": ATOM}))
        self._element("title", name)
        self._element("id", id)
        self._person("dailypapers")
        self._element("generator", "dailypapers")

    def end(self, newest: str) -> None:
        self._element("updated", _time(newest))
        self._line()
        self._xml.endElement("feed")
        self._line()

    def entry(self, paper: Paper, changed: str) -> None:
        self._line()
        self._xml.startElement("entry", AttributesImpl({}))
        self._element("title", clean(paper.title) or paper.id)
        self._element("id", _entry_id(paper))
        self._element("updated", _time(changed))
        if paper.published:
            self._element("published", _time(paper.published))
        for author in filter(None, map(clean, paper.authors)):
            self._person(author)
        for relation, url in _links(paper):
            self._element("link", "", {"rel": relation, "href": url})
        for term in dict.fromkeys((*paper.topics, *paper.categories)):
            self._element("category", "", {"term": clean(term)})
        self._element("summary", clean_block(paper.abstract) or clean(paper.summary or ""))
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
    return max(filter(None, (OLDEST, paper.published, paper.day, paper.revised)))


def _time(date: str) -> str:
    return f"{date[:10]}T00:00:00Z"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
