"""The screen of what was learned of the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.ui.handlers.registry import handles
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from textual.screen import Screen

    from reader.core.choice.weights import Weight
    from reader.core.choice.wishes import Wish


class WeightActions:
    """Show what was learned, and let the user change it."""

    def __init__(self, services: Services, show_screen: Callable[[Screen[None]], None]) -> None:
        self._model = services.model
        self._library = services.library
        self._look = services.look
        self._show_screen = show_screen

    @handles("view.weights")
    def show(self, _count: int | None) -> None:
        """Show the words, topics, authors and organizations that count, with their weights."""
        from reader.ui.screens.weights import WeightsScreen

        self._show_screen(WeightsScreen(self._look.keymap, self._read, self._decide, self._reverse, self._look.glyphs))

    async def _read(self) -> Sequence[Weight]:
        try:
            return await self._library.weights()
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return ()

    async def _decide(self, wish: Wish) -> str:
        try:
            done = await self._library.weigh(wish)
        except ReaderError as error:
            return str(error)
        self._changed()
        named = wish._replace(name=self._model.state.topic_names.get(wish.name, wish.name))
        return f"{named.label} · {self._look.keymap.key('mark.undo')} undoes" if done else ""

    async def _reverse(self, direction: str) -> str:
        try:
            done = await (self._library.undo() if direction == "undo" else self._library.redo())
        except ReaderError as error:
            return str(error)
        if done is None:
            return f"nothing to {direction}"
        self._changed()
        return f"undone: {done.said}" if direction == "undo" else f"{done.said} again"

    def _changed(self) -> None:
        """Read the list behind the screen again; one ordered by the weights begins with its best papers."""
        self._library.changed()
        state = self._model.state
        begins = self._library.learned is not None and state.page is None
        self._model.change(state.cache_changed().request_list() if begins else state.cache_changed())
