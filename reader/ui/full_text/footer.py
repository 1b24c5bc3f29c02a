"""The last line of a full text."""

from __future__ import annotations

from reader.keys.keymap import Keymap
from reader.ui.full_text.state import TEXT, view_of
from reader.ui.kit.status_lines import Choice, Status
from reader.ui.shell.footer import status
from reader.ui.shell.state import State


def text_status(state: State, keymap: Keymap) -> Status:
    choices, typed, is_typing = _prompt(state)
    if choices and not state.prompt.options:
        return Status((), choices, typed, is_typing=is_typing)
    return status(state, keymap, _hints(state, keymap))._replace(stays=state.context == "text")


def _prompt(state: State) -> tuple[tuple[Choice, ...], str, bool]:
    text, view = state[TEXT], view_of(state)
    if view is not None and view.peek is not None:
        opens = "open it" if view.peek.id else "go there"
        queues = (("b", "queue it"),) if view.peek.id else ()
        draws = (("P", "as printed"),) if view.peek.formula is not None else ()
        return (("enter", opens), *queues, ("y", "copy"), *draws, ("esc", "close")), "", False
    if view is not None and view.links:
        return (("a-z", "follow"), ("esc", "stay")), "a letter", False
    if text is not None and text.search.is_typing:
        found = "" if view is None or not text.search.text.strip() or view.marked else "  not in this text"
        return (("enter", "keep"), ("esc", "discard")), f"/{text.search.text}{found}", not found
    return (), "", False


def _hints(state: State, keymap: Keymap) -> list[Choice]:
    view = view_of(state) if state.context == "text" else None
    if view is not None and view.selection is not None:
        from reader.keys.actions import QUOTED_FOOTER

        return keymap.hints(state.context, footer=QUOTED_FOOTER)
    if view is not None and view.in_hand is not None:
        from reader.keys.actions import HIGHLIGHT_FOOTER

        return keymap.hints(state.context, footer=HIGHLIGHT_FOOTER)
    idle = []
    if view_of(state) is None:
        # There is no text to move in.
        idle += ["read.on", *(action.id for action in keymap.actions if action.id.startswith(("text.", "picture.")))]
    return keymap.hints(state.context, without=idle)
