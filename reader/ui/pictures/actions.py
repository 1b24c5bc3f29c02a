"""Show the pictures of a paper."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reader.ui.full_text.state import TEXT
from reader.ui.page.links import LinkActions
from reader.ui.page.state import PAGE
from reader.ui.pictures.state import PICTURES
from reader.ui.shell.handlers import follows, handles
from reader.ui.shell.services import Services
from reader.ui.terminal.pictures import PictureTerminal, picture_terminal

if TYPE_CHECKING:
    from reader.refresh.pictures import Canvas
    from reader.ui.pictures.pictures import Picture
    from reader.ui.shell.state import State

MISSING = "pictures need the extra dailypapers[images], which is not installed"


class PictureActions:
    """Open the pictures over the page or the full text, and go through them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model

    @handles("picture.open")
    def open(self, _count: int | None) -> None:
        """Show the first figure in view, or else the first picture of the paper."""
        pictures = self._pictures()
        if why := self._why_not() or ("" if pictures else self._none()):
            self._model.show_notice(why)
        else:
            self._show(pictures, self._first_in_view(pictures))

    def open_address(self, address: str) -> bool:
        """Show the picture of an address; False if it is none of this paper, or can't be shown."""
        pictures = self._pictures()
        index = next((index for index, one in enumerate(pictures) if one.address == address), None)
        if index is None or self._why_not():
            return False
        self._show(pictures, index)
        return True

    @handles("picture.next")
    def next(self, count: int | None) -> None:
        self._turn(count or 1)

    @handles("picture.previous")
    def previous(self, count: int | None) -> None:
        self._turn(-(count or 1))

    @handles("picture.browse")
    def browse(self, _count: int | None) -> None:
        if (pictures := self._model.state[PICTURES]) is not None:
            self._services[LinkActions].browse(pictures.front.address)

    @handles("picture.close")
    def close(self, _count: int | None) -> None:
        self._model.change(self._model.state.put(PICTURES, None))

    @follows(lambda state: (state.width, state.height))
    def follow_size(self, state: State) -> None:
        """Draw the picture anew after a resize."""
        self._model.change(state.update(PICTURES, lambda pictures: pictures.fitted(self._canvas(state))))

    def _pictures(self) -> tuple[Picture, ...]:
        from reader.ui.pictures.pictures import pictures_of

        state = self._model.state
        text, page = state[TEXT], state[PAGE]
        if text is not None and text.view is not None:
            return pictures_of(text.paper, text.view.document, text.source)
        if page is None:
            return ()
        kept = self._services.library.text(page.key)
        return pictures_of(page.paper, kept.document, kept.source) if kept else pictures_of(page.paper)

    @property
    def _terminal(self) -> PictureTerminal:
        """What the terminal can draw."""
        app = self._services.app
        return picture_terminal(
            self._services.settings.images, os.environ, colorless=app.no_color, served=app.is_served
        )

    def _why_not(self) -> str:
        """Why no picture can be shown; empty if one can."""
        if find_spec("textual_image") is None:
            return MISSING
        return self._terminal.why_not

    def _none(self) -> str:
        if self._model.state[TEXT] is not None:
            return "this text has no pictures"
        key = self._services.look.keymap.key("text.open", "page")
        return f"no pictures of this paper are known · those of its full text are, once {key} has fetched it"

    def _first_in_view(self, pictures: tuple[Picture, ...]) -> int:
        """The first figure from the first line in view on, else the last one; 0 on the page."""
        text = self._model.state[TEXT]
        if text is None or text.view is None:
            return 0
        figures = [(index, one.block) for index, one in enumerate(pictures) if one.block >= 0]
        below = (index for index, block in figures if block >= text.view.top.block)
        return next(below, figures[-1][0] if figures else 0)

    def _show(self, pictures: tuple[Picture, ...], index: int) -> None:
        from reader.ui.pictures.pictures import Pictures

        state = self._model.state
        self._model.change(state.put(PICTURES, Pictures(pictures, index, self._canvas(state))))

    def _canvas(self, state: State) -> Canvas:
        from reader.refresh.pictures import Canvas
        from reader.ui.pictures.pictures import room

        terminal = self._terminal
        return Canvas(terminal.protocol, *room(state.width, state.height), *terminal.cell)

    def _turn(self, by: int) -> None:
        before = self._model.state
        self._model.change(before.update(PICTURES, lambda pictures: pictures.turn(by)))
        if self._model.state is before:
            self._model.show_notice("this is the last picture" if by > 0 else "this is the first picture")
