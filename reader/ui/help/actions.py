"""Show the help, and search in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from reader.core.text import clean
from reader.keys.actions import Context
from reader.keys.spelling import typed_on
from reader.paths import APP
from reader.ui.command_line.actions import lacks
from reader.ui.command_line.state import OUTPUT, Output
from reader.ui.shell.controller import Controller, answers, handles
from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.keys.actions import Context
    from reader.ui.shell.commands import Manual

    pass


class Help(NamedTuple):
    """Help: the keys that matter in a context, or search results."""

    context: Context
    lacking: frozenset[str] = frozenset()
    manual: Manual = ()
    typed: str = ""
    is_typing: bool = False
    is_searching: bool = False
    """Whether search results are shown instead of the first screen."""
    opens_soon: bool = False
    """Whether enter was pressed before the manual was read."""

    @property
    def has_cursor(self) -> bool:
        """Whether there is a cursor: enter opens a page of the manual."""
        return bool(self.manual) and not self.is_typing

    def search(self, typed: str) -> Help:
        return self._replace(typed=typed, is_typing=True, is_searching=True, opens_soon=False)


HELP: Front[Help] = Front("help", "reader.ui.help.screen:HelpScreen")


T = TypeVar("T")

LONGEST = 200


class HelpActions(Controller):
    """Open the help, and search in it."""

    @handles("app.help")
    def show_help(self, _count: int | None) -> None:
        self._show(HELP, Help(self._model.state.context, lacks(self._model.state)))
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
        help = self._model.state[HELP]
        return "" if help is None else help.typed

    @answers("help")
    def paste(self, text: str) -> None:
        self.search(clean(self._typed + text, LONGEST))

    def takes_words(self, context: Context) -> Callable[[str], object] | None:
        return self.search if context == "help" else None

    def search(self, typed: str) -> None:
        self._model.change(self._model.state.update(HELP, lambda help: help.search(typed[:LONGEST])))

    @handles("help.search")
    def search_on(self, _count: int | None) -> None:
        self.search(self._typed)

    def _enter(self) -> None:
        help = self._model.state[HELP]
        if help is not None and help.is_typing:
            self._show(HELP, help._replace(is_typing=False))
        elif help is not None and not help.manual:
            self._show(HELP, help._replace(opens_soon=True))
        elif help is not None:
            opens = self._app.screens.get(HELP).pane.current
            if opens is not None:
                self._background.start("help", partial(self._show_page, opens[1]))

    @handles("help.close")
    def close(self, _count: int | None) -> None:
        help = self._model.state[HELP]
        if help is not None and help.is_searching:
            self._show(HELP, help._replace(typed="", is_typing=False, is_searching=False))
        else:
            self._show(HELP, None)
