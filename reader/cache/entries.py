"""Syncs the user's lists in the settings file with the events about their entries, both ways.

The user's edits of the file, by hand or by a command, become events: the file is compared with its last synced state,
which `meta` holds. Events of other machines and undone events become edits of the file. A step holds the cache's write
lock, so a killed program leaves nothing half done: the next step writes what is missing in the file.

A list with a mistake, or a missing file, is neither read nor written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from reader import config, settings_reader
from reader.cache import meta
from reader.cache.marks.derived import ENTRIES_DUE
from reader.cache.marks.event_log import NOBODY, EventLog, Marking, UserAction
from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry as Line
from reader.core.errors import ConfigError
from reader.core.marks import ENTRY, HERE
from reader.core.settings.entries import (
    LISTS,
    MOST,
    NOUNS,
    TABLES,
    Change,
    Entry,
    Log,
    adopted,
    can_hold,
    changed,
    event_value,
    fold,
    listed,
    with_list,
)
from reader.core.settings.tables import read_entry
from reader.core.settings.types import InvalidValue

NOBODYS = "0" * 12
"""The machine of events about entries older than all events: equal entries make equal events everywhere."""

KNOWN = "entries"
"""The key in `meta` of the last synced state, as JSON."""


@dataclass(slots=True)
class Step:
    """The result of a step."""

    action: UserAction | None = None
    """The user's edits that became events."""
    taken: list[str] = field(default_factory=list)
    """Names of settings that the file took from events."""
    refused: list[str] = field(default_factory=list)
    """Why something could not be synced, in sentences."""


@dataclass(slots=True)
class _Known:
    """The last synced state."""

    prefix: str = ""
    """The prefix of the kinds of events then in use."""
    stamp: list[int] = field(default_factory=list)
    """The file's time and size."""
    lists: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)


def prefix_in_force(connection: sqlite3.Connection) -> str:
    """The prefix of the events that the file follows: synced or local ones."""
    return _load(connection).prefix or HERE


def is_due(connection: sqlite3.Connection, file: Path) -> bool:
    """Whether the file or the log changed since the last step."""
    known = _load(connection)
    return meta.get(connection, ENTRIES_DUE) is not None or _stamp(file) != known.stamp


def keep_in_step(events: Events, file: Path) -> Step:
    """Sync the file and the log; raises CacheError if the cache is read-only."""
    if not events.read(lambda connection: is_due(connection, file)):
        return Step()
    with events.deciding() as log:
        return events.read(lambda connection: _Stepping(connection, log, file).run())


