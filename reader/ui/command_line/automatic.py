"""Commands of the shell that run by themselves: watched exports after each change, and `on_star`."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.commands import Outcome, Running
from reader.ui.shell.handlers import begins, ends, follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.core.paper_row import PaperKey

EXPORT_AFTER = 2.0
"""Seconds without a change before the watched exports are written."""

AGAIN = 300.0
"""Seconds after which watched exports that could not be written are tried again."""

MOST_STARRED = 50
"""Papers that wait for `on_star`; of more, the first ones are given."""

COLUMNS = 200
"""Width of what a command prints, of which only the reason of a failure is shown."""


class AutomaticCommands:
    """Runs one command after the other, and reports those that fail."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._shell = services.app.shell
        self._exports = bool(services.settings.exports) and not services.look.demo
        self._on_star = _star_words(services.settings)
        self.delay = services.background.delayed(self._export)
        self._turn = asyncio.Lock()
        self._running: Running | None = None
        self._starred: dict[str, None] = {}
        self._told = ""
        self._is_waiting = False
        self._is_writing = False

    # Watched exports

    @property
    def is_due(self) -> bool:
        """Whether the watched exports may lack a change, also because their writing was stopped."""
        return self._is_waiting or self._is_writing

    @begins
    @follows(lambda state: (state.marks_version, state.cache_version, state[REFRESH].ended))
    def export_soon(self, _state: State | None = None) -> None:
        """Write the watched exports once nothing has changed for `EXPORT_AFTER`."""
        if self._exports:
            self._is_waiting = True
            self.delay.begin(EXPORT_AFTER)

    def _export(self) -> None:
        if self._is_writing:
            self.export_soon()
            return
        self._is_waiting, self._is_writing = False, True
        self._background.start("exports", self._write_exports)

    async def _write_exports(self) -> None:
        async with self._turn:
            is_done = await self._run(("export", "--watched"))
        # If the reader ends before, it writes them itself.
        self._is_writing = False
        if not is_done and not self._is_waiting:
            self._is_waiting = True
            self.delay.begin(AGAIN)

    # Stars

    def starring(self, pks: Sequence[PaperKey]) -> None:
        """Let the user's program have the papers that are about to be starred, except those that are already."""
        if not self._on_star:
            return
        for row in self._library.rows(pks[:MOST_STARRED]):
            if not row.starred and row.kept and len(self._starred) < MOST_STARRED:
                self._starred[row.id] = None
        self._background.start("on_star", self._run_on_star)

    async def _run_on_star(self) -> None:
        async with self._turn:
            if self._starred:
                ids, self._starred = tuple(self._starred), {}
                await self._run((*self._on_star, *ids))

    # Running

    async def _run(self, words: Sequence[str]) -> bool:
        """Run a command in a process of its own, in a turn; return whether it did.

        The same failure is reported once.
        """
        try:
            self._running = running = await asyncio.to_thread(lambda: self._shell().start(words, COLUMNS))
            outcome = await asyncio.to_thread(running.wait)
        except ReaderError as error:
            outcome = Outcome(1, "", str(error))
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            self._running = None
        failure = outcome.complaint if outcome.code else ""
        if failure and failure != self._told:
            self._model.show_news(failure, "warning")
        self._told = failure
        if self._library.changed():
            self._model.change(self._model.state.cache_changed())
        return not outcome.code

    @ends
    def close(self) -> None:
        """End the running command: the reader ends."""
        if self._running is not None:
            self._running.kill()


def _star_words(settings: Settings) -> tuple[str, ...]:
    """The words of the shell that run `on_star` on the papers whose ids follow; none if it is off."""
    wanted = settings.on_star
    if not wanted:
        return ()
    line = wanted if isinstance(wanted, str) else shlex.join(wanted)
    is_named = any(one.name.casefold() == line.casefold() for one in settings.commands)
    return ("pipe", "--", line) if is_named else ("pipe", "--input", "json", "--", line)
