"""Show the help, and the palette with all commands, views, topics and papers."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.views import SPECIAL, VIEWS
from reader.paths import APP
from reader.session.places import Place, view
from reader.ui.filter.state import COUNTED, FOLLOWED
from reader.ui.kit.day_names import short_day
from reader.ui.shell.handlers import Offers, handles
from reader.ui.shell.services import Actor, Services
from reader.ui.views.actions import ViewActions

if TYPE_CHECKING:
    from reader.ui.help.screen import Command
    from reader.ui.shell.commands import Manual


MOST_TITLES = 8
"""Papers that one search returns."""


class HelpActions(Actor):
    """Open the help and the palette."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._views = services[ViewActions]

    @handles("app.help")
    def show_help(self, _count: int | None) -> None:
        from reader.ui.help.screen import HelpScreen

        context, look = self._app.context, self._look
        if context is not None:
            without = lacks(self._services)
            self._app.push_screen(
                HelpScreen(look.keymap, context, look.glyphs, without, self._read_manual, show_page=self._show_page)
            )

    async def _read_manual(self) -> Manual:
        return await asyncio.to_thread(lambda: self._app.shell().manual())

    async def _show_page(self, name: str) -> None:
        from reader.ui.command_line.output import OutputScreen

        page, look = await asyncio.to_thread(lambda: self._app.shell().page(name)), self._look
        copy = self._app.copy_to_clipboard
        self._app.push_screen(
            OutputScreen(f"{APP} help {name}", page.text, look.keymap, copy, look.glyphs, compose=page.lines)
        )

    @handles("app.commands")
    def show_commands(self, _count: int | None) -> None:
        from reader.ui.help.screen import Palette, action_commands

        context = self._app.context
        if context is not None:
            run = self._app.when_closed(self._app.perform)
            own = action_commands(self._look.keymap, context, run, lacks(self._services))
            more = [command for _, offer in self._services.find(Offers) for command in offer()]
            self._app.push_screen(Palette([*own, *more], self._look.keymap, self._look.glyphs, self._paper_commands))

    async def _paper_commands(self, typed: str) -> list[Command]:
        """A command for each of the newest papers whose titles have words that begin as the typed ones."""
        from reader.cache.search.compile import compile_query
        from reader.ui.help.screen import Command

        words = re.findall(r"\w+", typed)
        place = Place(view("all"), " ".join(f"title:{word}" for word in words))
        scope = self._services.scope()
        try:
            found = await self._services.library.find(compile_query(place.whole("day"), scope), MOST_TITLES)
        except ReaderError:
            # A newer search has come.
            return []
        show = self._app.when_closed(self._views.show_paper)
        return [Command(row.title, short_day(row.day, self._look.today), partial(show, row.pk)) for row in found]


def lacks(services: Services) -> frozenset[str]:
    """The ids of the actions that have nothing to show, or that need a set-up; their keys say how to get it."""
    state = services.model.state
    counts = state[COUNTED]
    numbers = {} if counts is None else dict(zip((one.id for one in (*VIEWS, *SPECIAL)), counts.views, strict=True))
    has = {
        "view.group": numbers.get("group"),
        "view.changed": numbers.get("changed"),
        "view.followed": state[FOLLOWED],
        "view.saved": state.views.named,
        "mark.replaced": services.settings.sync,
    }
    return frozenset(id for id, content in has.items() if not content)
