"""More about papers as JSON: why one suits the user, what it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from reader.cache.search import free_text
from reader.commands.contract import extended
from reader.core.choice.words import pack
from reader.core.similarity import Shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reader.cache.reads.window import Window
    from reader.core.paper import Paper

FOR_YOU = "for_you"

Term = TypedDict("Term", {"what": str, "text": str, "weight": float, "papers": int})
ForYou = TypedDict("ForYou", {"score": float, "why": str | None, "terms": list[Term]})

MOST_TERMS = 20


def for_you_record(window: Window, paper: Paper) -> dict[str, ForYou]:
    """What was learned from the user's marks about a paper, as JSON: its score, words, and a sentence."""
    learned, pk = window.for_you.learned(), paper.pk if isinstance(paper.pk, int) else 0
    packed = pack(paper.title, paper.abstract)
    reasons = learned.reasons(pk, packed)
    terms = [
        Term(what=one.what, text=one.text, weight=round(one.weight, 4), papers=one.papers)
        for one in reasons[:MOST_TERMS]
    ]
    score = round(sum(one.weight for one in reasons), 4)
    return {FOR_YOU: {"score": score, "why": learned.why(pk, packed) or None, "terms": terms}}


LIKE = "like"

Like = extended("Like", Shared, why=str | None)


def shared(window: Window, ids: Sequence[str], pk: int) -> Shared:
    """What a paper shares with the papers of these ids."""
    return window.read(lambda connection: free_text.shared(connection, free_text.keys_of(connection, ids), pk))


def like_record(window: Window, ids: Sequence[str], pk: int) -> dict[str, object]:
    """The same as JSON: words, authors, topics, and a sentence."""
    found = shared(window, ids, pk)
    return {LIKE: {**found._asdict(), "why": found.said or None}}
