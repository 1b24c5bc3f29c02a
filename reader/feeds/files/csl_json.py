"""Parse records of CSL-JSON, and of the JSON that Zotero and Better BibTeX write of their own items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from reader.core.paper import LibraryEntry
from reader.feeds.files.library import find_id, find_in_files, make_entry

_CSL = ("author", "issued", "container-title", "DOI", "URL", "citation-key", "publisher", "accessed", "number", "ISBN")
"""Keys by which CSL-JSON is known, beside `type`."""

_SURE = ("number", "archive_location", "archiveID", "DOI", "URL", "url", "container-title", "publicationTitle", "arxiv")
_NOTES = ("note", "extra", "notes", "annote", "volume", "reportNumber", "callNumber")
_KEYS = ("citation-key", "citekey", "citationKey", "id")
_NO_PAPERS = ("attachment", "note", "annotation")

_TAG = re.compile(r"<[^<>]{0,100}>")
_DEPTH = 4


def is_library_item(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an item of CSL-JSON or of Zotero."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("itemType"), str) or isinstance(_data(value).get("itemType"), str):
        return True
    return isinstance(value.get("type"), str) and any(key in value for key in _CSL)


def library_items(value: object) -> list[Any] | None:
    """The items of a file that has them under a key, as Better BibTeX writes it; None if it is not one."""
    items = value.get("items") if isinstance(value, dict) else None
    return items if isinstance(items, list) and any(map(is_library_item, items[:20])) else None


def parse_item(item: Mapping[str, Any], place: str) -> LibraryEntry | None:
    """The entry of an item; None for a note or an attachment."""
    item = _data(item)
    if item.get("itemType") in _NO_PAPERS:
        return None
    key = next((item[name] for name in _KEYS if _is_name(item.get(name))), "")
    title = item.get("title") if isinstance(item.get("title"), str) else ""
    id = find_id(text for name in (*_SURE, *_NOTES) for text in _texts(item.get(name)))
    id = id or find_in_files(_texts(item.get("attachments")))
    return make_entry(f"entry {key}" if key else place, _TAG.sub("", title or ""), id, _labels(item))


def _labels(item: Mapping[str, Any]) -> Iterator[str]:
    """The tags of an item, without those that Zotero made."""
    yield from _texts(item.get("keyword"))
    tags = item.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        text = tag.get("tag") if isinstance(tag, dict) and tag.get("type") != 1 else tag
        if isinstance(text, str):
            yield text


def _data(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item of Zotero's web API has its fields under `data`."""
    data = item.get("data")
    return data if isinstance(data, dict) and "itemType" in data else item


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) < 300


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """The texts in a value of any kind."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict) and depth < _DEPTH:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth + 1)
