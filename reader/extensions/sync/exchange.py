"""Joins the logs of several machines through a place that they share: a folder, or a PostgreSQL server.

A machine reads the events of others there, and adds its own. The log is a set of events, and states depend only on that
set, so the order, number and transport of these exchanges do not matter. Progress is stored in the cache: if that is
lost, everything is read again.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from reader.api import Events, amount, journal, paths, places, remember, remembered

MOST_EVENTS = 2_000_000
"""Maximum events from one machine."""

MOST_IDS_TOGETHER = 20_000_000
"""Papers of all events of a machine, each counted as often as it is named."""

KEY = "sync:"
"""Begins the keys in `meta`; the folder's path or the server's address follows."""


@dataclass(slots=True)
class Exchanged:
    """The result of an exchange."""

    came: dict[str, int] = field(default_factory=dict)
    """Number of new events by the name of their machine."""
    went: int = 0
    """Number of events that were added to this machine's file."""
    troubles: list[str] = field(default_factory=list)
    """Files of which not all could be read, each with the reason."""
    skipped: list[str] = field(default_factory=list)
    """What has a name as such a file and is none."""
    is_first: bool = False
    """Whether this machine had never looked at this folder."""
    is_new_machine: bool = False
    """Whether this machine took a new id, because another one uses the old one."""
    notes: list[str] = field(default_factory=list)
    """Ids of papers whose note here was replaced by another machine's."""
    is_emptied: bool = False
    """Whether the folder had files of other machines, and has none at all now."""


@dataclass(slots=True)
class KnownFile:
    """What was read of a file, or of a server, when it was last looked at."""

    size: int = 0
    time: int = 0
    """When it was changed, in nanoseconds since 1970."""
    place: int = 0
    """Everything before this byte was understood; the next look continues here."""
    tail: int = 0
    """The checksum of the bytes before the place."""
    lines: int = 0
    """Number of lines before the place."""
    machine: str = ""
    name: str = ""
    events: int = 0
    came: int = 0
    """Number of them that were new here when it last brought any."""
    seen: str = ""
    """When a change of it was last noticed (ISO)."""
    trouble: str = ""
    """Why not all of it could be read."""
    papers: int = 0
    """Number of papers of its events, each counted as often as it is named."""
    refused: int = 0
    """Number of its events that are over a machine's budget."""
    budget: str = ""
    """Which budget that is."""
    reader: str = ""
    """The program that read it."""
    clashes: int = 0
    """Number of its events that have the id of another event."""

    @property
    def is_outdated(self) -> bool:
        """Whether an older program read it, which could not read or take all of it."""
        return bool(self.said) and self.reader != journal.READER

    @property
    def said(self) -> str:
        """What was not taken from it, and why; empty if all was."""
        over = f"{amount(self.refused, 'event')} refused (over the budget of {self.budget})" if self.refused else ""
        return "; ".join(filter(None, (self.unread, over)))

    @property
    def unread(self) -> str:
        """The same without what is over a budget."""
        clashes = f"{amount(self.clashes, 'event')} refused (id already in use)" if self.clashes else ""
        return "; ".join(filter(None, (self.trouble, clashes)))


@dataclass(slots=True)
class Memory:
    """What is known of a place."""

    changed: str = ""
    """When something last came or went (ISO)."""
    written: int = 0
    """The number of the last event in the table that its file has, or need not have."""
    own: str = ""
    """The machine's id when it last wrote its file."""
    files: dict[str, KnownFile] = field(default_factory=dict)
    """The files by their names, this machine's own too; of a server, one with the name of its channel."""
    names: dict[str, str] = field(default_factory=dict)
    """The names of machines by id, also of those whose files are gone."""
    forgotten: list[str] = field(default_factory=list)
    """The machines that were forgotten then: once they are others, all files are read, and the own one rewritten."""

    def expect(self, out: Collection[str]) -> bool:
        """Forget what was read if other machines are forgotten by now; return whether that is so."""
        if sorted(out) == self.forgotten:
            return False
        for name, one in self.files.items():
            if one.machine != self.own:
                self.files[name] = KnownFile(-1, machine=one.machine, name=one.name, seen=one.seen, came=one.came)
        self.forgotten, self.written = sorted(out), 0
        return True


OnProgress = Callable[[int, int], None]
"""Called with the number of papers that are done, and of all."""


class Place(Protocol):
    """Where machines meet."""

    @property
    def key(self) -> str:
        """What it is remembered by."""

    def exchange(self, look: PlaceLook) -> None:
        """Take in what others have done, and let them have what was done here; raises CacheError."""


