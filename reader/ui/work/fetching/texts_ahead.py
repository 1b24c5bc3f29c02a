"""Fetch full texts ahead, once a refresh has ended or the user has marked papers and no key is pressed for a while."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.feeds.http.environment import is_offline
from reader.ui.state.whole import State
from reader.ui.work.fetching.refresher import OFFLINE
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.refresh.jobs import JobRunner

REST = 8.0
"""Seconds since the last mark or refresh: the user may take a star back, and the next keys come first."""


class TextsAhead:
    """Runs one job at a time; the first line says how far it is, or what it waits for."""

    def __init__(self, services: Services, run_job: JobRunner) -> None:
        self._services = services
        self._model = services.model
        self._run_job = run_job
        self._is_running = False
        self._is_due = False
        """Whether more may be wanted than when the running job began."""
        self.delay = services.background.delayed(self.begin)

    @staticmethod
    def parts(state: State) -> object:
        """The parts of the state after whose change texts may be wanted."""
        return state.refresh.ended, state.marks_version

    def begin_soon(self, state: State) -> None:
        """Look for wanted texts after a while, except over a sample, or if nothing can be stored."""
        self._is_due = True
        if not self._is_running and not state.mode and self._services.settings.fetch_ahead:
            self.delay.begin(REST)

    def begin(self) -> None:
        """Look for wanted texts now, unless that is going on, and fetch them."""
        refresh = self._model.state.refresh
        if self._is_running or refresh.is_running or refresh.trouble == OFFLINE or is_offline(os.environ):
            # The end of a refresh begins it again.
            return
        self._is_running, self._is_due = True, False
        self._services.background.start("texts ahead", self._run)

    async def _run(self) -> None:
        said = ""
        try:
            if await asyncio.to_thread(self._is_any_wanted):
                said = await self._fetch()
        except ReaderError:
            # What was not fetched is asked for after the next refresh.
            pass
        finally:
            self._is_running = False
            self._model.change(self._model.state.texts_came(said))
        if self._is_due:
            self.delay.begin(REST)

    def _is_any_wanted(self) -> bool:
        from reader.refresh.wanted_texts import find_wanted

        library, look = self._services.library, self._services.look
        return bool(find_wanted(library.path, self._services.settings, look.now()))

    async def _fetch(self) -> str:
        """Fetch what is wanted; return what the rest waits for, empty if nothing is left."""
        from reader.refresh import jobs
        from reader.refresh.progress import TextsAhead, TextsPaused

        stored, paused = 0, ""
        async with aclosing(self._run_job(jobs.FetchTextsAhead())) as messages:
            async for message in messages:
                match message:
                    case TextsAhead(done, total, now):
                        # The list says which papers have their text here.
                        state = self._model.state.marked() if now > stored else self._model.state
                        stored = now
                        self._model.change(state.texts_came(f"text {min(done + 1, total):,} of {total:,}"))
                    case TextsPaused(left, why):
                        paused = f"{left:,} texts wait: {why}"
        return paused
