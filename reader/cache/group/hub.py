"""A PostgreSQL server as a group's place: each machine of a member has a row.

Whoever may use its tables may write any row, so each is as foreign as a file in a shared folder: how many there are and
how large is asked first, and who wrote one is told by its signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from reader.cache.group.place import MOST_SLOTS, Slot
from reader.cache.places import Server
from reader.core.errors import CacheError
from reader.core.group import MOST_BYTES
from reader.core.text import clean

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
    """The tables of a group on a server."""

    def __init__(self, server: Server, name: str) -> None:
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
                raise CacheError(f"{self._name} has a group already: 'dailypapers group join' is for it.")
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
