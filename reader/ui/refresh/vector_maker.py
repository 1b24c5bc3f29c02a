"""Make the vectors of papers by the user's model, once a refresh has ended and no key is pressed for a while."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import CacheBusy, ConfigError, ReaderError
from reader.paths import vectors_folder
from reader.ui.full_text.state import TEXTS_AHEAD
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.handlers import ends, follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.core.settings.tables import Vectors

REST = 3.0
"""Seconds after a start or a refresh: the next keys come first."""


class VectorMaker:
    """Opens the door for what is typed after `~`, and runs one job at a time; the first line says how far it is."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._run_job = services.app.run_job
        self._is_running = False
        self._settings = services.settings.vectors
        self._opened: Vectors | None = None
        """The settings by which the door is open."""
        self.delay = services.background.delayed(self.begin)

    @follows(lambda state: state[REFRESH].ended, now=True)
    def begin_soon(self, state: State) -> None:
        """Look for papers without a vector after a while, if a model is set, or was."""
        look = self._services.look
        if self._is_running or state.mode or look.demo or look.is_still:
            return
        if self._settings.is_on or vectors_folder(self._services.library.path).is_dir():
            self.delay.begin(REST)

    def take(self, settings: Vectors) -> None:
        """Go on with another model, or with none."""
        if settings != self._settings:
            self._settings = settings
            if not self._model.state.mode:
                self.delay.begin(0)

    def begin(self) -> None:
        """Make what is missing now, unless that is going on."""
        if not self._is_running and not self._model.state[REFRESH].is_running:
            self._is_running = True
            self._services.background.start("vectors", self._run)

    async def _run(self) -> None:
        from reader.refresh import vectors

        cache, settings = self._services.library.path, self._settings
        try:
            if settings != self._opened:
                await asyncio.to_thread(partial(vectors.open_door, settings, cache, patience=vectors.QUICK))
                self._opened = settings
            if await asyncio.to_thread(vectors.lacks_vectors, cache, settings):
                await self._make()
        except CacheBusy:
            # Another program makes them.
            pass
        except ConfigError as error:
            self._model.show_news(str(error), "warning")
        except ReaderError as error:
            self._model.show_news(f"Vectors wait for the next refresh: {error}", "warning")
        finally:
            self._is_running = False
            self._model.change(self._model.state.put(TEXTS_AHEAD, ""))
            if settings != self._settings:
                self.delay.begin(0)

    async def _make(self) -> None:
        from reader.refresh import jobs
        from reader.refresh.vectors import VectorsMade

        async with aclosing(self._run_job(jobs.MakeVectors())) as messages:
            async for message in messages:
                if isinstance(message, VectorsMade):
                    said = f"vectors {message.done:,} of {message.total:,}"
                    self._model.change(self._model.state.put(TEXTS_AHEAD, said))

    @ends
    def close(self) -> None:
        """Close the door, so that no model is asked any more."""
        if self._opened is not None:
            from reader.cache.finding.door import install

            install(self._services.library.path, None)
