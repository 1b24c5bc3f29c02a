"""The part of the state that is the pictures of a paper, over its page or its full text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.ui.state.part import Front
from reader.ui.state.whole import State

if TYPE_CHECKING:
    from reader.ui.pictures.pictures import Pictures

PICTURES: Front[Pictures] = Front("picture")


def change_pictures(state: State, change: Callable[[Pictures], Pictures]) -> State:
    """Show another picture, or another form of it, if any is shown."""
    pictures = state[PICTURES]
    return state if pictures is None else state.put(PICTURES, change(pictures))
