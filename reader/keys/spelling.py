"""The spelling of keys.

The table of actions and the settings file use the key's own label: `?`, `[`, `G`, `ctrl+d`, `space`. A chord
is written without spaces, `gg`; a named key inside one is in angle brackets, `g<enter>`. Textual has its own names
(`question_mark`, `left_square_bracket`). Only `spell` turns both into one spelling.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from reader.core.errors import ConfigError
from reader.core.nearest import nearest

Chord: TypeAlias = tuple[str, ...]
"""The keys of a binding in the order of pressing; most bindings have a single key."""

MAX_CHORD_KEYS = 3
"""Maximum keys of a chord; a longer word is a misspelled key name."""

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
"""Keys that a plain terminal cannot distinguish; they count as the same key in every terminal.

If Enter is pressed before the reader sets up the terminal, the terminal sends a line feed, which is `ctrl+j`.
"""

_MODIFIED = re.compile(r"(?:(?:ctrl|alt|shift|super|hyper|meta)\+)+.+", re.IGNORECASE | re.DOTALL)
_CHORD_KEY = re.compile(r"<([^<>\s]{2,})>|(.)", re.DOTALL)

_LABELS = {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "delete": "del", "insert": "ins"}
_ARROWS = {"up": "↑", "down": "↓", "left": "←", "right": "→"}
_KEYS_OF_ARROWS = {arrow: key for key, arrow in _ARROWS.items()}


@lru_cache(maxsize=1024)
def spell(key: str) -> str:
    """Return the canonical spelling of a key, from Textual's name or a user's; unknown names become lower case."""
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
        # Japanese and Chinese input methods send full-width forms of the same keys.
        folded = unicodedata.normalize("NFKC", name)
        return "space" if folded == " " else folded if len(folded) == 1 else name
    name = _ALIASES.get(name.lower(), name.lower())
    if name in _NAMED:
        return name
    if len(name) == len("upper_?") and name.startswith("upper_"):
        return name[-1].upper()
    return _PUNCTUATION.get(name) or _named_character(name) or name


def _named_character(name: str) -> str | None:
    """Return the character that Textual names by its Unicode name, such as `euro_sign`; None for other names."""
    if not name.isascii():
        return None
    try:
        character = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return None
    return character if len(character) == 1 and character.isprintable() else None


def parse_keys(text: str | Sequence[str]) -> tuple[Chord, ...]:
    """Parse the bindings of an action: a text with spaces between them, or a list.

    Raises ConfigError for an unknown key name; an empty text or list binds nothing.
    """
    words = text.split() if isinstance(text, str) else [word.strip() or "space" for word in text]
    return tuple(dict.fromkeys(_parse_binding(word) for word in words))


def _parse_binding(word: str) -> Chord:
    if _MODIFIED.fullmatch(word) or _is_key_name(word):
        return (_known_key(word),)
    chord = tuple(_known_key(named or character) for named, character in _CHORD_KEY.findall(word))
    if len(chord) > MAX_CHORD_KEYS:
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
    meant = nearest(name, (*_NAMED, *(f"ctrl+{letter}" for letter in string.ascii_lowercase)))
    return f"no key is called {name}" + (f"; did you mean {meant}?" if meant else "")


def is_typed(key: str) -> bool:
    """Return whether this key writes a character in a text line."""
    return len(key) == 1 or key == "space"


def typed_on(text: str, key: str, character: str | None, longest: int) -> str | None:
    """The text after another key is typed; None for a key that writes nothing."""
    if key in ("backspace", "ctrl+h"):
        return text[:-1]
    if key == "ctrl+u":
        return ""
    return f"{text}{character}"[:longest] if character is not None and character.isprintable() else None


def label(chord: Chord, *, ascii: bool = False) -> str:
    """Write a binding for display: short, with arrows unless `ascii`."""
    named = _LABELS if ascii else _LABELS | _ARROWS
    parts = [named.get(key, key) for key in chord]
    return ("" if all(len(key) == 1 for key in chord) else " ").join(parts)


def keys_of_label(text: str) -> Chord:
    """Return the keys of a binding that `label` wrote, in the order of pressing; empty for another text."""
    try:
        chord = tuple(key for part in text.split() for key in _parse_binding(_KEYS_OF_ARROWS.get(part, part)))
    except ConfigError:
        return ()
    return chord if len(chord) <= MAX_CHORD_KEYS else ()


def write_chord(chord: Chord) -> str:
    """Write a binding for the settings file; `parse_keys` reads it."""
    return chord[0] if len(chord) == 1 else "".join(key if len(key) == 1 else f"<{key}>" for key in chord)