class _Stepping:
    def __init__(self, connection: sqlite3.Connection, log: EventLog, file: Path) -> None:
        self._connection = connection
        self._log = log
        self._file = file
        self._known = _load(connection)
        self._step = Step()
        self._has_added = False

    def run(self) -> Step:
        stamp = _stamp(self._file)
        try:
            text = settings_reader.read_text(self._file)
        except ConfigError as error:
            return self._give_up(stamp, str(error))
        if not stamp:
            # A missing file does not mean that the user removed everything.
            return self._give_up(stamp, "")
        loaded = settings_reader.load_text(self._file, text)
        settings = loaded.settings
        prefix = ENTRY if settings.sync_settings else HERE
        broken = {one.key.partition(".")[0] for one in loaded.mistakes if one.line or one.key}
        if "" in broken:
            return self._give_up(stamp, f"{self._file} has mistakes, so its lists stay as they are:"
                                        " 'dailypapers config check'.")  # fmt: skip
        before = self._known.lists.get(prefix, {})
        log = fold(_events(self._connection, prefix))
        now: dict[str, list[Entry]] = {}
        markings: list[Marking] = []
        for table in LISTS:
            values = _values(settings, table)
            if table in broken or not all(can_hold(table, one) for one in values):
                self._step.refused.append(
                    f"The {table} in {self._file} have a mistake or are too long, so they were left unchanged; "
                    "'dailypapers config check' says where."
                )
                continue
            now[table], said = self._compare(prefix, log, table, before.get(table), values)
            markings += [Marking(f"{prefix}{table}:{id}", event_value(one)) for id, one in said]
        if markings:
            self._has_added = True
            recorded = self._log.record_together(markings)
            for event in recorded:
                self._log.finish(event)
            self._step.action = UserAction(tuple(recorded))
        if self._has_added:
            log = fold(_events(self._connection, prefix))
        after, text = self._brought(log, now, text)
        is_written = not self._step.taken or self._write(text, stamp)
        if not is_written:
            self._step.taken, after = [], now
        self._known.prefix, self._known.stamp = prefix, _stamp(self._file) if self._step.taken else stamp
        self._known.lists[prefix] = before | after
        self._save(is_done=is_written)
        return self._step

    def _give_up(self, stamp: list[int], reason: str) -> Step:
        if reason:
            self._step.refused.append(reason)
        self._known.stamp = stamp
        self._save(is_done=True)
        return self._step

    def _compare(
        self, prefix: str, log: Log, table: str, before: Sequence[Entry] | None, values: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Entry], list[Change]]:
        """The file's entries with their identities, and the user's changes."""
        if before is not None:
            return changed(table, before, values, log)
        entries, old, new = adopted(table, values, log)
        for name, said in old:
            kind, value = f"{prefix}{table}:{name}", event_value(said)
            id = sha256(f"{kind}\n{value}".encode()).hexdigest()[:24]
            if self._log.add([Line(id, NOBODYS, 0, 1, kind, value, 0, NOBODY)]):
                self._has_added = True
                self._connection.execute("UPDATE event SET applied = 1 WHERE id = ?", (id,))
        return entries, new

    def _brought(self, log: Log, now: Mapping[str, list[Entry]], text: str) -> tuple[dict[str, list[Entry]], str]:
        """The entries from the log, and the file's text with them."""
        after: dict[str, list[Entry]] = {}
        for table, have in now.items():
            want = self._usable(table, have, listed(table, log))
            after[table] = want
            if want == have:
                continue
            try:
                new = with_list(text, table, have, want)
                if _values(settings_reader.load_text(self._file, new).settings, table) != [one.values for one in want]:
                    raise ValueError(table)
            except ValueError:
                self._step.refused.append(
                    f"{table} can't be changed in {self._file} as it is written: 'dailypapers config edit' opens it."
                )
                after[table] = have
                continue
            text = new
            self._step.taken.append(table)
        return after, text

    def _usable(self, table: str, have: Sequence[Entry], want: Sequence[Entry]) -> list[Entry]:
        """The entries valid for this program; an invalid one stays as in the file."""
        before = {one.id: one for one in have}
        found: list[Entry] = []
        room, left = MOST[table] - len(have), 0
        for one in want:
            if one.id not in before:
                room -= 1
                if room < 0:
                    left += 1
                    continue
            try:
                _check(table, one.values)
                found.append(one)
            except InvalidValue as unfit:
                name = str(one.values.get("name", ""))
                self._step.refused.append(
                    f"{NOUNS[table]} {name} could not be taken over: it {unfit}.".replace("  ", " ")
                )
                if one.id in before:
                    found.append(before[one.id])
        if left:
            self._step.refused.append(
                f"{left:,} of {table} could not be taken over: the limit is {MOST[table]:,}. 'dailypapers sync "
                "--status' shows which machine sent many, and 'sync forget' removes them."
            )
        return found

    def _write(self, text: str, stamp: list[int]) -> bool:
        if _stamp(self._file) != stamp:
            # Another program has just written it; the next step reads that first.
            return False
        try:
            settings_reader.write_text(self._file, text)
        except ConfigError as error:
            self._step.refused.append(str(error))
            return False
        return True

    def _save(self, *, is_done: bool) -> None:
        known = {"prefix": self._known.prefix, "stamp": self._known.stamp, "lists": self._known.lists}
        meta.put(self._connection, KNOWN, json.dumps(known))
        if is_done:
            meta.drop(self._connection, ENTRIES_DUE)


def _values(settings: config.Settings, table: str) -> list[dict[str, Any]]:
    """The entries of a list in the file; duplicate texts count once."""
    found = getattr(settings, table)
    if table not in TABLES:
        return [{"text": one} for one in dict.fromkeys(found)]
    return [{name: list(one) if isinstance(one, tuple) else one for name, one in asdict(entry).items()}
            for entry in found]  # fmt: skip


def _check(table: str, values: Mapping[str, Any]) -> None:
    if table not in TABLES:
        config.SETTING_TYPES[table].check([values["text"]])
        return
    for _, unfit in read_entry(table, values)[1]:
        raise unfit


def _events(connection: sqlite3.Connection, prefix: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        f"SELECT kind, value FROM event WHERE kind GLOB '{prefix}*' AND undone = 0 ORDER BY clock, id"
    )
    return rows.fetchall()


def _load(connection: sqlite3.Connection) -> _Known:
    kept = meta.get(connection, KNOWN)
    if kept is None:
        return _Known()
    said = json.loads(kept)
    lists = {
        prefix: {table: [Entry(id, values) for id, values in some] for table, some in tables.items()}
        for prefix, tables in said["lists"].items()
    }
    return _Known(said["prefix"], said["stamp"], lists)


def _stamp(file: Path) -> list[int]:
    """The file's time and size; empty if it is missing."""
    try:
        found = file.stat()
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]
