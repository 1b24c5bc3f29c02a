"""Reads what SQLite still finds in a broken cache, or in a backup that is not a whole cache.

A broken file is opened as the database it is: without its header, a copy gets a new one. The rows are read in the order
of their keys. Where a page is damaged, the next key that can be read is looked for, so that one bad page hides only the
rows on it and below it.

Every row is checked before it is believed: an event by its ids and by the checksum of its packed papers, a text by
being cleaned again. SQLite keeps no checksums, and a changed bit may stand in any value.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zlib
from collections.abc import Container, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from reader.cache import connections
from reader.cache.files import BESIDE, HEADER, MAGIC, PAGE_SIZE
from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.journal import Entry
from reader.cache.schema import APPLICATION_ID
from reader.core.foreign import FURTHEST, Refused, count_ids, is_event_id, is_machine, paper_id
from reader.core.ids import FEED_PREFIX, OWN_PREFIXES
from reader.core.paper import COLUMNS, Draft, Field
from reader.core.text import clean, clean_block, clean_note
from reader.paths import touch_private

Value = int | float | str | bytes | None

EVENT = ("id", "machine", "clock", "kind", "value", "papers", "count", "number")
"""The columns of an event that are read; a cache of the first schema lacks the last."""

BELONGING = (
    *("paper_source", "paper_alias", "paper_change", "paper_edit"),
    *("full_text", "earlier_text", "community", "kept_output"),
)
"""Tables with rows of a paper that a feed may not send again."""

TIMES = ("fetched", "made", "asked")
"""Those of their columns that hold an ISO time."""

_INDEXES = ("paper_by_day", "paper_by_title_hash", "paper_by_upvotes", "paper_by_authors")
"""Indexes of all papers, in different places of the file."""

_BAD_PLACES = 100_000
"""Damaged places of one table after which the rest of it is left."""

_UNPACKED_BYTES = 1 << 26
"""Maximum size of the unpacked text of a paper."""

_FURTHEST = 1 << 40
"""Distance in keys after which no further readable row is looked for."""


class Key(NamedTuple):
    """A paper of a file."""

    pk: int
    id: str
    sort_day: str


class Salvage:
    """An open file whose rows are read as far as SQLite finds them; `opened` makes one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns: dict[str, tuple[str, ...]] = {}

    # Rows

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table; none if the file lacks the table or its description."""
        if table not in self._columns:
            found: list[tuple[Any, ...]] = []
            with suppress(sqlite3.Error):
                found = self._connection.execute(f"PRAGMA table_info({table})").fetchall()
            self._columns[table] = tuple(row[1] for row in found)
        return self._columns[table]

    def _rows(self, table: str, wanted: Container[str] | None = None) -> Iterator[tuple[int, dict[str, Value]]]:
        """The keys and the wanted values of all rows that can be read, in the order of their keys."""
        columns = [name for name in self.columns(table) if wanted is None or name in wanted]
        if not columns:
            return
        names = ", ".join(f'"{name}"' for name in columns)
        # An index of the table may be damaged in other places.
        sql = f"SELECT rowid, {names} FROM {table} NOT INDEXED WHERE rowid"
        start = 1
        for _ in range(_BAD_PLACES):
            try:
                for key, *values in self._connection.execute(f"{sql} >= ? ORDER BY rowid", (start,)):
                    start = max(start, key + 1)
                    yield key, dict(zip(columns, values, strict=True))
            except sqlite3.Error:
                pass
            else:
                return
            readable = self._readable_from(table, start)
            if readable is None:
                return
            if readable > start:
                start = readable
                continue
            key_there = self._key_from(table, start)
            if key_there is None:
                return
            # Python drops the row before the one that fails; or only this row fails, such as a text of many pages.
            with suppress(sqlite3.Error):
                for key, *values in self._connection.execute(f"{sql} = ?", (key_there,)):
                    yield key, dict(zip(columns, values, strict=True))
            start = key_there + 1

    def _readable_from(self, table: str, start: int) -> int | None:
        """The least key from `start` on at which a page can be read; None if there is none."""
        if self._can_read(table, start):
            return start
        step = 1
        while not self._can_read(table, start + step):
            step *= 2
            if step > _FURTHEST:
                return None
        bad, good = start + step // 2, start + step
        while good - bad > 1:
            middle = (good + bad) // 2
            if self._can_read(table, middle):
                good = middle
            else:
                bad = middle
        return good

    def _can_read(self, table: str, start: int) -> bool:
        try:
            self._key_from(table, start)
        except sqlite3.Error:
            return False
        return True

    def _key_from(self, table: str, start: int) -> int | None:
        """The least key of a row from `start` on; raises sqlite3.Error if the page at `start` can't be read."""
        sql = f"SELECT rowid FROM {table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1"
        row = self._connection.execute(sql, (start,)).fetchone()
        return None if row is None else int(row[0])

    def _rows_of(self, table: str, pk: int) -> list[dict[str, Value]]:
        """The rows of a table about a paper; none if they can't be read."""
        columns = [name for name in self.columns(table) if name not in ("key", "pk")]
        if not columns:
            return []
        names = ", ".join(f'"{name}"' for name in columns)
        try:
            found = self._connection.execute(f"SELECT {names} FROM {table} WHERE pk = ?", (pk,)).fetchall()
        except sqlite3.Error:
            return []
        return [dict(zip(columns, values, strict=True)) for values in found]

    # What they say

    def machine(self) -> str | None:
        """The id of the machine whose cache it was."""
        for _, row in self._rows("meta"):
            if row.get("key") == "machine" and _is_hex(row.get("value"), 12):
                return str(row["value"])
        return None

    def entries(self) -> Iterator[Entry]:
        """The events that can be believed."""
        for key, row in self._rows("event", EVENT):
            entry = _entry(key, row)
            if entry is not None:
                yield entry

    def feeds(self) -> list[dict[str, Value]]:
        """The followed feeds, as the columns of `feed`."""
        return [row for _, row in self._rows("feed") if _is_feed(row)]

    def papers(self) -> list[Key]:
        """The papers whose row can be read."""
        found = self._rows("paper", ("id", "sort_day"))
        return [Key(pk, str(row["id"]), str(row["sort_day"])) for pk, row in found if paper_id(row.get("id"))]

    def named(self) -> dict[int, str | None]:
        """The keys of all papers that the file had, with their ids, as far as its index of ids can be read.

        Where that is damaged, other indexes still name keys.
        """
        found: dict[int, str | None] = {}
        for index in ("sqlite_autoindex_paper_1", *_INDEXES):
            id = "id" if index not in _INDEXES else "NULL"
            try:
                for pk, named in self._connection.execute(f"SELECT pk, {id} FROM paper INDEXED BY {index}"):
                    if named is None or paper_id(named):
                        found.setdefault(pk, named)
            except sqlite3.Error:
                continue
            if index not in _INDEXES:
                break
        return found

    def paper(self, pk: int) -> Found | None:
        """A paper with its text; without it if only that is lost. None if its row can't be read."""
        rows = self._rows_of("paper", pk)
        if len(rows) != 1:
            return None
        row = rows[0] | next(iter(self._rows_of("paper_text", pk)), {})
        draft = _draft(row)
        if draft is None:
            return None
        days = {day for value in (row.get("day"), row.get("first_day"), *self.days(pk)) if (day := _date(value))}
        return Found(draft, tuple(sorted(days)), _time(row.get("added")))

    def days(self, pk: int) -> set[str]:
        """The days (ISO) that list a paper."""
        return {day for row in self._rows_of("listing", pk) if (day := _date(row["day"]))}

    def listed_days(self) -> set[str]:
        """The days (ISO) that list any paper."""
        return {day for _, row in self._rows("day") if (day := _date(row.get("day")))}

    def belongings(self, pk: int) -> Iterator[tuple[str, dict[str, Value]]]:
        """The rows that belong to a paper, each with its table."""
        for table in BELONGING:
            for row in self._rows_of(table, pk):
                if _is_sound(row) and (table != "paper_alias" or paper_id(row["id"])):
                    yield table, row


