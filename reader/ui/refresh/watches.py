"""Notice what other programs do to the cache and the settings file, and take over what can change meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reader.core.errors import CacheError, ReaderError
from reader.session.places import listed_views
from reader.ui.refresh.state import REFRESH
from reader.ui.refresh.vector_maker import VectorMaker
from reader.ui.shell.handlers import begins
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.services import Services

if TYPE_CHECKING:
    from datetime import date

    from reader.config import Settings


class CacheWatch:
    """Looks for changes of the cache, and lets the list be read again once no key is held down."""

    seconds = 1.0
    """Time between two looks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._key = services.look.keymap.key
        self._is_on = not services.look.demo
        self._when_still = services[Keyboard].when_still
        self._has_begun = False

    @begins
    def begin(self) -> None:
        """Look now and then, unless the clock stands still."""
        if not self._services.look.is_still:
            self._services.app.set_interval(self.seconds, self.look_around)

    def look_around(self) -> None:
        """Notice what other programs have changed."""
        self.look()
        self._services[SettingsWatch].look()

    def look(self) -> None:
        """Show other programs' changes to the cache, and what is wrong with it."""
        if not self._has_begun:
            self._has_begun = True
            self._begin_telling()
        if self._library.trouble:
            self._model.show_news(self._library.trouble, "warning")
            self._library.trouble = ""
        elif not self._library.is_marking:
            try:
                if self._library.changed():
                    self._when_still(self._show_changes)
            except ReaderError as error:
                self._model.show_news(str(error), "warning")

    def _show_changes(self) -> None:
        state = self._model.state
        state = state.put(REFRESH, state[REFRESH]._replace(last=self._library.last_refresh()))
        self._model.change(state.cache_changed())
        self._begin_telling()

    def _begin_telling(self) -> None:
        if self._is_on and self._library.is_writable:
            self._background.start("replaced", self._tell_replaced)

    async def _tell_replaced(self) -> None:
        """Tell what another machine has replaced of the user's, with the key that brings it back."""
        with suppress(ReaderError):
            found = await self._library.take_replaced()
            if found:
                more = f" and {len(found) - 1} more" if len(found) > 1 else ""
                key = self._key("mark.replaced")
                self._model.show_news(f"another machine replaced your {found[0].said}{more} · {key} shows it")


class SettingsWatch:
    """Looks at the settings file; without one it does nothing."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._background = services.background
        self._file = services.app.settings_file
        self._library = services.library
        self._path = services.library.path
        self._settings = services.settings
        self._take_vectors = services[VectorMaker].take
        self._look = services.look
        self._is_muted = False
        """Whether papers are muted by the words of the settings."""
        self._seen = self._stamp()

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat() if self._file is not None else None
        except OSError:
            return None
        return found and (found.st_mtime_ns, found.st_size)

    def look(self) -> None:
        """Read the file again if it has changed since the last look."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._background.start("settings", self._read)
        elif not self._is_muted:
            self._background.start("settings", self._begin)

    async def _begin(self) -> None:
        """Bring the lists into step with what was done while the reader was closed."""
        await self._keep_lists()
        await self._follow_muted_words()

    async def _keep_lists(self) -> None:
        with suppress(CacheError):
            for refused in await self._library.keep_lists():
                self._model.show_news(refused, "warning")

    async def _read(self) -> None:
        from reader.settings_reader import load_settings

        if self._file is None:
            return
        await self._keep_lists()
        loaded = await asyncio.to_thread(load_settings, self._file)
        self._model.change(self._model.state.know_views(listed_views(loaded.settings)))
        self._settings = loaded.settings
        self._take_vectors(loaded.settings.vectors)
        await self._follow_muted_words()
        if loaded.mistakes:
            self._model.show_news(str(loaded.mistakes[0]), "warning")

    async def _follow_muted_words(self) -> None:
        """Mute papers by the words of the settings, and read the list again if that changed any."""
        self._is_muted = True
        with suppress(CacheError):
            if await asyncio.to_thread(_mute, self._path, self._settings, self._look.today):
                self._model.change(self._model.state.cache_changed())


def _mute(file: Path, settings: Settings, today: date) -> bool:
    """Mute papers unless that is done already, and return whether any changed; raises CacheError.

    In a thread, also for what it imports.
    """
    from reader.cache.reads.window import Window

    with closing(Window.open(file)) as window:
        if settings.mute or window.meta("mute"):
            from reader.cache.watching import follow
            from reader.refresh.rules import rule_scope

            return follow(file, settings.mute, lambda: rule_scope(window, settings, today))
    return False
