"""How keys are written, and how a stream of them becomes actions.

The table of actions and the settings file write what stands on the key: `?`, `[`, `G`, `ctrl+d`, `space`. A chord
is written without spaces, `gg`; a named key inside one stands in angle brackets, `g<enter>`. Textual reports names
of its own (`question_mark`, `left_square_bracket`). Both become one spelling in `spell`, and nowhere else.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reader.core.errors import ConfigError

if TYPE_CHECKING:
    from reader.keys.keymap import Action, Context, Keymap

Chord: TypeAlias = tuple[str, ...]
"""The keys of one binding in the order they are pressed; nearly always one."""

LONGEST_CHORD = 3
"""A longer word is taken for a misspelled key name, not for a chord."""

_NAMED = frozenset(
    (
        *("escape", "enter", "tab", "space", "backspace", "delete", "insert"),
        *("home", "end", "pageup", "pagedown", "up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 25)),
    )
)

_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "spacebar": "space",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "page_down": "pagedown",
}

_PUNCTUATION = {
    unicodedata.name(character).lower().replace("-", "_").replace(" ", "_"): character
    for character in string.punctuation
} | {"slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}

_SAME_BYTE = {
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+i": "tab",
    "ctrl+[": "escape",
    "ctrl+h": "backspace",
    "ctrl+@": "ctrl+space",
}
"""Keys that a plain terminal can't tell apart, so no terminal shall.

Enter is `ctrl+j` where it was pressed before the reader listened: the terminal makes a line feed of it until then.
"""

_MODIFIED = re.compile(r"(?:(?:ctrl|alt|shift|super|hyper|meta)\+)+.+", re.IGNORECASE | re.DOTALL)
_CHORD_KEY = re.compile(r"<([^<>\s]{2,})>|(.)", re.DOTALL)

_LABELS = {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "delete": "del", "insert": "ins"}
_ARROWS = {"up": "↑", "down": "↓", "left": "←", "right": "→"}


@lru_cache(maxsize=1024)
def spell(key: str) -> str:
    """Give the one spelling of a key that Textual or a person has named; unknown names come back in lower case."""
    head, _, base = key[:-1].rpartition("+")
    base = _spell_base(base + key[-1:])
    modifiers = {modifier.lower() for modifier in head.split("+") if modifier}
    if "shift" in modifiers and len(base) == 1 and base.isalpha():
        modifiers.discard("shift")
        base = base.upper()
    if "ctrl" in modifiers and len(base) == 1:
        base = base.lower()
    spelled = "+".join([*sorted(modifiers), base])
    return _SAME_BYTE.get(spelled, spelled)


def _spell_base(name: str) -> str:
    if len(name) == 1:
        # Full-width forms, as a Japanese or Chinese input method sends them, are the same keys.
        folded = unicodedata.normalize("NFKC", name)
        return "space" if folded == " " else folded if len(folded) == 1 else name
    name = _ALIASES.get(name.lower(), name.lower())
    if name in _NAMED:
        return name
    if len(name) == len("upper_?") and name.startswith("upper_"):
        return name[-1].upper()
    return _PUNCTUATION.get(name) or _character_named(name) or name


def _character_named(name: str) -> str | None:
    """Find the character whose Unicode name Textual has made a key name of, as in `euro_sign`."""
    if not name.isascii():
        return None
    try:
        character = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return None
    return character if len(character) == 1 and character.isprintable() else None


def parse_keys(written: str | Sequence[str]) -> tuple[Chord, ...]:
    """Read the bindings of one action: a text with spaces between them, or a list with one in each.

    Raises ConfigError for a name that is no key's; an empty text or list binds nothing.
    """
    words = written.split() if isinstance(written, str) else [word.strip() or "space" for word in written]
    return tuple(dict.fromkeys(_parse_binding(word) for word in words))


def _parse_binding(word: str) -> Chord:
    if _MODIFIED.fullmatch(word) or _is_key_name(word):
        return (_known_key(word),)
    chord = tuple(_known_key(named or character) for named, character in _CHORD_KEY.findall(word))
    if len(chord) > LONGEST_CHORD:
        raise ConfigError(_no_such_key(word))
    return chord


def _is_key_name(word: str) -> bool:
    return len(word) == 1 or _spell_base(word) in _NAMED or word.lower() in _PUNCTUATION


def _known_key(name: str) -> str:
    spelled = spell(name)
    base = spelled[:-1].rpartition("+")[2] + spelled[-1:]
    is_modified = len(spelled) > 1 and "+" in spelled[:-1]
    if (len(base) != 1 and base not in _NAMED) or (is_modified and not _MODIFIED.fullmatch(spelled)):
        raise ConfigError(_no_such_key(name))
    return spelled


def _no_such_key(name: str) -> str:
    names = [*_NAMED, *(f"ctrl+{letter}" for letter in string.ascii_lowercase)]
    nearest = get_close_matches(name.lower(), names, n=1)
    return f"no key is called {name}" + (f"; did you mean {nearest[0]}?" if nearest else "")


def is_typed(key: str) -> bool:
    """Tell whether this key writes a character where text is typed."""
    return len(key) == 1 or key == "space"


def label(chord: Chord, *, ascii: bool = False) -> str:
    """Write a binding as it is shown: short, with arrows unless only ASCII may be drawn."""
    named = _LABELS if ascii else _LABELS | _ARROWS
    parts = [named.get(key, key) for key in chord]
    return ("" if all(len(key) == 1 for key in chord) else " ").join(parts)


def written(chord: Chord) -> str:
    """Write a binding as `parse_keys` reads it."""
    return chord[0] if len(chord) == 1 else "".join(key if len(key) == 1 else f"<{key}>" for key in chord)


@dataclass(frozen=True, slots=True)
class Match:
    """A binding is complete; `count` is what was typed before it, None if nothing was or the action takes none."""

    action: Action
    count: int | None = None

    @property
    def times(self) -> int:
        """How often to do it."""
        return 1 if self.count is None else self.count


class Pending(NamedTuple):
    """A count or chord has begun: what was typed, and the keys that may follow with the names of their actions."""

    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Escape dropped what had begun and has no other effect."""


class Unknown(NamedTuple):
    """Nothing is bound to this here; where text is typed, the key belongs to the text."""

    text: str


Outcome: TypeAlias = Match | Pending | Cancelled | Unknown


class KeyReader:
    """Turn single keys into actions, with chords (`gg`), counts (`5j`) and escape to drop either.

    It keeps no clock: the screen shows `pending` when it has stood for a while.
    """

    MOST = 1_000_000
    """Counts stop here; the longest list anyone keeps is shorter."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._context: Context | None = None
        self._count = ""
        self._chord: Chord = ()

    @property
    def pending(self) -> Pending | None:
        """What has begun and is not complete, or None at rest."""
        if self._context is None or not (self._count or self._chord):
            return None
        text = self._count + label(self._chord, ascii=self._keymap.ascii)
        return Pending(text, self._keymap.continuations(self._context, self._chord) if self._chord else ())

    def reset(self) -> None:
        """Drop a count or chord that has begun."""
        self._count, self._chord = "", ()

    def feed(self, key: str, context: Context) -> Outcome:
        """Take one key, by Textual's name for it, pressed in `context`."""
        if context != self._context:
            self.reset()
            self._context = context
        key = spell(key)
        begun = self.pending
        if begun is not None and key == "escape":
            self.reset()
            return Cancelled()
        if not self._chord and self._is_count(key, context):
            self._count = str(min(int(self._count + key), self.MOST))
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
        self.reset()
        return Match(action, count)
