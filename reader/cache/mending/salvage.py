"""What can still be read of broken caches and of backups: what the user did, the followed feeds, and papers.

Every row is checked before it is believed: an event by its ids and by the checksum that its packed papers have, a
paper's text by being cleaned again. The rows wait in a temporary database, so that memory stays small.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import astuple
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from reader.cache import connections, schema
from reader.cache.files.pages import Value, rows
from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.journal import Entry
from reader.core.fields import Field
from reader.core.foreign import Refused, count_ids, is_event_id, is_machine, unpacked
from reader.core.ids import FEED_PREFIX, OWN_PREFIXES, arxiv_id, is_own_id
from reader.core.paper import COLUMNS, Draft, Listing
from reader.core.text import clean, clean_block, clean_note

EVENT = ("id", "machine", "clock", "kind", "value", "papers", "count", "undone", "applied", "number")
"""Columns of `event` after its key; older caches lack the last, newer ones may have more."""

_TABLES = ("feed", "paper", "paper_text", "kept_output")
"""The other tables that are read; the order of their columns depends on the migrations that made them."""

_MACHINE = "machine"

_TOGETHER = 200
"""Papers in one listing."""

_FOUND = """
CREATE TABLE event (id PRIMARY KEY, machine, number, clock, kind, value, count, papers);
CREATE UNIQUE INDEX event_by_place ON event (machine, number, clock);
CREATE TABLE feed (slug TEXT PRIMARY KEY, row TEXT);
CREATE TABLE paper (file INTEGER, pk INTEGER, id TEXT, sort_day TEXT, row TEXT, PRIMARY KEY (file, pk));
CREATE TABLE text (file INTEGER, pk INTEGER, row TEXT, PRIMARY KEY (file, pk));
CREATE TABLE output (file INTEGER, pk INTEGER, name TEXT, made TEXT, body TEXT);
CREATE TABLE marked (id TEXT PRIMARY KEY);
CREATE INDEX paper_by_id ON paper (id, file);
"""


class Salvage:
    """What was read so far; call `read` with the best file first."""

    def __init__(self) -> None:
        # An empty name is a temporary file, which is gone with the connection.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(_FOUND)
        self._files = 0
        self.machine: str | None = None
        """The id of the machine whose cache it was."""

    def close(self) -> None:
        self._connection.close()

    def read(self, path: Path) -> None:
        """Add all rows of a file that can be believed; raises OSError if the file can't be read."""
        self._files += 1
        tables = {len(columns): (table, columns) for table, columns in _columns(path).items()}

        def is_wanted(types: Sequence[int]) -> bool:
            """Decide by the types of a row's values: 61 is a text of 24 letters, 37 one of 12."""
            if len(types) == 2:
                return types[0] == 2 * len(_MACHINE) + 13 and types[1] == 37
            is_event = len(types) >= len(EVENT) and types[1:3] == [61, 37]
            return types[:1] == [0] and (is_event or len(types) in tables)

        self._connection.execute("BEGIN")
        try:
            for key, values in rows(path, is_wanted):
                if len(values) == 2:
                    self._take_machine(values[1])
                elif _is_hex(values[1], 24):
                    self._take_event(key, dict(zip(EVENT, values[1:], strict=False)))
                else:
                    table, columns = tables.get(len(values), ("", ()))
                    self._take(table, key, dict(zip(columns, values, strict=False)))
        finally:
            self._connection.execute("COMMIT")

    def _take_machine(self, value: Value) -> None:
        if _is_hex(value, 12) and self.machine is None:
            self.machine = str(value)

    def _take_event(self, key: int, event: dict[str, Value]) -> None:
        entry = _entry(key, event)
        if entry is not None:
            self._connection.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(entry)[:8])

    def _take(self, table: str, key: int, row: dict[str, Value]) -> None:
        execute = self._connection.execute
        if table == "feed" and _is_feed(row):
            execute("INSERT OR IGNORE INTO feed VALUES (?, ?)", (row["slug"], _json(row)))
        elif table == "paper" and isinstance(row["id"], str) and isinstance(row["title"], str):
            paper = (self._files, key, row["id"], str(row["sort_day"]), _json(row))
            execute("INSERT OR REPLACE INTO paper VALUES (?, ?, ?, ?, ?)", paper)
        elif table == "paper_text":
            execute("INSERT OR REPLACE INTO text VALUES (?, ?, ?)", (self._files, key, _json(row)))
        elif table == "kept_output" and (output := _output(row)) is not None:
            execute("INSERT INTO output VALUES (?, ?, ?, ?, ?)", (self._files, *output))

    # What was found

    def entries(self) -> Iterator[Entry]:
        """The events, oldest first."""
        for row in self._connection.execute("SELECT * FROM event ORDER BY clock, id"):
            yield Entry(*row)

    def feeds(self) -> list[dict[str, Any]]:
        """The followed feeds, as the columns of `feed`."""
        return [json.loads(row) for (row,) in self._connection.execute("SELECT row FROM feed ORDER BY slug")]

    def outputs(self) -> Iterator[tuple[str, str, str, str]]:
        """What programs said about papers: the paper's id, the command's name, the time and the text."""
        yield from self._connection.execute(
            "SELECT p.id, o.name, o.made, o.body FROM output AS o JOIN paper AS p ON p.file = o.file AND p.pk = o.pk"
            " ORDER BY o.file, o.made DESC"
        )

    def prefer(self, packed: Iterable[bytes]) -> None:
        """Bring back first the papers whose ids these events have packed."""
        self._connection.execute("BEGIN")
        for papers in packed:
            for ids in unpacked(papers):
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


