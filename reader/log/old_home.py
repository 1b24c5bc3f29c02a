"""Reads the user's marks of releases before 0.3.0: the table `event` of the cache, and the journal beside it.

An old event has a compressed list of papers, and is undone by another event that refers to its id. Here it becomes
one row for each paper; the events of one action shared a machine and a clock, which are the action's id. The
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
from reader.core.marks import AGENT, FOLLOW, QUEUE, RULE, UNDO, WATCH, first_place
from reader.core.settings.standing import watch_query
from reader.database import connections
from reader.log.rows import Row, action_id
from reader.paths import old_journal

_UNPACKED_BYTES = 1 << 26
"""Maximum bytes of the ids of an event, about five million papers."""

_LINE_BYTES = 1 << 26
"""Maximum bytes of a line of the journal."""

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
    """The user's marks in an old home."""

    machine: str
    """The id of this machine; empty if none was found."""
    rows: list[Row]


def is_old(cache: Path) -> bool:
    """Whether the cache at a path or the journal beside it has marks of an older release."""
    return old_journal(cache).exists() or _has_events(cache)


def read_old_home(cache: Path) -> OldHome:
    """All marks of an old home, from both its cache and its journal, as either may be damaged."""
    machine, feeds, events = "", list[tuple[str, str]](), dict[str, OldEvent]()
    if _has_events(cache):
        with suppress(sqlite3.Error), closing(_open_old(cache)) as connection:
            machine, feeds = _machine(connection), _feeds(connection)
            for *named, packed, count in connection.execute(
                "SELECT id, machine, clock, kind, value, papers, count FROM event NOT INDEXED ORDER BY rowid"
            ):
                if event := _event(named, _unpack_ids(packed) if count else []):
                    events.setdefault(event.id, event)
    for fields in _journal(old_journal(cache)):
        machine = machine or (owner if foreign.is_machine(owner := str(fields.get("owner"))) else "")
        if event := _event([fields.get(name) for name in OldEvent._fields[:5]], _named_papers(fields)):
            events.setdefault(event.id, event)
    rows = _rows(events)
    followed = {row.kind for row in rows if row.kind.startswith(FOLLOW)}
    # The first releases followed feeds without an event.
    rows += [
        Row(action_id(machine, 1), "", f"{FOLLOW}{slug}", value)
        for slug, value in feeds
        if machine and f"{FOLLOW}{slug}" not in followed
    ]
    return OldHome(machine, rows)


def _has_events(file: Path) -> bool:
    if not file.is_file() or not file.stat().st_size:
        return False
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(_open_old(file)) as connection:
        return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'event'").fetchone() is not None
    return False


def _open_old(file: Path) -> sqlite3.Connection:
    """Open an old cache, which may be damaged, for reading."""
    try:
        connection = connections.connect(file, query_only=True)
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
    except sqlite3.DatabaseError:
        return connections.connect_frozen(file)
    return connection


def _machine(connection: sqlite3.Connection) -> str:
    with suppress(sqlite3.Error):
        row = connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone()
        if row is not None and foreign.is_machine(str(row[0])):
            return str(row[0])
    return ""


def _event(named: Iterable[object], papers: Iterable[str] | None) -> OldEvent | None:
    """The event of the values of its first five fields; None if a value is damaged."""
    id, machine, clock, kind, value = named
    at = foreign.clock(clock)
    if not (isinstance(id, str) and foreign.is_machine(machine) and isinstance(kind, str) and isinstance(value, str)):
        return None
    if at is None or papers is None:
        return None
    return OldEvent(id, str(machine), at, kind, value, tuple(id for id in papers if foreign.paper_id(id)))


def _journal(file: Path) -> Iterator[dict[str, object]]:
    """The lines of a journal that are objects."""
    with suppress(OSError), file.open("rb") as lines:
        while line := lines.readline(_LINE_BYTES):
            fields = foreign.read_json(line, _LINE_BYTES)
            if isinstance(fields, dict):
                yield fields


def _named_papers(fields: dict[str, object]) -> Iterable[str] | None:
    packed, listed = fields.get("packed"), fields.get("papers")
    if isinstance(packed, str):
        with suppress(ValueError):
            return _unpack_ids(b64decode(packed))
        return None
    return [id for id in listed if isinstance(id, str)] if isinstance(listed, list) else None


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
        kind, content = event.kind, event.value
        if kind.startswith(WATCH):
            kind, content = watch_query(kind, content) or (kind, content)
        for paper in event.papers or ("",):
            value = content
            if kind == QUEUE and value == "1":
                value = first_place(event.clock, positions[action])
                positions[action] += 1
            rows.append(Row(action, paper, kind, value, by.get(action, "")))
    return rows


def _action(event: OldEvent) -> str:
    return action_id(event.machine, event.clock)


def _unpack_ids(packed: object) -> list[str] | None:
    """Packed ids in their order; None if they are damaged."""
    unpacker = zlib.decompressobj()
    with suppress(zlib.error, UnicodeDecodeError, TypeError):
        text = unpacker.decompress(packed, _UNPACKED_BYTES).decode("ascii")  # type: ignore[arg-type]
        return text.split("\n") if unpacker.eof and not unpacker.unused_data else None
    return None
