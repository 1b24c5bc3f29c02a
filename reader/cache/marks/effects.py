"""The effects of events on papers: the papers of each event, and the resulting states.

An event's effect on a paper is a row that says so; the state is derived from all rows of its kind. When many events are
applied, they are collected first, and then each state is derived once.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

from reader.cache import changes
from reader.cache.flags import clear_flag
from reader.cache.follows import forget_all
from reader.cache.marks.derived import MUTED, find_by_title, refold, same
from reader.cache.marks.event_log import Event
from reader.cache.marks.journal import PACKING
from reader.core.foreign import unpacked
from reader.core.marks import HIGHLIGHT, LIKE, NOTE, PASSAGE, QUEUE, RULE, STATES, TAG, UNDOES
from reader.core.paper_row import Flag

BATCH = 2_000
"""Papers in one transaction, so that another writer waits about 50 ms at most.

The keys of a batch go to SQLite and come back as one JSON array. As rows, each would be a Python object, and a
million papers would delay the keyboard by 1.9 s.
"""

FOLDED = 4_000
"""Effects from which states are derived in one transaction."""

_NOBODY = 0
"""In place of a paper's key where a state is not about papers, such as what is followed."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the temporary tables of a connection: `touched` are papers, `changing` the states to be derived."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (pk INTEGER PRIMARY KEY)")
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS changing"
        " (kind TEXT NOT NULL, pk INTEGER NOT NULL, PRIMARY KEY (kind, pk)) WITHOUT ROWID"
    )


def forget(connection: sqlite3.Connection) -> None:
    """Delete all effects of events, in the caller's transaction."""
    for table in ("effect", "orphan", "paper_tag", "note", "queue", "changing"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute(f"UPDATE paper SET read = 0, starred = 0, hidden = {MUTED}, has_note = 0")
    clear_flag(connection, Flag.HIGHLIGHTED)
    forget_all(connection)


# One event


def named(connection: sqlite3.Connection, event: Event) -> Iterator[str]:
    """The keys of an event's papers, by batch, at least one; papers missing from the cache become orphans."""
    (packed,) = connection.execute("SELECT papers FROM event WHERE seq = ?", (event.seq,)).fetchone()
    if not event.count:
        yield "[]"
        return
    ids = chain.from_iterable(unpacked(packed))
    while some := list(islice(ids, BATCH)):
        values = {"ids": json.dumps(some), "event": event.seq}
        find_by_title(connection, some)
        connection.execute(
            "INSERT OR IGNORE INTO orphan SELECT value, :event FROM json_each(:ids)"
            " WHERE value NOT IN (SELECT id FROM paper) AND value NOT IN (SELECT id FROM paper_alias)",
            values,
        )
        (keys,) = connection.execute(
            "SELECT json_group_array(pk) FROM ("
            "SELECT pk FROM paper WHERE id IN (SELECT value FROM json_each(:ids))"
            " UNION SELECT pk FROM paper_alias WHERE id IN (SELECT value FROM json_each(:ids)))",
            values,
        ).fetchone()
        yield keys


def apply(connection: sqlite3.Connection, event: Event, batch: str) -> int:
    """Write an event's effects on a batch of papers, and derive their states, in the caller's transaction.

    Returns the number of papers that do not have the new state, because another event counts as later.
    """
    _touch(connection, batch)
    _add_effects(connection, event)
    if event.kind in STATES and _is_newest(connection, event):
        connection.execute(
            f"UPDATE paper SET {STATES[event.kind]} = CAST(? AS INTEGER) WHERE pk IN touched", (event.value,)
        )
        changes.settle(connection, "SELECT pk FROM touched")
        return 0
    refold(connection, event.kind)
    return _untaken(connection, event)


def _untaken(connection: sqlite3.Connection, event: Event) -> int:
    """Number of the touched papers whose state is not what an event says."""
    kind = event.kind
    if not (kind in _READ_BACK or kind.startswith((TAG, PASSAGE))):
        return 0
    values = {"value": event.value, "tag": kind.removeprefix(TAG), "kind": kind}
    asked = f"SELECT count(*) FROM paper WHERE pk IN touched AND NOT ({same(kind)})"
    return int(connection.execute(asked, values).fetchone()[0])


_READ_BACK = (*STATES, NOTE, QUEUE, LIKE, HIGHLIGHT)


def _touch(connection: sqlite3.Connection, batch: str) -> None:
    connection.execute("DELETE FROM touched")
    connection.execute(
        "INSERT INTO touched SELECT pk FROM paper WHERE pk IN (SELECT value FROM json_each(?))", (batch,)
    )


def _add_effects(connection: sqlite3.Connection, event: Event) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO effect (pk, kind, event) SELECT pk, ?, ? FROM touched", (event.kind, event.seq)
    )


def _is_newest(connection: sqlite3.Connection, event: Event) -> bool:
    """Whether the event is in effect and no later one exists; it then decides the state."""
    other = (
        "SELECT 1 FROM event WHERE clock >= :clock AND seq <> :seq"
        " UNION ALL SELECT 1 FROM event WHERE seq = :seq AND undone > 0 LIMIT 1"
    )
    return connection.execute(other, {"clock": event.clock, "seq": event.seq}).fetchone() is None


# Many events