def _columns(path: Path) -> dict[str, tuple[str, ...]]:
    """The columns of the tables in their order, as the file's own schema says, or else as a new cache has them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in connections.statements(schema.SCHEMA.read_text("utf-8")):
            connection.execute(statement)
        columns = {table: _columns_of(connection, table) for table in _TABLES}
        missing = set(_TABLES)
        # A row of `sqlite_schema` has its kind, name, table, page and statement; 23 is a text of five letters.
        for _, values in rows(path, lambda types: len(types) == 5 and types[0] == 23):
            table, sql = values[1], values[4]
            if table in missing and isinstance(sql, str) and sql.startswith("CREATE TABLE"):
                missing.remove(str(table))
                with suppress(sqlite3.Error):
                    connection.execute(f"DROP TABLE {table}")
                    connection.execute(sql)
                    found = _columns_of(connection, str(table))
                    columns[str(table)] = found if set(found) == set(columns[str(table)]) else columns[str(table)]
            if not missing:
                break
    return columns


def _columns_of(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))


def _is_hex(value: Value, length: int) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{length}}}", value) is not None


def _is_feed(feed: dict[str, Value]) -> bool:
    texts = all(isinstance(feed[name], str) and feed[name] for name in ("slug", "url", "title", "added"))
    return texts and feed["kind"] in ("rss", "arxiv") and isinstance(feed["folder"], str)


def _output(row: dict[str, Value]) -> tuple[int, str, str, str] | None:
    """A paper's key with what a program said about it; None if any part of it is damaged."""
    pk, made = row["pk"], _time(row["made"])
    name, body = (text if isinstance(text, str) else "" for text in (row["name"], row["body"]))
    if not isinstance(pk, int) or made is None or not name or clean(name) != name or not body:
        return None
    return pk, name, made, clean_note(body)


def _entry(key: int, event: dict[str, Value]) -> Entry | None:
    """The event of a row; None if any part of it is damaged."""
    id, machine, clock, kind, value = (event[name] for name in EVENT[:5])
    papers, count, number = event["papers"], event["count"], event.get("number")
    if not (is_event_id(id) and is_machine(machine) and isinstance(clock, int) and clock > 0):
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
    id = paper["id"]
    if not id.startswith(OWN_PREFIXES):
        if arxiv_id(id) != id:
            return None
        values["id"] = id
    elif id.startswith(FEED_PREFIX) and is_own_id(id):
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


def _json(row: dict[str, Value]) -> str:
    """A row as JSON; bytes, which papers never have, become None."""
    return json.dumps({name: None if isinstance(value, bytes) else value for name, value in row.items()})
