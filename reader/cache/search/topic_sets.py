"""The papers of every topic as sets of bits: they count the topics of any papers in milliseconds.

A set is one integer with a bit for each key that a paper can have. With 1,000,000 papers a set takes 125 KB. Counting
56 topics of 800,000 papers takes 3 ms; a join in SQL takes 1 s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

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
