"""Actions on what the terminal shows: suspend, and the commands for themes."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING, Protocol

from reader.config import THEME_VARIABLE
from reader.core.theme_names import THEMES
from reader.ui.handlers.registry import handles
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.ui.screens.palette import Command


class Display(Protocol):
    """The app, as these actions use it."""

    def stop_job(self) -> bool:
        """Stop until the shell continues the program; False if no shell could."""

    @property
    def no_color(self) -> bool:
        """Whether the user wants no colours."""

    def use_theme(self, name: str) -> None:
        """Change the colours to those of a theme."""

    def keep_setting(self, name: str, value: str) -> None:
        """Write a setting to the user's file; raises ReaderError."""


class DisplayActions:
    """Actions on what the terminal shows."""

    def __init__(self, display: Display, services: Services) -> None:
        self._display = display
        self._model = services.model
        self._background = services.background
        self._is_kept = not services.look.demo

    @handles("app.suspend")
    def suspend(self, _count: int | None) -> None:
        if not self._display.stop_job():
            self._model.show_notice("there is no shell to go back to")

    def commands(self) -> list[Command]:
        """The commands that the palette offers for the display."""
        from reader.ui.screens.palette import Command

        about = "Change the colours now and for later." if self._is_kept else "Change the colours."
        return [Command(f"Theme: {name}", about, partial(self.choose_theme, name)) for name in THEMES]

    def choose_theme(self, name: str) -> None:
        """Change the colours, and keep the choice in the settings."""
        if self._display.no_color:
            self._model.show_notice("NO_COLOR is set, so there are no colours", "warning")
            return
        self._display.use_theme(name)
        self._model.show_notice(f"theme {name}")
        if self._is_kept:
            self._background.start("settings", partial(self._keep_theme, name))

    async def _keep_theme(self, name: str) -> None:
        await asyncio.to_thread(self._display.keep_setting, "theme", name)
        wins = THEME_VARIABLE in os.environ
        ends = f"{THEME_VARIABLE} decides at the next start" if wins else "kept in the settings"
        self._model.show_notice(f"theme {name} · {ends}")
