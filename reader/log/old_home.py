"""Reads what releases before 0.3.0 kept of the user's marks: the table `event` of the cache, and the journal beside it.

An old event names its papers in a compressed list and is undone by another event that names it by its id. Here it
becomes one row for each paper; the events of one action shared a machine and a clock, which are the action's id. The
rows of an event are the same whichever of the user's machines reads it, so that machines that sync do not double their
marks.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from reader.core import foreign
from reader.core.marks import AGENT, FOLLOW, QUEUE, RULE, UNDO, first_place
from reader.database import connections
from reader.log.rows import Row, action_id, is_machine
from reader.paths import backup_folder, old_journal

_UNPACKED = 1 << 16
"""Bytes of packed ids that are unpacked at a time."""

_LINE_BYTES = 1 << 26
"""Bytes of a line of the journal; ten million ids are shorter."""

_REMOVED = ("forget:", "setting:")
"""Prefixes of the kinds of events of features that were removed."""


class OldEvent(NamedTuple):
    """An event of a release before 0.3.0."""

    id: str
    machine: str
    clock: int
    kind: str
    value: str
    papers: tuple[str, ...]


class OldHome(NamedTuple):
    """What an old home knows of the user's marks."""

    machine: str
    """The id of this machine; empty if none was found."""
    rows: list[Row]
    unread: int
    """Number of events and lines that could not be read."""


def is_old(cache: Path) -> bool:
    """Whether there are marks of an older release beside a path or in the cache there."""
    return old_journal(cache).exists() or _has_events(cache)


def read(cache: Path) -> OldHome:
    """All marks of an old home, from its cache, its journal, and its backups; damaged parts are left out."""
    machine, unread = "", 0
    found: dict[str, OldEvent] = {}
    feeds: list[tuple[str, str]] = []
    copies = (
        sorted(backup_folder(cache).glob(f"{cache.stem}-*.db"), reverse=True) if backup_folder(cache).is_dir() else []
    )
    for file in (cache, *copies):
        if _has_events(file):
            with suppress(sqlite3.Error), closing(_opened(file)) as connection:
                machine = machine or _machine(connection)
                unread += _add(found, _events(connection))
                if file == cache:
                    feeds = _feeds(connection)
    if old_journal(cache).exists():
        own, events = _journal(old_journal(cache))
        machine = machine or own
        unread += _add(found, events)
    rows = _rows(found)
    followed = {row.kind for row in rows if row.kind.startswith(FOLLOW)}
    # The first releases followed feeds without an event.
    rows += [
        Row(action_id(machine, 1), "", f"{FOLLOW}{slug}", value)
        for slug, value in feeds
        if machine and f"{FOLLOW}{slug}" not in followed
    ]
    return OldHome(machine, rows, unread)


def _has_events(file: Path) -> bool:
    if not file.is_file() or not file.stat().st_size:
        return False
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(_opened(file)) as connection:
        return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'event'").fetchone() is not None
    return False


def _opened(file: Path) -> sqlite3.Connection:
    """Open an old cache, which may be damaged, for reading."""
    try:
        connection = connections.peek(file)
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
    except sqlite3.DatabaseError:
        return connections.connect_broken(file)
    return connection


def _machine(connection: sqlite3.Connection) -> str:
    with suppress(sqlite3.Error):
        row = connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone()
        if row is not None and is_machine(str(row[0])):
            return str(row[0])
    return ""


def _add(found: dict[str, OldEvent], events: Iterable[OldEvent | None]) -> int:
    unread = 0
    for event in events:
        if event is None:
            unread += 1
        else:
            found.setdefault(event.id, event)
    return unread


def _events(connection: sqlite3.Connection) -> Iterator[OldEvent | None]:
    """The events of the table, from its start and, if a page in between is damaged, from its end."""
    sql = "SELECT id, machine, clock, kind, value, papers, count FROM event NOT INDEXED ORDER BY rowid"
    try:
        yield from (_event(tuple(row[:5]), *row[5:]) for row in connection.execute(sql))
    except sqlite3.Error:
        yield None
        with suppress(sqlite3.Error):
            yield from (_event(tuple(row[:5]), *row[5:]) for row in connection.execute(f"{sql} DESC"))


