"""Holds the reader's state; panes and work subscribe to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.core.paper_row import PaperKey
from reader.ui.shell.state import State, Tone

if TYPE_CHECKING:
    from textual.dom import DOMNode


class Model:
    """The current state of the reader.

    `publish` receives each new state; the app sets a reactive attribute to it, which any node can watch.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.publish: Callable[[State], object] = lambda _state: None
        self.followers: list[_Followers] = []

    @property
    def state(self) -> State:
        return self._state

    def change(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self.publish(state)

    def take_targets(self) -> tuple[PaperKey, ...]:
        """The papers that an action takes, see `State.targets`; ends a range."""
        self.change(self._state.choose(self._state.selection.end_range()))
        return self._state.targets

    def show_notice(self, text: str, tone: Tone = "done") -> None:
        """Show an answer to the last action in the last line, until the next one."""
        self.change(self._state.change_notices(lambda notices: notices.answered(text, tone)))

    def show_outcome(self, text: str, tone: Tone = "done", begun: str = "") -> None:
        """Report the end of a slow action, replacing its notice `begun`, else as news."""
        self.change(self._state.change_notices(lambda notices: notices.ended(text, tone, begun)))

    def show_news(self, text: str, tone: Tone = "done") -> None:
        """Report something that happened on its own, once no answer is shown."""
        self.change(self._state.change_notices(lambda notices: notices.told(text, tone)))


class _Followers:
    """Those of one node who follow the state. They watch it as one: Textual takes 20 µs for each watcher."""

    def __init__(self, node: DOMNode, model: Model) -> None:
        self.node = node
        self._model = model
        self._parts: list[Callable[[State], object]] = []
        self._acts: list[Callable[[State], object]] = []
        self._seen: list[object] = []
        node.watch(node.app, "state", self._look, init=False)

    def add(self, parts: Callable[[State], object], act: Callable[[State], object]) -> None:
        self._seen.append(parts(self._model.state))
        self._acts.append(act)
        self._parts.append(parts)

    def _look(self) -> None:
        for index, parts in enumerate(self._parts):
            # A nested change may have come first; only the current state counts.
            state = self._model.state
            found = parts(state)
            if found != self._seen[index]:
                self._seen[index] = found
                self._acts[index](state)


def subscribe(
    node: DOMNode, model: Model, parts: Callable[[State], object], act: Callable[[State], object], *, now: bool = True
) -> None:
    """Call `act` with the state whenever its `parts` change, and immediately if `now`.

    `act` runs within the change, before `Model.change` returns, until `node` is removed. Those who came first are
    called first.
    """
    if not model.followers or model.followers[-1].node is not node:
        model.followers.append(_Followers(node, model))
    model.followers[-1].add(parts, act)
    if now:
        act(model.state)
