"""The pictures of a paper."""

from __future__ import annotations

import os
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.installed import needs_extra
from reader.platform import PictureTerminal, picture_terminal
from reader.ui.full_text.state import TEXT
from reader.ui.page.state import PAGE
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.state import Front, State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.core.document.model import Formula
    from reader.refresh.lines import Canvas, Line
    from reader.ui.app import ReaderApp
    from reader.ui.pictures.drawing import PictureDrawn
    from reader.ui.pictures.pictures import Picture, Pictures


PICTURES: Front[Pictures] = Front("picture", "reader.ui.pictures.screen:PictureScreen", is_kept=True)
"""The pictures of a paper, over its page or its full text."""


class PictureActions(Controller):
    """Open the pictures over the page or the full text, and page through them."""

    @handles("picture.open")
    def open(self, _count: int | None) -> None:
        pictures = self._pictures()
        if why := self._why_not() or ("" if pictures else self._none()):
            opens = self._keymap.key("link.pdf", "text")
            is_of_pdf = bool(pictures) and pictures[0].spot is not None
            self._model.show_notice(f"{why} · {opens} opens the PDF" if is_of_pdf and opens else why)
        else:
            from reader.ui.pictures.pictures import first_from

            text = self._model.state[TEXT]
            block = text.view.top.block if text is not None and text.view is not None else None
            self._show(pictures, 0 if block is None else first_from(pictures, block))

    def open_address(self, address: str) -> bool:
        """Show the picture of an address; False if it is not of this paper or can't be shown."""
        pictures = self._pictures()
        index = next((index for index, one in enumerate(pictures) if one.address == address), None)
        if index is None or self._why_not():
            return False
        self._show(pictures, index)
        return True

    def open_formula(self, formula: Formula, block: int) -> None:
        from reader.ui.pictures.pictures import formula_of

        text = self._model.state[TEXT]
        if why := self._why_not():
            self._model.show_notice(why)
        elif text is not None and text.view is not None:
            self._show((formula_of(text.view.document, formula, block, text.paper.id),), 0)

    @handles("picture.browse")
    def browse(self, _count: int | None) -> None:
        if (pictures := self._model.state[PICTURES]) is not None:
            self._app.link_actions.browse(pictures.front.address)

    @follows(lambda state: (state.width, state.height))
    def follow_size(self, state: State) -> None:
        self._model.change(state.update(PICTURES, lambda pictures: pictures.fitted(self._canvas(state))))

    def _pictures(self) -> tuple[Picture, ...]:
        from reader.ui.pictures.pictures import pictures_of

        state = self._model.state
        text, page = state[TEXT], state[PAGE]
        if text is not None and text.view is not None:
            return pictures_of(text.paper, text.view.document, text.source)
        if page is None:
            return ()
        kept = self._library.text(page.key)
        return pictures_of(page.paper, kept.document, kept.source) if kept else pictures_of(page.paper)

    @property
    def _terminal(self) -> PictureTerminal:
        app, setting = self._app, self._app.settings.images
        return picture_terminal(setting, os.environ, colorless=app.no_color, served=app.terminal is None)

    def _why_not(self) -> str:
        """Why no picture can be shown; empty if one can."""
        if find_spec("textual_image") is None:
            return needs_extra("pictures need", "images").rstrip(".")
        return self._terminal.why_not

    def _none(self) -> str:
        if self._model.state[TEXT] is not None:
            return "this text has no pictures"
        key = self._keymap.key("text.open", "page")
        return f"no pictures of this paper are known yet · {key} fetches its full text with them"

    def _show(self, pictures: tuple[Picture, ...], index: int) -> None:
        from reader.ui.pictures.pictures import Pictures

        state = self._model.state
        self._model.change(state.put(PICTURES, Pictures(pictures, index, self._canvas(state))))

    def _canvas(self, state: State) -> Canvas:
        from reader.refresh.lines import Canvas
        from reader.ui.pictures.pictures import room

        terminal = self._terminal
        return Canvas(terminal.protocol, *room(state.width, state.height), *terminal.cell)

    @handles("picture.next", "picture.previous", step=1)
    def turn(self, by: int) -> None:
        before = self._model.state
        self._model.change(before.update(PICTURES, lambda pictures: pictures.turn(by)))
        if self._model.state is before:
            self._model.show_notice("this is the last picture" if by > 0 else "this is the first picture")


MOST_KEPT = 12

PAUSE = 0.15
"""Seconds before a picture is fetched, so that paging through fetches none."""


class PictureLoader(Controller):
    """Fetches the picture that the state asks for."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None
        self._wanted: tuple[Picture, Canvas] | None = None
        self._kept: dict[tuple[Picture, Canvas], PictureDrawn] = {}
        self._pause = self._background.delayed(self._start)

    @follows(PICTURES)
    def follow(self, state: State) -> None:
        """Show the current picture, or fetch it; stop unwanted fetches."""
        pictures = state[PICTURES]
        wanted = (pictures.front, pictures.canvas) if pictures is not None else None
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._pause.stop()
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()
        if wanted is None:
            return
        if (drawn := self._kept.get(wanted)) is not None:
            self._model.change(state.update(PICTURES, lambda pictures: pictures.came(wanted[0], drawn)))
        else:
            self._say(wanted[0], "fetching the PDF" if wanted[0].spot else "fetching the picture")
            self._pause.begin(PAUSE)

    def _start(self) -> None:
        if self._wanted is not None:
            self._worker = self._background.start("picture", partial(self._fetch, *self._wanted), exclusive=True)

    async def _fetch(self, picture: Picture, canvas: Canvas) -> None:
        from reader.refresh.lines import job
        from reader.ui.pictures.drawing import PictureDrawn

        def receive(line: Line) -> None:
            if line.get("step") == "wait":
                self._say(picture, f"{line['why']}, {line['seconds']:.0f} s")

        try:
            spot = picture.spot._asdict() if picture.spot is not None else None
            drawing = job("picture", address=picture.address, canvas=list(canvas), spot=spot)
            self._keep(picture, canvas, PictureDrawn.of(await self._app.run_job(drawing, receive)))
        except ReaderError as error:
            self._say(picture, str(error))
        except Exception:
            self._say(picture, "The picture could not be drawn.")
            raise

    def _keep(self, picture: Picture, canvas: Canvas, drawn: PictureDrawn) -> None:
        self._kept[picture, canvas] = drawn
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._model.change(self._model.state.update(PICTURES, lambda pictures: pictures.came(picture, drawn)))

    def _say(self, picture: Picture, message: str) -> None:
        self._model.change(self._model.state.update(PICTURES, lambda pictures: pictures.says(picture, message)))
