"""More about papers as JSON: why one suits the user, what it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reader.cache.choice import Suits, read_suits
from reader.cache.search import free_text
from reader.core.similarity import Shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reader.cache.reads.window import Window
    from reader.core.paper import Paper

FOR_YOU = "for_you"


def for_you_record(window: Window, paper: Paper) -> dict[str, dict[str, Any]]:
    """How well a paper suits the user, as JSON; the window has learned it."""
    pk = paper.pk if isinstance(paper.pk, int) else 0
    suits = window.read(lambda connection: read_suits(connection, [pk])).get(pk, Suits())
    return {FOR_YOU: {"score": round(suits.score, 4), "why": suits.why or None, "phrases": [*suits.phrases]}}


LIKE = "like"


def shared(window: Window, ids: Sequence[str], pk: int) -> Shared:
    """What a paper shares with the papers of these ids."""
    return window.read(lambda connection: free_text.shared(connection, free_text.keys_of(connection, ids), pk))


def like_record(window: Window, ids: Sequence[str], pk: int) -> dict[str, object]:
    """The same as JSON: words, authors, topics, and a sentence."""
    found = shared(window, ids, pk)
    return {LIKE: {**found._asdict(), "why": found.said or None}}
