"""The client of arXiv, within arXiv's terms (one request in three seconds), and the parser of its responses.

The API answers in Atom; announcements come as RSS or Atom. Both are parsed leniently: an entry without an id or a
title is skipped with a reason, and only a document that is not a feed is an error.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlencode

from reader.core.addresses import is_local_url
from reader.core.dates import iso_day
from reader.core.errors import FeedMalformed, FeedRefused
from reader.core.ids import arxiv_id, is_arxiv_id
from reader.core.paper import Draft, SkippedRecord
from reader.core.text import clean, reason
from reader.feeds.arxiv_categories import find_category
from reader.feeds.environment import ARXIV_VARIABLE
from reader.feeds.http import ARXIV_INTERVAL_SECONDS, FEED_TYPES, AsyncCloser, Client, Limits, arxiv_pace
from reader.feeds.safe import UnreadableXml, parse_each, parse_xml, plain_block, plain_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


API_ENDPOINT = "https://export.arxiv.org"
RSS_ENDPOINT = "https://rss.arxiv.org"

IDS_PER_REQUEST = 200
"""Maximum papers per request by id; with more, the address is too long for some proxies."""

MAX_CATEGORIZED_PER_DAY = IDS_PER_REQUEST
"""Maximum papers in the daily request for categories, newest first; about a week of the feed."""

_PAGE_SIZE = 1_000

_MAX_PAGES = 30
"""arXiv returns no more than 30,000 papers for one query."""

LIMITS = Limits(read_timeout=30, total_timeout=90, backoff=ARXIV_INTERVAL_SECONDS, longest_wait=60)

_CLOSING_HOUR = 19
"""Hour (UTC) at which submissions for the next announcement close, which is 18 in New York's summer time.

The later hour is always used: with the earlier one, papers of winter would make a day look complete too early.
"""

_RENEWAL_TIME = timedelta(hours=6)
"""Time of day, UTC, from which the day's papers are available; arXiv renews them at midnight in New York."""


