"""Find why the shown paper fits the query, and where its text has the query's words, once the cursor rests."""

from __future__ import annotations

import asyncio
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import CacheError
from reader.ui.page.state import FIT, FOUND, PAGE, READING
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.core.paper_row import PaperKey
    from reader.core.similarity import Fit
    from reader.ui.page.found_lines import Found

TEXT_REST = 0.12
"""Seconds that a paper is shown before its text is searched, which takes some 10 ms of a thread."""


def _place_parts(state: State) -> object:
    """The parts of the state whose change asks for other places."""
    shown = state[PAGE] or state[READING]
    return shown and shown.key, state.listing.place.text, state.listing.results, state.marks_version


class TextPlaces:
    """Searches one text at a time; the newest paper wins."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self.delay = services.background.delayed(self._start)

    @follows(_place_parts)
    def follow(self, state: State) -> None:
        """Search the text of the paper that is now shown, for the words of the list's query."""
        wanted = _words_wanted(state)
        if wanted is None:
            self.delay.stop()
            self._model.change(state.put(FOUND, None))
        elif (found := state[FOUND]) is None or not found.is_any or (found.key, found.words) != wanted:
            # A paper without its text may have it now.
            self.delay.begin(TEXT_REST)

    def _start(self) -> None:
        if (wanted := _words_wanted(self._model.state)) is not None:
            self._services.background.start("text places", partial(self._search, *wanted), exclusive=True)

    async def _search(self, key: int, words: tuple[str, ...]) -> None:
        with suppress(CacheError):
            found = await asyncio.to_thread(self._find, key, words)
            if _words_wanted(self._model.state) == (key, words):
                self._model.change(self._model.state.put(FOUND, found))

    def _find(self, key: int, words: tuple[str, ...]) -> Found:
        from reader.cache.texts import Texts
        from reader.ui.page.found_lines import Found, find_words

        with closing(Texts.open(self._services.library.path)) as texts:
            kept = texts.get(key)
        return Found(key, words) if kept is None else find_words(key, kept.document, words)


def _words_wanted(state: State) -> tuple[int, tuple[str, ...]] | None:
    """The paper that is shown and the words to find in it; None without words, or for a paper of the feed alone."""
    shown = state[PAGE] or state[READING]
    words = state.listing.text_words
    key: PaperKey | None = shown.key if shown is not None else None
    return (key, words) if words and isinstance(key, int) else None


FIT_REST = 0.08
"""Seconds that the cursor rests before the reasons are looked for, which takes some 10 ms of a thread."""


class FitFinder:
    """Looks for the reasons of one paper at a time; the newest one wins."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self.delay = services.background.delayed(self._start)

    @follows(lambda state: (state.highlighted, state.front_paper, state.listing))
    def follow(self, state: State) -> None:
        """Look for the reasons of the paper that is now shown."""
        wanted = _fit_wanted(state)
        if wanted is None:
            self.delay.stop()
            self._model.change(state.put(FIT, None))
        elif (fit := state[FIT]) is None or (fit.key, fit.text) != wanted:
            self.delay.begin(FIT_REST)

    def _start(self) -> None:
        if (wanted := _fit_wanted(self._model.state)) is not None:
            self._services.background.start("fit", partial(self._find, *wanted), exclusive=True)

    async def _find(self, key: int, text: str) -> None:
        with suppress(CacheError):
            fit: Fit = await self._services.library.fit(key, text)
            if _fit_wanted(self._model.state) == (key, text):
                self._model.change(self._model.state.put(FIT, fit))


def _fit_wanted(state: State) -> tuple[int, str] | None:
    """The paper that is shown and the query that it fits; None in other lists."""
    listing = state.listing
    key = state.highlighted if state.front_paper is None else state.front_paper
    if not isinstance(key, int) or listing.results is not None or not listing.place.text:
        return None
    return (key, listing.place.text) if listing.is_fit(key) else None
