"""The last line of the main screen: the most useful keys, the latest notice, or a prompt."""

from __future__ import annotations

from reader.keys.keymap import Keymap
from reader.ui.filter.state import HINT, in_all
from reader.ui.kit.status_lines import Choice, Status
from reader.ui.shell.screens import status
from reader.ui.shell.state import State

SELECTING = ("list", "detail")
"""The contexts in which keys act on the selected papers."""

_MARKS = 3


def main_status(state: State, keymap: Keymap) -> Status:
    shown = status(state, keymap, hints(state, keymap))
    if not shown.said and state.context == "filter":
        return shown._replace(said=state[HINT], tone="hint")
    return shown._replace(selected=state.selection.count if state.context in SELECTING else 0)


def hints(state: State, keymap: Keymap) -> list[Choice]:
    if state.selection.count and state.context in SELECTING:
        from reader.keys.actions import SELECTED_FOOTER

        return keymap.hints(state.context, footer=SELECTED_FOOTER)
    idle = [] if state.place.text else ["find.clear"]
    if state.mode == "sample":
        idle.append("app.refresh")
    found = keymap.hints(state.context, without=idle)
    # Behind the keys for marks, which keep their places.
    return [*found[:_MARKS], *_wider(state, keymap), *found[_MARKS:]]


def _wider(state: State, keymap: Keymap) -> list[Choice]:
    """The key that runs a kept query on all papers if there are more, or goes back to the view."""
    key = keymap.key("find.widen", "list")
    if state.context != "list" or not state.place.text or not key:
        return []
    if state.widened_from is not None:
        return [(key, f"back to {state.widened_from.name}")]
    return [(key, f"{in_all(state):,} in all")] if in_all(state) else []
