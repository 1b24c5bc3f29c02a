"""Read and write lists of feeds as OPML, the exchange format of feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from io import BytesIO
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from reader.core.errors import FeedMalformed
from reader.core.foreign import web_url
from reader.core.paper import SkippedRecord
from reader.core.text import brief, clean
from reader.feeds.safe import UnreadableXml, parse_xml

BODY_LIMIT = 1 << 24

_MAX_OUTLINES = 10_000
_MAX_NAME_LENGTH = 200
_BETWEEN_FOLDERS = " / "


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list of feeds."""

    title: str
    url: str
    home: str | None = None
    """Address of the site that the feed belongs to."""
    folder: str = ""
    """Path of its folder, outermost first, such as `Labs / Europe`; empty for none."""


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of an OPML file, each once, in the file's order."""

    feeds: tuple[Outline, ...]
    skipped: tuple[SkippedRecord, ...] = ()


def parse_opml(body: bytes) -> FeedList:
    """The feeds of an OPML file, with nested folders as paths; raises FeedMalformed."""
    if len(body) > BODY_LIMIT:
        raise FeedMalformed(f"The file has more than {BODY_LIMIT // 1024**2} MiB, too much for a list of feeds.")
    try:
        root = parse_xml(body)
    except UnreadableXml as error:
        if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise FeedMalformed("The file is not OPML. Feed readers export OPML: newsboat by 'newsboat -e'.") from None
        raise FeedMalformed(f"The file {error}; export it again.") from None
    content = root.find("body")
    if root.tag.lower() != "opml" or content is None:
        raise FeedMalformed("The file is XML, but not an OPML list of feeds.")
    feeds: dict[str, Outline] = {}
    skipped: list[SkippedRecord] = []
    for number, (outline, folders) in enumerate(_outlines(content), start=1):
        feed = _parse_outline(outline, folders)
        if isinstance(feed, Outline) and len(feeds) < _MAX_OUTLINES:
            feeds.setdefault(feed.url, feed)
        elif isinstance(feed, str):
            skipped.append(SkippedRecord(f"outline {number}", feed))
    return FeedList(tuple(feeds.values()), tuple(skipped))


def write_opml(feeds: Iterable[Outline], title: str, now: datetime) -> bytes:
    """An OPML 2.0 file; each folder is at the position of its first feed."""
    root = Element("opml", version="2.0")
    head = SubElement(root, "head")
    SubElement(head, "title").text = clean(title, _MAX_NAME_LENGTH)
    SubElement(head, "dateCreated").text = format_datetime(now.astimezone(UTC), usegmt=True)
    body = SubElement(root, "body")
    folders: dict[str, Element] = {"": body}
    for feed in feeds:
        if feed.folder not in folders:
            folders[feed.folder] = SubElement(body, "outline", text=feed.folder, title=feed.folder)
        attributes = {"type": "rss", "text": feed.title, "title": feed.title, "xmlUrl": feed.url}
        SubElement(folders[feed.folder], "outline", attributes | ({"htmlUrl": feed.home} if feed.home else {}))
    indent(root)
    file = BytesIO()
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
    return file.getvalue() + b"\n"


def _outlines(element: Element, folders: tuple[str, ...] = ()) -> Iterator[tuple[Element, tuple[str, ...]]]:
    for outline in element:
        if outline.tag.lower() != "outline":
            continue
        yield outline, folders
        # A feed that contains outlines is also a folder.
        name = _attribute(outline, "text") or _attribute(outline, "title")
        yield from _outlines(outline, (*folders, name) if name else folders)


def _parse_outline(outline: Element, folders: tuple[str, ...]) -> Outline | str | None:
    """The feed of an outline, or the reason for skipping it; None for a folder or a comment."""
    address = _attribute(outline, "xmlurl", 4_000)
    if not address:
        kind = _attribute(outline, "type").lower()
        return "no address" if kind in ("rss", "atom") and len(outline) == 0 else None
    url = web_url(_without_feed_scheme(address))
    if url is None:
        return f"no web address: {brief(address)}"
    title = _attribute(outline, "title") or _attribute(outline, "text") or url
    return Outline(title, url, web_url(_attribute(outline, "htmlurl", 4_000)), _BETWEEN_FOLDERS.join(folders))


def _without_feed_scheme(address: str) -> str:
    """The address without `feed:`, which some programs write before `https:` or instead of it."""
    scheme, _, rest = address.partition(":")
    if scheme.strip().lower() != "feed":
        return address
    return f"https:{rest}" if rest.startswith("//") else rest


def _attribute(outline: Element, name: str, limit: int = _MAX_NAME_LENGTH) -> str:
    """An attribute as one clean line, ignoring the case of its name; empty if missing."""
    value = outline.get(name)
    if value is None:
        value = next((other for key, other in outline.items() if key.lower() == name), "")
    return clean(value, limit)