class Found(NamedTuple):
    """A paper that could be read."""

    draft: Draft
    days: tuple[str, ...]
    """The days that list it, in their order."""
    added: str | None
    """ISO time at which it was first seen."""


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[Salvage | None]:
    """Open a file without changing it; None if SQLite finds neither its papers nor its events.

    A file that has a write-ahead log or lacks its header is first copied to `scratch`. Raises OSError if there is no
    room for that.
    """
    try:
        for has_new_header in (False, True):
            with closing(_connect(path, scratch, has_new_header=has_new_header)) as connection:
                found = Salvage(connection)
                if found.columns("paper") or found.columns("event"):
                    yield found
                    return
        yield None
    finally:
        remove(scratch)


def _connect(path: Path, scratch: Path, *, has_new_header: bool) -> sqlite3.Connection:
    remove(scratch)
    log = path.with_name(f"{path.name}-wal")
    place = path
    if has_new_header or log.exists():
        place = scratch
        touch_private(scratch)
        shutil.copyfile(path, scratch)
        if log.exists():
            copied_log = scratch.with_name(f"{scratch.name}-wal")
            touch_private(copied_log)
            shutil.copyfile(log, copied_log)
    if has_new_header:
        _write_header(scratch, has_log=log.exists())
    connection = connections.connect_frozen(place)
    with connections.closing_on_error(connection):
        # SQLite then also reads a file that is cut off, and one whose description is damaged in places.
        connection.execute("PRAGMA writable_schema = ON")
    return connection


