"""What the user decides about what was learned: more or less of an interest, a word, a topic or an author.

Each decision is an event without papers, which undo takes back. The step of a wish adds to what papers with the word or
trait have, or takes from it, whether that was learned or not. An interest that the user has changed is held: its papers
stay together under its name, whatever is marked later; its step multiplies what it says. What is muted says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from reader.core.choice.words import code_of
from reader.core.foreign import read_json
from reader.core.ids import is_paper_id
from reader.core.text import clean, fold

WEIGH: Final = "weigh:"
"""Prefix of the kinds of events that weigh something; its type and name follow."""

HOLD: Final = "interest:"
"""Prefix of the kinds of events that change an interest; its key follows, and the value is JSON."""

MUTE: Final = "mute"
"""The value of the event that mutes."""

MOST_STEPS: Final = 3

LONGEST: Final = 120

STEP: Final = 0.5
"""What the first step adds; each next one doubles it."""

FACTOR: Final = 1.5

MOST_HELD: Final = 100
"""Maximum number of papers that identify a changed interest: those with the most weight."""

HELD_LIMIT: Final = 8_000

What: TypeAlias = Literal["word", "topic", "author", "org"]
"""What a liked or disliked thing is; all but words are traits."""

WHATS: Final[tuple[What, ...]] = get_args(What)

Direction: TypeAlias = Literal["raise", "lower", "mute", "reset"]


class Wish(NamedTuple):
    """What the user wants of one word, topic, author or organization."""

    what: What
    name: str
    """The word or pair of words, the topic's slug, the author or the organization."""
    step: int | None = 0
    """How often it was raised; below 0 if lowered, None if muted, 0 if as learned."""

    @property
    def kind(self) -> str:
        return f"{WEIGH}{self.what}:{self.name}"

    @property
    def value(self) -> str:
        return MUTE if self.step is None else str(self.step)

    @property
    def key(self) -> tuple[What, str]:
        """What it is about, regardless of spelling."""
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
        return self._replace(step=_moved(self.step, direction))

    @property
    def added(self) -> float:
        """What it adds to the score of a paper that is all about it; a muted word is not learned in the first place."""
        step = -MOST_STEPS if self.step is None and self.what != "word" else self.step or 0
        return STEP * 2.0 ** (abs(step) - 1) * (1 if step > 0 else -1) if step else 0.0


def _moved(step: int | None, direction: Direction) -> int | None:
    """Another step; to raise or lower what is muted unmutes it."""
    if direction in ("mute", "reset"):
        return None if direction == "mute" else 0
    return max(-MOST_STEPS, min(MOST_STEPS, (step or 0) + (1 if direction == "raise" else -1)))


def trait_key(what: What, name: str) -> tuple[What, str]:
    """What distinguishes a word or trait from others: a word's stem, or its name without case and accents."""
    return what, str(code_of(name)) if what == "word" else fold(name)


DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "raise": 'raised "{}"',
        "lower": 'lowered "{}"',
        "mute": 'muted "{}"',
        "reset": 'as learned: "{}"',
        "rename": 'renamed to "{}"',
        "join": 'joined as "{}"',
        "split": 'split off "{}"',
        "make": 'made "{}" an interest',
    }
)
"""What the user did with an interest, in words."""


class Held(NamedTuple):
    """What the user wants of one interest."""

    key: str
    """The id of the paper that it began with, or the tag or view that it was made of."""
    name: str
    step: int | None = 0
    """As in a wish."""
    papers: tuple[str, ...] = ()
    """The ids of papers that stay together; none if the interest is as learned."""
    did: str = "reset"
    """The user's last action on it, one of `DONE`."""

    @property
    def kind(self) -> str:
        return f"{HOLD}{self.key}"

    @property
    def value(self) -> str:
        said = {"did": self.did, "name": self.name, "step": self.step, "papers": self.papers[:MOST_HELD]}
        return json.dumps(said, ensure_ascii=False)

    @property
    def label(self) -> str:
        """The user's last action, in words."""
        return DONE[self.did].format(self.name)

    @property
    def factor(self) -> float:
        """What its words' weights are multiplied by."""
        return 0.0 if self.step is None else FACTOR**self.step

    def moved(self, direction: Direction) -> Held:
        papers = () if direction == "reset" else self.papers
        return self._replace(step=_moved(self.step, direction), papers=papers, did=direction)


def joined(one: Held, other: Held) -> list[Held]:
    """Join two interests under the name of the first."""
    papers = tuple(dict.fromkeys((*one.papers, *other.papers)))
    return [one._replace(papers=papers, did="join"), other._replace(papers=(), step=0, did="reset")]


def parse_held(kind: str, value: str) -> Held | None:
    """The interest of an event; None if it is of another kind, or not of the right form."""
    key, said = kind.removeprefix(HOLD), read_json(value, HELD_LIMIT)
    if not kind.startswith(HOLD) or clean(key, LONGEST) != key or not key or not isinstance(said, dict):
        return None
    name, step, papers, did = said.get("name"), said.get("step"), said.get("papers"), said.get("did")
    if not isinstance(name, str) or not name or clean(name, LONGEST) != name:
        return None
    if not isinstance(did, str) or did not in DONE or not isinstance(papers, list) or len(papers) > MOST_HELD:
        return None
    if not all(isinstance(one, str) and is_paper_id(one) for one in papers):
        return None
    is_step = step is None or (isinstance(step, int) and not isinstance(step, bool) and abs(step) <= MOST_STEPS)
    return Held(key, name, step, tuple(papers), did) if is_step else None


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
    """An event of these kinds in words."""
    wish = parse_held(kind, value) or parse_wish(kind, value)
    return wish.label if wish else "weighed"


def newest_held(events: Iterable[tuple[str, str]]) -> tuple[Held, ...]:
    """The interests changed by the user, from the kinds and values of events, oldest first."""
    found: dict[str, Held] = {}
    for kind, value in events:
        held = parse_held(kind, value)
        if held is not None:
            found.pop(held.key, None)
            if held.papers:
                found[held.key] = held
    return tuple(found.values())


def newest_wishes(events: Iterable[tuple[str, str]]) -> tuple[Wish, ...]:
    """The wishes in force, from the kinds and values of events, oldest first."""
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
