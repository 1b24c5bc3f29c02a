"""Open links in the browser, and copy addresses to the clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reader.ui.handlers.registry import handles
from reader.ui.keyboard import Keyboard
from reader.ui.work.services import Services


class Terminal(NamedTuple):
    """The terminal's functions for links."""

    copy: Callable[[str], object]
    """Puts text on its clipboard; some terminals ignore it."""
    suspend: Callable[[], AbstractContextManager[None]]
    """Gives the terminal to another program."""
    open: Callable[[str], bool]
    """Opens an address where the user is; False if that is this machine."""
    send_pdf: Callable[[Path], bool]
    """Opens a PDF where the user is; False if that is this machine."""


class LinkActions:
    """Open and copy the links of the highlighted paper."""

    def __init__(self, services: Services, keyboard: Keyboard, terminal: Terminal) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._keyboard = keyboard
        self._terminal = terminal

    @handles("link.page")
    def open_web_page(self, _count: int | None) -> None:
        from reader.actions.links import links

        paper = self._library.paper_of(self._model.state.highlighted)
        if paper is not None:
            link = next((link for link in links(paper) if link.letter == "o"), None)
            if link is None:
                self._model.show_notice("no page of this paper is known")
            else:
                self.browse(link.url)

    @handles("link.list")
    def choose_link(self, _count: int | None) -> None:
        from reader.actions.links import link_choices, links

        paper = self._library.paper_of(self._model.state.highlighted)
        if paper is None:
            return
        urls = {link.letter: link.url for link in links(paper)}
        if urls:
            self._keyboard.ask_letter("open", link_choices(paper), lambda letter: self.browse(urls[letter]))
        else:
            self._model.show_notice("this paper has no links")

    @handles("link.copy")
    def copy_link(self, _count: int | None) -> None:
        from reader.actions import clipboard

        paper = self._library.paper_of(self._model.state.highlighted)
        if paper is not None:
            self._copy(clipboard.paper_link(paper))

    def browse(self, url: str) -> None:
        """Open an address in the user's browser without waiting for it."""
        self._background.start("browser", partial(self._browse, url))

    async def _browse(self, url: str) -> None:
        from reader.actions.links import find_browser, open_url, safe_url, takes_terminal

        safe = safe_url(url)
        if safe and self._terminal.open(safe):
            self._model.show_notice(f"opening {safe}")
            return
        browser = await asyncio.to_thread(find_browser)
        if browser is None:
            self._copy(url, "there is no browser here")
            return
        self._model.show_notice(f"opening {safe_url(url) or url}")
        if takes_terminal(browser):
            with self._terminal.suspend():
                is_open = open_url(url)
        else:
            is_open = await asyncio.to_thread(open_url, url)
        if not is_open:
            self._copy(url, "the browser did not start")

    def _copy(self, text: str, why: str = "") -> None:
        """Copy text to the terminal's clipboard, and say what: some terminals ignore it."""
        self._terminal.copy(text)
        self._model.show_notice(f"{why} · copied {text}" if why else f"copied {text}")
