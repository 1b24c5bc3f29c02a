"""The table of actions with the user's keys, and the reader that turns pressed keys, chords and counts into actions."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from reader.core.errors import ConfigError
from reader.core.nearest import nearest
from reader.keys.actions import (
    ACTIONS,
    COMMAND_LINE,
    CONTEXTS,
    FOOTERS,
    MENU,
    PRESETS,
    TYPING,
    VIM,
    Action,
    Context,
    keys_of,
    place_of,
    rows_of,
)
from reader.keys.spelling import Chord, is_typed, label, parse_keys, spell, write_chord

if TYPE_CHECKING:
    from reader.config import Settings


class KeyMistake(NamedTuple):
    """A binding of the user that cannot be used in some or all contexts."""

    action: str
    problem: str
    suggestion: str | None = None

    def __str__(self) -> str:
        advice = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.action}: {self.problem}{advice}"


class Keymap:
    """The actions with their keys.

    A preset replaces the keys that the table gives to an action. The user's `overrides`, by action id, replace those
    keys again; an empty text unbinds the action. A user's key displaces the default keys that are equal to it, start
    with it, or are the start of it.
    """

    def __init__(
        self,
        actions: Iterable[Action] = ACTIONS,
        overrides: Mapping[str, str | Sequence[str]] | None = None,
        *,
        preset: Mapping[str, str] = VIM,
        ascii: bool = False,
    ) -> None:
        self.ascii = ascii
        self._actions = {action.id: action for action in actions}
        self.mistakes: list[KeyMistake] = []
        own = dict(self._read_overrides(overrides or {}))
        self._chords = {id: parse_keys(preset.get(id, action.keys)) for id, action in self._actions.items()} | own
        contexts = (context for action in self._actions.values() for context in action.contexts)
        self._bound: dict[Context, dict[Chord, Action]] = {context: {} for context in (*CONTEXTS, *contexts)}
        # Bind the user's keys last, so that they displace the others.
        for action in sorted(self._actions.values(), key=lambda action: action.id in own):
            for context in action.contexts:
                for chord in self._chords[action.id]:
                    # While text is typed, a letter acts only for an action that belongs to that context alone.
                    if context not in TYPING or len(action.contexts) == 1 or not is_typed(chord[0]):
                        self._put(context, chord, action, own)

    def _put(self, context: Context, chord: Chord, action: Action, own: Collection[str]) -> None:
        """Bind a key; a user's key replaces the default keys that it meets, and is refused if it meets a user's key."""
        bound = self._bound[context]
        for met in _met(chord, bound) if action.id in own else ():
            if met != chord or bound[met] is not action:
                if (other := bound[met].id) in own:
                    shown = label(chord, ascii=True), label(met, ascii=True)
                    self._refuse(action.id, f"{shown[0]} clashes with {shown[1]} of {other}, {place_of(context)}")
                    return
                del bound[met]
        bound[chord] = action

    def _refuse(self, action_id: str, problem: str, suggestion: str | None = None) -> None:
        """Report the first mistake of an action's keys."""
        if all(mistake.action != action_id for mistake in self.mistakes):
            self.mistakes.append(KeyMistake(action_id, problem, suggestion))

    @classmethod
    def of(cls, settings: Settings, overrides: Mapping[str, str | Sequence[str]] | None = None) -> Self:
        """The keymap of the user's settings; `overrides` replace the keys of the settings."""
        own = {**keys_of(settings.commands), **(settings.keys if overrides is None else overrides)}
        actions = (*ACTIONS, *rows_of(settings.commands))
        return cls(actions, own, preset=PRESETS[settings.key_preset], ascii=settings.ascii)

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(self._actions.values())

    def action(self, action_id: str) -> Action:
        """Return the action with this id; raise KeyError if there is none."""
        return self._actions[action_id]

    def chords(self, action_id: str, context: Context | None = None) -> tuple[Chord, ...]:
        """Return the bindings of an action that were not displaced; with `context`, only the bindings there."""
        action = self._actions[action_id]
        places = [self._bound[name] for name in (action.contexts if context is None else (context,))]
        return tuple(chord for chord in self._chords[action_id] if any(place.get(chord) is action for place in places))

    def place(self, action_id: str, chord: Chord) -> int:
        """Return the number of a binding among the bindings of a numbered action, from 1."""
        return self._chords[action_id].index(chord) + 1

    def labels(self, action_id: str, context: Context | None = None) -> tuple[str, ...]:
        """Return the displayed bindings of an action; for a numbered action, a single text such as `g1…g9`."""
        labels = tuple(label(chord, ascii=self.ascii) for chord in self.chords(action_id, context))
        if self._actions[action_id].numbered and len(labels) > 1:
            return (f"{labels[0]}{'-' if self.ascii else '…'}{labels[-1]}",)
        return labels

    def numbered_keys(self, action_id: str) -> tuple[str, ...]:
        """Return the displayed bindings of a numbered action; a displaced binding is empty."""
        left = self.chords(action_id)
        return tuple(label(chord, ascii=self.ascii) if chord in left else "" for chord in self._chords[action_id])

    def key(self, action_id: str, context: Context | None = None) -> str:
        """Return the first displayed binding of an action, for sentences such as `u undoes`; empty if unbound."""
        return next(iter(self.labels(action_id, context)), "")

    def resolve(self, context: Context) -> Mapping[Chord, Action]:
        return self._bound[context]

    def takes_counts(self, context: Context) -> bool:
        """Return whether a digit begins a count in this context."""
        return any(action.repeatable for action in self._bound[context].values())

    def choices(self, context: Context, begun: Chord, saved: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
        """Return the (displayed keys, name) pairs that may follow the keys pressed so far.

        If they include views, only the usual views, the views that the user has `saved`, by their names, and the key of
        the command line are returned.
        """
        following = [(chord, action) for chord, action in self._bound[context].items() if chord[: len(begun)] == begun]
        is_menu = any(action.id in MENU for _, action in following)
        if is_menu:
            following = [pair for pair in following if pair[1].id in MENU]
            following.sort(key=lambda pair: MENU.index(pair[1].id))
        choices = []
        for chord, action in following:
            place = self.place(action.id, chord) if action.numbered else 0
            if place <= len(saved):
                name = saved[place - 1] if place else action.name
                choices.append((label(chord[len(begun) :], ascii=self.ascii), name))
        others = self.key(COMMAND_LINE, context) if is_menu else ""
        return (*choices, (others, "all others")) if others else tuple(choices)

    def most_useful(self, context: Context) -> tuple[str, ...]:
        """Return the ids of the footer's actions, the most important first."""
        return tuple(id for id in FOOTERS.get(context, {}) if id in self._actions)

    def hints(
        self, context: Context, *, without: Collection[str] = (), footer: Mapping[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Return the (key, word) pairs of the footer, the most important first.

        `footer` replaces the usual footer. `without` are the ids of actions to leave out, such as actions without
        effect.
        """
        return [
            (key, word)
            for action_id, word in (FOOTERS.get(context, {}) if footer is None else footer).items()
            if action_id in self._actions and action_id not in without and (key := self.key(action_id, context))
        ]

    def _read_overrides(self, overrides: Mapping[str, str | Sequence[str]]) -> Iterator[tuple[str, tuple[Chord, ...]]]:
        for action_id, keys in overrides.items():
            if action_id not in self._actions:
                self._refuse(action_id, "there is no such action", self._nearest_id(action_id))
                continue
            try:
                chords = parse_keys(keys)
            except ConfigError as mistake:
                self._refuse(action_id, str(mistake))
                continue
            counts = [chord for chord in chords if chord[0] in tuple("123456789")]
            for chord in counts:
                self._refuse(action_id, f"{label(chord, ascii=True)} begins with a digit, which is a count")
            yield action_id, tuple(chord for chord in chords if chord not in counts)

    def _nearest_id(self, wrong: str) -> str | None:
        """The id that the user probably meant; its last part may be written alone, such as `star`."""
        ids = {action_id.partition(".")[2]: action_id for action_id in self._actions} | {id: id for id in self._actions}
        return ids.get(nearest(wrong, ids) or "")


def _met(chord: Chord, others: Iterable[Chord]) -> list[Chord]:
    """The chords that are equal to a chord, start with it, or are the start of it."""
    return [other for other in others if other[: len(chord)] == chord[: len(other)]]


def keys_table(keymap: Keymap) -> list[dict[str, object]]:
    """The actions with their keys, in the settings file's spelling."""
    return [
        {
            "id": action.id,
            "keys": [write_chord(chord) for chord in keymap.chords(action.id)],
            "name": action.name,
            "help": action.help,
            "group": action.group,
            "contexts": list(action.contexts),
            "repeatable": action.repeatable,
        }
        for action in keymap.actions
    ]


@dataclass(frozen=True, slots=True)
class Match:
    """A complete binding; `count` is the number typed before it, None if there is none or the action takes no count."""

    action: Action
    count: int | None = None


class PendingKeys(NamedTuple):
    """An incomplete count or chord: the typed text, and the keys of the chord."""

    text: str
    chord: Chord = ()


@dataclass(frozen=True, slots=True)
class CancelledKeys:
    """The result if escape dropped an incomplete count or chord, its only effect."""


class UnknownKeys(NamedTuple):
    """The result for keys without a binding in this context; in a text line, the key is text."""


Outcome: TypeAlias = Match | PendingKeys | CancelledKeys | UnknownKeys


class KeyReader:
    """Turns keys into actions: reads chords (`gg`) and counts (`5j`), which escape drops.

    A chord has no time limit; the caller shows `pending` after a while.
    """

    MAX_COUNT = 1_000_000
    """The largest count; no list is longer."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._context: Context | None = None
        self._count = ""
        self._chord: Chord = ()

    @property
    def pending(self) -> PendingKeys | None:
        if self._context is None or not (self._count or self._chord):
            return None
        text = self._count + label(self._chord, ascii=self._keymap.ascii)
        return PendingKeys(text, self._chord)

    def reset(self) -> None:
        self._count, self._chord = "", ()

    def feed(self, key: str, context: Context) -> Outcome:
        """Handle a key pressed in `context`, given by Textual's name.

        A chord stays open after an unbound letter, so that the letters of a typed word do not act.
        """
        if context != self._context:
            self.reset()
            self._context = context
        key = spell(key)
        begun = self.pending
        if begun is not None and key == "escape":
            self.reset()
            return CancelledKeys()
        if not self._chord and self._is_count(key, context):
            self._count = str(min(int(self._count + key), self.MAX_COUNT))
        else:
            self._chord += (key,)
            bound = self._keymap.resolve(context)
            action = bound.get(self._chord)
            if action is not None:
                return self._match(action)
            if not any(chord[: len(self._chord)] == self._chord for chord in bound):
                alone = bound.get((key,))
                if alone is not None and alone.id == COMMAND_LINE:
                    # The choices of an unfinished chord offer the key of the command line, so it acts here too.
                    return self._match(alone)
                if begun and begun.chord and is_typed(key):
                    self._chord = self._chord[:-1]
                    return begun
                self.reset()
                return UnknownKeys()
        pending = self.pending
        return pending if pending is not None else UnknownKeys()

    def _is_count(self, key: str, context: Context) -> bool:
        digits = string.digits if self._count else string.digits[1:]
        return len(key) == 1 and key in digits and self._keymap.takes_counts(context)

    def _match(self, action: Action) -> Match:
        count = int(self._count) if self._count and action.repeatable else None
        if action.numbered:
            count = self._keymap.place(action.id, self._chord)
        self.reset()
        return Match(action, count)
