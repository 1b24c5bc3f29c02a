"""The table of actions with the user's own keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from reader.core.errors import ConfigError
from reader.keys.actions import ACTIONS, Action
from reader.keys.clashes import Binding, Clash, KeyMistake, LostKey, Taken, acts, find_clashes, find_digits, find_taken
from reader.keys.contexts import TYPING, Context
from reader.keys.footers import FOOTERS, SERVED_FOOTERS
from reader.keys.own_actions import keys_of, rows_of
from reader.keys.presets import PRESETS, VIM
from reader.keys.spelling import Chord, label, parse_keys

if TYPE_CHECKING:
    from reader.config import Settings


class Keymap:
    """The actions with their keys.

    `preset` are other keys than the table's. `overrides` are the user's keys by action id. Both replace all keys of the
    action; an empty text unbinds it: only the command palette then runs it. Where a key of the user's meets a default
    key of another action, the user's acts; `lost` lists what defaults lose so. Overrides that can't be used, such as
    two that meet, are listed in `mistakes` and change nothing.
    """

    def __init__(
        self,
        actions: Iterable[Action] = ACTIONS,
        overrides: Mapping[str, str | Sequence[str]] | None = None,
        *,
        preset: Mapping[str, str] = VIM,
        ascii: bool = False,
        is_served: bool = False,
    ) -> None:
        """`is_served` if the keys are for a reader in a browser."""
        self.ascii = ascii
        self._footers = SERVED_FOOTERS if is_served else FOOTERS
        self._actions = {action.id: action for action in actions}
        self._defaults = {
            action.id: parse_keys(preset.get(action.id, action.keys)) for action in self._actions.values()
        }
        mistakes: list[KeyMistake] = []
        self._own = dict(self._read_overrides(overrides or {}, mistakes))
        taken, clashes = self._leave_out_unusable(mistakes)
        self._chords = self._defaults | self._own
        losses = self._losses(clashes)
        self.mistakes: tuple[KeyMistake, ...] = tuple(mistakes)
        self.lost: tuple[LostKey, ...] = tuple(self._lost(losses))
        self._bound = {context: self._bindings(context, keys, losses) for context, keys in taken.items()}
        self._gone = {one for one, places in losses.items() if len(places) == len(self._contexts(one))}

    @classmethod
    def of(
        cls,
        settings: Settings,
        overrides: Mapping[str, str | Sequence[str]] | None = None,
        *,
        is_served: bool = False,
    ) -> Self:
        """The keys by the user's settings, or with other keys of the user's."""
        keys = settings.keys if overrides is None else overrides
        actions = (*ACTIONS, *rows_of(settings.commands))
        own = keys_of(settings.commands)
        preset = PRESETS[settings.key_preset]
        return cls(actions, {**own, **keys}, preset=preset, ascii=settings.ascii, is_served=is_served)

    @property
    def actions(self) -> tuple[Action, ...]:
        """All actions in the order of the table."""
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
        labels = [label(chord, ascii=self.ascii) for chord in self.chords(action_id, context)]
        return self._numbered(labels) if self._actions[action_id].numbered else tuple(labels)

    def numbered(self, action_id: str) -> tuple[str, ...]:
        """Return the displayed bindings of an action by number, one by one; empty for a lost one."""
        left = self.chords(action_id)
        return tuple(label(chord, ascii=self.ascii) if chord in left else "" for chord in self._chords[action_id])

    def _numbered(self, labels: Sequence[str]) -> tuple[str, ...]:
        between = "-" if self.ascii else "…"
        return (f"{labels[0]}{between}{labels[-1]}",) if len(labels) > 1 else tuple(labels)

    def key(self, action_id: str, context: Context | None = None) -> str:
        """Return the first displayed binding of an action, for sentences such as `u undoes`; empty if unbound."""
        return next(iter(self.labels(action_id, context)), "")

    def is_own(self, action_id: str) -> bool:
        """Return whether the user has given this action keys of their own."""
        return self._chords[action_id] != self._defaults[action_id]

    def lost_by(self, action_id: str, context: Context | None = None) -> tuple[LostKey, ...]:
        """Return the default keys that an action has lost to keys of the user's; with `context`, those lost there."""
        found = (one for one in self.lost if one.action == action_id)
        return tuple(one for one in found if context is None or context in one.contexts)

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
            for action_id, word in (self._footers[context] if footer is None else footer).items()
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

    def _leave_out_unusable(self, mistakes: list[KeyMistake]) -> tuple[Taken, list[Clash]]:
        """Leave out the user's keys that meet each other or a count; return what is taken then, and the other clashes.

        Default keys that meet each other, which is a mistake of the table, are told and left as they are.
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
        """The contexts in which a binding acts, unless it is lost there."""
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
