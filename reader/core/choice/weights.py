"""What was learned of the user as a list that they can change: words, topics, authors and organizations by weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.core.choice.learned import Learned
from reader.core.choice.taste import TasteTerm, What
from reader.core.choice.wishes import WHATS, Wish

LEAST = 0.005
"""What counts less than this part of the best word is not listed, unless the user has changed it."""


class Weight(NamedTuple):
    """One thing that counts for papers, or could."""

    wish: Wish
    """What it is, and what the user decided about it."""
    text: str
    """As it is shown."""
    weight: float = 0.0
    """As it counts: the best word that was learned has 1; 0 if it is muted or was not learned."""
    papers: int = 0
    """Marked papers that it was learned from; 0 if it was not."""

    @property
    def what(self) -> What:
        """Whether it is a word, a topic, an author or an organization."""
        return self.wish.what


def weigh_all(learned: Learned, topics: Sequence[tuple[str, str]]) -> tuple[Weight, ...]:
    """All that counts, by kind and weight, then what is muted, then other topics as (slug, name) in their order."""
    wishes = {wish.key: wish for wish in learned.wishes}
    every = (*learned.taste.terms, *learned.taste.traits)
    terms = {term.key: term for term in every if abs(term.weight) >= LEAST or term.key in wishes}
    names = dict(topics)
    found = [
        Weight(wishes.get(key) or _as_learned(term), term.text, term.weight, term.papers) for key, term in terms.items()
    ]
    found += [Weight(wish, names.get(wish.name, wish.name)) for key, wish in wishes.items() if key not in terms]
    known = {one.wish.name for one in found if one.what == "topic"}
    found += [Weight(Wish("topic", slug), name) for slug, name in topics if slug not in known]
    return tuple(_by_kind(found))


def _as_learned(term: TasteTerm) -> Wish:
    return Wish(term.what, term.text if term.what == "word" else term.name)


def _by_kind(found: Sequence[Weight]) -> Iterator[Weight]:
    for what in WHATS:
        yield from sorted((one for one in found if one.what == what), key=lambda one: -abs(one.weight))
