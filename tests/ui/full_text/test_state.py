"""How a full text is left: one thing after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.ui.full_text.state import TEXT, leave_text, step_back_in_text, text_failed
from reader.ui.full_text.text import FullText, Outline
from reader.ui.full_text.view import Size, TextView
from reader.ui.shell.state import State
from tests.ui.full_texts import document
from tests.ui.test_status import in_context


@pytest.fixture
def opened() -> State:
    """A text with all that can be open in it, and a way back."""
    state, view = in_context("text", 120), TextView.open(document(), Size())
    there = view.jump(view.layout.end).select()
    shown, outline = there.peek_at(view.layout.end), Outline.of(document()).opened(0)
    return state.update(TEXT, lambda text: replace(text, view=shown, outline=outline, is_fetching=True))


def told(text: FullText | None) -> tuple[bool, ...] | None:
    if text is None or text.view is None:
        return None
    view = text.view
    return text.outline.is_open, view.peek is not None, view.selection is not None, text.is_fetching, bool(view.trail)


def test_each_step_back_closes_the_topmost_thing(opened: State) -> None:
    closed = [tuple(place >= count for place in range(5)) for count in range(6)]
    for step, ends in ((step_back_in_text, [closed[5], None]), (leave_text, [None])):
        state, found = opened, []
        while True:
            state = step(state)
            found.append(told(state[TEXT]))
            if state[TEXT] is None:
                break
        assert found == [*closed[1:5], *ends]
    assert step_back_in_text(opened.update(TEXT, lambda text: replace(text, view=None)))[TEXT] is None


def test_a_failure_is_told_in_place_of_a_missing_text_or_below_one(opened: State) -> None:
    text = opened[TEXT]
    assert text is not None
    missing = opened.put(TEXT, replace(text, view=None))
    found = [text_failed(state, text.key, "It is gone.") for state in (opened, missing)]
    problems = [one.problem for state in found if (one := state[TEXT]) is not None]
    assert (problems, [state.notices.shown.text for state in found]) == (["", "It is gone."], ["It is gone.", ""])
    assert text_failed(opened, -1, "It is gone.") is opened
