"""The place where the members of a group put their statements: a folder, or a PostgreSQL server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from reader.cache.places import Server, has_password, is_server, shown
from reader.core.errors import UsageError
from reader.core.text import clean

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


class Place(Protocol):
    """What has the slots. Its methods raise CacheError if it can't be used."""

    @property
    def server(self) -> Server | None:
        """The server, which tells at once that something has come; a folder has to be looked at."""

    def group(self) -> str:
        """The id of the group; raises CacheError if there is none."""

    def begin(self, group: str) -> None:
        """Make it the place of a group; raises CacheError if it has one."""

    def slots(self) -> Sequence[Slot]:
        """All slots, at most MOST_SLOTS."""

    def read(self, slot: str) -> bytes:
        """The first MOST_BYTES of what is in a slot; raises ValueError with the reason if it can't be read."""

    def put(self, slot: str, data: bytes, without: Sequence[str]) -> str:
        """Replace what is in a slot, whole or not at all, and empty others; return the slot's stamp."""


def shown_place(place: str) -> str:
    """A folder, or the address of a server without a password."""
    return shown(place) if is_server(place) else clean(place)


def shared_place(named: str, start: Path) -> str:
    """The folder that is named, as an absolute path, or the address of a server; raises UsageError."""
    if not is_server(named):
        return str(start.absolute() / Path(named).expanduser())
    if has_password(named):
        raise UsageError(
            "Leave the password out of the address, where other programs see it: put it into ~/.pgpass or PGPASSWORD."
        )
    return named
