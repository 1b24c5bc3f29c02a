"""What the last line says: the most useful keys here, what just happened, or a prompt."""

from __future__ import annotations

from reader.keys.keymap import Keymap
from reader.ui.filter.state import HINT, in_all
from reader.ui.full_text.state import TEXT
from reader.ui.kit.status_lines import DECIDING_KEYS, FIRST_KEYS, Choice, Status
from reader.ui.shell.state import State

SELECTING = ("list", "detail")
"""The contexts in which keys act on the selected papers."""

ALONE = ("page", "triage", "text")
"""The contexts of one paper over the whole screen: the keys that lead on and back always stay."""

_MARKS = 3
"""Number of the list's first hints, which mark papers."""


def status_parts(state: State) -> object:
    """The parts of the state that `status` reads."""
    wider = in_all(state), state.widened_from
    said = state.prompt, text_prompt(state), state.notices.shown, state[HINT]
    text = state[TEXT]
    view = None if text is None else text.view
    return (
        state.context,
        bool(state.place.text),
        state.mode,
        wider,
        said,
        state.selection.count,
        view is not None,
        view is not None and view.selection is not None,
        view is not None and view.selection is None and view.in_hand is not None,
    )


def status(state: State, keymap: Keymap) -> Status:
    """The last line: the most useful keys here, and what just happened, or a prompt."""
    said, tone = state.notices.shown
    choices, typed, is_typing = text_prompt(state)
    if choices and not state.prompt.options:
        return Status((), choices, typed, is_typing=is_typing)
    selected = state.selection.count if state.context in SELECTING else 0
    kept = DECIDING_KEYS if state.context == "triage" else FIRST_KEYS
    status = Status(
        tuple(hints(state, keymap)), *state.prompt, said, tone, selected, kept=kept, stays=state.context in ALONE
    )
    if not said and state.context == "filter":
        return status._replace(said=state[HINT], tone="hint")
    return status


def text_prompt(state: State) -> tuple[tuple[Choice, ...], str, bool]:
    """The keys that matter while words of a full text are typed or a reference is chosen, and what is typed."""
    text = state[TEXT]
    view = text.view if text is not None else None
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


def hints(state: State, keymap: Keymap) -> list[Choice]:
    """The most useful keys here, with their effects."""
    idle = [] if state.place.text or state.context in ("page", "triage") else ["find.clear"]
    if state.mode == "sample":
        idle.append("app.refresh")
    text = state[TEXT]
    view = text.view if text is not None and state.context == "text" else None
    if view is not None and view.selection is not None:
        from reader.keys.actions import QUOTED_FOOTER

        return keymap.hints(state.context, footer=QUOTED_FOOTER)
    if view is not None and view.in_hand is not None:
        from reader.keys.actions import HIGHLIGHT_FOOTER

        return keymap.hints(state.context, footer=HIGHLIGHT_FOOTER)
    if text is not None and text.view is None:
        # Nothing is there to move in.
        idle += ["read.on", *(action.id for action in keymap.actions if action.id.startswith(("text.", "picture.")))]
    if state.selection.count and state.context in SELECTING:
        from reader.keys.actions import SELECTED_FOOTER

        return keymap.hints(state.context, footer=SELECTED_FOOTER)
    # The calendar shows its keys itself.
    context = "list" if state.context == "calendar" else state.context
    found = keymap.hints(context, without=idle)
    # Behind the keys for marks, which keep their places.
    return [*found[:_MARKS], *_wider(state, keymap), *found[_MARKS:]]


def _wider(state: State, keymap: Keymap) -> list[Choice]:
    """The key that asks a kept query of all papers if there are more, or goes back to the view."""
    key = keymap.key("find.widen", "list")
    if state.context != "list" or not state.place.text or not key:
        return []
    if state.widened_from is not None:
        return [(key, f"back to {state.widened_from.name}")]
    return [(key, f"{in_all(state):,} in all")] if in_all(state) else []
