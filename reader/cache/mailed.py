"""What the user's machines have mailed: each says so in the log, so that no other one mails the same.

A mail is an event of the kind `mailed:`, with a hash of the mail's id and the place of a part of its news. Its value is
a hash of whom it is for and with which query, and then the keys of the news, a line each; so no address leaves the
machine. It is recorded before the mail leaves; if the server refuses the mail, an empty value takes it back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from reader.cache.marks.derived import MAILED
from reader.cache.marks.events import Events
from reader.core.foreign import FURTHEST

PART = 1_000
"""Keys of an event: a value has at most 100,000 characters."""

AWAY = timedelta(days=60)
"""After so long without a mark, a machine has no turn."""


class Mailings(NamedTuple):
    """What other machines have mailed for the same."""

    keys: frozenset[str] = frozenset()
    last: datetime | None = None


def record_mailing(events: Events, id: str, name: str, keys: Sequence[str]) -> None:
    """Let the other machines know that the mail `id` is about to leave; `name` says to whom, and for what."""
    starts = range(0, len(keys), PART)
    events.record_plain({f"{MAILED}{_hash(id)}:{at}": "\n".join((_hash(name), *keys[at : at + PART])) for at in starts})


def take_back_mailing(events: Events, id: str) -> None:
    """Let them know that it has not left."""
    mine = "SELECT DISTINCT kind FROM event WHERE kind GLOB ? AND machine = ?"
    values = (f"{MAILED}{_hash(id)}:*", events.machine())
    kinds = events.read(lambda connection: connection.execute(mine, values).fetchall())
    events.record_plain({kind: "" for (kind,) in kinds})


def mailed_elsewhere(connection: sqlite3.Connection, name: str) -> Mailings:
    """What other machines have mailed to the same, or may have."""
    others = (
        f"SELECT kind, machine, value, clock FROM event WHERE kind LIKE '{MAILED}%'"
        " AND machine IS NOT (SELECT value FROM meta WHERE key = 'machine') ORDER BY clock, id"
    )
    newest = {(kind, machine): (value, clock) for kind, machine, value, clock in connection.execute(others)}
    keys, last = set[str](), 0
    for value, clock in newest.values():
        hash, *found = value.split("\n")
        if hash == _hash(name):
            keys.update(found)
            last = max(last, clock)
    return Mailings(frozenset(keys), datetime.fromtimestamp(min(last, FURTHEST) / 1000, UTC) if last else None)


def turn(connection: sqlite3.Connection) -> int | None:
    """How many machines mail before this one, if all mail at the same time; None if it is the only one.

    They go by their first marks, which all see alike; a new machine is the last.
    """
    (own,) = connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone() or (None,)
    lately = int((datetime.now(UTC) - AWAY).timestamp() * 1000)
    marked = (
        "SELECT machine FROM event WHERE number > 0 GROUP BY machine HAVING max(clock) > ? ORDER BY min(clock), machine"
    )
    machines = [machine for (machine,) in connection.execute(marked, (lately,))]
    if not set(machines) - {own}:
        return None
    return machines.index(own) if own in machines else len(machines)


def _hash(name: str) -> str:
    return sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
