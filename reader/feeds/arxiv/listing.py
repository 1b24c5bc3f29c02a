"""Parse a category's listing page, which counts the papers that it announces: `showing 96 of 96 entries`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id
from reader.core.latex import of_one_answer
from reader.core.paper import Draft
from reader.feeds.arxiv.parse import NAME_LIMIT, AnnounceType, ArxivEntry, category_ids, parse_day
from reader.feeds.plain_text import html_to_text, plain_block, plain_line

SHOWN = 2000
"""Papers on one page: the most that arXiv shows."""

_KINDS: Mapping[str, AnnounceType] = MappingProxyType({"New": "new", "Cross": "cross", "Replacement": "replace"})

_PIECE = 60_000
"""Characters of one paper that are read."""

_DAY = re.compile(r"Showing new listings for\s+[A-Z][a-z]+,\s+([0-9]{1,2}\s+[A-Z][a-z]+\s+[0-9]{4})")
_SECTION = re.compile(r"\s*(New|Cross|Replacement) submissions \(showing ([0-9]{1,6}) of ([0-9]{1,6}) entries\)")
_ID = re.compile(r"""href\s*=\s*["']/abs/([^"'\s]{1,40})["']""")
_SUBJECT = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")
_FIELD = re.compile(r"""class=["']list-(title|authors|subjects)\b[^>]{0,60}>(.{0,20000}?)</div>""", re.DOTALL)
_ABSTRACT = re.compile(r"""<p class=["']mathjax["']>(.{0,40000}?)</p>""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Announcement:
    """The newest announcement of a category, or a page of it."""

    day: str
    """The ISO day that it is announced on."""
    entries: tuple[ArxivEntry, ...]
    counts: Mapping[AnnounceType, int]
    """How many papers there are of each kind, as the page says; replacements of cross-lists are among `replace`."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@of_one_answer()
def parse_listing(body: bytes) -> Announcement:
    """Parse a page; raises FeedMalformed if it does not say its day and its counts."""
    text = body.decode("utf-8", "replace")
    stated = _DAY.search(text)
    day = parse_day(f"{' '.join(stated[1].split())} 00:00 +0000") if stated else None
    entries: dict[str, ArxivEntry] = {}
    counts: dict[AnnounceType, int] = {}
    for section in text.split("<h3>")[1:]:
        head = _SECTION.match(section)
        if head is None:
            continue
        kind = _KINDS[head[1]]
        counts[kind] = int(head[3])
        for piece in section.split("<dt>")[1 : SHOWN + 1]:
            entry = _parse_entry(piece[:_PIECE], kind, day)
            if entry is not None and entry.draft.id is not None:
                entries.setdefault(entry.draft.id, entry)
    if day is None or (not counts and "Total of 0 entries" not in text):
        raise FeedMalformed("arXiv's listing has another form than this version knows; see if there is a newer one.")
    return Announcement(day, tuple(entries.values()), counts)


def _parse_entry(piece: str, kind: AnnounceType, day: str | None) -> ArxivEntry | None:
    """Parse one paper; None without an id. One whose title can't be read is announced, but has no title."""
    found = _ID.search(piece)
    id = arxiv_id(found[1]) if found else None
    if id is None:
        return None
    fields = {name: html_to_text(value).text.partition(":")[2] for name, value in _FIELD.findall(piece)}
    authors = html_to_text(dict(_FIELD.findall(piece)).get("authors", "")).text.removeprefix("Authors:")
    abstract = _ABSTRACT.search(piece)
    draft = Draft(
        title=plain_line(fields.get("title", "")),
        id=id,
        abstract=plain_block(html_to_text(abstract[1]).text) if abstract else "",
        authors=tuple(filter(None, (plain_line(name, NAME_LIMIT) for name in authors.split(",")))),
        categories=category_ids(_SUBJECT.findall(fields.get("subjects", ""))),
        announced=day,
        source="arxiv",
        by_arxiv=True,
    )
    return ArxivEntry(draft, kind)