def _write_header(file: Path, *, has_log: bool) -> None:
    """Give a file the header of our caches: https://sqlite.org/fileformat2.html describes it."""
    header = bytearray(HEADER)
    header[: len(MAGIC)] = MAGIC
    header[16:18] = PAGE_SIZE.to_bytes(2)
    header[18:20] = bytes([2, 2] if has_log else [1, 1])
    header[21:24] = bytes([64, 32, 32])
    for place, number in (
        (28, file.stat().st_size // PAGE_SIZE),
        (40, 1),
        (44, 4),
        (56, 1),
        (68, APPLICATION_ID),
        # The two counts of changes are equal, so that the count of pages holds.
        (24, 1),
        (92, 1),
    ):
        header[place : place + 4] = number.to_bytes(4)
    with file.open("r+b") as out:
        out.write(header)


def remove(scratch: Path) -> None:
    """Remove a database and what SQLite keeps beside it."""
    for end in ("", *BESIDE):
        scratch.with_name(scratch.name + end).unlink(missing_ok=True)


# What can be believed


def _is_sound(row: dict[str, Value]) -> bool:
    """Whether the values of a row are possible: whole texts without control characters, times, and packed bytes."""
    for name, value in row.items():
        if isinstance(value, bytes):
            is_possible = _unpacks(value)
        elif isinstance(value, str):
            is_possible = clean_note(value) == value and (name not in TIMES or _time(value) is not None)
        else:
            is_possible = value is None or (isinstance(value, int) and 0 <= value < _FURTHEST)
        if not is_possible:
            return False
    return True


def _unpacks(packed: bytes) -> bool:
    unpacker = zlib.decompressobj()
    try:
        # The checksum is at the end.
        unpacker.decompress(packed, _UNPACKED_BYTES)
    except zlib.error:
        return False
    return unpacker.eof


def _is_hex(value: Value, length: int) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{length}}}", value) is not None


def _is_feed(feed: dict[str, Value]) -> bool:
    texts = all(isinstance(feed.get(name), str) and feed[name] for name in ("slug", "url", "title", "added"))
    return texts and feed.get("kind") in ("rss", "arxiv") and isinstance(feed.get("folder"), str)


def _entry(key: int, event: dict[str, Value]) -> Entry | None:
    """The event of a row; None if any part of it is damaged."""
    id, machine, clock, kind, value, papers, count, number = (event.get(name) for name in EVENT)
    if not (is_event_id(id) and is_machine(machine) and isinstance(clock, int) and 0 < clock <= FURTHEST):
        return None
    if not (isinstance(kind, str) and re.fullmatch(r"[a-z]+(:.+)?", kind) and isinstance(value, str)):
        return None
    try:
        if not (isinstance(papers, bytes) and isinstance(count, int) and count_ids(papers, count) == count):
            return None
    except Refused:
        return None
    if kind.startswith(FOLLOW) and value and not _is_feed_value(kind.removeprefix(FOLLOW), value):
        return None
    # Until machines numbered their events, all of a cache came from one.
    number = number if isinstance(number, int) and number > 0 else key
    return Entry(str(id), str(machine), number, clock, kind, value, count, papers)


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
    id = paper_id(paper.get("id"))
    if id is None:
        return None
    if not id.startswith(OWN_PREFIXES):
        values["id"] = id
    elif id.startswith(FEED_PREFIX):
        values["entry"] = id
    values["announced"] = _date(paper.get("sort_day"))
    values["source"] = clean(str(paper.get("source") or ""), 100) or "hf"
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
    """Whether a field may have a text, which takes only addresses of the web if its name says so."""
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
