"""The table of keys as text, for the command line and the README."""

from __future__ import annotations

import json
from typing import Literal, TypeAlias

from reader.keys.actions import Action
from reader.keys.keymap import Keymap
from reader.keys.spelling import write_chord

KeysFormat: TypeAlias = Literal["json", "markdown"]


def keys_table(format: KeysFormat, keymap: Keymap | None = None) -> str:
    """Return the table of keys as JSON or Markdown, without a newline at the end.

    JSON has the keys in the settings file's spelling, Markdown as the reader shows them.
    """
    keymap = keymap or Keymap()
    if format == "json":
        return json.dumps([_as_json(keymap, action) for action in keymap.actions], ensure_ascii=False, indent=2)
    rows = (f"| {_keys_cell(keymap, action)} | {_text_cell(action)} | `{action.id}` |" for action in keymap.actions)
    return "\n".join(("| Keys | What it does | Id |", "|---|---|---|", *rows))


def _as_json(keymap: Keymap, action: Action) -> dict[str, object]:
    return {
        "id": action.id,
        "keys": [write_chord(chord) for chord in keymap.chords(action.id)],
        "name": action.name,
        "help": action.help,
        "group": action.group,
        "contexts": list(action.contexts),
        "repeatable": action.repeatable,
    }


def _keys_cell(keymap: Keymap, action: Action) -> str:
    shown = (key.replace("|", "\\|") for key in keymap.labels(action.id))
    return " ".join(f"`` {key} ``" if "`" in key else f"`{key}`" for key in shown)


def _text_cell(action: Action) -> str:
    return f"{action.name}: {action.help}".replace("|", "\\|")
