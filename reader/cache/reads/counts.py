"""Days with their papers, and with those of a selection."""

from __future__ import annotations

import sqlite3

from reader.cache.reads.window import DayCount
from reader.cache.search import plan
from reader.cache.search.selection import Selection


def day_counts(connection: sqlite3.Connection, first: str, last: str) -> dict[str, DayCount]:
    """The days from `first` to `last` (ISO, both included) that the feed has answered for or that list papers."""
    rows = connection.execute(
        "SELECT d.day, coalesce(sum(p.hidden = 0), 0), coalesce(sum(p.read = 0 AND p.hidden = 0), 0), d.fetched = ''"
        " FROM day AS d LEFT JOIN listing AS l ON l.day = d.day LEFT JOIN paper AS p ON p.pk = l.pk"
        " WHERE d.day BETWEEN ? AND ? AND (d.fetched <> '' OR d.papers > 0) GROUP BY d.day",
        (first, last),
    )
    return {day: DayCount(day, papers, unread, bool(is_partial)) for day, papers, unread, is_partial in rows}


def matching_day(connection: sqlite3.Connection, selection: Selection, day: str, steps: int) -> str | None:
    """The day `steps` days older than `day` among those that list a paper of a selection; newer if negative.

    Few papers are looked up; of many, one is soon met on the way from day to day.
    """
    side, order = ("<", "DESC") if steps > 0 else (">", "ASC")
    few = plan.few_by_any(connection, selection)
    if few is not None:
        tables, where = "paper AS p CROSS JOIN listing AS l ON l.pk = p.pk", few
    else:
        tables, where = "listing AS l CROSS JOIN paper AS p ON p.pk = l.pk", selection.walk
    row = connection.execute(
        f"SELECT DISTINCT l.day FROM {tables} WHERE {where.sql} AND l.day {side} ?"
        f" ORDER BY l.day {order} LIMIT 1 OFFSET ?",
        (*where.params, day, abs(steps) - 1),
    ).fetchone()
    return row[0] if row else None
