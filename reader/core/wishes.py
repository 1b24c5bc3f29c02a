"""The user's wishes for more or less of a phrase or a topic.

Each wish is an event without papers, which undo takes back. Its step adds to the score of papers with the phrase or
topic, or takes from it, whether that was learned or not. A muted phrase is not learned at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

from reader.core.text import clean, split_words

WEIGH: Final = "weigh:"
"""Prefix of the kinds of events that weigh a phrase or topic, before its type and name."""

MAX_STEPS: Final = 3

MAX_NAME_CHARACTERS: Final = 120
"""Maximum letters of a phrase."""

FIRST_STEP: Final = 0.25
"""The score that the first step adds, on a scale on which liked papers have 1; each next step doubles it."""

SubjectType: TypeAlias = Literal["word", "topic"]
Direction: TypeAlias = Literal["raise", "lower", "mute", "reset"]

_TYPES: dict[str, SubjectType] = {"word": "word", "topic": "topic"}
_STEPS: dict[str, int | None] = {"mute": None, **{str(step): step for step in range(-MAX_STEPS, MAX_STEPS + 1)}}


class Wish(NamedTuple):
    """The user's wish about one phrase or topic."""

    type: SubjectType
    name: str
    """The phrase, or the topic's slug."""
    step: int | None = 0
    """How often it was raised; below 0 if lowered, None if muted, 0 if as learned."""

    @property
    def kind(self) -> str:
        return f"{WEIGH}{self.type}:{self.name}"

    @property
    def value(self) -> str:
        return "mute" if self.step is None else str(self.step)

    @property
    def key(self) -> tuple[str, str]:
        """Its subject, regardless of spelling."""
        # Late: the interface starts without this import (6 ms).
        from reader.core.words import normalize_spelling, stems

        return self.type, " ".join(stems(split_words(normalize_spelling(self.name))))

    @property
    def wish_in_words(self) -> str:
        """The wish in words: more, less, or nothing."""
        if self.step is None:
            return "muted"
        return "more" if self.step > 0 else "less" if self.step < 0 else ""

    @property
    def label(self) -> str:
        """The wish in words: `more of sparse attention`."""
        begin = {"": "no wish about", "muted": "muted"}.get(self.wish_in_words, f"{self.wish_in_words} of")
        return f"{begin} {self.name}"

    def after_step(self, direction: Direction) -> Wish:
        """The wish after another step; raising or lowering a muted subject unmutes it."""
        if direction in ("mute", "reset"):
            return self._replace(step=None if direction == "mute" else 0)
        step = (self.step or 0) + (1 if direction == "raise" else -1)
        return self._replace(step=max(-MAX_STEPS, min(MAX_STEPS, step)))

    @property
    def score_change(self) -> float:
        """The score that it adds to a paper; a muted phrase adds nothing, as it is not learned."""
        step = -MAX_STEPS if self.step is None and self.type == "topic" else self.step or 0
        return FIRST_STEP * 2.0 ** (abs(step) - 1) * (1 if step > 0 else -1) if step else 0.0


def parse_wish(kind: str, value: str) -> Wish | None:
    """The wish of an event; None if it is of another kind or malformed."""
    type, _, name = kind.removeprefix(WEIGH).partition(":")
    if not kind.startswith(WEIGH) or type not in _TYPES or value not in _STEPS:
        return None
    return Wish(_TYPES[type], name, _STEPS[value]) if name and clean(name, MAX_NAME_CHARACTERS) == name else None


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
