"""Reads, for an export, the user's marks with when and where each was made.

Papers that the cache does not have are there too: after a loss, or once they are old, only their marks are known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from reader.cache.marks.derived import ids_of, place_of
from reader.cache.reads.window import Window
from reader.core.marks import NOTE, QUEUE, STATES, TAG, Mark, newest
from reader.core.paper import Paper
from reader.core.paper_row import NotCached

CHUNK = 500
"""Lost papers that are read at once."""


class Kept(NamedTuple):
    """What an export says about a paper beyond its fields."""

    marks: tuple[Mark, ...]
    """The newest mark of each kind that is not undone."""
    days: tuple[str, ...] = ()
    """ISO dates of all days that listed it."""
    sort_day: str = ""
    """ISO date that the list orders by; empty if it has none."""


def kept(window: Window, paper: Paper) -> Kept:
    """What an export says about a paper beyond its fields."""
    if isinstance(paper.pk, NotCached):
        return Kept(window.read(partial(_lost_marks, id=paper.id)))
    return window.read(partial(_kept, pk=paper.pk))


def note_history(connection: sqlite3.Connection, pk: int) -> list[tuple[Mark, bool]]:
    """All notes that a paper ever had, the newest first, each with whether it was taken back."""
    found = connection.execute(
        f"SELECT {_MARK}, e.undone FROM effect AS f JOIN event AS e ON e.seq = f.event"
        " WHERE f.pk = ? AND e.kind = ? ORDER BY e.clock DESC, e.id DESC",
        (pk, NOTE),
    )
    return [(Mark(*mark), bool(undone)) for *mark, undone in found]


def lost_papers(window: Window) -> Iterator[Paper]:
    """The papers with marks that the cache does not have, by id; they have only an id and what the marks say."""
    last = ""
    while ids := window.read(partial(_lost_ids, after=last)):
        for id in ids:
            if marks := window.read(partial(_lost_marks, id=id)):
                yield _lost_paper(id, marks)
        last = ids[-1]


def _lost_ids(connection: sqlite3.Connection, after: str) -> list[str]:
    rows = connection.execute("SELECT DISTINCT id FROM orphan WHERE id > ? ORDER BY id LIMIT ?", (after, CHUNK))
    return [id for (id,) in rows]


def _kept(connection: sqlite3.Connection, pk: int) -> Kept:
    days = connection.execute("SELECT day FROM listing WHERE pk = ? ORDER BY day", (pk,)).fetchall()
    row = connection.execute("SELECT sort_day FROM paper WHERE pk = ?", (pk,)).fetchone()
    marks = _marks(connection, _OF_PAPER, pk, ids_of(connection, pk))
    return Kept(marks, tuple(day for (day,) in days), row[0] if row else "")


def _lost_marks(connection: sqlite3.Connection, id: str) -> tuple[Mark, ...]:
    return _marks(connection, _OF_LOST, id, [id])


def _marks(connection: sqlite3.Connection, query: str, key: int | str, ids: Sequence[str]) -> tuple[Mark, ...]:
    found = newest(Mark(*mark) for mark in connection.execute(query, (key,)))
    return tuple(_with_place(connection, mark, ids) for mark in found)


def _with_place(connection: sqlite3.Connection, mark: Mark, ids: Sequence[str]) -> Mark:
    """A mark that is complete in itself: the place of a queued paper follows from the other papers of its event."""
    if (mark.kind, mark.value) != (QUEUE, "1"):
        return mark
    (packed,) = connection.execute("SELECT papers FROM event WHERE id = ?", (mark.id,)).fetchone()
    return mark._replace(value=place_of(mark.clock, packed, ids))


def _lost_paper(id: str, marks: Sequence[Mark]) -> Paper:
    values = {mark.kind: mark.value for mark in marks}
    states: dict[str, Any] = {name: values.get(kind) == "1" for kind, name in STATES.items()}
    tags = tuple(kind.removeprefix(TAG) for kind, value in values.items() if kind.startswith(TAG) and value == "1")
    is_queued = values.get(QUEUE, "0") != "0"
    return Paper(NotCached(id), id, "", queued=is_queued, tags=tags, note=values.get(NOTE) or None, **states)


_MARK = "e.kind, e.value, e.clock, e.machine, e.id"
_OF_PAPER = f"SELECT {_MARK} FROM effect AS f JOIN event AS e ON e.seq = f.event WHERE f.pk = ? AND e.undone = 0"
_OF_LOST = f"SELECT {_MARK} FROM orphan AS o JOIN event AS e ON e.seq = o.event WHERE o.id = ? AND e.undone = 0"
