"""The cached state of each day: when the feed answered, its papers, and how many of them are unread."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


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
