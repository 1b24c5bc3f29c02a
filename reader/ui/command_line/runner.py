"""Run commands of the shell for the command line, one at a time, and suggest what may be typed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property, partial

from reader.core.errors import ReaderError
from reader.ui.command_line.state import COMMAND, suggest
from reader.ui.shell.commands import Here, Outcome, Running, Shell, Typed
from reader.ui.shell.handlers import ends, follows, stops
from reader.ui.shell.notices import Notices
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

BLINK = 0.5
"""Seconds after which a command shows that it runs."""


def _typed(state: State) -> str | None:
    command = state[COMMAND]
    return None if command is None else command.text


class CommandRunner:
    """Starts commands in processes of their own, waits in threads, and shows at once what they have changed."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._key = services.look.keymap.key
        self._make_shell = services.app.shell
        self._running: Running | None = None
        self._name = ""
        self._progress = services.background.delayed(self._show_progress)

    @cached_property
    def _shell(self) -> Shell:
        # Made in a thread: its imports take 30 ms.
        return self._make_shell()

    @property
    def is_running(self) -> bool:
        """Whether a command runs."""
        return self._running is not None

    @property
    def _way_out(self) -> str:
        return f"{self._name} is running · {self._key('app.escape')} stops it"

    async def understand(self, line: str, here: Here) -> Typed:
        """What a line means; raises UsageError."""
        return await asyncio.to_thread(lambda: self._shell.understand(line, here))

    async def run(self, words: Sequence[str], columns: int) -> Outcome:
        """Run a command; raises ReaderError if another one runs, or if it can't be started."""
        if self._running is not None:
            raise ReaderError(f"{self._way_out}: only one command runs at a time")
        # The process is started here, so that `stop` finds it whatever comes next; it takes a few milliseconds.
        self._running = running = self._shell.start(words, columns)
        self._name = words[0]
        self._progress.begin(BLINK)
        waiting = asyncio.ensure_future(asyncio.to_thread(running.wait))
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            running.kill()
            raise
        finally:
            self._running = None
            self._end_progress()
            self._show_changes()

    @stops("back")
    def stop(self) -> bool:
        """Stop the running command; return whether there was one."""
        if self._running is None:
            return False
        self._running.stop()
        return True

    @ends
    def close(self) -> None:
        """End the running command at once: the reader ends."""
        if self._running is not None:
            self._running.kill()

    def _show_progress(self) -> None:
        """Tell that it runs: in the first line, and for screens without one in the last."""
        self._model.change(self._model.state.busy_with(f"running {self._name}"))
        self._model.show_notice(self._way_out)

    def _end_progress(self) -> None:
        self._progress.stop()
        state = self._model.state.busy_with("")
        is_told = state.notices.answer.text == self._way_out
        self._model.change(state.change_notices(Notices.acted) if is_told else state)

    def _show_changes(self) -> None:
        """Show what the command has changed in the cache, without moving the list."""
        if self._library.changed():
            self._model.change(self._model.state.marked())
            self._model.change(self._model.state.cache_changed())

    # Suggestions

    @follows(_typed)
    def suggest(self, state: State) -> None:
        """Find out what may follow the typed text."""
        text = _typed(state)
        if text is not None:
            self._background.start("suggest", partial(self._suggest, text), exclusive=True)

    async def _suggest(self, text: str) -> None:
        suggested = await asyncio.to_thread(lambda: self._shell.suggest(text))
        self._model.change(suggest(self._model.state, text, suggested))
