"""The one place that holds the reader's state, and the way to look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from reader.ui.notices import Kind
from reader.ui.state import State

if TYPE_CHECKING:
    from textual.dom import DOMNode


class StateChanged(Protocol):
    """Hears of each new state, at once."""

    def __call__(self, state: State, /) -> None: ...


class Model:
    """The present state of the reader.

    `publish` hears of each change; the app makes a reactive attribute of it, which Textual lets anybody watch.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.publish: StateChanged = _ignore

    @property
    def state(self) -> State:
        """The present state."""
        return self._state

    def change(self, state: State) -> None:
        """Make this the present state."""
        if state is not self._state:
            self._state = state
            self.publish(state)

    def say(self, text: str, kind: Kind = "done", *, of_place: bool = False) -> None:
        """Say something in the last line, in place of the last notice of this kind."""
        self.change(self._state.say(lambda notices: notices.say(text, kind, of_place=of_place)))


def _ignore(state: State, /) -> None:
    pass


def subscribe(
    node: DOMNode, model: Model, parts: Callable[[State], object], act: Callable[[State], object], *, now: bool = True
) -> None:
    """Call `act` with the state whenever the parts of it are others than before, and once right `now`.

    `act` runs within the change, before `Model.change` returns, as long as `node` lives.
    """
    seen = parts(model.state)

    def look() -> None:
        nonlocal seen
        # A change within this one may have been seen already: only the present state counts.
        state = model.state
        found = parts(state)
        if found != seen:
            seen = found
            act(state)

    node.watch(node.app, "state", look, init=False)
    if now:
        act(model.state)
