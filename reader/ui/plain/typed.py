"""What a typed line means: keys by their own letters, a number of the list, or a key with the text that it asks for."""

from __future__ import annotations

from typing import NamedTuple

from reader.keys.actions import Context
from reader.keys.keymap import Keymap, KeyReader, Match, Pending
from reader.keys.spelling import Chord, keys_labelled

ASKS = frozenset(
    {
        "find.query", "find.add", "text.search", "topic.narrow", "day.go", "help.search", "command.open",
        "command.pipe", "paper.tag", "paper.note", "app.commands",
    }
)  # fmt: skip


class Typed(NamedTuple):
    """The meaning of a line."""

    keys: Chord = ()
    """Empty if it has none."""
    action: str = ""
    """The id of the action that the keys run."""
    text: str = ""
    """The text that the action asks for, if it was typed behind the key."""
    begun: Chord = ()
    """Keys that only begin a chord."""


def read_line(line: str, keymap: Keymap, context: Context) -> Typed:
    """The keys of a line, which must be those of one action: a word that is typed by mistake does nothing.

    >>> read_line("5j", Keymap(), "list").action, read_line("/agents", Keymap(), "list").text
    ('move.down', 'agents')
    """
    line = line.strip()
    keys = keys_labelled(line or "enter") if " " not in line else ()
    for chord in (keys, tuple(line)):
        found = _action(chord, keymap, context)
        if isinstance(found, Match):
            return Typed(chord, found.action.id)
        if isinstance(found, Pending) and found.chord:
            return Typed(begun=chord)
    for end in (1, 2):
        found = _action(tuple(line[:end]), keymap, context)
        # A letter and a text have a blank between them.
        is_apart = line[end : end + 1] == " " or not line[:end].isalnum()
        if isinstance(found, Match) and found.action.id in ASKS and is_apart:
            return Typed(tuple(line[:end]), found.action.id, line[end:].strip())
    return Typed()


def _action(chord: Chord, keymap: Keymap, context: Context) -> Match | Pending | None:
    """What keys do together: run one action with the last of them, or begin a chord."""
    reader = KeyReader(keymap)
    for place, key in enumerate(chord, 1):
        outcome = reader.feed(key, context)
        if isinstance(outcome, Match) and place == len(chord):
            return outcome
        if not isinstance(outcome, Pending):
            return None
    return reader.pending
