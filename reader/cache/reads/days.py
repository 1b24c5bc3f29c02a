"""The cached state of each day: when the feed answered, its papers, and how many of them are unread."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.reads.window import DayCount

if TYPE_CHECKING:
    from reader.cache.search.selection import Selection


class DayState(NamedTuple):
    """A day that was requested from the feed or that lists papers."""

    day: str
    """ISO date."""
    fetched: str
    """ISO time, UTC, of the feed's answer; empty if the papers came another way."""
    papers: int
    unread: int


def day_states(connection: sqlite3.Connection, first: str, last: str) -> dict[str, DayState]:
    """The known days from `first` to `last` (ISO, both included), by day."""
    rows = connection.execute(
        "SELECT d.day, d.fetched, d.papers, coalesce(sum(p.read = 0 AND p.hidden = 0), 0)"
        " FROM day AS d LEFT JOIN listing AS l ON l.day = d.day LEFT JOIN paper AS p ON p.pk = l.pk"
        " WHERE d.day BETWEEN ? AND ? GROUP BY d.day",
        (first, last),
    )
    return {row[0]: DayState(*row) for row in rows}


def oldest_day(connection: sqlite3.Connection) -> str | None:
    """The oldest day that was requested from the feed."""
    day: str | None = connection.execute("SELECT min(day) FROM day WHERE fetched <> ''").fetchone()[0]
    return day


def visible_papers(connection: sqlite3.Connection, day: str) -> DayCount:
    """The papers that a day lists and the user has not hidden: all of them, and the unread ones."""
    papers, unread = connection.execute(
        "SELECT count(*), coalesce(sum(p.read = 0), 0) FROM listing AS l JOIN paper AS p ON p.pk = l.pk"
        " WHERE l.day = ? AND p.hidden = 0",
        (day,),
    ).fetchone()
    return DayCount(day, papers, unread)


def matching_day(connection: sqlite3.Connection, selection: Selection, day: str, steps: int) -> str | None:
    """The day `steps` days older than `day` among those that list a paper of a selection; newer if negative.

    Few papers are looked up; of many, one is soon met on the way from day to day.
    """
    from reader.cache.search import plan

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