class PlaceLook:
    """One look at a place: what is known of it, and what comes."""

    def __init__(self, events: Events, known: Memory, name: str, progress: OnProgress, result: Exchanged) -> None:
        self.events, self.known, self.name, self.progress, self.result = events, known, name, progress, result
        self.out = events.forgotten()
        """The machines that are forgotten."""
        self.is_otherwise = known.expect(self.out)
        """Whether others were at the last look."""
        self.before = replace(known, files=dict(known.files))
        self.went = 0
        """Number of events that no other machine had put there."""
        result.troubles, result.skipped = [], []

    def unsent(self, most: int, is_there: Callable[[journal.Entry], bool]) -> Iterator[list[journal.Entry]]:
        """The events since the last look that are to leave, some at a time; not those that are there already."""
        while some := self.events.leaving(self.known.written, most):
            self.known.written = some[-1][0]
            if found := [entry for _, entry in some if entry is not None and not is_there(entry)]:
                self.went += len(found)
                yield found

    def save(self, place: Place, now: str = "") -> None:
        """Remember what is known of the place, if it is more than before."""
        if self.known != self.before or self.is_otherwise:
            self.known.changed = now or self.known.changed
            self.events.read(lambda one: save(one, place.key, self.known))


def exchange(
    events: Events, cache: Path, place: Place, name: str, *, progress: OnProgress = lambda _done, _total: None
) -> Exchanged:
    """Take in what other machines have done, and let them have what was done here under the machine's `name`.

    Raises CacheError if the place can't be used; what was taken in before stays.
    """
    with places.alone(paths.sync_lock(cache)):
        known = events.read(lambda one: load(one, place.key))
        result = Exchanged(is_first=not known.own)
        while True:
            place.exchange(PlaceLook(events, known, name, progress, result))
            # What came may say that a machine is forgotten.
            if sorted(events.forgotten()) == known.forgotten:
                break
    return result


def writer_of(name: str, machine: str) -> str:
    """The machine that writes a file of this name: the name says it, else the file's first line did."""
    found = _NAMED.match(name.lower())
    return found[1] if found else machine


_NAMED = re.compile(places.MACHINE_FILE.partition("{")[0] + r"([0-9a-f]{12})\b")


def now() -> str:
    """The time as it is remembered."""
    return datetime.now(UTC).isoformat(timespec="seconds")


# What is remembered


def load(connection: sqlite3.Connection, place: str) -> Memory:
    """What is remembered of a place; nothing if it is damaged, and all is then read again."""
    return _memory(remembered(connection, KEY).get(_key(place), "{}"))


def latest_place(connection: sqlite3.Connection) -> str | None:
    """The place through which something came or went last; None if there is none."""
    found = {key: _memory(text).changed for key, text in remembered(connection, KEY).items()}
    key = max(found, key=lambda one: found[one], default=None)
    return None if key is None else _ESCAPED.sub(lambda byte: chr(int(byte[1], 16)), key.removeprefix(KEY))


def machines(connection: sqlite3.Connection) -> dict[str, str]:
    """The names of all machines that are known, by their ids; empty where none was said."""
    found = {machine: "" for (machine,) in connection.execute("SELECT DISTINCT machine FROM event")}
    for text in remembered(connection, KEY).values():
        found |= _memory(text).names
    return found


def save(connection: sqlite3.Connection, place: str, memory: Memory) -> None:
    """Remember a place."""
    remember(connection, _key(place), json.dumps(asdict(memory)))


def _memory(text: str) -> Memory:
    try:
        said = json.loads(text)
        files = {str(name): KnownFile(**_fields(KnownFile, one)) for name, one in said.get("files", {}).items()}
        names = dict(said.get("names", {}))
        for name, one in files.items():
            if places.is_machine_file(name) and (machine := writer_of(name, one.machine)):
                names[machine] = one.name or names.get(machine, "")
        return Memory(**_fields(Memory, said) | {"files": files, "names": names})
    except (ValueError, TypeError, AttributeError):
        return Memory()


def _fields(kind: type, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the fields of a kind: another version of the program may have others."""
    return {one.name: said[one.name] for one in fields(kind) if one.name in said}


_ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")


def _key(place: str) -> str:
    """The key of a place; a byte of its name that is no UTF-8 is escaped, since SQLite takes no half of a letter."""
    return KEY + place.encode("utf-8", "backslashreplace").decode()
