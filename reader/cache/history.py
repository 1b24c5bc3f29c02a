"""How papers' votes changed. Needed by the first list, so it imports little."""

from __future__ import annotations

import sqlite3
from itertools import groupby
from typing import NamedTuple

from reader.core.paper_row import UNKNOWN

LEAST_VOTES = 10

LEAST_SHARE = 4
"""A risen paper must also gain at least one part in four of its earlier votes."""

RISING_DAYS = 7

_KNOWN = f"upvotes <> {UNKNOWN}"
"""SQL: whether a row of `paper_change` has votes; a source may report a version or a venue before any votes."""

_MARKED = (
    "(SELECT max(m.clock) / 1000 FROM mark AS m WHERE m.pk = p.pk AND m.kind IN ('read', 'hide') AND m.undone = 0)"
)


def _then(looked: str) -> str:
    """SQL: the votes of the paper `p` when the user looked; NULL if none were known."""
    return (
        f"(SELECT c.upvotes FROM paper_change AS c WHERE c.pk = p.pk AND c.at <= {looked} AND {_KNOWN}"
        " ORDER BY c.at DESC LIMIT 1)"
    )


def votes_gained(since: int) -> str:
    """SQL: the votes that the paper `p` gained since a time, in seconds since 1970; computed once for all papers."""
    before = (
        f"coalesce((SELECT upvotes FROM paper_change WHERE pk = w.pk AND at <= {since:d} AND {_KNOWN}"
        " ORDER BY at DESC LIMIT 1),"
        f" (SELECT upvotes FROM paper_change WHERE pk = w.pk AND {_KNOWN} ORDER BY at LIMIT 1))"
    )
    return (
        f"coalesce((WITH gained AS MATERIALIZED (SELECT w.pk AS pk, q.upvotes - {before} AS votes"
        f" FROM (SELECT DISTINCT pk FROM paper_change WHERE at > {since:d}) AS w JOIN paper AS q ON q.pk = w.pk)"
        " SELECT votes FROM gained WHERE gained.pk = p.pk), 0)"
    )


class Votes(NamedTuple):
    """The changes of one paper's votes."""

    points: tuple[int, ...] = ()
    """Votes after each change of them, oldest first, with the first known; empty without a change."""
    gained: int = 0
    """Votes gained since the user looked."""


STILL = Votes()
"""The votes of a paper without a recorded change."""


def votes(connection: sqlite3.Connection, pk: int, visited: int | None) -> Votes:
    """The changes of a paper's votes; `visited` is when the reader was last closed, in seconds since 1970."""
    rows = connection.execute(
        f"SELECT upvotes FROM paper_change WHERE pk = ? AND {_KNOWN} ORDER BY at", (pk,)
    ).fetchall()
    points = tuple(count for count, _ in groupby(count for (count,) in rows))
    if len(points) < 2:
        return STILL
    looked = f"coalesce({_MARKED}, ?)"
    row = connection.execute(
        f"SELECT p.upvotes - {_then(looked)} FROM paper AS p WHERE p.pk = ?", (visited, pk)
    ).fetchone()
    return Votes(points, row[0] or 0 if row else 0)
