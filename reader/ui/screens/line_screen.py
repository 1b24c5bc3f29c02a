"""A screen that is one line to type in, over what was in front. The app reads its keys; letters go to the line."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual.app import ComposeResult
from textual.screen import ModalScreen

from reader.ui.looks.stylesheets import stylesheet
from reader.ui.widgets.typed_line import TypedLine

_PATIENCE = 1.0
"""Maximum seconds that a key waits for the line."""


class LineScreen(ModalScreen[None]):
    """A line at the bottom of the screen."""

    CSS_PATH = stylesheet("typed")
    AUTO_FOCUS = ""

    def __init__(self, line: TypedLine) -> None:
        super().__init__()
        self.line = line
        self._is_there = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self.line

    def on_mount(self) -> None:
        self.line.begin()
        self._is_there.set()

    async def ready(self) -> None:
        """Wait until the line takes keys."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_there.wait(), _PATIENCE)

    async def catch_up(self) -> None:
        """Wait until the line has taken the keys sent to it."""
        await self.line.catch_up()
