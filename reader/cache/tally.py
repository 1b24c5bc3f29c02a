"""Counting for the filter pane: what was counted is kept until the cache changes, what takes long is estimated.

Each question is put to the index that answers it alone: the topics of everything are counted in `paper_topic`
(1,000,000 papers: 0.2 s; joined to their papers 2 s), days in the list's own index.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

from reader.cache import strategy
from reader.cache.search import Selection
from reader.cache.window import VISIBLE, DayCount, TopicCount, Window

SAMPLE = 2_000
"""First papers of a selection whose topics tell those of all."""

SOON = 25_000
"""The topics of so many papers are counted within 70 ms in a cache of 1,000,000."""

SMALL = 150_000
"""In a cache of so many papers, the topics of any of them are counted within 0.2 s: no estimate is shown before."""

T = TypeVar("T")


class Facets(NamedTuple):
    """Every topic with its papers."""

    topics: tuple[TopicCount, ...]
    approximate: bool
    """Whether the numbers are estimates."""


class Tally:
    """Counts of one cache, for one thread."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._known: dict[Hashable, Any] = {}

    def look(self) -> None:
        """Forget what was counted if the cache has changed since."""
        if self._window.changed():
            self._known.clear()

    def count(self, selection: Selection) -> int:
        """How many papers a selection has."""
        return self._once(("count", *_asked(selection)), lambda: self._window.count(selection))

    def days(self) -> tuple[DayCount, ...]:
        """The days that list papers."""
        return self._once("days", lambda: tuple(self._window.days()))

    def facets(self, selection: Selection, *, exactly: bool) -> Facets:
        """The topics of a selection, counted if that takes no longer than a blink or `exactly` is True."""
        key = ("topics", *_asked(selection))
        if exactly or key in self._known or selection.where == VISIBLE or self._is_soon(selection):
            return self._once(key, lambda: Facets(self._topics(selection), approximate=False))
        return self._estimate(selection)

    def _is_soon(self, selection: Selection) -> bool:
        return self.count(selection) <= SOON or self._papers() <= SMALL

    def _topics(self, selection: Selection) -> tuple[TopicCount, ...]:
        most = selection.where != VISIBLE and 2 * self.count(selection) > self._papers()
        return tuple(self._window.topics(selection, most=most))

    def _papers(self) -> int:
        """About how many papers there are."""
        return self._once("papers", self._window.size)

    def _estimate(self, selection: Selection) -> Facets:
        """The topics of a selection as its first papers have them."""
        found = self._window.read(lambda connection: _first_topics(connection, selection))
        scale = self.count(selection) / SAMPLE
        topics = self._once("names", self._window.topic_names_by_key)
        return Facets(
            tuple(TopicCount(*names, round(found.get(key, 0) * scale)) for key, names in topics.items()),
            approximate=True,
        )

    def _once(self, key: Hashable, count: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = count()
        found: T = self._known[key]
        return found


def _asked(selection: Selection) -> tuple[Hashable, ...]:
    """What tells a selection from others, whatever their order."""
    return selection.where, selection.params


def _first_topics(connection: sqlite3.Connection, selection: Selection) -> dict[int, int]:
    """Papers by key of topic, among the first of a selection."""
    pks = [row[0] for row in strategy.first(connection, selection, SAMPLE)]
    rows = connection.execute(
        "SELECT topic, count(*) FROM paper_topic WHERE pk IN (SELECT value FROM json_each(?)) GROUP BY topic",
        (json.dumps(pks),),
    )
    return dict(rows.fetchall())
