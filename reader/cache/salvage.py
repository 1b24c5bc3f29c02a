"""What can still be read of broken caches and of backups: what the user did, the followed feeds, and papers.

Every row is checked before it is believed: an event by its ids and by the checksum that its packed papers have, a
paper's text by being cleaned again. The rows wait in a temporary database, so that memory stays small.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.journal import UNPACKED_BYTES, Entry
from reader.cache.pages import Value, rows
from reader.core.fields import Field
from reader.core.ids import FEED_PREFIX, OWN_PREFIXES, arxiv_id
from reader.core.paper import COLUMNS, Draft, Listing
from reader.core.text import clean, clean_block

_EVENT = ("id", "machine", "clock", "kind", "value", "papers", "count", "undone", "applied", "number")
"""Columns of `event` after its key; older caches lack the last, newer ones may have more."""

_FEED = ("slug", "kind", "url", "title", "home", "folder", "added")
"""Columns of `feed` after its key that the user chose; there are 13 in all."""

_PAPER = (
    *("id", "title_hash", "sort_day", "day", "first_day", "author_count", "source", "added"),
    *("has_code", "has_project", "has_media", "read", "starred", "hidden", "has_note"),
    *("title", "published", "upvotes", "comments", "code_stars"),
)
_TEXT = (
    *("arxiv_asked", "abstract", "authors", "organization", "keywords", "summary", "code_url", "project_url", "media"),
    *("categories", "version", "revised", "remark", "doi", "journal", "url", "organization_slug"),
)
"""Columns of `paper` and `paper_text` after their keys."""

COLUMN_ORDER = {"event": _EVENT, "feed": _FEED, "paper": _PAPER, "paper_text": _TEXT}
"""The columns that are read by their place, by table."""

_MACHINE = "machine"

_TOGETHER = 200
"""Papers in one listing."""

_TABLES = """
CREATE TABLE event (id PRIMARY KEY, machine, number, clock, kind, value, count, papers);
CREATE TABLE feed (slug TEXT PRIMARY KEY, row TEXT);
CREATE TABLE paper (file INTEGER, pk INTEGER, id TEXT, sort_day TEXT, row TEXT, PRIMARY KEY (file, pk));
CREATE TABLE text (file INTEGER, pk INTEGER, row TEXT, PRIMARY KEY (file, pk));
CREATE TABLE marked (id TEXT PRIMARY KEY);
CREATE INDEX paper_by_id ON paper (id, file);
"""


class Salvage:
    """What was read so far; call `read` with the best file first."""

    def __init__(self) -> None:
        # An empty name is a temporary file, which is gone with the connection.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(_TABLES)
        self._files = 0
        self.machine: str | None = None
        """The id of the machine whose cache it was."""

    def close(self) -> None:
        self._connection.close()

    def read(self, path: Path) -> None:
        """Add all rows of a file that can be believed; raises OSError if the file can't be read."""
        self._files += 1
        self._connection.execute("BEGIN")
        try:
            for key, values in rows(path, _is_wanted):
                self._take(key, values)
        finally:
            self._connection.execute("COMMIT")

    def _take(self, key: int, values: Sequence[Value]) -> None:
        execute = self._connection.execute
        match len(values):
            case 2:
                if values[0] == _MACHINE and _is_hex(values[1], 12) and self.machine is None:
                    self.machine = str(values[1])
            case 13:
                feed = dict(zip(_FEED, values[1:], strict=False))
                if _is_feed(feed):
                    execute("INSERT OR IGNORE INTO feed VALUES (?, ?)", (feed["slug"], json.dumps(feed)))
            case 21:
                paper = dict(zip(_PAPER, values[1:], strict=True))
                if isinstance(paper["id"], str) and isinstance(paper["title"], str):
                    row = (self._files, key, paper["id"], str(paper["sort_day"]), _json(paper))
                    execute("INSERT OR REPLACE INTO paper VALUES (?, ?, ?, ?, ?)", row)
            case 18:
                text = dict(zip(_TEXT, values[1:], strict=True))
                execute("INSERT OR REPLACE INTO text VALUES (?, ?, ?)", (self._files, key, _json(text)))
            case _:
                entry = _entry(key, dict(zip(_EVENT, values[1:], strict=False)))
                if entry is not None:
                    execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(entry))

    # What was found

    def entries(self) -> Iterator[Entry]:
        """The events, oldest first."""
        for row in self._connection.execute("SELECT * FROM event ORDER BY clock, id"):
            yield Entry(*row)

    def feeds(self) -> list[dict[str, Any]]:
        """The followed feeds, as the columns of `feed`."""
        return [json.loads(row) for (row,) in self._connection.execute("SELECT row FROM feed ORDER BY slug")]

    def prefer(self, packed: Iterable[bytes]) -> None:
        """Bring back first the papers whose ids these events have packed."""
        self._connection.execute("BEGIN")
        for papers in packed:
            ids = zlib.decompress(papers).decode().split()
            self._connection.executemany("INSERT OR IGNORE INTO marked VALUES (?)", ((id,) for id in ids))
        self._connection.execute("COMMIT")

    def count_papers(self) -> int:
        """Number of papers that were found."""
        (count,) = self._connection.execute("SELECT count(DISTINCT id) FROM paper").fetchone()
        return int(count)

    def listings(self) -> Iterator[tuple[Listing, list[tuple[str, str]]]]:
        """The papers by day, the preferred ones first, then the newest; with the time at which each was first seen.

        The times are pairs of an ISO time and a paper's id. A paper whose text is lost has its title.
        """
        best = "p.file = (SELECT min(file) FROM paper AS o WHERE o.id = p.id)"
        found = self._connection.execute(
            "SELECT p.row, t.row FROM paper AS p LEFT JOIN text AS t ON t.file = p.file AND t.pk = p.pk"
            f" WHERE {best} ORDER BY p.id IN (SELECT id FROM marked) DESC, p.sort_day DESC, p.pk DESC"
        )
        papers = ({**json.loads(paper), **json.loads(text or "{}")} for paper, text in found)
        for day, run in groupby(papers, key=lambda paper: _date(paper["day"])):
            while some := list(islice(run, _TOGETHER)):
                yield from _listings(day, some)


