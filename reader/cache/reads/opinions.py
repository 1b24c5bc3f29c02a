"""What was learned of the user, and what it makes of a paper, for those who show it; `cache/choice.py` learns it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.choice import words_of

if TYPE_CHECKING:
    from reader.cache.reads.window import Window
    from reader.core.choice.learned import Learned
    from reader.core.choice.taste import Interest, TasteTerm
    from reader.core.choice.wishes import Wish

_TOPICS = "SELECT slug, name FROM topic ORDER BY pk"


class Reasons(NamedTuple):
    """What For you has learned, and what that makes of a paper."""

    why: str = ""
    terms: tuple[TasteTerm, ...] = ()
    """What each word and trait adds to its score, the weightiest first."""
    interests: tuple[Interest, ...] = ()
    wishes: tuple[Wish, ...] = ()
    """What the user decided about words and traits."""
    topics: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is learned from marks yet."""
        return not self.interests


def read_reasons(window: Window, pk: int | None = None) -> Reasons:
    """What is known of the user, and of a paper by it; raises CacheError."""
    learned = window.for_you.learned()
    topics = tuple(window.read(lambda one: one.execute(_TOPICS).fetchall()))
    wishes = tuple(sorted(learned.wishes, key=lambda one: one.kind))
    known = Reasons(interests=learned.taste.subjects, wishes=wishes, topics=topics)
    if pk is None or learned.taste.is_empty:
        return known
    packed = window.read(lambda one: words_of(one, pk))
    is_learned_from = any(one.pk == pk for one in learned.taste.liked)
    why = learned.why(pk, packed) or ("For you learns from this paper" if is_learned_from else "")
    return known._replace(why=why, terms=learned.reasons(pk, packed))


def whys(connection: sqlite3.Connection, learned: Learned, pks: Sequence[int]) -> dict[int, str]:
    """Why papers suit the user, in words, by their keys; for a screenful, which takes some 10 ms."""
    return learned.whys((pk, words_of(connection, pk)) for pk in pks)
