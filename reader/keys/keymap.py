"""The table of actions with the user's own keys, and how keys that are pressed become actions: chords and counts."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from reader.core import removed
from reader.core.errors import ConfigError
from reader.keys.actions import (
    ACTIONS,
    CONTEXTS,
    EXTENSION,
    FOOTERS,
    MENU,
    PALETTE,
    PRESETS,
    TYPING,
    VIM,
    Action,
    Context,
    Contexts,
    KeySet,
    keys_of,
    place_of,
    rows_of,
)
from reader.keys.spelling import Chord, is_typed, label, parse_keys, spell, write_chord

if TYPE_CHECKING:
    from reader.config import Settings


class KeyMistake(NamedTuple):
    """A user's binding that can't be used; the action keeps the table's keys."""

    action: str
    problem: str
    suggestion: str | None = None

    def __str__(self) -> str:
        advice = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.action}: {self.problem}{advice}"


class LostKey(NamedTuple):
    """A default key that an action lost to a key of the user."""

    action: str
    key: str
    winner: str
    winning: str
    """The user's key: the same, or one where either begins the other."""
    contexts: tuple[Context, ...]
    is_everywhere: bool
    """Whether the action loses the key everywhere."""

    def __str__(self) -> str:
        by = "" if self.winning == self.key else f" ({self.winning})"
        *most, last = map(place_of, self.contexts)
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
        (one, start), (other, chord) = self.first, self.second
        shown, place = label(chord, ascii=True), place_of(self.context)
        if start == chord:
            yield KeyMistake(one, f"{shown} is also the key of {other}, {place}")
            yield KeyMistake(other, f"{shown} is also the key of {one}, {place}")
        else:
            text = f"{label(start, ascii=True)} ({one}) begins {shown} ({other}), {place}"
            yield from (KeyMistake(one, text), KeyMistake(other, text))


def acts(action: Action, chord: Chord, context: Context) -> bool:
    """Return whether a binding acts in a context of its action.

    In a text context, letters act only for actions of that one context, which have them on purpose.
    """
    return context not in TYPING or len(action.contexts) == 1 or not is_typed(chord[0])


Taken: TypeAlias = Mapping[Context, Mapping[Chord, Sequence[str]]]
"""The ids of the actions that act by each key, for each context."""


def find_taken(actions: Mapping[str, Action], chords: Mapping[str, tuple[Chord, ...]]) -> Taken:
    """Tell which actions would act by which keys."""
    contexts = dict.fromkeys((*CONTEXTS, *(context for action in actions.values() for context in action.contexts)))
    taken: dict[Context, dict[Chord, list[str]]] = {context: {} for context in contexts}
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
    for keys in taken.values():
        if any(actions[user].repeatable for users in keys.values() for user in users):
            for chord, users in keys.items():
                if chord[0] in tuple("123456789"):
                    problem = f"{label(chord, ascii=True)} begins with a digit, which is a count"
                    yield from (KeyMistake(user, problem) for user in users)


