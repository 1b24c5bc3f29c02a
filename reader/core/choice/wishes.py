"""What the user wants more or less of: a word, a topic, an author or an organization.

Each wish is an event without papers, which undo takes back. Its step adds to the score of papers with the word or
trait, or takes from it, whether that was learned or not. A muted word is not learned at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from reader.core.choice.words import is_pair, terms_of
from reader.core.text import clean, fold

WEIGH: Final = "weigh:"
"""Prefix of the kinds of events that weigh something; its type and name follow."""

MUTE: Final = "mute"
"""The value of the event that mutes."""

MOST_STEPS: Final = 3

LONGEST_NAME: Final = 120
"""Letters."""

FIRST_STEP: Final = 0.5
"""What the first step adds to the score, on a scale on which liked papers have 1; each next step doubles it."""

What: TypeAlias = Literal["word", "topic", "author", "org"]
"""What a wish is about; all but words are traits."""

WHATS: Final[tuple[What, ...]] = get_args(What)

Direction: TypeAlias = Literal["raise", "lower", "mute", "reset"]


class Wish(NamedTuple):
    """What the user wants of one word, topic, author or organization."""

    what: What
    name: str
    """The phrase, the topic's slug, the author or the organization."""
    step: int | None = 0
    """How often it was raised; below 0 if lowered, None if muted, 0 if as learned."""

    @property
    def kind(self) -> str:
        return f"{WEIGH}{self.what}:{self.name}"

    @property
    def value(self) -> str:
        return MUTE if self.step is None else str(self.step)

    @property
    def key(self) -> tuple[str, str]:
        """What it is about, regardless of spelling."""
        is_word = self.what == "word"
        return self.what, " ".join(map(str, terms_of(self.name))) if is_word else fold(self.name)

    @property
    def label(self) -> str:
        """The wish in words: `more of sparse attention`."""
        begin = {"": "no wish about", "more": "more of", "less": "less of", "muted": "muted"}[self.wanted]
        return f"{begin} {self.name}"

    @property
    def wanted(self) -> str:
        """What the user wants of it: more, less, or nothing."""
        if self.step is None:
            return "muted"
        return "more" if self.step > 0 else "less" if self.step < 0 else ""

    def moved(self, direction: Direction) -> Wish:
        """The wish after another step; to raise or lower what is muted unmutes it."""
        if direction in ("mute", "reset"):
            return self._replace(step=None if direction == "mute" else 0)
        step = (self.step or 0) + (1 if direction == "raise" else -1)
        return self._replace(step=max(-MOST_STEPS, min(MOST_STEPS, step)))

    @property
    def added(self) -> float:
        """What it adds to the score of a paper; a muted word adds nothing, as it is not learned."""
        step = -MOST_STEPS if self.step is None and self.what != "word" else self.step or 0
        return FIRST_STEP * 2.0 ** (abs(step) - 1) * (1 if step > 0 else -1) if step else 0.0


def parse_wish(kind: str, value: str) -> Wish | None:
    """The wish of an event; None if it is of another kind or malformed."""
    what, _, name = kind.removeprefix(WEIGH).partition(":")
    known = next((one for one in WHATS if one == what), None)
    if not kind.startswith(WEIGH) or known is None or not name or clean(name, LONGEST_NAME) != name:
        return None
    steps = {MUTE: None, **{str(step): step for step in range(-MOST_STEPS, MOST_STEPS + 1)}}
    return Wish(known, name, steps[value]) if value in steps else None


def event_label(kind: str, value: str) -> str:
    """A wish, or an interest that an earlier version changed, in words."""
    wish = parse_wish(kind, value)
    return wish.label if wish else "changed an interest"


def newest_wishes(events: Iterable[tuple[str, str]]) -> tuple[Wish, ...]:
    """The wishes in force, from the kinds and values of events, oldest first."""
    found: dict[tuple[str, str], Wish] = {}
    for wish in filter(None, (parse_wish(kind, value) for kind, value in events)):
        found.pop(wish.key, None)
        if wish.step != 0:
            found[wish.key] = wish
    return tuple(found.values())


def muted_terms(wishes: Iterable[Wish]) -> frozenset[int]:
    """The pairs of muted phrases, whose words still count in other phrases, and the muted single words."""
    phrases = [terms_of(wish.name) for wish in wishes if wish.what == "word" and wish.step is None]
    return frozenset(term for terms in phrases for term in terms if is_pair(term) or len(terms) == 1)
