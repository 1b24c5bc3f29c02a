"""Runs typed and automatic commands of the shell, and suggests completions."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.settings.standing import ON_STAR
from reader.ui.command_line.state import COMMAND, suggest
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.commands import Here, Outcome, Running, Shell, Typed
from reader.ui.shell.controller import Controller, Moment, follows
from reader.ui.shell.state import Notices, State

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.core.paper_row import PaperKey
    from reader.ui.app import ReaderApp

BLINK = 0.5
"""Seconds before a command shows that it is running."""


def _typed(state: State) -> str | None:
    command = state[COMMAND]
    return None if command is None else command.text


class CommandRunner(Controller):
    """Runs commands in separate processes, waits in threads, and shows their changes at once."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._make_shell = self._app.shell
        self._running: Running | None = None
        self._name = ""
        self._progress = self._background.delayed(self._show_progress)

    @cached_property
    def _shell(self) -> Shell:
        # Made in a thread, since its imports take 30 ms.
        return self._make_shell()

    @property
    def is_running(self) -> bool:
        return self._running is not None

    @property
    def _way_out(self) -> str:
        return f"{self._name} is running · {self._keymap.key('app.escape')} stops it"

    async def understand(self, line: str, here: Here) -> Typed:
        return await asyncio.to_thread(lambda: self._shell.understand(line, here))

    async def run(self, words: Sequence[str], columns: int) -> Outcome:
        """Run a command; raises ReaderError if another one runs, or if it can't be started."""
        if self._running is not None:
            raise ReaderError(f"{self._way_out}: commands run one at a time")
        # The process is started here, so that `stop` always finds it; this takes a few milliseconds.
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

    def stop_at(self, moment: Moment) -> bool:
        if moment != "back" or self._running is None:
            return False
        self._running.stop()
        return True

    def on_end(self) -> None:
        if self._running is not None:
            self._running.kill()

    def _show_progress(self) -> None:
        """Show that it is running: in the first line, or in the last for screens without one."""
        self._model.change(self._model.state.busy_with(f"running {self._name}"))
        self._model.show_notice(self._way_out)

    def _end_progress(self) -> None:
        self._progress.stop()
        state = self._model.state.busy_with("")
        is_told = state.notices.answer.text == self._way_out
        self._model.change(state.change_notices(Notices.acted) if is_told else state)

    def _show_changes(self) -> None:
        if self._library.changed():
            self._model.change(self._model.state.marked())
            self._model.change(self._model.state.cache_changed())

    @follows(_typed)
    def suggest(self, state: State) -> None:
        text = _typed(state)
        if text is not None:
            self._background.start("suggest", partial(self._suggest, text), exclusive=True)

    async def _suggest(self, text: str) -> None:
        suggested = await asyncio.to_thread(lambda: self._shell.suggest(text))
        self._model.change(suggest(self._model.state, text, suggested))


# Automatic commands


EXPORT_AFTER = 2.0
"""Seconds without a change before the watched exports are written."""

AGAIN = 300.0
"""Seconds before failed watched exports are retried."""

MOST_STARRED = 50
"""Maximum papers waiting for a program that runs on stars; of more, only the first ones are passed on."""

COLUMNS = 200
"""Width of the output, of which only the reason of a failure is shown."""


class AutomaticCommands(Controller):
    """Runs commands one after the other, and reports those that fail."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._shell = self._app.shell
        self._exports = bool(self._app.settings.exports) and not self._look.demo
        self._on_star = _star_words(self._app.settings)
        self.delay = self._background.delayed(self._export)
        self._turn = asyncio.Lock()
        self._running: Running | None = None
        self._starred: dict[str, None] = {}
        self._told = ""
        self._is_writing = False

    # Watched exports

    @property
    def is_due(self) -> bool:
        """Whether the watched exports may be out of date, for example after an interruption."""
        return self.delay.is_waiting or self._is_writing

    def on_begin(self) -> None:
        self.export_soon()

    @follows(lambda state: (state.marks_version, state.cache_version, state[REFRESH].ended))
    def export_soon(self, _state: State | None = None) -> None:
        if self._exports:
            self.delay.begin(EXPORT_AFTER)

    def _export(self) -> None:
        if self._is_writing:
            self.export_soon()
            return
        self._is_writing = True
        self._background.start("exports", self._write_exports)

    async def _write_exports(self) -> None:
        async with self._turn:
            is_done = await self._run(("export", "--watched"))
        # If the reader ends first, it writes them itself.
        self._is_writing = False
        if not is_done and not self.delay.is_waiting:
            self.delay.begin(AGAIN)

    # Stars

    def starring(self, pks: Sequence[PaperKey]) -> None:
        if not self._on_star:
            return
        for row in self._library.rows(pks[:MOST_STARRED]):
            if not row.starred and row.kept and len(self._starred) < MOST_STARRED:
                self._starred[row.id] = None
        self._background.start("on_star", self._run_on_star)

    async def _run_on_star(self) -> None:
        async with self._turn:
            ids, self._starred = tuple(self._starred), {}
            for words in self._on_star if ids else ():
                await self._run((*words, *ids))

    async def _run(self, words: Sequence[str]) -> bool:
        """Run a command in a process of its own, in turn; return whether it did.

        The same failure is reported once.
        """
        try:
            self._running = running = await asyncio.to_thread(lambda: self._shell().start(words, COLUMNS))
            outcome = await asyncio.to_thread(running.wait)
        except ReaderError as error:
            outcome = Outcome(1, "", str(error))
        except asyncio.CancelledError:
            self.on_end()
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

    def on_end(self) -> None:
        if self._running is not None:
            self._running.kill()


def _star_words(settings: Settings) -> list[tuple[str, ...]]:
    """The words of the commands that run the user's programs on papers that he stars, whose ids follow."""
    found: list[tuple[str, ...]] = []
    names = {one.name.casefold() for one in settings.commands}
    for one in settings.programs:
        if one.query == ON_STAR:
            line = one.run if isinstance(one.run, str) else shlex.join(one.run)
            found.append(("pipe", *(() if line.casefold() in names else ("--input", "json")), "--", line))
    return found
