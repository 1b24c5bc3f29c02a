"""Walking from day to day and looking words up for a few days at a time.

The full-text index has papers in the order in which they were added, which is nearly that of their days: the papers of
some days are a short stretch of it, and it tells which of 2,000 have a word within 1 ms, as long as it takes to read
the texts of 100. A common word so fills a screen after the first stretch, a rarer one after some more, and each stretch
is short enough to be given up for a newer question, which a look-up of all papers is not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from reader.cache.search.compile import Clause, DayWalk
from reader.cache.search.full_text import both

SHORTEST, LONGEST = 1_000, 16_000
"""Papers of the first stretch, and of the longest."""

STRETCH_SECONDS = 0.002
"""A stretch that took longer is not followed by a longer one."""

SPREAD = 10
"""So many times its papers a stretch may take in the index; beyond that, the index is not in the order of days."""


class Scattered(Exception):
    """Papers were not added in the order of their days, so that a walk by stretches is in vain."""


def stretches(
    connection: sqlite3.Connection, sweep: DayWalk, order: str, limit: int, columns: str
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a selection in its order, by stretches of days, at most `limit` of each; raises Scattered."""
    size, last = SHORTEST, None
    least, greatest = connection.execute(sweep.span.sql, sweep.span.params).fetchone() if sweep.span else (0, None)
    if least is None:
        return
    while True:
        began = perf_counter()
        end, days = _stretch(connection, sweep, last, size)
        span = f"SELECT min(pk), max(pk), count(*) FROM paper AS p WHERE {days.sql}"
        low, high, papers = connection.execute(span, days.params).fetchone()
        if papers and high - low > SPREAD * max(papers, SHORTEST):
            raise Scattered
        if papers and high >= least and (greatest is None or low <= greatest):
            where = _asked(sweep, days, low, high)
            sql = f"SELECT {columns} FROM paper AS p WHERE {where.sql} ORDER BY {order} LIMIT ?"
            yield connection.execute(sql, (*where.params, limit)).fetchall()
        if end is None:
            return
        last = end
        if perf_counter() - began < STRETCH_SECONDS:
            size = min(2 * size, LONGEST)


def _stretch(connection: sqlite3.Connection, sweep: DayWalk, last: str | None, size: int) -> tuple[str | None, Clause]:
    """The last day of the next stretch, None if there is none behind it, and the condition on its days."""
    behind, until, way = (">", "<=", "ASC") if sweep.upwards else ("<", ">=", "DESC")
    begin = sweep.ends if last is None else both(sweep.ends, Clause(f"p.sort_day {behind} ?", (last,)))
    sql = f"SELECT p.sort_day FROM paper AS p WHERE {begin.sql} ORDER BY p.sort_day {way} LIMIT 1 OFFSET ?"
    found = connection.execute(sql, (*begin.params, size - 1)).fetchone()
    if found is None:
        return None, begin
    return found[0], both(begin, Clause(f"p.sort_day {until} ?", (found[0],)))


def _asked(sweep: DayWalk, days: Clause, low: int, high: int) -> Clause:
    """The whole condition, for papers of some days whose keys lie between two."""
    if sweep.expression is None:
        return both(days, sweep.rest)
    how = "NOT IN" if sweep.excludes else "IN"
    # The plus keeps the walk in the days' index: nothing is to be sorted, and it ends with the last row wanted.
    said = f"+p.pk {how} (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND rowid BETWEEN ? AND ?)"
    return both(both(days, Clause(said, (sweep.expression, low, high))), sweep.rest)
