"""What a machine remembers of the folders that it shares, in the cache: if the cache is lost, all is read again."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from reader.cache import connections
from reader.cache.sync.machine_file import Known, peer_of
from reader.core.foreign import is_machine

KEY = "sync:"
"""Begins the keys in `meta`; the folder's path follows."""


@dataclass(slots=True)
class Memory:
    """What is known of a folder."""

    changed: str = ""
    """When something last came or went (ISO)."""
    written: int = 0
    """The number of the last event in the table that its file has, or need not have."""
    own: str = ""
    """The machine's id when it last wrote its file."""
    files: dict[str, Known] = field(default_factory=dict)
    """The files by their names, this machine's own too."""
    forgotten: list[str] = field(default_factory=list)
    """The machines that were forgotten then: once they are others, all files are read, and the own one written anew."""

    def expect(self, out: Collection[str]) -> bool:
        """Forget what was read if other machines are forgotten by now; return whether that is so."""
        if sorted(out) == self.forgotten:
            return False
        for name, one in self.files.items():
            if one.machine != self.own:
                self.files[name] = Known(-1, machine=one.machine, name=one.name, seen=one.seen, came=one.came)
        self.forgotten, self.written = sorted(out), 0
        return True


_ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")


def _key(folder: str) -> str:
    """The key of a folder; a byte of its name that is no UTF-8 is escaped, since SQLite takes no half of a letter."""
    return KEY + folder.encode("utf-8", "backslashreplace").decode()


def load(connection: sqlite3.Connection, folder: str) -> Memory:
    """What is remembered of a folder; nothing if it is damaged, and all is then read again."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_key(folder),)).fetchone()
    try:
        said: dict[str, Any] = json.loads(row[0]) if row else {}
        files = {str(name): _known(one) for name, one in said.get("files", {}).items()}
        rest = {name: said[name] for name in ("changed", "written", "own", "forgotten") if name in said}
        return Memory(**rest, files=files)
    except (ValueError, TypeError, AttributeError):
        return Memory()


def latest_folder(connection: sqlite3.Connection) -> str | None:
    """The folder through which something came or went last; None if there is none."""
    rows = connection.execute("SELECT key FROM meta WHERE key GLOB ?", (f"{KEY}*",))
    folders = [_ESCAPED.sub(lambda byte: chr(int(byte[1], 16)), str(key).removeprefix(KEY)) for (key,) in rows]
    return max(folders, key=lambda folder: load(connection, folder).changed, default=None)


def machines(connection: sqlite3.Connection) -> dict[str, str]:
    """The names of all machines that are known, by their ids; empty where none was said."""
    found = {machine: "" for (machine,) in connection.execute("SELECT DISTINCT machine FROM event")}
    keys = connection.execute("SELECT key FROM meta WHERE key GLOB ?", (f"{KEY}*",)).fetchall()
    for (key,) in keys:
        for name, one in load(connection, str(key).removeprefix(KEY)).files.items():
            machine = peer_of(name, one.machine)
            if is_machine(machine):
                found[machine] = one.name or found.get(machine, "")
    return found


def _known(said: Mapping[str, Any]) -> Known:
    return Known(**{one.name: said[one.name] for one in fields(Known) if one.name in said})


def save(connection: sqlite3.Connection, folder: str, memory: Memory) -> None:
    """Remember a folder."""
    with connections.transaction(connection):
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_key(folder), json.dumps(asdict(memory))),
        )
