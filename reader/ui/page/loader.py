"""Read the paper under the cursor for the detail pane: right after a key, and once a held key is let go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import CacheError
from reader.core.paper_row import PaperKey
from reader.ui.page.state import FIT, FOUND, PAGE, READING, Reading
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.core.changes import Changes
    from reader.core.paper_row import PaperKey
    from reader.core.similarity import Fit
    from reader.ui.page.found_lines import Found

AFTER_FRAME = 0.01
"""Seconds after a single key: the frame with the new cursor is painted before."""

REST = 0.045
"""Seconds without a move that end a run of moves; keyboards repeat a held key after 30 to 40 ms."""


class DetailLoader:
    """Reads the highlighted paper on the event loop; a read takes 0.1 ms."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moved = -REST
        """When the cursor last moved."""
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self.delay = services.background.delayed(self.load)

    @follows(lambda state: (state.highlighted, state.listing.place, state.listing.results))
    def load_soon(self, _state: State) -> None:
        """Read the paper after the cursor's frame; in a run of moves, once the cursor rests."""
        now = self._clock()
        is_run = now - self._moved < REST
        self._moved = now
        self.delay.begin(REST if is_run else AFTER_FRAME)

    @follows(lambda state: (state.is_ready, state.marks_version, state.cache_version, state.listing.version), now=True)
    def load(self, _state: State | None = None) -> None:
        """Read the highlighted paper now."""
        state = self._model.state
        if state.is_ready:
            self._model.change(state.put(READING, self.read(state.highlighted)))

    def read(self, pk: PaperKey | None) -> Reading | None:
        """A paper with its votes and the searched words; None if it is gone."""
        paper = None if pk is None else self._library.paper(pk)
        if pk is None or paper is None:
            return None
        library = self._library
        words, votes = self._model.state.listing.words, library.votes(pk)
        outputs, follows, suits = library.outputs(pk), library.follow_reasons(pk), library.why(pk)
        return Reading(
            *(pk, paper, words, votes),
            outputs=outputs,
            follows=follows,
            suits=suits,
            changes=library.changes(pk),
            shared=library.shared(pk),
        )

    def read_page(self, pk: PaperKey | None) -> Reading | None:
        """A paper for its page, with what belongs to it; None if it is gone."""
        reading = self.read(pk)
        if reading is None:
            return None
        return reading._replace(kept=self._library.belongings(reading.key), changes=self._with_sections(reading))

    def _with_sections(self, reading: Reading) -> Changes | None:
        """The changes, with what is known of the full text; the texts are compared again in a thread."""
        if reading.changes is None:
            return None
        self._background.start("changes", partial(self._compare_texts, reading.key), exclusive=True)
        page = self._model.state[PAGE]
        before = page.changes if page is not None and page.key == reading.key else None
        return reading.changes if before is None else reading.changes._replace(sections=before.sections)

    async def _compare_texts(self, pk: PaperKey) -> None:
        """Show what changed in the full text of the paper on the page."""
        with suppress(CacheError):
            sections = await asyncio.to_thread(self._library.compare_texts, pk)
            page = self._model.state[PAGE]
            if page is not None and page.key == pk and page.changes is not None:
                changes = page.changes._replace(sections=sections)
                self._model.change(self._model.state.put(PAGE, page._replace(changes=changes)))


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
