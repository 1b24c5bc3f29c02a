"""Textual's driver for a browser (`dailypapers serve`), which handles the end of its server.

Textual 8.2.8 keeps running without a browser if the server ends silently or sends unreadable data, and fails if the
server takes no more output.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.drivers.web_driver import WebDriver

from reader.ui.terminal.leaving import LosesTerminal


class ServedDriver(WebDriver):
    """Draws in a browser; the app leaves when its server is gone."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._shown_app = app
        # Assigned: a method of this name would not replace it.
        self._write = self._write_all  # type: ignore[assignment]

    def _write_all(self, data: bytes) -> None:
        """Write all of the data, if the server still takes it; a signal may interrupt a write."""
        left = memoryview(data)
        with suppress(OSError):
            while left:
                left = left[os.write(self.fileno, left) :]

    def run_input_thread(self) -> None:
        """Read the server's data until the driver stops or the server is gone, which is reported to the app."""
        super().run_input_thread()
        if not self.exit_event.is_set() and isinstance(self._shown_app, LosesTerminal):
            self._shown_app.lose_terminal()