def note(connection: sqlite3.Connection, event: Event) -> None:
    """Write an event's effects, and note which states they may change; `folding` derives these."""
    for batch in named(connection, event):
        _touch(connection, batch)
        _add_effects(connection, event)
        connection.execute(
            "INSERT OR IGNORE INTO changing (kind, pk) SELECT ?, pk FROM touched", (_folded(event.kind),)
        )
    _note_nobody(connection, event)


def note_step(connection: sqlite3.Connection, target: Event) -> None:
    """Note which states an undo or a redo of an event may change."""
    connection.execute(
        "INSERT OR IGNORE INTO changing (kind, pk) SELECT ?, pk FROM effect WHERE event = ?",
        (_folded(target.kind), target.seq),
    )
    _note_nobody(connection, target)


def _folded(kind: str) -> str:
    """The kind under which a state is derived: all highlights of a paper have one, and each has a kind of its own."""
    return PASSAGE if kind.startswith(PASSAGE) else kind


def _note_nobody(connection: sqlite3.Connection, event: Event) -> None:
    if not event.count:
        connection.execute("INSERT OR IGNORE INTO changing (kind, pk) VALUES (?, ?)", (event.kind, _NOBODY))


def folding(connection: sqlite3.Connection) -> Iterator[Callable[[], None]]:
    """Steps that derive the noted states, and forget them; each belongs into a transaction."""
    while (kind := connection.execute("SELECT min(kind) FROM changing").fetchone()[0]) is not None:
        yield partial(_fold, connection, kind, _next_papers(connection, kind))


def _next_papers(connection: sqlite3.Connection, kind: str) -> str:
    """The keys of some papers whose state of a kind is to be derived, as JSON: fewer where each has many events."""
    some = (
        "SELECT pk, (SELECT count(*) FROM effect AS f WHERE f.pk = c.pk AND f.kind = c.kind) FROM changing AS c"
        " WHERE kind = ? ORDER BY pk LIMIT ?"
    )
    papers: list[int] = []
    rows = 0
    for pk, count in connection.execute(some, (kind, BATCH)).fetchall():
        rows += count
        if papers and rows > FOLDED:
            break
        papers.append(pk)
    return json.dumps(papers)


def _fold(connection: sqlite3.Connection, kind: str, papers: str) -> None:
    connection.execute("DELETE FROM touched")
    connection.execute("INSERT INTO touched SELECT value FROM json_each(?)", (papers,))
    connection.execute("DELETE FROM changing WHERE kind = ? AND pk IN touched", (kind,))
    connection.execute("DELETE FROM touched WHERE pk = ?", (_NOBODY,))
    refold(connection, kind)


class Change(NamedTuple):
    """A new state of some papers, requested by an action.

    `kind` is that of a `Mark`; `value` is a bool, the note's text, a place in the queue, the trace's day, or what a
    rule did. `absent` are ids of a few papers that the cache does not have: they get the state when they come.
    """

    kind: str
    value: bool | str
    pks: Sequence[int] = ()
    absent: Sequence[str] = ()

    @property
    def said(self) -> str:
        """The value as an event has it."""
        return self.value if isinstance(self.value, str) else str(int(self.value))


def with_undone(changes: Sequence[Change]) -> Iterator[Change]:
    """The changes plus those that remove contradicting marks: starring a paper unhides it."""
    yield from changes
    if any(one.kind.startswith(RULE) for one in changes):
        # No rule acts against the user or a muted word.
        return
    named: dict[str, set[int]] = defaultdict(set)
    for one in changes:
        named[one.kind].update(one.pks if one.kind in UNDOES else ())
    for one in changes:
        for other in UNDOES.get(one.kind, ()) if one.said not in ("", "0") else ():
            yield Change(other, False, [pk for pk in one.pks if pk not in named[other]])


@dataclass(frozen=True, slots=True)
class Changing:
    """The papers that a change would change."""

    change: Change
    batches: list[str]
    """Their keys by batch, as JSON."""
    ids: bytes
    count: int


def find_changing(connection: sqlite3.Connection, change: Change, batch: int) -> Changing:
    """The papers that a change would change, in batches of `batch`."""
    kind, pks = change.kind, change.pks
    batches: list[str] = []
    packer = zlib.compressobj(PACKING)
    packed = bytearray()
    total = 0
    for start in range(0, len(pks), batch):
        some = json.dumps(list(pks[start : start + batch]))
        values = {"pks": some, "value": change.said, "tag": kind.removeprefix(TAG), "kind": kind}
        sql = _CHANGING.format(papers=_QUEUED if kind == QUEUE else _MARKED, same=same(kind))
        count, keys, ids = connection.execute(sql, values).fetchone()
        if count:
            packed += packer.compress(f"{chr(10) if total else ''}{ids}".encode())
            batches.append(keys)
            total += count
    if change.absent:
        packed += packer.compress("\n".join([""] * bool(total) + list(change.absent)).encode())
    return Changing(change, batches, bytes(packed + packer.flush()), total + len(change.absent))


_CHANGING = "SELECT count(*), json_group_array(pk), group_concat(id, char(10)) FROM {papers} AND NOT ({same})"

_MARKED = "paper WHERE pk IN (SELECT value FROM json_each(:pks))"

# Papers that are queued together keep their order.
_QUEUED = "(SELECT value AS pk FROM json_each(:pks)) AS one CROSS JOIN paper USING (pk) WHERE true"
