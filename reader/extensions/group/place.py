"""Where the people of a group put their statements: a folder, or a PostgreSQL server. Each machine has a slot.

Anyone with access may write any slot, so each is untrusted: number and size are checked first, and the signature
identifies the writer.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from reader.api import CacheError, clean, paths, places
from reader.extensions.group.statement import MOST_BYTES

SLOT = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")
"""The name of a slot: the beginning of the member's key, and the machine that writes it."""

MOST_SLOTS = 1_000
"""Slots of a place that are looked at."""


class Slot(NamedTuple):
    """Where one machine of a member puts its statement."""

    name: str
    stamp: str
    """Another one once something else is in it."""
    size: int
    """Number of bytes."""
    label: str
    """What people find it by."""


# A folder

PREFIX, ENDING = "member-", ".signed.jsonl"


class GroupFolder:
    """A folder: each machine of a member writes a file, whole or not at all."""

    server = None
    channel = ""
    """A folder has to be looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def group(self) -> str:
        """The id of the group; raises CacheError if there is none."""
        path = self._path
        try:
            group = json.loads(paths.read_start(path / places.GROUP_FILE, 10_000))["group"]
        except FileNotFoundError:
            if not path.is_dir():
                raise CacheError(f"The folder {path} is missing. Connect or mount it, and try again.") from None
            raise CacheError(
                f"{path} has no group. If its disk is not mounted, mount it; 'dailypapers group create' makes a group."
            ) from None
        except OSError as error:
            raise places.unusable(path, error) from error
        except (ValueError, KeyError, TypeError, RecursionError):
            group = None
        if not isinstance(group, str) or not group:
            raise CacheError(
                f"{path / places.GROUP_FILE} is damaged. Have the program that syncs the folder send it again."
            )
        return group

    def begin(self, group: str) -> None:
        """Make it the place of a group; raises CacheError if it has one."""
        with self._used():
            if not self._path.is_dir():
                raise CacheError(f"The folder {self._path} is missing. Connect or mount it, or make it with mkdir.")
            if (self._path / places.GROUP_FILE).exists():
                raise CacheError(f"{self._path} already has a group: 'dailypapers group join' joins it.")
            if any(places.is_machine_file(one.name) for one in self._path.iterdir()):
                raise CacheError(
                    f"{self._path} holds all marks of the machines that sync through it, and members of a group "
                    "would see them. Name another folder."
                )
            places.replace_shared(self._path / places.GROUP_FILE, json.dumps({"v": 1, "group": group}).encode() + b"\n")

    def slots(self) -> Sequence[Slot]:
        """The files of members, also the copies that programs make of two versions."""
        with self._used(), os.scandir(self._path) as entries:
            found = sorted(one.name for one in entries if one.name.startswith(PREFIX) and one.name.endswith(ENDING))
        return [slot for name in found[:MOST_SLOTS] if (slot := self._slot(name)) is not None]

    def _slot(self, name: str) -> Slot | None:
        try:
            status = (self._path / name).stat()
        except OSError:
            return None
        stamp = f"{status.st_size} {status.st_mtime_ns}"
        return Slot(name.removeprefix(PREFIX).removesuffix(ENDING), stamp, status.st_size, name)

    def read(self, slot: str) -> bytes:
        """What is in a file; raises ValueError with the reason if it can't be read."""
        try:
            return paths.read_start(self._file(slot), MOST_BYTES)
        except OSError as error:
            raise ValueError(f"it can't be read: {error.strerror}") from error

    def put(self, slot: str, data: bytes, without: Sequence[str]) -> str:
        """Replace a file, and remove others; return its stamp."""
        with self._used():
            places.replace_shared(self._file(slot), data)
            for other in without:
                with suppress(OSError):
                    self._file(other).unlink()
            found = self._slot(self._file(slot).name)
        return found.stamp if found is not None else ""

    def _file(self, slot: str) -> Path:
        return self._path / f"{PREFIX}{slot}{ENDING}"

    @contextmanager
    def _used(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise places.unusable(self._path, error) from error


# A server

CHANNEL = "dailypapers_group"
"""What listeners hear of; the slot that has changed is named."""

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS dailypapers_group (id text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS dailypapers_member ("
    "slot text PRIMARY KEY, statement bytea NOT NULL, came timestamptz NOT NULL DEFAULT now())",
)

_STAMP = "xmin::text || ' ' || ctid::text"
"""The system's own columns, which are others after every change, whoever makes it."""


class HubPlace:
    """The tables of a group on a server: each machine of a member has a row."""

    channel = CHANNEL

    def __init__(self, server: places.Server, name: str) -> None:
        self.server = server
        self._name = name

    def group(self) -> str:
        """The id of the group; raises CacheError if there is none."""
        found = self._group()
        if found is None:
            raise CacheError(f"{self._name} has no group: 'dailypapers group create' makes one.")
        return found

    def _group(self) -> str | None:
        if not self.server.has_table("dailypapers_group"):
            return None
        rows = self.server.rows("SELECT left(id, 100) FROM dailypapers_group LIMIT 1")
        return str(rows[0][0]) if rows else None

    def begin(self, group: str) -> None:
        """Make the tables; raises CacheError if there is a group."""
        with self.server.turn():
            if self._group() is not None:
                raise CacheError(f"{self._name} already has a group: 'dailypapers group join' joins it.")
            for statement in _SCHEMA:
                self.server.run(statement)
            self.server.run("INSERT INTO dailypapers_group VALUES (%s)", group)

    def slots(self) -> Sequence[Slot]:
        """The rows, without what is in them."""
        ask = f"SELECT left(slot, 100), {_STAMP}, octet_length(statement) FROM dailypapers_member ORDER BY 1 LIMIT %s"
        rows = self.server.rows(ask, MOST_SLOTS)
        return [Slot(str(name), str(stamp), int(size), f"row {clean(str(name), 40)}") for name, stamp, size in rows]

    def read(self, slot: str) -> bytes:
        """What is in a row; raises ValueError with the reason if it is gone or no bytes."""
        rows = self.server.rows(
            "SELECT substr(statement, 1, %s) FROM dailypapers_member WHERE slot = %s", MOST_BYTES, slot
        )
        if not rows or not isinstance(rows[0][0], bytes):
            raise ValueError("it has no statement")
        return rows[0][0]

    def put(self, slot: str, data: bytes, without: Sequence[str]) -> str:
        """Replace a row, remove others, and tell all that listen; return the row's stamp."""
        with self.server.turn():
            rows = self.server.rows(
                "INSERT INTO dailypapers_member (slot, statement) VALUES (%s, %s) ON CONFLICT (slot) DO UPDATE"
                f" SET statement = excluded.statement, came = now() RETURNING {_STAMP}",
                *(slot, data),
            )
            self.server.run("DELETE FROM dailypapers_member WHERE slot = ANY(%s)", list(without))
            self.server.tell(CHANNEL, slot)
        return str(rows[0][0])


Place = GroupFolder | HubPlace
"""Its methods raise CacheError if it can't be used."""


@contextmanager
def open_place(address: str) -> Iterator[Place]:
    """A folder, or a server that is connected; raises CacheError also for what fails while it is used."""
    if not places.is_server(address):
        yield GroupFolder(Path(address))
        return
    with places.open_server(address) as server:
        yield HubPlace(server, places.shown_place(address))
