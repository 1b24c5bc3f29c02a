"""Keys that meet: two actions that would act by the same key, or by keys of which one begins the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, TypeAlias

from reader.keys.actions import Action
from reader.keys.contexts import CONTEXTS, PLACES, TYPING, Context
from reader.keys.spelling import Chord, is_typed, label


class KeyMistake(NamedTuple):
    """A user's binding that can't be used; the action keeps the table's keys."""

    action: str
    problem: str
    suggestion: str | None = None

    def __str__(self) -> str:
        advice = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.action}: {self.problem}{advice}"


class LostKey(NamedTuple):
    """A default key that an action does not have where a key of the user's acts for another action."""

    action: str
    key: str
    winner: str
    winning: str
    """The user's key: the same, or one of which either begins the other."""
    contexts: tuple[Context, ...]
    is_everywhere: bool
    """Whether the key does nothing else for the action in other places."""

    def __str__(self) -> str:
        by = "" if self.winning == self.key else f" ({self.winning})"
        *most, last = (PLACES[context] for context in self.contexts)
        places = f"{', '.join(most)} and {last}" if most else last
        return f"{self.action} loses {self.key} to {self.winner}{by}{'' if self.is_everywhere else f', {places}'}."


class Binding(NamedTuple):
    """A key of an action."""

    action: str
    chord: Chord


class Clash(NamedTuple):
    """Two bindings that can't both act in a context; the first is the same key as the second, or begins it."""

    context: Context
    first: Binding
    second: Binding

    def mistakes(self) -> Iterator[KeyMistake]:
        """The mistake of each of both actions."""
        (one, start), (other, chord) = self.first, self.second
        shown, place = label(chord, ascii=True), PLACES[self.context]
        if start == chord:
            yield KeyMistake(one, f"{shown} is the key of {other} too, {place}")
            yield KeyMistake(other, f"{shown} is the key of {one} too, {place}")
        else:
            text = f"{label(start, ascii=True)} ({one}) begins {shown} ({other}), {place}"
            yield from (KeyMistake(one, text), KeyMistake(other, text))


def acts(action: Action, chord: Chord, context: Context) -> bool:
    """Return whether a binding acts in a context.

    In a text context, letters act only for actions of that one context, which have them on purpose.
    """
    if context not in action.contexts:
        return False
    return context not in TYPING or len(action.contexts) == 1 or not is_typed(chord[0])


Taken: TypeAlias = Mapping[Context, Mapping[Chord, Sequence[str]]]
"""The ids of the actions that act by each key, for each context."""


def find_taken(actions: Mapping[str, Action], chords: Mapping[str, tuple[Chord, ...]]) -> Taken:
    """Tell which actions would act by which keys."""
    taken: dict[Context, dict[Chord, list[str]]] = {context: {} for context in CONTEXTS}
    for action in actions.values():
        for context in action.contexts:
            for chord in chords[action.id]:
                if acts(action, chord, context):
                    taken[context].setdefault(chord, []).append(action.id)
    return taken


def find_clashes(taken: Taken) -> Iterator[Clash]:
    """Find every two bindings that meet, context by context."""
    for context, keys in taken.items():
        for chord, users in keys.items():
            bindings = [Binding(user, chord) for user in users]
            yield from (Clash(context, *pair) for pair in combinations(bindings, 2))
            for size in range(1, len(chord)):
                begun = [Binding(user, chord[:size]) for user in keys.get(chord[:size], ())]
                yield from (Clash(context, short, long) for short in begun for long in bindings)


def find_digits(actions: Mapping[str, Action], taken: Taken) -> Iterator[KeyMistake]:
    """Find bindings that begin with a digit where digits begin a count."""
    for context, keys in taken.items():
        begun = [(chord, users) for chord, users in keys.items() if chord[0] in tuple("123456789")]
        if not begun or context in TYPING:
            continue
        if any(actions[user].repeatable for users in keys.values() for user in users):
            for chord, users in begun:
                problem = f"{label(chord, ascii=True)} begins with a digit, which is a count"
                yield from (KeyMistake(user, problem) for user in users)
