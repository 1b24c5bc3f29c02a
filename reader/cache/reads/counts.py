"""Counts for the filter pane: exact, and kept until the cache changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from reader.cache.follows import FollowCount, follow_counts
from reader.cache.reads.window import DayCount, TopicCount, Window
from reader.cache.search import plan
from reader.cache.search.selection import Selection
from reader.cache.tags import tag_counts

T = TypeVar("T")


class CountCache:
    """Counts of one cache; used by one thread only."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._known: dict[Hashable, Any] = {}

    def drop_if_changed(self) -> None:
        """Forget all counts if the cache has changed since the last call."""
        if self._window.changed():
            self._known.clear()

    def count(self, selection: Selection) -> int:
        """How many papers a selection has."""
        return self._once(("count", *_condition(selection)), lambda: self._window.count(selection))

    def days(self) -> tuple[DayCount, ...]:
        """The days that list papers."""
        return self._once("days", lambda: tuple(self._window.days()))

    def tags(self) -> tuple[tuple[str, int], ...]:
        """The user's tags with their numbers of papers, by name; none whose papers are all hidden."""
        found = self._once("tags", lambda: self._window.read(tag_counts))
        return tuple(sorted(((name, papers) for name, papers in found.items() if papers), key=_by_name))

    def follows(self) -> tuple[FollowCount, ...]:
        """What the user follows, with numbers of papers."""
        return self._once("follows", lambda: self._window.read(follow_counts))

    def facets(self, selection: Selection) -> tuple[TopicCount, ...]:
        """The topics of a selection with their numbers of papers."""
        return self._once(("topics", *_condition(selection)), lambda: tuple(self._window.topics(selection)))

    def _once(self, key: Hashable, count: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = count()
        found: T = self._known[key]
        return found


def _by_name(tag: tuple[str, int]) -> tuple[str, str]:
    return tag[0].casefold(), tag[0]


def _condition(selection: Selection) -> tuple[Hashable, ...]:
    """The selection without its order, as a key."""
    return selection.where, selection.params


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
