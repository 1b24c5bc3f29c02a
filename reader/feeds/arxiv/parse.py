"""Parse responses of arXiv's API and its daily announcements into entries.

The API answers in Atom; announcements come as RSS or Atom. Both are parsed leniently: an entry without an id or a
title is skipped with a reason, and only a document that is not a feed is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal, cast

from reader.core.dates import iso_day
from reader.core.errors import FeedMalformed, FeedRefused
from reader.core.ids import arxiv_id
from reader.core.latex import of_one_answer
from reader.core.paper import Draft, Skipped
from reader.core.text import clean, reason
from reader.feeds.safe import UnreadableXml, parse_each, parse_xml, plain_block, plain_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


AnnounceType = Literal["new", "cross", "replace", "replace-cross"]

_ANNOUNCED = ("new", "cross", "replace", "replace-cross")


# More authors than any real entry has.
AUTHORS = 5_000
_CATEGORIES = 50
_VERSIONS = 200
NAME_LIMIT = 200

_VERSION = re.compile(r"[^v]v([0-9]{1,3})\s*$")
# arXiv's own categories only: entries also list those of the AMS (`68T05`) and the ACM (`I.2.6`).
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*))?")
_PREAMBLE = re.compile(r"\A\s*arXiv:\S+\s+Announce Type:\s*[a-z-]+\s+(?:Abstract:\s*)?", re.IGNORECASE)
_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_BETWEEN_NAMES = re.compile(r",\s+|\s+and\s+")


@dataclass(frozen=True, slots=True)
class ArxivEntry:
    """A paper in a response of arXiv."""

    draft: Draft
    announce: AnnounceType | None = None
    """The kind of announcement: a new paper, a cross-list from another category, or a new version of either."""
    submitted: datetime | None = None
    """When the first version was submitted; None in an announcement."""

    @property
    def is_new(self) -> bool:
        """Whether it is new in these categories, rather than a new version."""
        return self.announce in (None, "new", "cross")


@dataclass(frozen=True, slots=True)
class ArxivResponse:
    """The entries of a response in their order."""

    entries: tuple[ArxivEntry, ...]
    skipped: tuple[Skipped, ...] = ()
    total: int | None = None
    """Number of all papers that match the query; None for an announcement."""


@of_one_answer()
def parse_arxiv(body: bytes) -> ArxivResponse:
    """Parse a response of the API or a feed of announcements.

    Raises FeedRefused if arXiv reports a wrong request, FeedMalformed if the response is not a feed or lacks the papers
    that it counts.
    """
    root = _root(body)
    channel = root.find("channel") if root.tag == "rss" else root
    if channel is None or channel.tag not in ("feed", "channel"):
        raise FeedMalformed("arXiv answered, but not with a feed of papers; try again later.")
    elements = [element for element in channel if element.tag in ("entry", "item")]
    if reason := _error_reason(elements):
        raise FeedRefused(f"arXiv refused the request: {reason}.")
    entries, skipped = parse_each(elements, _parse_entry, "entry")
    total = _number(_text(channel, "totalResults"))
    if not elements and total and total > (_number(_text(channel, "startIndex")) or 0):
        raise FeedMalformed("arXiv's answer lacks some of the papers it counts; try again later.")
    return ArxivResponse(tuple(entries), skipped, total)


def _draft(element: Element, title: str, id: str) -> Draft:
    """What every format says of a paper in nearly one way."""
    return Draft(
        title=title,
        id=id,
        remark=plain_line(_text(element, "comment", "comments")) or None,
        doi=clean(_text(element, "doi", "DOI"), NAME_LIMIT) or None,
        journal=plain_line(_text(element, "journal-ref", "journal_ref", "journal_reference")) or None,
        source="arxiv",
        by_arxiv=True,
    )


def refusal_reason(body: bytes) -> str:
    """The reason in the body of an arXiv error; empty if there is none."""
    try:
        root = _root(body)
    except FeedMalformed:
        return ""
    return _error_reason(root.findall("entry"))


def _root(body: bytes) -> Element:
    try:
        return parse_xml(body)
    except UnreadableXml as error:
        raise FeedMalformed(f"arXiv's answer {error}; try again later.") from None


def _error_reason(elements: list[Element]) -> str:
    """The reason if the only entry has the title Error, which is how arXiv reports errors."""
    if len(elements) != 1 or _text(elements[0], "title").strip() != "Error":
        return ""
    if "/api/errors" not in _text(elements[0], "id"):
        return ""
    return reason(_text(elements[0], "summary")) or "it gives no reason"


def _parse_entry(element: Element) -> ArxivEntry:
    places = [_text(element, name).strip().removeprefix("oai:arXiv.org:") for name in ("id", "guid", "link")]
    places += [link.get("href", "").strip() for link in element.findall("link")]
    id, id_text = next(((id, place) for place in places if (id := arxiv_id(place))), (None, ""))
    if id is None:
        raise FeedMalformed("no arXiv id")
    title = plain_line(_text(element, "title"))
    if not title:
        raise FeedMalformed("no title")
    announce = clean(_text(element, "announce_type"), 20)
    announced = cast(AnnounceType, announce) if announce in _ANNOUNCED else None
    stamp = _text(element, "published", "pubDate")
    found = _VERSION.search(id_text)
    version = int(found[1]) if found else None
    published = None if announced else parse_day(stamp)
    revised = None if announced else iso_day(_text(element, "updated"))
    draft = _draft(element, title, id)._replace(
        abstract=plain_block(_PREAMBLE.sub("", _text(element, "summary", "description"))),
        authors=_authors(element),
        # An announcement has its own date, not the date of the first version.
        published=published,
        categories=_categories(element),
        version=version,
        revised=revised,
        versions=known_versions({1: published, version or 1: revised if version else published}),
        announced=parse_day(stamp) if announced else None,
    )
    return ArxivEntry(draft, announced, None if announced else _parse_time(stamp))


def known_versions(days: Mapping[int, str | None]) -> tuple[str, ...]:
    """Versions with their ISO days as in `Draft.versions`, without unknown days."""
    return tuple(f"v{number} {day}" for number, day in sorted(days.items()) if day)


def _authors(element: Element) -> tuple[str, ...]:
    """The authors: one element each in the API, one line for all in announcements."""
    names = [_text(author, "name") for author in element.findall("author")]
    if not any(names):
        creators = ", ".join(filter(None, ("".join(creator.itertext()) for creator in element.findall("creator"))))
        names = _BETWEEN_NAMES.split(_AFFILIATION.sub("", creators[: AUTHORS * 50]))
    return _names(names)


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, (plain_line(name, NAME_LIMIT) for name in names[:AUTHORS])))


def _categories(element: Element) -> tuple[str, ...]:
    primary = element.find("primary_category")
    terms = [] if primary is None else [primary.get("term", "")]
    return category_ids([*terms, *(one.get("term") or one.text or "" for one in element.findall("category"))])


def category_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of the texts that are categories of arXiv, each once."""
    ids = (text.strip() for text in islice(texts, _CATEGORIES))
    return tuple(dict.fromkeys(id for id in ids if len(id) <= 40 and _CATEGORY.fullmatch(id)))


def _parse_time(stamp: str) -> datetime | None:
    """A time of the API, such as `2026-05-11T10:00:00Z`; None if it is invalid."""
    try:
        time = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def parse_day(stamp: str) -> str | None:
    """The day of an RSS or Atom date in its own time zone; None if it is invalid."""
    stamp = stamp.strip()
    if day := iso_day(stamp):
        return day
    try:
        return parsedate_to_datetime(stamp).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _text(element: Element, *names: str) -> str:
    """The text of the first child of one of these names that has any; empty without."""
    children = (element.find(name) for name in names)
    return next(filter(None, ("".join(child.itertext()) for child in children if child is not None)), "")


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None
