"""Find the query's words in the full text of the paper that is shown, once the cursor rests."""

from __future__ import annotations

import asyncio
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import CacheError
from reader.ui.state.whole import State
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.core.paper_row import PaperKey
    from reader.ui.text.found_lines import Found

REST = 0.12
"""Seconds that a paper is shown before its text is searched, which takes some 10 ms of a thread."""


class TextPlaces:
    """Searches one text at a time; the newest paper wins."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self.delay = services.background.delayed(self._start)

    @staticmethod
    def parts(state: State) -> object:
        """The parts of the state whose change asks for other places."""
        shown = state.page or state.reading
        return shown and shown.key, state.listing.place.text, state.listing.results, state.marks_version

    def follow(self, state: State) -> None:
        """Search the text of the paper that is now shown, for the words of the list's query."""
        wanted = _wanted(state)
        if wanted is None:
            self.delay.stop()
            self._model.change(state.found_in_text(None))
        elif state.found is None or not state.found.is_any or (state.found.key, state.found.words) != wanted:
            # A paper without its text may have it now.
            self.delay.begin(REST)

    def _start(self) -> None:
        if (wanted := _wanted(self._model.state)) is not None:
            self._services.background.start("text places", partial(self._search, *wanted), exclusive=True)

    async def _search(self, key: int, words: tuple[str, ...]) -> None:
        with suppress(CacheError):
            found = await asyncio.to_thread(self._find, key, words)
            if _wanted(self._model.state) == (key, words):
                self._model.change(self._model.state.found_in_text(found))

    def _find(self, key: int, words: tuple[str, ...]) -> Found:
        from reader.cache.texts import Texts
        from reader.ui.text.found_lines import Found, find_words

        with closing(Texts.open(self._services.library.path)) as texts:
            kept = texts.get(key)
        return Found(key, words) if kept is None else find_words(key, kept.document, words)


def _wanted(state: State) -> tuple[int, tuple[str, ...]] | None:
    """The paper that is shown and the words to find in it; None without words, or for a paper of the feed alone."""
    shown = state.page or state.reading
    words = state.listing.text_words
    key: PaperKey | None = shown.key if shown is not None else None
    return (key, words) if words and isinstance(key, int) else None
