"""Syncs marks with the user's other machines, by a command in a separate process."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.places import is_server
from reader.core.errors import ReaderError
from reader.paths import log_database
from reader.session.places import listed_views
from reader.ui.refresh.state import REFRESH, join_failed, joined
from reader.ui.shell.commands import Outcome, Running
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

    pass

START = 3.0
"""Seconds after the start reserved for keys."""

QUIET = 60.0
"""Seconds since the last mark and the last sync."""

SETTLED = 25.0
"""Seconds after which a listening command has reached its server; otherwise it has given up by then."""

COLUMNS = 200
"""Width of the command's output, of which only the reason of a failure is shown."""


class Sync(Controller):
    """Runs `sync` at the start and in quiet minutes, if the settings have a place."""

    words: tuple[str, ...] = ("sync", "--quiet")
    """The command, which the end of the reader also runs."""
    trouble = "sync fails"

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._settings = self._app.settings
        self._shell = self._app.shell
        self._can_run = not self._look.demo and not self._look.is_still
        self.delay = self._background.delayed(self.look)
        self._running: Running | None = None
        self._told = ""
        self._has_marked = self._is_looking = self._is_beginning = False

    def is_wanted(self) -> bool:
        return bool(self._settings.sync)

    def is_through_server(self) -> bool:
        """Whether the place is a server to listen to; not for the event loop."""
        return is_server(self._settings.sync)

    @property
    def _is_on(self) -> bool:
        return self._can_run and self.is_wanted()

    @property
    def is_due(self) -> bool:
        """Whether other machines may lack a mark, for example after an interrupted sync."""
        return self._is_on and (self._has_marked or self._is_looking)

    def on_begin(self) -> None:
        if self._is_on:
            self._is_beginning = True
            self.delay.begin(START)

    @follows(lambda state: state.marks_version)
    def marked(self, _state: State) -> None:
        """Sync once no mark has been made for a while."""
        if self._is_on:
            self._has_marked = True
            # Marks do not delay the first sync, after which a server is listened to.
            if not self._is_looking and not self._is_beginning:
                self.delay.begin(QUIET)

    def look(self) -> None:
        if self._is_on and not self._is_looking:
            self._is_looking, self._has_marked, self._is_beginning = True, False, False
            self._background.start(self.words[0], self._run)

    async def _run(self) -> None:
        try:
            self._running = await asyncio.to_thread(self._start)
            outcome = await self._wait(self._running)
        except ReaderError as error:
            outcome = Outcome(1, "", str(error))
        self._running, self._is_looking = None, False
        if outcome.code and outcome.complaint:
            self._has_marked = True
            self._model.change(join_failed(self._model.state, self.trouble, self._look.now()))
        self._tell(outcome.complaint)
        if not outcome.code:
            self._model.change(joined(self._model.state, self.trouble))
        # A listening command is stopped after an hour.
        self.delay.begin(START if outcome.is_stopped else QUIET)

    async def _wait(self, running: Running) -> Outcome:
        """Wait for the end of a sync; one that continues is listening, so it works."""
        end = asyncio.create_task(asyncio.to_thread(running.wait))
        try:
            if not (await asyncio.wait([end], timeout=SETTLED))[0]:
                self._tell("")
                self._model.change(joined(self._model.state, self.trouble))
            return await end
        finally:
            end.cancel()

    def _tell(self, complaint: str) -> None:
        if complaint and complaint != self._told:
            self._model.show_news(complaint, "warning")
        self._told = complaint

    def _start(self) -> Running:
        # A server is listened to until the reader ends.
        lasting = ("--watch",) if self.is_through_server() else ()
        return self._shell().start((*self.words, *lasting), COLUMNS)

    def on_end(self) -> None:
        if self._running is not None:
            self._running.kill()


# Other programs


class CacheWatch(Controller):
    """Watches the cache for changes, and reloads the list once no key is held down."""

    seconds = 1.0

    def on_begin(self) -> None:
        if not self._look.is_still:
            self._app.set_interval(self.seconds, self.look_around)

    def look_around(self) -> None:
        self.look()
        self._app.settings_watch.look()

    def look(self) -> None:
        if self._library.trouble:
            self._model.show_news(self._library.trouble, "warning")
            self._library.trouble = ""
        elif not self._library.is_marking:
            try:
                if self._library.changed():
                    self._app.keyboard.when_still(self._show_changes)
            except ReaderError as error:
                self._model.show_news(str(error), "warning")

    def _show_changes(self) -> None:
        state = self._model.state
        state = state.put(REFRESH, state[REFRESH]._replace(last=self._library.last_refresh()))
        self._model.change(state.papers_came(self._library.newest_day()))


class SettingsWatch(Controller):
    """Watches the settings file and the standing queries of the log, if there are any."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._file = self._app.settings_file
        self._settings = self._app.settings
        self._seen = self._stamp()

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        log = log_database(self._library.path)
        return tuple(_file_stamp(file) for file in (self._file, log, log.with_name(f"{log.name}-wal")))

    def look(self) -> None:
        """Read the settings and lists again if a file has changed since the last look."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._background.start("settings", self._read)

    async def _read(self) -> None:
        from reader.log import standing

        if self._file is None:
            return
        loaded = await asyncio.to_thread(standing.load, self._file, self._library.path)
        if loaded.settings == self._settings:
            # Marks change the log too.
            return
        self._model.change(self._model.state.know_views(listed_views(loaded.settings)))
        if loaded.settings.mute != self._settings.mute:
            self._model.change(self._model.state.cache_changed())
        self._settings = loaded.settings
        if loaded.mistakes:
            self._model.show_news(str(loaded.mistakes[0]), "warning")


def _file_stamp(file: Path | None) -> tuple[int, int] | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return found and (found.st_mtime_ns, found.st_size)
