"""Show what the user has read, in figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.ui.handlers.registry import handles
from reader.ui.work.services import Services
from reader.ui.work.traces import Traces

if TYPE_CHECKING:
    from textual.screen import Screen

COPIED = 80
"""Cells of the lines that are copied."""


class ReadingActions:
    """The picture of the user's reading."""

    def __init__(
        self,
        services: Services,
        traces: Traces,
        show_screen: Callable[[Screen[None]], None],
        copy: Callable[[str], object],
    ) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._look = services.look
        self._traces = traces
        self._show_screen = show_screen
        self._copy = copy

    @handles("view.reading")
    def show(self, _count: int | None) -> None:
        """Read the figures, with what was noted up to now, and show them over the whole screen."""
        self._background.start("reading", self._show, exclusive=True)

    async def _show(self) -> None:
        from reader.ui.screens.output import OutputScreen
        from reader.ui.text.reading_lines import plain, reading_lines

        before = self._model.state.context
        await self._traces.stored()
        figures = await self._library.reading_figures(self._look.now().astimezone().date())
        if self._model.state.context != before:
            # The user went on meanwhile.
            return
        names, glyphs = self._model.state.topic_names, self._look.glyphs
        compose = partial(reading_lines, figures, names, glyphs=glyphs)
        text = plain(compose(COPIED))
        self._show_screen(OutputScreen("Your reading", text, self._look.keymap, self._copy, glyphs, compose=compose))
