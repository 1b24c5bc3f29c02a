"""Says in words why a paper suits the user, or does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reader.core.choice.taste import TasteTerm
from reader.core.choice.words import number, tokens

MOST = 4
"""Maximum number of terms that are named on each side."""

LEAST = 0.05
"""A term with less than this part of the weightiest one's weight is not named."""


def explain(reasons: Sequence[TasteTerm]) -> str:
    """A sentence without a full stop, such as `like 3 that you marked or opened: draft models; you hid 2 on finance`.

    Empty without reasons.
    """
    liked = _named([one for one in reasons if one.weight > 0])
    against = _named([one for one in reasons if one.weight < 0])
    return "; ".join(
        (
            *(f"{_like(papers)}: {names}" if papers else f"you want {names}" for papers, names in liked),
            *(f"you hid {papers} on {names}" if papers else f"you want less of {names}" for papers, names in against),
        )
    )


def _like(papers: int) -> str:
    return f"like {papers} that you marked or opened"


def _named(reasons: Sequence[TasteTerm]) -> Iterator[tuple[int, str]]:
    """Numbers of papers with the terms that so many have, those of the weightiest term first."""
    shown: list[TasteTerm] = []
    weightiest = max((abs(one.weight) for one in reasons), default=0.0)
    for reason in sorted(reasons, key=lambda one: -abs(one.weight)):
        is_weak = abs(reason.weight) < LEAST * weightiest
        is_said = reason.what == "word" and any(_is_in(reason.text, one.text) for one in shown if one.what == "word")
        if not is_weak and len(shown) < MOST and not is_said:
            shown.append(reason)
    order = list(dict.fromkeys(one.papers for one in shown))
    shown.sort(key=lambda one: order.index(one.papers))
    for papers, group in groupby(shown, key=lambda one: one.papers):
        yield papers, ", ".join(_said(one) for one in group)


def _said(reason: TasteTerm) -> str:
    """A term as a part of a sentence: an author's paper is by them."""
    before = {"author": "by ", "org": "from "}.get(reason.what, "")
    return f"{before}{reason.text}"


def _is_in(text: str, other: str) -> bool:
    """Whether a word is one of a pair, up to its ending: `models` of `draft model`."""
    return {number(token) for token in tokens(text)} <= {number(token) for token in tokens(other)}
