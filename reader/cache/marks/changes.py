"""What an action of the user changes: new states of papers, and which papers do not have them yet."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reader.cache.marks.derived import same
from reader.cache.marks.journal import PACKING
from reader.core.marks import QUEUE, TAG


class Change(NamedTuple):
    """A new state of some papers, which an action asks for.

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


@dataclass(frozen=True, slots=True)
class Changing:
    """The papers that a change would change."""

    change: Change
    batches: list[str]
    """Their keys by batch, as JSON."""
    ids: bytes
    """Their packed ids."""
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
