"""Find why the paper under the cursor is in a list of what fits best, once the cursor rests."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import CacheError
from reader.ui.state.whole import State
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.ui.text.fit_lines import Fit

REST = 0.08
"""Seconds that the cursor rests before the reasons are looked for, which takes some 10 ms of a thread."""


class FitFinder:
    """Looks for the reasons of one paper at a time; the newest one wins."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self.delay = services.background.delayed(self._start)

    @staticmethod
    def parts(state: State) -> object:
        """The parts of the state whose change asks for other reasons."""
        return state.highlighted, state.page and state.page.key, state.listing

    def follow(self, state: State) -> None:
        """Look for the reasons of the paper that is now shown."""
        wanted = _wanted(state)
        if wanted is None:
            self.delay.stop()
            self._model.change(state.explain_fit(None))
        elif state.fit is None or (state.fit.key, state.fit.text) != wanted:
            self.delay.begin(REST)

    def _start(self) -> None:
        if (wanted := _wanted(self._model.state)) is not None:
            self._services.background.start("fit", partial(self._find, *wanted), exclusive=True)

    async def _find(self, key: int, text: str) -> None:
        with suppress(CacheError):
            fit: Fit = await self._services.library.fit(key, text)
            if _wanted(self._model.state) == (key, text):
                self._model.change(self._model.state.explain_fit(fit))


def _wanted(state: State) -> tuple[int, str] | None:
    """The paper that is shown and the query that it fits; None in other lists."""
    listing = state.listing
    key = state.page.key if state.page is not None else state.highlighted
    if not isinstance(key, int) or listing.results is not None or not listing.place.text:
        return None
    return (key, listing.place.text) if listing.is_fit(key) else None