def _event(named: tuple[object, ...], packed: object, count: object) -> OldEvent | None:
    id, machine, clock, kind, value = named
    at = foreign.clock(clock)
    if not (isinstance(id, str) and is_machine(str(machine)) and isinstance(kind, str) and isinstance(value, str)):
        return None
    if at is None or not isinstance(packed, bytes) or not isinstance(count, int):
        return None
    try:
        papers = tuple(one for some in _unpacked(packed) for one in some) if count else ()
    except foreign.Refused:
        return None
    return OldEvent(id, str(machine), at, kind, value, tuple(one for one in papers if foreign.paper_id(one)))


def _journal(file: Path) -> tuple[str, list[OldEvent | None]]:
    """The machine of a journal, and its events."""
    machine, events = "", list[OldEvent | None]()
    with suppress(OSError), file.open("rb") as lines:
        while line := lines.readline(_LINE_BYTES):
            fields = foreign.read_json(line, _LINE_BYTES)
            if not isinstance(fields, dict):
                events.append(None)
            elif "owner" in fields:
                machine = str(fields["owner"]) if is_machine(str(fields["owner"])) else machine
            else:
                events.append(_line_event(fields))
    return machine, events


def _line_event(fields: dict[str, object]) -> OldEvent | None:
    packed, listed = fields.get("packed"), fields.get("papers")
    if isinstance(packed, str):
        with suppress(ValueError):
            return _event(_named(fields), b64decode(packed), 1)
        return None
    if not isinstance(listed, list):
        return None
    return _event(_named(fields), zlib.compress("\n".join(map(str, listed)).encode("utf-8", "replace")), len(listed))


def _named(fields: dict[str, object]) -> tuple[object, ...]:
    return tuple(fields.get(name) for name in ("id", "machine", "clock", "kind", "value"))


def _feeds(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    with suppress(sqlite3.Error):
        columns = ("kind", "url", "title", "home", "folder", "added")
        rows = connection.execute(f"SELECT slug, {', '.join(columns)} FROM feed WHERE kind <> 'own' ORDER BY pk")
        return [(slug, json.dumps(dict(zip(columns, rest, strict=True)), ensure_ascii=False)) for slug, *rest in rows]
    return []


def _rows(events: dict[str, OldEvent]) -> list[Row]:
    ordered = sorted(events.values(), key=lambda event: (event.clock, event.id))
    gone = {event.kind.removeprefix("forget:"): event.value for event in ordered if event.kind.startswith("forget:")}
    gone = {machine: value for machine, value in gone.items() if value == "1"}
    by: dict[str, str] = {}
    positions: dict[str, int] = defaultdict(int)
    for event in ordered:
        if event.kind.startswith(AGENT):
            by[_action(event)] = f"{event.kind}:{event.value}"
        elif event.kind.startswith(RULE):
            by.setdefault(_action(event), RULE)
    rows: list[Row] = []
    for event in ordered:
        action = _action(event)
        if event.machine in gone or event.kind.startswith((AGENT, *_REMOVED)):
            continue
        if event.kind in ("undo", "redo"):
            target = events.get(event.value)
            if target is not None:
                rows.append(Row(action, _action(target), UNDO, str(int(event.kind == "undo"))))
            continue
        for paper in event.papers or ("",):
            value = event.value
            if event.kind == QUEUE and value == "1":
                value = first_place(event.clock, positions[action])
                positions[action] += 1
            rows.append(Row(action, paper, event.kind, value, by.get(action, "")))
    return rows


def _action(event: OldEvent) -> str:
    return action_id(event.machine, event.clock)


def _unpacked(packed: bytes) -> Iterator[list[str]]:
    """Packed ids in their order, some thousands at once; raises Refused if they are damaged."""
    unpacker = zlib.decompressobj()
    rest = ""
    try:
        while not unpacker.eof:
            some = unpacker.decompress(packed, _UNPACKED)
            packed = unpacker.unconsumed_tail
            if not some and not unpacker.eof:
                raise foreign.Refused("its papers are cut off")
            lines = (rest + some.decode("ascii")).split("\n")
            rest = lines.pop()
            if len(rest) > _UNPACKED:
                raise foreign.Refused("it names no papers")
            if lines:
                yield lines
    except (zlib.error, UnicodeDecodeError):
        raise foreign.Refused("its papers are damaged") from None
    if unpacker.unused_data:
        raise foreign.Refused("its papers are damaged")
    if rest:
        yield [rest]
