"""Turn a stream of keys into actions: single keys, chords and counts."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from reader.keys.actions import Action
from reader.keys.contexts import Context
from reader.keys.keymap import Keymap
from reader.keys.spelling import Chord, label, spell


@dataclass(frozen=True, slots=True)
class Match:
    """A complete binding; `count` is the number typed before it, or None, also if the action takes no count."""

    action: Action
    count: int | None = None

    @property
    def times(self) -> int:
        """How many times to run the action."""
        return 1 if self.count is None else self.count


class Pending(NamedTuple):
    """An incomplete count or chord: the typed keys, and the (keys, action's name) that may follow."""

    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Escape dropped an incomplete count or chord; it has no other effect."""


class Unknown(NamedTuple):
    """Keys without a binding in this context; in a text line the key is text."""

    text: str


Outcome: TypeAlias = Match | Pending | Cancelled | Unknown


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
        """The incomplete count or chord, if any."""
        if self._context is None or not (self._count or self._chord):
            return None
        text = self._count + label(self._chord, ascii=self._keymap.ascii)
        return Pending(text, self._keymap.continuations(self._context, self._chord) if self._chord else ())

    def reset(self) -> None:
        """Drop an incomplete count or chord."""
        self._count, self._chord = "", ()

    def feed(self, key: str, context: Context) -> Outcome:
        """Handle one key pressed in `context`, by Textual's name for it."""
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
            found = self._keymap.resolve(context).get(self._chord)
            if found is not None:
                return self._matched(found)
            if not self._keymap.continuations(context, self._chord):
                text = (begun.text if begun else "") + label((key,), ascii=self._keymap.ascii)
                self.reset()
                return Unknown(text)
        pending = self.pending
        return pending if pending is not None else Unknown(key)

    def _is_count(self, key: str, context: Context) -> bool:
        digits = string.digits if self._count else string.digits[1:]
        return len(key) == 1 and key in digits and self._keymap.takes_counts(context)

    def _matched(self, action: Action) -> Match:
        count = int(self._count) if self._count and action.repeatable else None
        if action.numbered:
            count = self._keymap.place(action.id, self._chord)
        self.reset()
        return Match(action, count)
