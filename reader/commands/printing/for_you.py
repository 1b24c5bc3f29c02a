"""Why a paper suits the user, as `list` and `show` print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.core.choice.learned import explain

if TYPE_CHECKING:
    from reader.cache.reads.window import Window
    from reader.core.paper import Paper

KEY = "for_you"
"""The key in JSON."""


def record(window: Window, paper: Paper) -> dict[str, object]:
    """What was learned from the user's marks about a paper, as JSON: its score, the words, and a sentence of them."""
    opinion = window.for_you.opinion(paper)
    terms = [
        {"what": one.what, "text": one.text, "weight": round(one.weight, 4), "papers": one.papers}
        for one in opinion.reasons
    ]
    return {KEY: {"score": opinion.score, "why": explain(opinion.reasons) or None, "terms": terms}}


def sentence(window: Window, paper: Paper) -> str:
    """The same as a line; empty if nothing was learned, or if nothing speaks for or against the paper."""
    why = explain(window.for_you.opinion(paper).reasons)
    return f"For you: {why}." if why else ""
