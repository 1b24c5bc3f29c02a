"""Append to a file of another program what it does not have yet; not a byte of what is there changes."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from io import BytesIO, StringIO
from pathlib import Path
from typing import NamedTuple

from reader.actions.export import COLUMNS
from reader.core.errors import FeedError, ReaderError
from reader.core.ids import ids_in
from reader.core.text import clean, title_hash

_KEY = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]\s*([^\s,{}()=]+)[ \t]*,", re.MULTILINE)


class Present(NamedTuple):
    """What a file has already."""

    text: str
    ids: frozenset[str]
    """Ids of its papers."""
    titles: frozenset[int] = frozenset()
    """Hashes of the titles of its entries that name no id."""
    keys: tuple[str, ...] = ()
    """Keys of its entries, which new ones may not have."""


class Unusable(ReaderError):
    """The file can't be appended to."""


def read_present(file: Path, format: str) -> Present:
    """What the file has; nothing if it does not exist. Raises Unusable if it has another format."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return Present("", frozenset())
    except OSError as error:
        raise Unusable(f"{file} can't be read: {error.strerror}.") from error
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Unusable(f"{file} is not in UTF-8, so nothing was appended. Convert it, or name another file.") from None
    if not text.strip("\ufeff \r\n\t"):
        return Present(text, frozenset())
    match format:
        case "bibtex" | "ris":
            keys = _KEY.findall(text) if format == "bibtex" else re.findall(r"^ID  - (\S+)", text, re.MULTILINE)
            return Present(text, *_read_entries(data), tuple(keys))
        case "csl-json" | "json":
            return _json(text, data, file)
        case "csv":
            return _table(text, file)
    return Present(text, frozenset(ids_in(text)))


def joined(present: Present, new: str, format: str) -> str:
    """The file's text with new entries at its end."""
    if not present.text.strip("\ufeff \r\n\t"):
        return present.text + new
    if format in ("csl-json", "json"):
        end = present.text.rstrip()
        head, items = end[:-1].rstrip(), new.strip()[1:-1].rstrip()
        return f"{head}{'' if head.endswith('[') else ','}{items}\n]\n" if items else present.text
    if format == "csv":
        # The heading is there.
        new = new.partition("\n")[2]
    gap = "" if present.text.endswith("\n") else "\n"
    return f"{present.text}{gap}{'' if format in ('csv', 'ris') or not new else chr(10)}{new}"


def _read_entries(data: bytes) -> tuple[frozenset[str], frozenset[int]]:
    """The ids of a file's entries, and the hashes of the titles of those without one."""
    from datetime import UTC, datetime

    from reader.feeds.files.papers_file import read_papers

    try:
        listings = list(read_papers(BytesIO(data), datetime.now(UTC).date()))
    except FeedError:
        # It has comments only, or is JSON of another kind.
        return frozenset(), frozenset()
    entries = [entry for listing in listings for entry in listing.entries]
    ids = {draft.id for listing in listings for draft in listing.drafts}
    titles = frozenset(title_hash(entry.title) for entry in entries if entry.title and not entry.id)
    return frozenset(filter(None, (*ids, *(entry.id for entry in entries)))), titles


def _json(text: str, data: bytes, file: Path) -> Present:
    try:
        items = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise Unusable(f"{file} is not a JSON array, so nothing was appended.")
    own = {item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)}
    ids, titles = _read_entries(data) if items else (frozenset[str](), frozenset[int]())
    return Present(text, ids | own, titles, tuple(own))


def _table(text: str, file: Path) -> Present:
    rows = csv.reader(StringIO(text))
    if tuple(next(rows, ())) != COLUMNS:
        raise Unusable(f"{file} has other columns, so nothing was appended.")
    return Present(text, frozenset(row[0] for row in rows if row))


def summarize(written: int, known: int, file: Path) -> str:
    """What was appended, in words."""
    had = f", {known:,} {'was' if known == 1 else 'were'} there already" if known else ""
    return f"{written:,} {'paper' if written == 1 else 'papers'} appended to {clean(str(file), 500)}{had}."


def is_new(ids: Iterable[str], title: str, present: Present) -> bool:
    """Whether the file has none of these ids of a paper, and no entry without an id that has its title."""
    return present.ids.isdisjoint(ids) and title_hash(title) not in present.titles
