"""Notice that the settings file has changed, and take over what can change as the reader runs: views and commands."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reader.session.places import listed_views
from reader.ui.work.services import Services


class SettingsWatch:
    """Looks at the settings `file`; without one it does nothing."""

    def __init__(self, services: Services, file: Path | None) -> None:
        self._model = services.model
        self._background = services.background
        self._file = file
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

    async def _read(self) -> None:
        from reader.settings_reader import load_settings

        if self._file is None:
            return
        loaded = await asyncio.to_thread(load_settings, self._file)
        self._model.change(self._model.state.know_views(listed_views(loaded.settings), loaded.settings.commands))
        if loaded.mistakes:
            self._model.show_news(str(loaded.mistakes[0]), "warning")
