"""Forgotten machines and members: an event `forget:WHO` says so, and the log stays unchanged.

WHO is a machine or, for a group, a person's key. The value is `1`, or `0` to restore the marks. The events of a
forgotten machine stay in the log, so that this can be undone, but have no effect: `undone` has the bit `FORGOTTEN`. The
same holds for events of others from its file, unless another file has them, too.

All machines see the same events, so they forget the same. The newest one about a machine decides. Events of a forgotten
machine do not count, so of two machines that forget each other, the last one wins. No machine forgets itself, so its
own marks stay there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from reader.cache import meta
from reader.core.foreign import FURTHEST
from reader.core.marks import FORGET

FORGOTTEN = 2
"""The bit of `undone` that forgetting sets; the lowest bit is that of undo."""

_OF = "kind GLOB 'forget:*'"
"""As the index has it."""


def forgotten(connection: sqlite3.Connection) -> frozenset[str]:
    """The machines and keys whose marks are taken back."""
    own = meta.get(connection, "machine") or ""
    said: dict[str, bool] = {}
    rows = connection.execute(f"SELECT kind, value, machine FROM event WHERE {_OF} ORDER BY clock DESC, id DESC")
    for kind, value, machine in rows:
        who = kind.removeprefix(FORGET)
        if machine != who and (machine == own or not said.get(machine)):
            said.setdefault(who, value == "1")
    return frozenset(who for who, is_forgotten in said.items() if is_forgotten and who != own)


def count_forgets(connection: sqlite3.Connection) -> int:
    """Number of the events that forget somebody, or take that back."""
    (count,) = connection.execute(f"SELECT count(*) FROM event WHERE {_OF}").fetchone()
    return int(count)


def is_forgotten_elsewhere(connection: sqlite3.Connection, machine: str) -> bool:
    """Whether another machine has forgotten this one."""
    ask = f"SELECT value FROM event WHERE {_OF} AND kind = ? AND machine <> ? ORDER BY clock DESC, id DESC LIMIT 1"
    row = connection.execute(ask, (f"{FORGET}{machine}", machine)).fetchone()
    return row is not None and row[0] == "1"


class Brought(NamedTuple):
    """What a machine sent, by its own events and by others' events in its file."""

    events: int = 0
    papers: int = 0
    """Number of papers in the cache that they name."""
    newest: int = 0
    """The clock of the newest one, in milliseconds since 1970."""
    is_forgotten: bool = False

    @property
    def newest_at(self) -> datetime | None:
        """When the newest one was, in local time; None if there is none, or its clock is beyond all years."""
        is_known = 0 < self.newest <= FURTHEST
        return datetime.fromtimestamp(self.newest / 1000).astimezone() if is_known else None


def brought(connection: sqlite3.Connection, machine: str) -> Brought:
    """What a machine brought that is in this log."""
    who = {"who": json.dumps([machine])}
    events, newest = connection.execute(
        f"SELECT count(*), coalesce(max(clock), 0) FROM event WHERE seq IN ({_BROUGHT})", who
    ).fetchone()
    (papers,) = connection.execute(f"SELECT count(DISTINCT pk) FROM effect WHERE event IN ({_BROUGHT})", who).fetchone()
    return Brought(events, papers, newest, machine in forgotten(connection))


def concerned(connection: sqlite3.Connection) -> list[int]:
    """The numbers of all events of those who were ever forgotten, whether they still are."""
    named = {kind.removeprefix(FORGET) for (kind,) in connection.execute(f"SELECT kind FROM event WHERE {_OF}")}
    return [seq for (seq,) in connection.execute(f"{_BROUGHT} ORDER BY 1", {"who": json.dumps(sorted(named))})]


_BROUGHT = """
    SELECT seq FROM event WHERE machine IN (SELECT value FROM json_each(:who))
    UNION SELECT event FROM event_origin WHERE via IN (SELECT value FROM json_each(:who))
"""
"""The events that some machines made, or that their files brought."""


def cover(connection: sqlite3.Connection, events: Sequence[int], out: Collection[str]) -> list[str]:
    """Set or take away the bit of some events, in the caller's transaction; the forgotten are `out`.

    Returns the ids of the events that are undone or not by other steps now.
    """
    connection.execute(
        "UPDATE event SET undone = (undone & 1) | CASE WHEN machine IN (SELECT value FROM json_each(:out)) OR seq IN"
        " (SELECT event FROM event_origin WHERE via IN (SELECT value FROM json_each(:out)))"
        f" THEN {FORGOTTEN} ELSE 0 END WHERE seq IN (SELECT value FROM json_each(:events))",
        {"out": json.dumps(sorted(out)), "events": json.dumps(events)},
    )
    targets = connection.execute(
        "SELECT DISTINCT value FROM event WHERE seq IN (SELECT value FROM json_each(?)) AND kind IN ('undo', 'redo')",
        (json.dumps(events),),
    )
    return [id for (id,) in targets]


SETTLE = f"""
    UPDATE event SET undone = (undone & {FORGOTTEN}) | coalesce((
        SELECT step.kind = 'undo' FROM event AS step WHERE step.value = event.id AND step.kind IN ('undo', 'redo')
        AND step.undone < {FORGOTTEN}
        ORDER BY step.clock <= :latest DESC, step.clock DESC, step.id DESC LIMIT 1
    ), 0) WHERE id = :id
"""
"""Whether an event is undone, by the steps that are about it; whether it is forgotten stays."""


def note_changing(connection: sqlite3.Connection, events: Sequence[int]) -> None:
    """Note, in a temporary table, which states some events may change; takes no lock of the cache."""
    named = "SELECT value FROM json_each(?)"
    steps = f"SELECT t.seq FROM event AS s JOIN event AS t ON t.id = s.value WHERE s.seq IN ({named})"
    for seqs in (named, steps):
        for what in ("kind, pk FROM effect WHERE event", "kind, 0 FROM event WHERE count = 0 AND seq"):
            sql = f"INSERT OR IGNORE INTO changing (kind, pk) SELECT {what} IN ({seqs})"
            connection.execute(sql, (json.dumps(events),))