class ArxivClient(AsyncCloser):
    """arXiv's API and announcements, one request at a time; its methods raise FeedError.

        async with ArxivClient(folder) as arxiv:
            entries = await arxiv.papers(["2406.12345"])

    Programs that share `folder` share the request interval and the pauses of busy hosts. `stand_in` replaces all hosts.
    Close the client in the event loop that used it.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        stand_in: str = "",
        offline: bool = False,
        limits: Limits | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._api = stand_in or API_ENDPOINT
        self._feeds = stand_in or RSS_ENDPOINT

        def client(endpoint: str, name: str) -> Client:
            return Client(
                endpoint,
                title="arXiv",
                accept=FEED_TYPES,
                offline=offline,
                limits=limits or LIMITS,
                pace=arxiv_pace(endpoint, folder, "arxiv.lock", name),
                reason=refusal_reason,
                sleep=sleep,
            )

        # The API and the feeds run on different machines, so one may answer while the other is busy.
        self._http = client(self._api, "api")
        self._feeds_http = client(self._feeds, "rss")

    async def aclose(self) -> None:
        for http in (self._http, self._feeds_http):
            await http.aclose()

    async def papers(self, ids: Iterable[str]) -> tuple[ArxivEntry, ...]:
        """The newest versions of papers by bare id; ids that arXiv does not know are left out.

        Invalid ids are not sent, because one of them makes the whole request fail.
        """
        wanted = list(dict.fromkeys(id for id in ids if is_arxiv_id(id)))
        entries: list[ArxivEntry] = []
        for start in range(0, len(wanted), IDS_PER_REQUEST):
            batch = wanted[start : start + IDS_PER_REQUEST]
            entries += (await self._query(id_list=",".join(batch), start=0, max_results=len(batch))).entries
        return tuple(entries)

    async def search_submitted(self, category: str, first: str, last: str) -> ArxivResponse:
        """The papers of a category, with cross-lists, first submitted from one day (ISO, UTC) to another, newest first.

        The response has fewer entries than its `total` if arXiv did not send all papers. Raises UsageError for an
        unknown category.
        """
        id = find_category(category).id
        span = f"{first.replace('-', '')}0000 TO {last.replace('-', '')}2359"
        query = f"cat:{id} AND submittedDate:[{span}]"
        entries: dict[str | None, ArxivEntry] = {}
        total = skipped = 0
        for number in range(_MAX_PAGES):
            start = number * _PAGE_SIZE
            answer = await self._query(
                search_query=query, start=start, max_results=_PAGE_SIZE, sortBy="submittedDate", sortOrder="descending"
            )
            entries |= {entry.draft.id: entry for entry in answer.entries}
            # Unreadable entries are not counted as missing, because another request would not help.
            skipped += len(answer.skipped)
            total = max(total, answer.total or 0)
            if start + _PAGE_SIZE >= total:
                break
        return ArxivResponse(tuple(entries.values()), total=max(0, total - skipped))

    async def latest(self, categories: Iterable[str]) -> tuple[ArxivEntry, ...]:
        """The newest announcement of all these categories, empty at weekends; each entry has its announce type.

        Raises UsageError for an unknown category.
        """
        ids = dict.fromkeys(find_category(category).id for category in categories)
        if not ids:
            return ()
        url = f"{self._feeds}/rss/{'+'.join(ids)}"
        return (await self._feeds_http.get(url, lambda response: parse_arxiv(response.body))).entries

    async def _query(self, **parameters: str | int) -> ArxivResponse:
        url = f"{self._api}/api/query?{urlencode(parameters)}"
        return await self._http.get(url, lambda response: parse_arxiv(response.body))


def last_renewal(now: datetime) -> datetime:
    """The last time (UTC) at which arXiv had renewed its papers of the day."""
    return datetime.combine((now - _RENEWAL_TIME).date(), time(), UTC) + _RENEWAL_TIME


def announcement_day(submitted: datetime) -> date:
    """The day under which arXiv announces a paper submitted at this time, without holidays and moderation.

    Submissions close on weekdays at 14:00 in New York, and the papers are announced under the next weekday.
    """
    utc = submitted.astimezone(UTC)
    closing = utc.date() + timedelta(days=utc.hour >= _CLOSING_HOUR)
    while closing.weekday() > 4:
        closing += timedelta(days=1)
    return closing + timedelta(days=3 if closing.weekday() == 4 else 1)


def is_local_only(endpoint: str, environ: Mapping[str, str]) -> bool:
    """Whether the feed is local and ARXIV_ENDPOINT is unset, so that the real arXiv must not be asked."""
    return ARXIV_VARIABLE not in environ and is_local_url(endpoint)


AnnounceType = Literal["new", "cross", "replace", "replace-cross"]

_ANNOUNCE_TYPES = ("new", "cross", "replace", "replace-cross")

_MAX_AUTHORS = 5_000
_MAX_CATEGORIES = 50
_MAX_NAME_LENGTH = 200

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
        """Whether the paper is new in these categories, not a new version."""
        return self.announce in (None, "new", "cross")


@dataclass(frozen=True, slots=True)
class ArxivResponse:
    """The entries of a response in their order."""

    entries: tuple[ArxivEntry, ...]
    skipped: tuple[SkippedRecord, ...] = ()
    total: int | None = None
    """Number of all papers that match the query; None for an announcement."""


def parse_arxiv(body: bytes) -> ArxivResponse:
    """Parse a response of the API or a feed of announcements.

    Raises FeedRefused if arXiv reports a wrong request, and FeedMalformed if the response is not a feed or has no
    entries although it counts some.
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
    """The reason if the only entry has the title `Error`, as in arXiv's error reports; else empty."""
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
    announced = cast(AnnounceType, announce) if announce in _ANNOUNCE_TYPES else None
    stamp = _text(element, "published", "pubDate")
    found = _VERSION.search(id_text)
    version = int(found[1]) if found else None
    published = None if announced else parse_day(stamp)
    revised = None if announced else iso_day(_text(element, "updated"))
    days = {1: published, version or 1: revised if version else published}
    draft = Draft(
        title=title,
        id=id,
        abstract=plain_block(_PREAMBLE.sub("", _text(element, "summary", "description"))),
        authors=_authors(element),
        # The date of an announcement is not the date of the first version.
        published=published,
        categories=_categories(element),
        version=version,
        revised=revised,
        versions=tuple(f"v{number} {day}" for number, day in sorted(days.items()) if day),
        announced=parse_day(stamp) if announced else None,
        remark=plain_line(_text(element, "comment", "comments")) or None,
        doi=clean(_text(element, "doi", "DOI"), _MAX_NAME_LENGTH) or None,
        journal=plain_line(_text(element, "journal-ref", "journal_ref", "journal_reference")) or None,
        source="arxiv",
        by_arxiv=True,
    )
    return ArxivEntry(draft, announced, None if announced else _parse_time(stamp))


def _authors(element: Element) -> tuple[str, ...]:
    """The authors: one element each in the API, and one line for all in announcements."""
    names = [_text(author, "name") for author in element.findall("author")]
    if not any(names):
        creators = ", ".join(filter(None, ("".join(creator.itertext()) for creator in element.findall("creator"))))
        names = _BETWEEN_NAMES.split(_AFFILIATION.sub("", creators[: _MAX_AUTHORS * 50]))
    return tuple(filter(None, (plain_line(name, _MAX_NAME_LENGTH) for name in names[:_MAX_AUTHORS])))


def _categories(element: Element) -> tuple[str, ...]:
    """ArXiv's categories of an entry without duplicates, the primary category first."""
    primary = element.find("primary_category")
    terms = [] if primary is None else [primary.get("term", "")]
    terms += [category.get("term") or category.text or "" for category in element.findall("category")]
    ids = (term.strip() for term in terms[:_MAX_CATEGORIES])
    return tuple(dict.fromkeys(id for id in ids if len(id) <= 40 and _CATEGORY.fullmatch(id)))


def _parse_time(stamp: str) -> datetime | None:
    """A time of the API, such as `2026-05-11T10:00:00Z`; None if invalid."""
    try:
        time = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def parse_day(stamp: str) -> str | None:
    """The day of an RSS or Atom date in its own time zone; None if invalid."""
    stamp = stamp.strip()
    if day := iso_day(stamp):
        return day
    try:
        return parsedate_to_datetime(stamp).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _text(element: Element, *names: str) -> str:
    """The first nonempty text of the first children with these names; empty if there is none."""
    children = (element.find(name) for name in names)
    return next(filter(None, ("".join(child.itertext()) for child in children if child is not None)), "")


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None
