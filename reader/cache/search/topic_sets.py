"""The papers of every topic as sets of bits: what topics some papers have is counted in no time.

A set is one integer with a bit for each key that a paper may have. Of 1,000,000 papers that is 125 KB a topic, and to
cut 56 topics with a selection and count what is left takes 3 ms, where SQL takes 1 s to join the rows of 800,000.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

CHANGED = "topics_changed"
"""Fact in `meta` that counts how often papers that were here got other topics."""

GREATEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'paper'"
"""The greatest key that a paper was ever given: no paper that was read before has a greater one."""

_ZERO, _ONE = ord("0"), ord("1")


def bits(pks: Iterable[tuple[int]], greatest: int) -> int:
    """A set of keys, which come as rows of one column; `greatest` is at least the greatest of them."""
    # The first digit is the highest: the key 0 stands last.
    digits = bytearray([_ZERO]) * (greatest + 1)
    for (pk,) in pks:
        digits[~pk] = _ONE
    return int(digits, 2)


class TopicSets:
    """The sets of one cache, read when they are first needed and kept until papers get other topics.

    Keys of papers are never given out again, so that papers which are dropped do not matter: no selection has them.
    """

    def __init__(self) -> None:
        self._sets: dict[int, int] = {}
        self._version: str | None = None
        self._newest = 0
        """The greatest key of a paper that the sets know."""

    def load(self, connection: sqlite3.Connection) -> None:
        """Read what is not known yet; one that is interrupted is gone on with by the next."""
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
        """How many of some papers, a set of bits, have each topic, by the topic's key."""
        return {topic: (papers & those).bit_count() for topic, those in self._sets.items()}
