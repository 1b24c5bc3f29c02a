"""Parts of the state that features own: each has a key, which names its initial value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from reader.core.paper_row import PaperKey
from reader.keys.actions import Context

T = TypeVar("T")


class Part(Generic[T]):
    """The key of a part of the state: `state[PART]` reads it, and `state.put(PART, value)` changes it."""

    def __init__(self, initial: T) -> None:
        self.initial = initial

    def __call__(self, state: Any) -> T:
        """The part, so that a key can stand where a function of the state is wanted."""
        found: T = state[self]
        return found


class Front(Part[T | None]):
    """The key of a part that shows a screen over the list while it is not None.

    The screen that was opened last is in front: keys act in its context, and a step back closes it.
    """

    def __init__(
        self,
        context: Context | Callable[[Any], Context],
        *,
        back: Callable[[Any], Any] | None = None,
        paper: Callable[[T], PaperKey] | None = None,
    ) -> None:
        """`back` is what a step back does, if more than to close it; `paper` is the one paper that actions take."""
        super().__init__(None)
        self._context = context
        self._back = back
        self._paper = paper

    def context(self, state: Any) -> Context:
        """Where keys act while this is in front."""
        return self._context if isinstance(self._context, str) else self._context(state)

    def step_back(self, state: Any) -> Any:
        """The state after a step back."""
        return state.put(self, None) if self._back is None else self._back(state)

    def paper(self, state: Any) -> PaperKey | None:
        """The paper that actions take while this is open; None if they take those of the list."""
        shown: T | None = state[self]
        return None if shown is None or self._paper is None else self._paper(shown)
