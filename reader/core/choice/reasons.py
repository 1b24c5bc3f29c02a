"""Says in words why a paper suits the user, or does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from reader.core.choice.taste import TasteTerm
from reader.core.choice.words import number, tokens

MOST = 4
"""Maximum number of terms that are named on each side."""

LEAST = 0.05
"""A term with less than this part of the weightiest one's weight is not named."""


def explain(reasons: Sequence[TasteTerm]) -> str:
    """A sentence without a full stop, such as `like 3 that you marked: draft models; you hid 2 on finance`.

    Empty without reasons.
    """
    liked = _named(one for one in reasons if one.weight > 0)
    hidden = _named(one for one in reasons if one.weight < 0)
    return "; ".join(
        (
            *(f"like {papers} that you marked: {names}" for papers, names in liked),
            *(f"you hid {papers} on {names}" for papers, names in hidden),
        )
    )


def _named(reasons: Iterable[TasteTerm]) -> Iterator[tuple[int, str]]:
    """Numbers of papers with the terms that so many have, those of the weightiest term first."""
    shown: list[TasteTerm] = []
    for reason in sorted(reasons, key=lambda one: -abs(one.weight)):
        is_weak = bool(shown) and abs(reason.weight) < LEAST * abs(shown[0].weight)
        if not is_weak and len(shown) < MOST and not any(_is_in(reason.text, other.text) for other in shown):
            shown.append(reason)
    order = list(dict.fromkeys(one.papers for one in shown))
    shown.sort(key=lambda one: order.index(one.papers))
    for papers, group in groupby(shown, key=lambda one: one.papers):
        yield papers, ", ".join(one.text for one in group)


def _is_in(text: str, other: str) -> bool:
    """Whether a word is one of a pair, up to its ending: `models` of `draft model`."""
    return {number(token) for token in tokens(text)} <= {number(token) for token in tokens(other)}
