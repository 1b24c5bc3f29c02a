"""The last line of a screen: the most useful keys, the latest notice, or a prompt."""

from __future__ import annotations

from collections.abc import Iterable

from reader.keys.keymap import Keymap
from reader.ui.kit.status_lines import Choice, Status
from reader.ui.shell.state import State


def status(state: State, keymap: Keymap, keys: Iterable[Choice] | None = None) -> Status:
    found = keymap.hints(state.context) if keys is None else keys
    return Status(tuple(found), *state.prompt, *state.notices.shown)
