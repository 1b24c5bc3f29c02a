"""What was learned of the user about single papers and words, for screens that show it; `cache/choice.py` learns it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.cache.choice import text_of
from reader.core.choice.learned import Weight, weigh_all
from reader.core.choice.words import pack

if TYPE_CHECKING:
    from reader.cache.reads.window import Window
    from reader.core.choice.learned import Learned
    from reader.core.choice.taste import TasteTerm

_TOPICS = "SELECT slug, name FROM topic ORDER BY pk"


def read_weights(window: Window) -> tuple[Weight, ...]:
    """What is known of the user, as a list that they can change; raises CacheError."""
    topics = window.read(lambda one: one.execute(_TOPICS).fetchall())
    return weigh_all(window.for_you.learned(), topics)


def read_reasons(window: Window, pk: int) -> tuple[TasteTerm, ...] | None:
    """What speaks for and against a paper; None if nothing is learned yet. Raises CacheError."""
    learned = window.for_you.learned()
    if learned.taste.is_empty:
        return None
    return window.read(lambda one: learned.reasons(pk, _words_of(one, pk)))


def whys(connection: sqlite3.Connection, learned: Learned, pks: Sequence[int]) -> dict[int, str]:
    """Why papers suit the user, in words, by their keys; for a screenful, which takes some 5 ms."""
    return {pk: learned.why(pk, _words_of(connection, pk), is_brief=True) for pk in pks}


def _words_of(connection: sqlite3.Connection, pk: int) -> bytes:
    """The packed words of a paper."""
    row = connection.execute("SELECT body FROM paper_words WHERE pk = ?", (pk,)).fetchone()
    return bytes(row[0]) if row else pack(*text_of(connection, pk))
