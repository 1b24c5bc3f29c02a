"""Parse a category's listing page, which counts the papers that it announces: `showing 96 of 96 entries`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id
from reader.core.latex import of_one_answer
from reader.core.paper import Draft
from reader.feeds.arxiv.parse import AUTHORS, NAME_LIMIT, AnnounceType, ArxivEntry, category_ids, parse_day
from reader.feeds.plain_text import html_to_text, plain_block, plain_line

SHOWN = 2000
"""Papers on one page: the most that arXiv shows."""

_KINDS: Mapping[str, AnnounceType] = MappingProxyType({"New": "new", "Cross": "cross", "Replacement": "replace"})

_PIECE = 60_000
"""Characters of one paper that are read."""

_PARTS = 20

_DAY = re.compile(r"Showing new listings for\s+[A-Z][a-z]+,\s+([0-9]{1,2}\s+[A-Z][a-z]+\s+[0-9]{4})")
_SECTION = re.compile(r"\s*(New|Cross|Replacement) submissions \(showing [0-9]{1,6} of ([0-9]{1,6}) entries\)")
_TOTAL = re.compile(r"Total of ([0-9]{1,6}) entries")
_ID = re.compile(r"""href\s*=\s*["']/abs/([^"'\s]{1,40})["']""")
_SUBJECT = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")
_FIELD = re.compile(r"""class=["']list-(title|authors|subjects)\b[^<>]{0,60}>""")
_ABSTRACT = re.compile(r"""<p class=["']mathjax["']>""")


@dataclass(frozen=True, slots=True)
class Announcement:
    """The newest announcement of a category, or a page of it."""

    day: str
    """The ISO day that it is announced on."""
    entries: tuple[ArxivEntry, ...]
    total: int
    """How many papers it has, as the page says."""
    counts: Counter[AnnounceType] = field(default_factory=Counter[AnnounceType])
    """How many of each kind of announcement it has, as far as the page says."""

    @property
    def is_whole(self) -> bool:
        return len(self.entries) >= self.total

    def count_of(self, kinds: Container[str]) -> int:
        """How many papers it has without those that are known to be of other kinds."""
        return self.total - sum(count for kind, count in self.counts.items() if kind not in kinds)

    def joined(self, page: Announcement) -> Announcement:
        """With the papers of its next page, if that is of the same day."""
        entries = {entry.draft.id: entry for entry in (*self.entries, *(page.entries if page.day == self.day else ()))}
        return replace(self, entries=tuple(entries.values()), counts=self.counts | page.counts)


@of_one_answer()
def parse_listing(body: bytes) -> Announcement:
    """Parse a page; raises FeedMalformed if it does not say its day and its counts."""
    text = body.decode("utf-8", "replace")
    stated = _DAY.search(text)
    day = parse_day(f"{' '.join(stated[1].split())} 00:00 +0000") if stated else None
    total = _TOTAL.search(text)
    if day is None or total is None:
        raise FeedMalformed(
            "arXiv's listing has a form that this version does not know; see if there is a newer version."
        )
    entries: dict[str, ArxivEntry] = {}
    counts: Counter[AnnounceType] = Counter()
    for section in text.split("<h3>")[1:]:
        if head := _SECTION.match(section):
            kind = _KINDS[head[1]]
            counts[kind] += int(head[2])
            for piece in section.split("<dt>")[1 : SHOWN + 1]:
                entry = _parse_entry(piece[:_PIECE], kind, day)
                if entry is not None and entry.draft.id is not None:
                    entries.setdefault(entry.draft.id, entry)
    return Announcement(day, tuple(entries.values()), max(int(total[1]), counts.total()), counts)


def _parse_entry(piece: str, kind: AnnounceType, day: str) -> ArxivEntry | None:
    """Parse one paper; None without an id. One whose title can't be read is announced, but has no title."""
    found = _ID.search(piece)
    id = arxiv_id(found[1]) if found else None
    if id is None:
        return None
    fields: dict[str, str] = {}
    for part in piece.split("</div>")[:_PARTS]:
        if begun := _FIELD.search(part):
            fields.setdefault(begun[1], html_to_text(part[begun.end() :]).text.strip())
    abstract = _ABSTRACT.search(piece)
    authors = fields.get("authors", "").removeprefix("Authors:").split(",")[:AUTHORS]
    draft = Draft(
        title=plain_line(fields.get("title", "").removeprefix("Title:")),
        id=id,
        abstract=plain_block(html_to_text(piece[abstract.end() :].partition("</p>")[0]).text) if abstract else "",
        authors=tuple(filter(None, (plain_line(name, NAME_LIMIT) for name in authors))),
        categories=category_ids(_SUBJECT.findall(fields.get("subjects", ""))),
        announced=day,
        source="arxiv",
        by_arxiv=True,
    )
    return ArxivEntry(draft, kind)
