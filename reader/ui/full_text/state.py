"""The state of the open full text, which lies over the paper's page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reader.ui.shell.state import Front, Part, State

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap
    from reader.ui.full_text.text import FullText
    from reader.ui.full_text.view import TextView


def view_of(state: State) -> TextView | None:
    """The view of the open text; None while there is no text."""
    text = state[TEXT]
    return None if text is None else text.view


def view_text(state: State, view: TextView) -> State:
    text = state[TEXT]
    return state if text is None or view is text.view else state.put(TEXT, replace(text, view=view))


def text_of(state: State, key: int) -> FullText | None:
    text = state[TEXT]
    return text if text is not None and text.key == key else None


def text_failed(state: State, key: int, problem: str) -> State:
    """Show why a text could not be fetched; an earlier text stays, and the status line shows the problem."""
    text = text_of(state, key)
    if text is None:
        return state
    if text.view is not None:
        state = state.change_notices(lambda notices: notices.with_end(problem, "warning", ""))
    return state.put(TEXT, text.with_problem(problem))


def step_back_in_text(state: State, *, is_through_jumps: bool = True) -> State:
    """Close the outline, box or selection, or stop the fetch; else undo the last jump if wanted, or leave the text."""
    text = state[TEXT]
    if text is None or text.view is None:
        return state.put(TEXT, None)
    if text.outline.is_open:
        return state.put(TEXT, replace(text, outline=text.outline.unfocus()))
    if text.view.peek is not None:
        return view_text(state, text.view.without_peek())
    if text.view.selection is not None:
        return view_text(state, text.view.without_selection())
    if text.is_fetching:
        return state.put(TEXT, text.with_problem(""))
    view = text.view.back() if is_through_jumps else text.view
    return state.put(TEXT, None) if view is text.view else view_text(state, view)


def actions_without_effect(state: State, keymap: Keymap) -> tuple[str, ...]:
    """The ids of actions that do nothing in the text: moves while there is none, and pictures in a PDF's text."""
    text = state[TEXT] if state.context == "text" else None
    if text is None:
        return ()
    if text.view is None:
        return ("read.on", *(action.id for action in keymap.actions if action.id.startswith(("text.", "picture."))))
    return ("picture.open",) if text.source == "pdf" else ()


def _context(state: State) -> str:
    text = state[TEXT]
    return "outline" if text is not None and text.outline.is_open else "text"


TEXTS_AHEAD: Part[str] = Part("")
"""The progress of fetching full texts ahead, or what they wait for; empty without work."""

TEXT: Front[FullText] = Front(
    _context, "reader.ui.full_text.screen:FullTextScreen", back=step_back_in_text, is_kept=True, is_returned_to=True
)
"""The open full text, which may still be loading; None if none is open."""