def _listings(day: str | None, papers: Sequence[dict[str, Any]]) -> Iterator[tuple[Listing, list[tuple[str, str]]]]:
    """The papers of their newest day, and those that an older day lists too."""
    pairs = [(draft, paper) for paper in papers if (draft := _draft(paper)) is not None]
    seen = [(added, paper["id"]) for _, paper in pairs if (added := _time(paper["added"]))]
    yield Listing(day, tuple(draft for draft, _ in pairs)), seen
    for draft, paper in pairs:
        first = _date(paper["first_day"])
        if first not in (None, day):
            yield Listing(first, (draft,)), []


def _is_wanted(types: Sequence[int]) -> bool:
    """Whether a row may be one of ours, by the types of its values: 61 is a text of 24 letters, 37 one of 12."""
    match len(types):
        case 2:
            return types[0] == 2 * len(_MACHINE) + 13 and types[1] == 37
        case 13 | 18 | 21:
            return types[0] == 0
        case count:
            return count >= len(_EVENT) and types[0] == 0 and types[1] == 61 and types[2] == 37


def _is_hex(value: Value, length: int) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{length}}}", value) is not None


def _is_feed(feed: dict[str, Value]) -> bool:
    texts = all(isinstance(feed[name], str) and feed[name] for name in ("slug", "url", "title", "added"))
    return texts and feed["kind"] in ("rss", "arxiv") and isinstance(feed["folder"], str)


def _entry(key: int, event: dict[str, Value]) -> Entry | None:
    """The event of a row; None if any part of it is damaged."""
    id, machine, clock, kind, value = (event[name] for name in _EVENT[:5])
    papers, count, number = event["papers"], event["count"], event.get("number")
    if not (_is_hex(id, 24) and _is_hex(machine, 12) and isinstance(clock, int) and clock > 0):
        return None
    if not (isinstance(kind, str) and re.fullmatch(r"[a-z]+(:.+)?", kind) and isinstance(value, str)):
        return None
    if not (isinstance(papers, bytes) and isinstance(count, int) and _count_papers(papers) == count):
        return None
    if kind.startswith(FOLLOW) and value and not _is_feed_value(kind.removeprefix(FOLLOW), value):
        return None
    # Until machines numbered their events, all of a cache came from one.
    number = number if isinstance(number, int) and number > 0 else key
    return Entry(str(id), str(machine), number, clock, kind, value, count, papers)


def _count_papers(packed: bytes) -> int:
    """The number of an event's papers; -1 if their checksum is wrong."""
    unpacker = zlib.decompressobj()
    try:
        ids = unpacker.decompress(packed, UNPACKED_BYTES)
    except zlib.error:
        return -1
    return len(ids.split()) if unpacker.eof else -1


def _is_feed_value(slug: str, value: str) -> bool:
    try:
        feed = json.loads(value)
        return _is_feed({"slug": slug, "folder": "", **feed})
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


# Papers


def _draft(paper: dict[str, Any]) -> Draft | None:
    """A paper's row as a draft, with its text cleaned again; None if nothing is left of its title."""
    values = {field.name: _cleaned(field, paper.get(field.name)) for field in COLUMNS}
    if not values["title"]:
        return None
    id = paper["id"]
    if not id.startswith(OWN_PREFIXES):
        if arxiv_id(id) != id:
            return None
        values["id"] = id
    elif re.fullmatch(rf"{FEED_PREFIX}[0-9a-f]{{12}}", id):
        values["entry"] = id
    values["announced"] = _date(paper["sort_day"])
    values["source"] = clean(str(paper["source"]), 100) or "hf"
    return Draft(**values)


def _cleaned(field: Field, value: Any) -> Any:
    """A field's value from its column, as the sources give it."""
    if field.type is int:
        return value if type(value) is int and 0 <= value < 1 << 31 else None
    texts = value.split("\n") if isinstance(value, str) else []
    if field.name in ("published", "revised"):
        return _date(value)
    if field.type is tuple:
        return tuple(text for text in map(clean, texts) if text and _is_address(field.name, text))
    text = clean_block(value) if field.rules.is_block and texts else clean(" ".join(texts))
    if not _is_address(field.name, text):
        text = ""
    return text or (None if field.is_optional else "")


def _is_address(name: str, text: str) -> bool:
    """Whether a text may stand in a field, which takes only addresses of the web if its name says so."""
    return not (name == "media" or name.endswith("url")) or text.startswith(("https://", "http://"))


def _date(value: object) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: object) -> str | None:
    try:
        is_time = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return None
    return str(value) if is_time else None


def _json(row: dict[str, Value]) -> str:
    """A row as JSON; bytes, which papers never have, become None."""
    return json.dumps({name: None if isinstance(value, bytes) else value for name, value in row.items()})