class Keymap:
    """The actions with their keys.

    `preset` are other keys than the table's. `overrides` are the user's keys by action id. Both replace all keys of the
    action; an empty text unbinds it, which leaves only the command palette. If a key of the user conflicts with another
    action's default, the user's wins; `lost` lists such defaults. Unusable overrides, such as two conflicting ones, are
    listed in `mistakes` and ignored.
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
        self._footers = FOOTERS
        self._preset = preset
        self._overrides = dict(overrides or {})
        self._bind({action.id: action for action in actions})

    def add(self, keys: KeySet) -> None:
        """Add the keys of a feature, whose actions the user's keys may name too."""
        actions = dict(self._actions)
        for context, ids in keys.shared.items():
            for id in ids:
                actions[id] = actions[id]._replace(contexts=(*actions[id].contexts, context))
        self._footers = {**self._footers, **keys.footers}
        self._bind(actions | {action.id: action for action in keys.actions})

    def free_keys(self, keys: str, contexts: Contexts) -> str:
        """Those of some keys that mean nothing yet in these contexts, neither alone nor as the start of a chord."""

        def is_free(chord: Chord) -> bool:
            known = (one for context in contexts for one in self.resolve(context))
            return not any(one[: len(chord)] == chord or chord[: len(one)] == one for one in known)

        return " ".join(word for word in keys.split() if all(map(is_free, parse_keys(word))))

    def _bind(self, actions: dict[str, Action]) -> None:
        self._actions = actions
        self._defaults = {
            action.id: parse_keys(self._preset.get(action.id, action.keys)) for action in actions.values()
        }
        mistakes: list[KeyMistake] = []
        self._own = dict(self._read_overrides(self._overrides, mistakes))
        taken, clashes = self._leave_out_unusable(mistakes)
        self._chords = self._defaults | self._own
        losses = self._losses(clashes)
        self.mistakes: tuple[KeyMistake, ...] = tuple(mistakes)
        self.lost: tuple[LostKey, ...] = tuple(self._lost(losses))
        self._bound = {context: self._bindings(context, keys, losses) for context, keys in taken.items()}
        self._gone = {one for one, places in losses.items() if len(places) == len(self._contexts(one))}

    @classmethod
    def of(cls, settings: Settings, overrides: Mapping[str, str | Sequence[str]] | None = None) -> Self:
        """The keys by the user's settings, or with other keys of the user's."""
        keys = settings.keys if overrides is None else overrides
        actions = (*ACTIONS, *rows_of(settings.commands))
        own = keys_of(settings.commands)
        preset = PRESETS[settings.key_preset]
        return cls(actions, {**own, **keys}, preset=preset, ascii=settings.ascii)

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(self._actions.values())

    def action(self, action_id: str) -> Action:
        """Return the action with this id; raises KeyError for an unknown one."""
        return self._actions[action_id]

    def chords(self, action_id: str, context: Context | None = None) -> tuple[Chord, ...]:
        """Return the bindings of an action, without those that it has lost; with `context`, those that act there."""
        chords, action = self._chords[action_id], self._actions[action_id]
        if context is None:
            return tuple(chord for chord in chords if Binding(action_id, chord) not in self._gone)
        return tuple(chord for chord in chords if self._bound[context].get(chord) is action)

    def place(self, action_id: str, chord: Chord) -> int:
        """Return the place of a binding among those of an action by number, from 1."""
        return self._chords[action_id].index(chord) + 1

    def labels(self, action_id: str, context: Context | None = None) -> tuple[str, ...]:
        """Return the displayed bindings of an action; empty for an unbound action. Those by number are in one."""
        found = tuple(label(chord, ascii=self.ascii) for chord in self.chords(action_id, context))
        if self._actions[action_id].numbered and len(found) > 1:
            return (f"{found[0]}{'-' if self.ascii else '…'}{found[-1]}",)
        return found

    def numbered(self, action_id: str) -> tuple[str, ...]:
        """Return the displayed bindings of an action by number, one by one; empty for a lost one."""
        left = self.chords(action_id)
        return tuple(label(chord, ascii=self.ascii) if chord in left else "" for chord in self._chords[action_id])

    def key(self, action_id: str, context: Context | None = None) -> str:
        """Return the first displayed binding of an action, for sentences such as `u undoes`; empty if unbound."""
        return next(iter(self.labels(action_id, context)), "")

    def is_own(self, action_id: str) -> bool:
        """Return whether the user has given this action keys of their own."""
        return self._chords[action_id] != self._defaults[action_id]

    def lost_by(self, action_id: str, context: Context | None) -> tuple[LostKey, ...]:
        """Return the default keys that an action has lost to keys of the user's; with `context`, those lost there."""
        found = (one for one in self.lost if one.action == action_id)
        return tuple(one for one in found if context is None or context in one.contexts)

    def resolve(self, context: Context) -> Mapping[Chord, Action]:
        return self._bound[context]

    def takes_counts(self, context: Context) -> bool:
        """Return whether a digit begins a count in this context."""
        return any(action.repeatable for action in self._bound[context].values())

    def choices(self, context: Context, begun: Chord, saved: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
        """Return the (displayed keys, name) that may follow the keys pressed so far.

        Of views only the usual ones and those that the user has `saved`, by their names, and the key that finds the
        others.
        """
        following = [(chord, action) for chord, action in self._bound[context].items() if chord[: len(begun)] == begun]
        is_menu = any(action.id in MENU for _, action in following)
        if is_menu:
            following = [one for one in following if one[1].id in MENU]
            following.sort(key=lambda one: MENU.index(one[1].id))
        found = []
        for chord, action in following:
            place = self.place(action.id, chord) if action.numbered else 0
            if place <= len(saved):
                name = saved[place - 1] if place else action.name
                found.append((label(chord[len(begun) :], ascii=self.ascii), name))
        palette = self.key(PALETTE, context) if is_menu else ""
        return (*found, (palette, "all others")) if palette else tuple(found)

    def most_useful(self, context: Context) -> tuple[str, ...]:
        """Return the ids of the footer's actions, the most important first."""
        return tuple(id for id in self._footers.get(context, {}) if id in self._actions)

    def hints(
        self, context: Context, *, without: Collection[str] = (), footer: Mapping[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Return the (key, word) pairs of the footer, the most important first; `footer` is another than usual.

        `without` are the ids of actions to leave out, such as those without effect now.
        """
        return [
            (key, word)
            for action_id, word in (self._footers.get(context, {}) if footer is None else footer).items()
            if action_id in self._actions and action_id not in without and (key := self.key(action_id, context))
        ]

    def _read_overrides(
        self, overrides: Mapping[str, str | Sequence[str]], mistakes: list[KeyMistake]
    ) -> Iterator[tuple[str, tuple[Chord, ...]]]:
        for action_id, keys in overrides.items():
            if action_id not in self._actions:
                # An extension's may be taken in later.
                if not action_id.startswith(EXTENSION) and action_id not in removed.ACTIONS:
                    mistakes.append(KeyMistake(action_id, "there is no such action", self._nearest_id(action_id)))
                continue
            try:
                yield action_id, parse_keys(keys)
            except ConfigError as mistake:
                mistakes.append(KeyMistake(action_id, str(mistake)))

    def _nearest_id(self, wrong: str) -> str | None:
        """Return the id that the user probably meant: like the whole id, or its last part (`star`, `list.star`)."""
        last_parts = {action_id.partition(".")[2]: action_id for action_id in self._actions}
        last = get_close_matches(wrong.rpartition(".")[2], last_parts, cutoff=0.75)
        whole = get_close_matches(wrong, self._actions, cutoff=0.75)
        return whole[0] if whole else last_parts[last[0]] if last else None

    def _leave_out_unusable(self, mistakes: list[KeyMistake]) -> tuple[Taken, list[Clash]]:
        """Ignore the user's keys that conflict with each other or a count; return taken keys and other clashes.

        Conflicts between defaults, which are mistakes of the table, are reported and kept.
        """
        while True:
            taken = find_taken(self._actions, self._defaults | self._own)
            clashes = list(find_clashes(taken))
            alike = [clash for clash in clashes if self._is_own(clash.first) == self._is_own(clash.second)]
            found = [*find_digits(self._actions, taken), *(one for clash in alike for one in clash.mistakes())]
            last = {one.action: one for one in found}
            guilty = [action_id for action_id in last if action_id in self._own]
            mistakes += [last[action_id] for action_id in guilty or last]
            if not guilty:
                return taken, [clash for clash in clashes if clash not in alike]
            self._own = {action_id: keys for action_id, keys in self._own.items() if action_id not in guilty}

    def _is_own(self, binding: Binding) -> bool:
        return binding.action in self._own

    def _losses(self, clashes: Iterable[Clash]) -> dict[Binding, dict[Context, Binding]]:
        """Tell for each default key that meets one of the user's where it is lost, and to which."""
        losses: dict[Binding, dict[Context, Binding]] = {}
        for context, first, second in clashes:
            winner, loser = (first, second) if self._is_own(first) else (second, first)
            losses.setdefault(loser, {}).setdefault(context, winner)
        return losses

    def _contexts(self, binding: Binding) -> tuple[Context, ...]:
        action = self._actions[binding.action]
        return tuple(context for context in action.contexts if acts(action, binding.chord, context))

    def _lost(self, losses: Mapping[Binding, Mapping[Context, Binding]]) -> Iterator[LostKey]:
        order = list(self._actions)
        for loser, places in sorted(losses.items(), key=lambda loss: order.index(loss[0].action)):
            for winner in dict.fromkeys(places.values()):
                contexts = tuple(context for context in places if places[context] == winner)
                yield LostKey(
                    loser.action,
                    label(loser.chord, ascii=True),
                    winner.action,
                    label(winner.chord, ascii=True),
                    contexts,
                    len(contexts) == len(self._contexts(loser)),
                )

    def _bindings(
        self, context: Context, keys: Mapping[Chord, Sequence[str]], losses: Mapping[Binding, Mapping[Context, Binding]]
    ) -> dict[Chord, Action]:
        return {
            chord: self._actions[user]
            for chord, users in keys.items()
            for user in users
            if context not in losses.get(Binding(user, chord), ())
        }


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
    """A complete binding; `count` is the number typed before it, or None, also if the action takes no count."""

    action: Action
    count: int | None = None


class Pending(NamedTuple):
    """An incomplete count or chord: what was typed, and the keys of the chord."""

    text: str
    chord: Chord = ()


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Escape dropped an incomplete count or chord; it has no other effect."""


class UnknownKeys(NamedTuple):
    """Keys without a binding in this context; in a text line the key is text."""

    text: str


Outcome: TypeAlias = Match | Pending | Cancelled | UnknownKeys


class KeyReader:
    """Turns keys into actions, with chords (`gg`), counts (`5j`) and escape to drop either.

    It has no clock: a chord has no time limit, and the caller shows `pending` after a while.
    """

    MAX_COUNT = 1_000_000
    """The largest count; no list is longer."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._context: Context | None = None
        self._count = ""
        self._chord: Chord = ()

    @property
    def pending(self) -> Pending | None:
        if self._context is None or not (self._count or self._chord):
            return None
        text = self._count + label(self._chord, ascii=self._keymap.ascii)
        return Pending(text, self._chord)

    def reset(self) -> None:
        self._count, self._chord = "", ()

    def feed(self, key: str, context: Context, *, keeps_chords: bool = False) -> Outcome:
        """Handle one key pressed in `context`, by Textual's name for it.

        With `keeps_chords`, an unbound letter keeps a chord open, so that a typed word does not act.
        """
        if context != self._context:
            self.reset()
            self._context = context
        key = spell(key)
        begun = self.pending
        if begun is not None and key == "escape":
            self.reset()
            return Cancelled()
        if not self._chord and self._is_count(key, context):
            self._count = str(min(int(self._count + key), self.MAX_COUNT))
        else:
            self._chord += (key,)
            bound = self._keymap.resolve(context)
            found = bound.get(self._chord)
            if found is not None:
                return self._matched(found)
            if not any(chord[: len(self._chord)] == self._chord for chord in bound):
                if keeps_chords and begun and begun.chord and is_typed(key):
                    self._chord = self._chord[:-1]
                    return begun
                text = (begun.text if begun else "") + label((key,), ascii=self._keymap.ascii)
                self.reset()
                alone = bound.get((key,))
                # What a started chord shows names the key of the palette too.
                return Match(alone) if alone is not None and alone.id == PALETTE else UnknownKeys(text)
        pending = self.pending
        return pending if pending is not None else UnknownKeys(key)

    def _is_count(self, key: str, context: Context) -> bool:
        digits = string.digits if self._count else string.digits[1:]
        return len(key) == 1 and key in digits and self._keymap.takes_counts(context)

    def _matched(self, action: Action) -> Match:
        count = int(self._count) if self._count and action.repeatable else None
        if action.numbered:
            count = self._keymap.place(action.id, self._chord)
        self.reset()
        return Match(action, count)
