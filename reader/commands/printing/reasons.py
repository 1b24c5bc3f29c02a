"""Why a paper is in a list, as commands print it: why it suits the user, and what it shares with those it is like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.core.choice.learned import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reader.cache.reads.window import Window
    from reader.core.paper import Paper
    from reader.core.similarity import Shared

FOR_YOU = "for_you"
"""The key in JSON."""


def for_you_record(window: Window, paper: Paper) -> dict[str, object]:
    """What was learned from the user's marks about a paper, as JSON: its score, the words, and a sentence of them."""
    opinion = window.for_you.opinion(paper)
    terms = [
        {"what": one.what, "text": one.text, "weight": round(one.weight, 4), "papers": one.papers}
        for one in opinion.reasons
    ]
    return {FOR_YOU: {"score": opinion.score, "why": explain(opinion.reasons) or None, "terms": terms}}


def for_you_sentence(window: Window, paper: Paper) -> str:
    """The same as a line; empty if nothing was learned, or if nothing speaks for or against the paper."""
    why = explain(window.for_you.opinion(paper).reasons)
    return f"For you: {why}." if why else ""


LIKE = "like"
"""The key in JSON."""


def shared(window: Window, ids: Sequence[str], pk: int) -> Shared:
    """What a paper shares with those that have these ids."""
    from reader.cache.search import similar
    from reader.cache.search.nearest import cache_file

    return window.read(
        lambda connection: similar.shared(connection, cache_file(connection), similar.keys_of(connection, ids), pk)
    )


def like_record(window: Window, ids: Sequence[str], pk: int) -> dict[str, object]:
    """The same as JSON: the words, authors and topics, whether one cites the other, and a sentence of it all."""
    found = shared(window, ids, pk)
    return {LIKE: {**found._asdict(), "why": found.said or None}}
