"""The table of actions with the user's own keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Self

from reader.core.errors import ConfigError
from reader.keys.actions import ACTIONS, CONTEXTS, FOOTERS, PLACES, TYPING, Action, Context
from reader.keys.own_actions import keys_of, rows_of
from reader.keys.presets import PRESETS, VIM
from reader.keys.spelling import Chord, is_typed, label, parse_keys

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


class Keymap:
    """The actions with their keys.

    `preset` are other keys than the table's. `overrides` are the user's keys by action id. Both replace all keys of the
    action; an empty text unbinds it: only the command palette then runs it. Overrides that can't be used are listed in
    `mistakes` and change nothing.
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
        self._defaults = {
            action.id: parse_keys(preset.get(action.id, action.keys)) for action in self._actions.values()
        }
        mistakes: list[KeyMistake] = []
        own = dict(self._read_overrides(overrides or {}, mistakes))
        self._chords = self._drop_clashes(own, mistakes)
        self.mistakes: tuple[KeyMistake, ...] = tuple(mistakes)
        self._bound = {context: self._bindings(context) for context in CONTEXTS}

    @classmethod
    def of(cls, settings: Settings, overrides: Mapping[str, str | Sequence[str]] | None = None) -> Self:
        """The keys by the user's settings, or with other keys of the user's."""
        keys = settings.keys if overrides is None else overrides
        actions = (*ACTIONS, *rows_of(settings.commands))
        own = keys_of(settings.commands)
        return cls(actions, {**own, **keys}, preset=PRESETS[settings.key_preset], ascii=settings.ascii)

    @property
    def actions(self) -> tuple[Action, ...]:
        """All actions in the order of the table."""
        return tuple(self._actions.values())

    def action(self, action_id: str) -> Action:
        """Return the action with this id; raises KeyError for an unknown one."""
        return self._actions[action_id]

    def chords(self, action_id: str, context: Context | None = None) -> tuple[Chord, ...]:
        """Return the bindings of an action; with `context`, only those that act there."""
        chords = self._chords[action_id]
        if context is None:
            return chords
        return tuple(chord for chord in chords if _acts(self._actions[action_id], chord, context))

    def labels(self, action_id: str, context: Context | None = None) -> tuple[str, ...]:
        """Return the displayed bindings of an action; empty for an unbound action. Those by number are in one."""
        labels = [label(chord, ascii=self.ascii) for chord in self.chords(action_id, context)]
        return self._numbered(labels) if self._actions[action_id].numbered else tuple(labels)

    def numbered(self, action_id: str) -> tuple[str, ...]:
        """Return the displayed bindings of an action by number, one by one."""
        return tuple(label(chord, ascii=self.ascii) for chord in self.chords(action_id))

    def _numbered(self, labels: Sequence[str]) -> tuple[str, ...]:
        between = "-" if self.ascii else "…"
        return (f"{labels[0]}{between}{labels[-1]}",) if len(labels) > 1 else tuple(labels)

    def key(self, action_id: str, context: Context | None = None) -> str:
        """Return the first displayed binding of an action, for sentences such as `u undoes`; empty if unbound."""
        return next(iter(self.labels(action_id, context)), "")

    def is_own(self, action_id: str) -> bool:
        """Return whether the user has given this action keys of their own."""
        return self._chords[action_id] != self._defaults[action_id]

    def resolve(self, context: Context) -> Mapping[Chord, Action]:
        """Return all bindings that act in a context."""
        return self._bound[context]

    def takes_counts(self, context: Context) -> bool:
        """Return whether a digit begins a count in this context."""
        return context not in TYPING and any(action.repeatable for action in self._bound[context].values())

    def continuations(self, context: Context, begun: Chord) -> tuple[tuple[str, str], ...]:
        """Return the (displayed keys, action's name) that may follow the keys pressed so far, in the table's order."""
        size = len(begun)
        following: dict[str, tuple[Action, list[str]]] = {}
        for chord, action in self._bound[context].items():
            if len(chord) > size and chord[:size] == begun:
                shown = label(chord[size:], ascii=self.ascii)
                one = action.id if action.numbered else shown
                following.setdefault(one, (action, []))[1].append(shown)
        return tuple((self._numbered(shown)[0], action.name) for action, shown in following.values())

    def hints(
        self,
        context: Context,
        width: int | None = None,
        without: Collection[str] = (),
        footer: Mapping[str, str] | None = None,
    ) -> list[tuple[str, str]]:
        """Return the (key, word) pairs of the footer, the most important first; `footer` is another than usual.

        With `width` only those that fit in so many cells, with two spaces between pairs. `without` are the ids of
        actions to leave out, such as those without effect now.
        """
        hints = [
            (self.key(action_id, context), word)
            for action_id, word in (FOOTERS[context] if footer is None else footer).items()
            if action_id in self._actions and action_id not in without and self.key(action_id, context)
        ]
        while width is not None and hints and sum(len(key) + len(word) + 3 for key, word in hints) - 2 > width:
            del hints[max(len(hints) - 2, 0)]
        return hints

    def _read_overrides(
        self, overrides: Mapping[str, str | Sequence[str]], mistakes: list[KeyMistake]
    ) -> Iterator[tuple[str, tuple[Chord, ...]]]:
        for action_id, keys in overrides.items():
            if action_id not in self._actions:
                nearest = self._nearest_id(action_id)
                mistakes.append(KeyMistake(action_id, "there is no such action", nearest))
                continue
            try:
                yield action_id, parse_keys(keys)
            except ConfigError as mistake:
                mistakes.append(KeyMistake(action_id, str(mistake)))

    def _nearest_id(self, wrong: str) -> str | None:
        """Return the id that the user probably meant: like the whole id, or its last part (`star`, `list.star`)."""
        last_parts = {action_id.partition(".")[2]: action_id for action_id in self._actions}
        last = get_close_matches(wrong.rpartition(".")[2], last_parts, n=1, cutoff=0.75)
        whole = get_close_matches(wrong, self._actions, n=1, cutoff=0.75)
        return whole[0] if whole else last_parts[last[0]] if last else None

    def _drop_clashes(
        self, own: dict[str, tuple[Chord, ...]], mistakes: list[KeyMistake]
    ) -> dict[str, tuple[Chord, ...]]:
        """Replace the table's keys by the user's; drop the user's clashing keys until none clash."""
        while True:
            chords = self._defaults | own
            clashes = dict(self._clashes(chords))
            guilty = [action_id for action_id in clashes if action_id in own]
            mistakes += [KeyMistake(action_id, clashes[action_id]) for action_id in guilty or clashes]
            if not guilty:
                return chords
            own = {action_id: keys for action_id, keys in own.items() if action_id not in guilty}

    def _clashes(self, chords: Mapping[str, tuple[Chord, ...]]) -> Iterator[tuple[str, str]]:
        """Yield (action id, mistake) for each action of each clash."""
        for context in CONTEXTS:
            taken: dict[Chord, list[Action]] = {}
            for action in self._actions.values():
                for chord in chords[action.id]:
                    if _acts(action, chord, context):
                        taken.setdefault(chord, []).append(action)
            counts = context not in TYPING and any(a.repeatable for users in taken.values() for a in users)
            for chord, users in taken.items():
                shown = label(chord, ascii=True)
                if counts and chord[0] in tuple("123456789"):
                    yield from ((user.id, f"{shown} begins with a digit, which is a count") for user in users)
                for first, second in pairwise(users):
                    yield first.id, f"{shown} is the key of {second.id} too, {PLACES[context]}"
                    yield second.id, f"{shown} is the key of {first.id} too, {PLACES[context]}"
                for size in range(1, len(chord)):
                    for other in taken.get(chord[:size], ()):
                        start = label(chord[:size], ascii=True)
                        text = f"{start} ({other.id}) begins {shown} ({users[0].id}), {PLACES[context]}"
                        yield from ((other.id, text), (users[0].id, text))

    def _bindings(self, context: Context) -> dict[Chord, Action]:
        return {
            chord: action
            for action in self._actions.values()
            for chord in self._chords[action.id]
            if _acts(action, chord, context)
        }


def _acts(action: Action, chord: Chord, context: Context) -> bool:
    """Return whether a binding acts in a context.

    In a text context, letters act only for actions of that one context, which have them on purpose.
    """
    if context not in action.contexts:
        return False
    return context not in TYPING or len(action.contexts) == 1 or not is_typed(chord[0])
