"""What the user decides on what was learned: more of a word, a topic, an author or an organization, or less.

A wish is an event without papers, which undo takes back. Its step adds to what papers with the word or trait have, or
takes from it, whether that was learned or not; a muted word or trait counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from reader.core.choice.taste import Taste, TasteTerm, What
from reader.core.choice.words import code_of
from reader.core.text import clean, fold

WEIGH: Final = "weigh:"
"""Prefix of the kinds of events that weigh something; what it is and its name follow."""

MUTE: Final = "mute"
"""The value of the event that mutes."""

MOST_STEPS: Final = 3

LONGEST: Final = 120
"""Maximum characters of a name."""

STEP: Final = 0.5
"""What one step adds, and the next one doubles: half of what the best papers of an interest have."""

WHATS: Final[tuple[What, ...]] = get_args(What)

Direction: TypeAlias = Literal["raise", "lower", "mute", "reset"]


class Wish(NamedTuple):
    """What the user wants of one word, topic, author or organization."""

    what: What
    name: str
    """The word or pair of words, the topic's slug, the author or the organization."""
    step: int | None = 0
    """How often it was raised; below 0 if it was lowered, None if it is muted, 0 if it counts as learned."""

    @property
    def kind(self) -> str:
        """The kind of its event."""
        return f"{WEIGH}{self.what}:{self.name}"

    @property
    def value(self) -> str:
        """The value of its event."""
        return MUTE if self.step is None else str(self.step)

    @property
    def key(self) -> tuple[What, str]:
        """What it is about, however that is written."""
        return trait_key(self.what, self.name)

    @property
    def label(self) -> str:
        """The wish in words: `raised "sparse attention"`."""
        if self.step is None:
            done = "muted"
        else:
            done = "raised" if self.step > 0 else "lowered" if self.step < 0 else "as learned:"
        return f'{done} "{self.name}"'

    def moved(self, direction: Direction) -> Wish:
        """The wish after another decision; to raise or lower what is muted unmutes it."""
        if direction in ("mute", "reset"):
            return self._replace(step=None if direction == "mute" else 0)
        step = (self.step or 0) + (1 if direction == "raise" else -1)
        return self._replace(step=max(-MOST_STEPS, min(MOST_STEPS, step)))

    @property
    def added(self) -> float:
        """What it adds to the score of a paper that is all about it."""
        return STEP * 2.0 ** (abs(self.step) - 1) * (1 if self.step > 0 else -1) if self.step else 0.0


def trait_key(what: What, name: str) -> tuple[What, str]:
    """What distinguishes a word or trait from others: a word's stem, or its name without case and accents."""
    return what, str(code_of(name)) if what == "word" else fold(name)


def parse_wish(kind: str, value: str) -> Wish | None:
    """The wish of an event; None if it is of another kind, or not of the right form."""
    what, _, name = kind.removeprefix(WEIGH).partition(":")
    if not kind.startswith(WEIGH) or what not in WHATS or not name or clean(name, LONGEST) != name:
        return None
    if value == MUTE:
        return Wish(what, name, None)
    try:
        step = int(value)
    except ValueError:
        return None
    return Wish(what, name, step) if abs(step) <= MOST_STEPS and str(step) == value else None


def event_label(kind: str, value: str) -> str:
    """An event of this kind in words."""
    wish = parse_wish(kind, value)
    return wish.label if wish else "weighed"


def newest_wishes(events: Iterable[tuple[str, str]]) -> tuple[Wish, ...]:
    """The wishes in force, from the kinds and values of events, the oldest first."""
    found: dict[tuple[What, str], Wish] = {}
    for kind, value in events:
        wish = parse_wish(kind, value)
        if wish is not None:
            found.pop(wish.key, None)
            if wish.step != 0:
                found[wish.key] = wish
    return tuple(found.values())


def muted_codes(wishes: Iterable[Wish]) -> frozenset[int]:
    """The numbers of the muted words."""
    codes = (code_of(wish.name) for wish in wishes if wish.what == "word" and wish.step is None)
    return frozenset(code for code in codes if code is not None)


def with_wishes(taste: Taste, wishes: Iterable[Wish]) -> Taste:
    """What was learned, weighed as the user wishes; what is muted is left out."""
    found = {term.key: term for term in (*taste.terms, *taste.traits)}
    for wish in wishes:
        known = found.pop(wish.key, None)
        code = code_of(wish.name) if wish.what == "word" else 0
        if wish.step is not None and code is not None:
            term = known or TasteTerm(code, wish.name, 0.0, 0, wish.what, wish.name)
            found[wish.key] = term._replace(weight=term.weight + wish.added, added=term.added + wish.added)
    ordered = sorted(found.values(), key=lambda term: -abs(term.weight))
    return taste._replace(
        terms=tuple(term for term in ordered if term.what == "word"),
        traits=tuple(term for term in ordered if term.what != "word"),
    )
