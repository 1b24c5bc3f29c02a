"""Counts for the filter pane: exact, and kept until the cache changes.

Each count reads one index alone: the topics of all papers are counted in `paper_topic` (1,000,000 papers: 0.2 s; joined
to the papers 2 s), days in the index that orders the list. The topics of a query's papers are counted by sets of bits:
one integer with a bit for each key that a paper can have. With 1,000,000 papers a set takes 125 KB. Counting 56 topics
of 800,000 papers takes 3 ms; a join in SQL takes 1 s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from reader.cache.follows import FollowCount, follow_counts
from reader.cache.reads.window import VISIBLE, DayCount, TopicCount, Window
from reader.cache.search import plan
from reader.cache.search.selection import Selection
from reader.cache.tags import tag_counts

T = TypeVar("T")


class CountCache:
    """Counts of one cache; used by one thread only."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._topic_sets = TopicSets()
        self._known: dict[Hashable, Any] = {}

    def drop_if_changed(self) -> None:
        """Forget all counts if the cache has changed since the last call."""
        if self._window.changed():
            self._known.clear()

    def prepare(self) -> None:
        """Read the topic sets, unless they are known."""
        self._once("sets", lambda: self._window.read(self._topic_sets.load))

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
        if selection.where == VISIBLE:
            return self._once("topics", lambda: tuple(self._window.topics()))
        return self._once(("topics", *_condition(selection)), lambda: self._counted(selection))

    def _counted(self, selection: Selection) -> tuple[TopicCount, ...]:
        """Count the topics of a selection; also keep the number of its papers."""
        papers = self._window.read(lambda connection: _papers(connection, selection))
        self._known["count", *_condition(selection)] = papers.bit_count()
        self.prepare()
        found = self._topic_sets.count(papers)
        names = self._once("names", self._window.topic_names_by_key)
        return tuple(TopicCount(*names[key], found.get(key, 0)) for key in names)

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


def _papers(connection: sqlite3.Connection, selection: Selection) -> int:
    """The papers of a selection as a set of bits."""
    where = plan.in_any_order(connection, selection)
    greatest = connection.execute(GREATEST).fetchone()[0]
    return bits(connection.execute(f"SELECT p.pk FROM paper AS p WHERE {where.sql}", where.params), greatest)


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


CHANGED = "topics_changed"
"""The key in `meta` of a counter that grows when papers already stored get other topics."""

GREATEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'paper'"
"""SELECT of the greatest key ever given to a paper."""

_ZERO, _ONE = ord("0"), ord("1")


def bits(pks: Iterable[tuple[int]], greatest: int) -> int:
    """The set of keys from rows of one column; none may be above `greatest`."""
    # The first digit is the highest bit, so key 0 is the last digit.
    digits = bytearray([_ZERO]) * (greatest + 1)
    for (pk,) in pks:
        digits[~pk] = _ONE
    return int(digits, 2)


class TopicSets:
    """The sets of one cache, read once and kept until papers get other topics.

    Keys are never used again, so the bits of deleted papers do no harm: no selection has these keys.
    """

    def __init__(self) -> None:
        self._sets: dict[int, int] = {}
        self._version: str | None = None
        self._newest = 0
        """The greatest key that the sets include."""

    def load(self, connection: sqlite3.Connection) -> None:
        """Read the missing papers; the next call continues an interrupted read."""
        version, newest = connection.execute(
            f"SELECT (SELECT value FROM meta WHERE key = ?), ({GREATEST})", (CHANGED,)
        ).fetchone()
        topics = {key for (key,) in connection.execute("SELECT pk FROM topic")}
        if version != self._version:
            self._sets.clear()
            self._version = version
        if not self._sets:
            self._newest = newest
        for topic in topics - self._sets.keys():
            own = "SELECT pk FROM paper_topic WHERE topic = ? AND pk <= ?"
            self._sets[topic] = bits(connection.execute(own, (topic, self._newest)), self._newest)
        if newest > self._newest:
            more = "SELECT topic, pk FROM paper_topic WHERE pk > ? AND pk <= ? ORDER BY topic"
            rows = connection.execute(more, (self._newest, newest)).fetchall()
            for topic, added in groupby(rows, key=itemgetter(0)):
                self._sets[topic] = self._sets.get(topic, 0) | bits(((pk,) for _, pk in added), newest)
            self._newest = newest

    def count(self, papers: int) -> dict[int, int]:
        """How many papers of a set have each topic, by the topic's key."""
        return {topic: (papers & those).bit_count() for topic, those in self._sets.items()}
