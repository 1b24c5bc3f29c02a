"""Show the help, and the palette with all commands, views, topics and papers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from reader.core.errors import ReaderError
from reader.core.text import clean
from reader.keys.actions import Context
from reader.keys.spelling import typed_on
from reader.paths import APP
from reader.session.places import Place, view
from reader.ui.command_line.state import OUTPUT, Output
from reader.ui.filter.state import FOLLOWED
from reader.ui.help.state import HELP, PALETTE, Help, Palette
from reader.ui.kit.lines import short_day
from reader.ui.shell.commands import HelpCommand
from reader.ui.shell.controller import Controller, answers, handles
from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

T = TypeVar("T")

MOST_TITLES = 8
"""Papers that one search returns."""

LEAST_TYPED = 3

LONGEST = 200


class HelpActions(Controller):
    """Open the help and the palette, and search in them."""

    @handles("app.help")
    def show_help(self, _count: int | None) -> None:
        self._show(HELP, Help(self._model.state.context, lacks(self._app)))
        self._background.start("help", self._read_manual)

    async def _read_manual(self) -> None:
        manual = await asyncio.to_thread(lambda: self._app.shell().manual())
        self._model.change(self._model.state.update(HELP, lambda help: help._replace(manual=manual)))
        if (help := self._model.state[HELP]) is not None and help.opens_soon:
            self._app.screens.get(HELP).pane.call_after_refresh(self._enter)

    async def _show_page(self, name: str) -> None:
        page = await asyncio.to_thread(lambda: self._app.shell().page(name))
        if self._model.state[HELP] is not None:
            self._show(OUTPUT, Output(f"{APP} help {name}", page.text, page.lines))

    @handles("app.commands")
    def show_commands(self, _count: int | None) -> None:
        from reader.ui.help.screen import action_commands

        own = action_commands(self._keymap, self._model.state.context, self._app.perform, lacks(self._app))
        commands = [*own, *(command for one in self._app.controllers for command in one.commands())]
        self._show(PALETTE, Palette(commands, commands))

    def _show(self, front: Front[T], value: T | None) -> None:
        self._model.change(self._model.state.put(front, value))

    # Typed text

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        if context != "help":
            return False
        help = self._model.state[HELP]
        if key == "enter":
            self._enter()
        elif help is not None and not help.is_typing:
            return False
        elif (typed := typed_on(self._typed, key, character, LONGEST)) is not None:
            self.search(typed)
        else:
            return False
        return True

    @property
    def _typed(self) -> str:
        found = self._model.state[PALETTE] or self._model.state[HELP]
        return "" if found is None else found.typed

    @answers("help")
    def paste(self, text: str) -> None:
        self.search(clean(self._typed + text, LONGEST))

    def takes_words(self, context: Context) -> Callable[[str], object] | None:
        return self.search if context == "help" else None

    def search(self, typed: str) -> None:
        typed = typed[:LONGEST]
        if (palette := self._model.state[PALETTE]) is None:
            self._model.change(self._model.state.update(HELP, lambda help: help.search(typed)))
            return
        from reader.ui.help.screen import fitting

        found = fitting(palette.commands, typed)
        finds_papers = len(re.findall(r"\w", typed)) >= LEAST_TYPED
        self._show(PALETTE, palette._replace(typed=typed, offered=found, papers=None if finds_papers else ()))
        if finds_papers:
            self._background.start("palette", partial(self._find_papers, typed), exclusive=True)

    @handles("help.search")
    def search_on(self, _count: int | None) -> None:
        self.search(self._typed)

    def _enter(self) -> None:
        screens, state = self._app.screens, self._model.state
        if (palette := state[PALETTE]) is not None:
            # Enter may come before the rows are laid out.
            offered, at = palette.all_offered, screens.get(PALETTE).pane.at
            if offered:
                self._show(PALETTE, None)
                offered[min(at, len(offered) - 1)].run()
        elif (help := state[HELP]) is not None and help.is_typing:
            self._show(HELP, help._replace(is_typing=False))
        elif help is not None and not help.manual:
            self._show(HELP, help._replace(opens_soon=True))
        elif help is not None:
            opens = screens.get(HELP).pane.current
            if opens is not None:
                self._background.start("help", partial(self._show_page, opens[1]))

    @handles("help.close")
    def close(self, _count: int | None) -> None:
        help = self._model.state[HELP]
        if self._model.state[PALETTE] is not None:
            self._show(PALETTE, None)
        elif help is not None and help.is_searching:
            self._show(HELP, help._replace(typed="", is_typing=False, is_searching=False))
        else:
            self._show(HELP, None)

    async def _find_papers(self, typed: str) -> None:
        """Offer the paper whose id is typed, or the newest papers whose title words begin like the typed ones."""
        from reader.cache.search.compile import compile_query
        from reader.core.ids import named_id

        words, id = re.findall(r"\w+", typed), named_id(typed)
        place = Place(view("all"), f"id:{id}" if id else " ".join(f"title:{word}" for word in words))
        selection = compile_query(place.whole("day"), self._app.scope())
        try:
            found = await self._library.counts.ask(lambda window: window.rows(window.first(selection, MOST_TITLES).pks))
        except ReaderError:
            # A newer search has come.
            return
        show, today = self._app.view_actions.show_paper, self._look.today
        papers = [HelpCommand(row.title, short_day(row.day, today), partial(show, row.pk)) for row in found]
        if id and not papers:
            papers = [HelpCommand(id, "not here yet", lambda: self._model.change(self._model.state.go(place)))]
        palette = self._model.state[PALETTE]
        if palette is not None and palette.typed == typed:
            self._show(PALETTE, palette._replace(papers=papers))


def lacks(app: ReaderApp) -> frozenset[str]:
    """The ids of actions that have nothing to show or need a set-up; their keys say how to get it."""
    state = app.model.state
    has = {
        "view.followed": state[FOLLOWED],
        "view.saved": state.views.named,
    }
    return frozenset(id for id, content in has.items() if not content)
