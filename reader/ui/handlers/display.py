"""Actions on what the terminal shows: suspend."""

from __future__ import annotations

from typing import Protocol

from reader.ui.handlers.registry import handles
from reader.ui.model import Model


class Display(Protocol):
    """The app, as these actions use it."""

    def stop_job(self) -> bool:
        """Stop until the shell continues the program; False if no shell could."""


class DisplayActions:
    """Actions on what the terminal shows."""

    def __init__(self, display: Display, model: Model) -> None:
        self._display = display
        self._model = model

    @handles("app.suspend")
    def suspend(self, _count: int | None) -> None:
        if not self._display.stop_job():
            self._model.show_notice("there is no shell to go back to")
