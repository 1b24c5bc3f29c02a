"""Where a paper in the queue goes when it is moved within a list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from reader.core import marks


def place_in(connection: sqlite3.Connection, pk: int, listed: Sequence[int]) -> str | None:
    """The place that a queued paper needs to be where it is among the `listed` ones.

    That is behind the nearest queued paper above it, whatever queued papers the list leaves out, or before the one
    below. None if the paper is not in the queue, or no other is.
    """
    if _place_of(connection, [pk]) is None:
        return None
    at = listed.index(pk)
    above = _place_of(connection, reversed(listed[:at]))
    if above is not None:
        return marks.place_between(above, _next(connection, "SELECT min(place) FROM queue WHERE place > ?", above, pk))
    below = _place_of(connection, listed[at + 1 :])
    if below is None:
        return None
    return marks.place_between(_next(connection, "SELECT max(place) FROM queue WHERE place < ?", below, pk), below)


def _place_of(connection: sqlite3.Connection, pks: Iterable[int]) -> str | None:
    for pk in pks:
        row = connection.execute("SELECT place FROM queue WHERE pk = ?", (pk,)).fetchone()
        if row is not None:
            return str(row[0])
    return None


def _next(connection: sqlite3.Connection, sql: str, place: str, pk: int) -> str | None:
    """The place next to another, except that of the moved paper itself."""
    found: str | None = connection.execute(f"{sql} AND pk <> ?", (place, pk)).fetchone()[0]
    return found
