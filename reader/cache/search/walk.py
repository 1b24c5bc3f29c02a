"""Walk from day to day, and look words up for a few days at a time.

The full-text index holds papers in the order in which they were added, which is nearly the order of their days. The
papers of a few days are therefore a short range of the index. Among 2,000 papers it finds those with a word within
1 ms, the time for reading 100 texts. A common word fills a screen after the first days, a rarer one later. A newer
query can interrupt the walk between two ranges, but not a look-up of all papers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from reader.cache.search.full_text import Clause, join_clauses
from reader.cache.search.selection import DayWalk

FIRST_STRETCH, LONGEST_STRETCH = 1_000, 16_000
"""Papers of the first and of the longest stretch of days; each stretch is twice as long as the one before."""

MOST_SPREAD = 10
"""The keys of a stretch may span this many times its papers; beyond that, papers are not in the order of days."""


class Scattered(Exception):
    """Papers were not added in the order of their days, which makes a walk by stretches useless."""


class Stretch(NamedTuple):
    """A few days of a walk: the number of papers passed, and the rows found among them, in order."""

    papers: int
    rows: list[tuple[Any, ...]]


def walk_stretches(
    connection: sqlite3.Connection, walk: DayWalk, order: str, limit: int, columns: str
) -> Iterator[Stretch]:
    """Walk the days in order, with at most `limit` rows of each stretch; stretches that can't match are left out.

    Raises Scattered.
    """
    size, last_day = FIRST_STRETCH, None
    least, greatest = connection.execute(walk.keys.sql, walk.keys.params).fetchone() if walk.keys else (0, None)
    if least is None:
        return
    while True:
        last_day, days = _next_days(connection, walk, last_day, size)
        keys = f"SELECT min(pk), max(pk), count(*) FROM paper AS p WHERE {days.sql}"
        low, high, papers = connection.execute(keys, days.params).fetchone()
        if papers and high - low > MOST_SPREAD * max(papers, FIRST_STRETCH):
            raise Scattered
        if papers and high >= least and (greatest is None or low <= greatest):
            where = _condition(walk, days, low, high)
            sql = f"SELECT {columns} FROM paper AS p WHERE {where.sql} ORDER BY {order} LIMIT ?"
            rows = connection.execute(sql, (*where.params, limit)).fetchall()
            yield Stretch(papers, rows)
        if last_day is None:
            return
        size = min(2 * size, LONGEST_STRETCH)


def _next_days(
    connection: sqlite3.Connection, walk: DayWalk, last_day: str | None, papers: int
) -> tuple[str | None, Clause]:
    """The last day of the next stretch (None for the walk's last stretch), and the condition on its days."""
    after, until, direction = (">", "<=", "ASC") if walk.upwards else ("<", ">=", "DESC")
    ahead = walk.bounds
    if last_day is not None:
        ahead = join_clauses([ahead, Clause(f"p.sort_day {after} ?", (last_day,))], "AND")
    sql = f"SELECT p.sort_day FROM paper AS p WHERE {ahead.sql} ORDER BY p.sort_day {direction} LIMIT 1 OFFSET ?"
    found = connection.execute(sql, (*ahead.params, papers - 1)).fetchone()
    if found is None:
        return None, ahead
    return found[0], join_clauses([ahead, Clause(f"p.sort_day {until} ?", (found[0],))], "AND")


def _condition(walk: DayWalk, days: Clause, low: int, high: int) -> Clause:
    """The whole condition for papers of some days with keys from `low` to `high`."""
    if walk.expression is None:
        return join_clauses([days, walk.rest], "AND")
    operator = "NOT IN" if walk.excludes else "IN"
    # The plus makes SQLite use the days' index: nothing is sorted, and reading ends with the last row needed.
    words = f"+p.pk {operator} (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ? AND rowid BETWEEN ? AND ?)"
    return join_clauses([days, Clause(words, (walk.expression, low, high)), walk.rest], "AND")
