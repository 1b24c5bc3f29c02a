"""Syncs marks with the user's other machines, by a command in a separate process."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.places import is_server
from reader.core.errors import ReaderError
from reader.paths import log_database
from reader.session.places import listed_views
from reader.ui.refresh.state import REFRESH, SYNC_FAILING
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

START = 3.0
"""Seconds after the start reserved for keys."""

QUIET = 60.0
"""Seconds since the last mark and the last sync."""

LISTEN_SECONDS = 25.0
"""Seconds after which a listening command has reached its server; otherwise it has given up by then."""


class Sync(Controller):
    """Runs `sync` at the start and in quiet minutes, if the settings have a place."""

    words = ("sync", "--quiet")
    """The command, which the end of the reader also runs."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._place = self._app.settings.sync
        self._is_on = bool(self._place) and not self._look.demo and not self._look.is_still
        self.delay = self._background.delayed(self.look)
        self._has_marked = self._is_looking = self._is_beginning = False

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
        # A server is listened to until the reader ends.
        listens = ("--watch",) if await asyncio.to_thread(is_server, self._place) else ()
        words = (*self.words, *listens)
        end = asyncio.create_task(self._app.command_runner.run_by_itself(words, reports_warnings=True))
        try:
            if not (await asyncio.wait([end], timeout=LISTEN_SECONDS))[0]:
                # It still listens, so it works.
                self._note_failure(None)
            outcome = await end
        finally:
            end.cancel()
        self._is_looking = False
        if outcome.code and outcome.complaint:
            self._has_marked = True
            self._note_failure(self._model.state[SYNC_FAILING] or self._look.now())
        elif not outcome.code:
            self._note_failure(None)
        # A listening command is stopped after an hour.
        self.delay.begin(START if outcome.is_stopped else QUIET)

    def _note_failure(self, since: datetime | None) -> None:
        self._model.change(self._model.state.put(SYNC_FAILING, since))


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
