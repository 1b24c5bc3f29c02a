"""Parse Zotero RDF: each element with an item type is an entry; notes, attachments and collections are none."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from reader.core.errors import FeedMalformed
from reader.core.paper import LibraryEntry
from reader.feeds.files.library import find_id, find_in_files, make_entry
from reader.feeds.safe_xml import UnreadableXml, parse_xml

_NO_PAPERS = ("attachment", "note", "annotation")
_PROSE = ("abstract", "title", "authors", "subject")
"""Elements whose text may name other papers."""


def is_rdf(start: bytes) -> bool:
    """Whether a document begins as RDF."""
    return b"<rdf:RDF" in start[:4096]


def parse_rdf(body: bytes) -> Iterator[LibraryEntry]:
    """The entries of a file, in its order; raises FeedMalformed."""
    try:
        root = parse_xml(body)
    except UnreadableXml as error:
        raise FeedMalformed(f"This RDF {error}.") from None
    files = {_about(one): " ".join(_texts(one)) for one in root if one.tag == "Attachment"}
    collections: dict[str, list[str]] = {}
    for one in root.iterfind("Collection"):
        for part in one.iterfind("hasPart"):
            collections.setdefault(part.get("resource", ""), []).append(one.findtext("title") or "")
    for number, item in enumerate(root, 1):
        kind = item.findtext("itemType")
        if kind and kind not in _NO_PAPERS:
            linked = [files.get(one.get("resource", ""), "") for one in item.iter("link")]
            title = item.findtext("title") or ""
            id = find_id([_about(item), *_texts(item)]) or find_in_files(linked)
            labels = [subject.text or "" for subject in item.iterfind("subject")]
            yield make_entry(f"item {number}", title, id, [*labels, *collections.get(_about(item), ())])


def _about(item: Element) -> str:
    return item.get("about", "")


def _texts(item: Element) -> Iterator[str]:
    """The texts of an item's elements, without those of prose."""
    for child in item:
        if child.tag not in _PROSE:
            yield from (value for value in child.attrib.values())
            yield " ".join("".join(child.itertext()).split())
