"""The pictures of a paper: which there are, and the screen that shows one of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from reader.core.document.model import Document, Figure, walk
from reader.core.errors import ReaderError
from reader.core.lines import literal
from reader.installed import needs_extra
from reader.platform import PictureTerminal, picture_terminal
from reader.ui.full_text.lines import web_address
from reader.ui.full_text.state import TEXT
from reader.ui.kit.line_widgets import Title
from reader.ui.kit.theme import stylesheet
from reader.ui.page.state import PAGE
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.screens import OverScreen
from reader.ui.shell.state import Front, State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.core.paper import Paper
    from reader.refresh.lines import Canvas, Line
    from reader.ui.app import ReaderApp
    from reader.ui.picture_drawing import PictureDrawing

CAPTION_ROWS = 3

TITLE_AND_STATUS_ROWS = 2

MAX_PICTURES = 100

MAX_KEPT_PICTURES = 12

PAUSE_SECONDS = 0.15
"""Seconds before a picture is fetched, so that paging quickly fetches nothing."""

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")


class Picture(NamedTuple):
    """A picture that can be shown."""

    address: str
    label: str
    """Such as `Figure 2`."""
    caption: str = ""
    block: int = -1
    """The block of the full text that contains it; -1 for a picture from the feed."""


class Pictures(NamedTuple):
    """The pictures of a paper, and the current one."""

    pictures: tuple[Picture, ...]
    place: int
    """The number of the current picture, from 0."""
    drawn: PictureDrawing | None = None
    """The current picture; None while missing."""
    message: str = ""
    """The status of the fetch of the current picture, or why there is no picture."""

    @property
    def front(self) -> Picture:
        return self.pictures[self.place]


PICTURES: Front[Pictures] = Front("picture", "reader.ui.pictures:PictureScreen", is_kept=True)
"""The pictures of a paper, over its page or its full text."""


def pictures_of(paper: Paper, document: Document | None = None, source: str = "") -> tuple[Picture, ...]:
    """The pictures of a paper without duplicates: those of the feed, then the figures of its full text."""
    addresses = (url for url in paper.media if url.partition("?")[0].lower().endswith(_SUFFIXES))
    of_feed = [Picture(url, f"Picture {number} of the feed") for number, url in enumerate(addresses, 1)]
    pictures = {picture.address: picture for picture in (*of_feed, *_of_text(document, source, paper.id))}
    return tuple(pictures.values())[:MAX_PICTURES]


def first_from(pictures: Sequence[Picture], block: int) -> int:
    """The first figure at or after a block, else the last."""
    blocks = [(index, picture.block) for index, picture in enumerate(pictures) if picture.block >= 0]
    return next((index for index, begin in blocks if begin >= block), blocks[-1][0] if blocks else 0)


def _of_text(document: Document | None, source: str, id: str) -> Iterator[Picture]:
    for index, block in enumerate(document.blocks if document else ()):
        outer = ""
        for part in walk(block):
            if isinstance(part, Figure):
                is_panel = part.label.startswith("(") and outer
                label = f"{outer} {part.label}" if is_panel else part.label
                outer = outer if is_panel else label
                caption = "".join(span.text for span in part.caption)
                for address in part.pictures:
                    yield Picture(web_address(address, source, id), label or "Picture", caption, index)


def room(width: int, height: int) -> tuple[int, int]:
    """Columns and rows for a picture in a terminal."""
    return max(1, width - 2), max(1, height - TITLE_AND_STATUS_ROWS - CAPTION_ROWS)


class PictureActions(Controller):
    """Open the pictures over the page or the full text, page through them, and fetch the current one."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None
        self._kept: dict[tuple[Picture, Canvas], PictureDrawing] = {}

    @handles("picture.open")
    def open(self, _count: int | None) -> None:
        pictures = self._pictures()
        if reason := self._obstacle() or ("" if pictures else self._no_pictures()):
            self._model.show_notice(reason)
        else:
            text = self._model.state[TEXT]
            block = text.view.top.block if text is not None and text.view is not None else None
            self._show(pictures, 0 if block is None else first_from(pictures, block))

    def open_address(self, address: str) -> bool:
        """Show the picture at an address; False if this paper does not have it or it cannot be shown."""
        pictures = self._pictures()
        index = next((index for index, picture in enumerate(pictures) if picture.address == address), None)
        if index is None or self._obstacle():
            return False
        self._show(pictures, index)
        return True

    @handles("picture.browse")
    def browse(self, _count: int | None) -> None:
        if (pictures := self._model.state[PICTURES]) is not None:
            self._app.link_actions.browse(pictures.front.address)

    @handles("picture.next", "picture.previous", step=1)
    def turn(self, by: int) -> None:
        pictures = self._model.state[PICTURES]
        if pictures is None:
            return
        index = min(max(0, pictures.place + by), len(pictures.pictures) - 1)
        if index == pictures.place:
            self._model.show_notice("this is the last picture" if by > 0 else "this is the first picture")
        else:
            self._show(pictures.pictures, index)

    def _show(self, pictures: tuple[Picture, ...], index: int) -> None:
        self._model.change(self._model.state.put(PICTURES, Pictures(pictures, index)))

    def _pictures(self) -> tuple[Picture, ...]:
        state = self._model.state
        text, page = state[TEXT], state[PAGE]
        if text is not None and text.view is not None:
            if text.source == "pdf":
                return ()
            return pictures_of(text.paper, text.view.document, text.source)
        if page is None:
            return ()
        kept = self._library.text(page.key)
        return pictures_of(page.paper, kept.document, kept.source) if kept else pictures_of(page.paper)

    @property
    def _terminal(self) -> PictureTerminal:
        app, setting = self._app, self._app.settings.images
        return picture_terminal(setting, os.environ, colorless=app.no_color, served=app.terminal is None)

    def _obstacle(self) -> str:
        """Why no picture can be shown; empty if one can."""
        if find_spec("textual_image") is None:
            return needs_extra("pictures need", "images").rstrip(".")
        return self._terminal.why_not

    def _no_pictures(self) -> str:
        if (text := self._model.state[TEXT]) is not None:
            return "the text of a PDF has no pictures" if text.source == "pdf" else "this text has no pictures"
        key = self._keymap.key("text.open", "page")
        return f"no pictures of this paper are known yet · {key} fetches its full text with them"

    # The current picture

    @follows(lambda state: (state[PICTURES] and state[PICTURES].front, state.width, state.height))
    def follow(self, state: State) -> None:
        """Show the current picture in the size of the terminal, or fetch it; stop a fetch that is no longer wanted."""
        from reader.refresh.lines import Canvas

        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        if (pictures := state[PICTURES]) is None:
            return
        terminal = self._terminal
        canvas = Canvas(terminal.protocol, *room(state.width, state.height), *terminal.cell)
        if (drawn := self._kept.get((pictures.front, canvas))) is not None:
            self._draw(drawn)
        else:
            self._report("fetching the picture")
            self._worker = self._background.start("picture", partial(self._fetch, pictures.front, canvas))

    async def _fetch(self, picture: Picture, canvas: Canvas) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        from reader.refresh.lines import job
        from reader.ui.picture_drawing import PictureDrawing

        def receive(line: Line) -> None:
            if line.get("step") == "wait":
                self._report(f"{line['why']}, {line['seconds']:.0f} s")

        try:
            drawing = job("picture", address=picture.address, canvas=list(canvas))
            drawn = PictureDrawing.of(await self._app.run_job(drawing, receive))
        except ReaderError as error:
            self._report(str(error))
        except Exception:
            self._report("The picture could not be drawn.")
            raise
        else:
            self._kept[picture, canvas] = drawn
            if len(self._kept) > MAX_KEPT_PICTURES:
                del self._kept[next(iter(self._kept))]
            self._draw(drawn)

    def _draw(self, drawn: PictureDrawing) -> None:
        self._model.change(
            self._model.state.update(PICTURES, lambda pictures: pictures._replace(drawn=drawn, message=""))
        )

    def _report(self, message: str) -> None:
        """Show a message in place of the picture."""
        self._model.change(
            self._model.state.update(PICTURES, lambda pictures: pictures._replace(drawn=None, message=message))
        )


class PicturePane(Widget):
    """A centred picture."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._drawn: PictureDrawing | None = None

    def show(self, drawn: PictureDrawing | None) -> None:
        if self._drawn is not drawn:
            self._send(self._drawn.after if self._drawn else "")
            self._send(drawn.before if drawn else "")
            self._drawn = drawn
            self.refresh()

    def _send(self, sequence: str) -> None:
        """Write an escape sequence to the terminal, in order with the drawing."""
        if sequence and (terminal := getattr(self.app, "terminal", None)):
            terminal.write(sequence)
            terminal.flush()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows; sixels are drawn over them once they are on the screen."""
        if self._drawn is not None and self._drawn.sixels:
            self.call_after_refresh(self._put_sixels, self._drawn)
        return [self._row(y, self._drawn) for y in range(crop.y, crop.bottom)]

    def _corner(self, drawn: PictureDrawing) -> tuple[int, int]:
        width, height = self.size
        return max(0, (width - drawn.columns) // 2), max(0, (height - drawn.rows) // 2)

    def _row(self, y: int, drawn: PictureDrawing | None) -> Strip:
        ground, width = self.rich_style, self.size.width
        left, top = self._corner(drawn) if drawn is not None else (0, 0)
        if drawn is None or not 0 <= y - top < drawn.rows or drawn.columns > width:
            return Strip.blank(width, ground)
        return Strip([Segment(" " * left, ground), *drawn.lines[y - top]]).adjust_cell_length(width, ground)

    def _put_sixels(self, drawn: PictureDrawing) -> None:
        if drawn is self._drawn and self.screen.is_current:
            left, top = self._corner(drawn)
            x, y = self.region.x + left + 1, self.region.y + top + 1
            self._send(f"\x1b7\x1b[{y};{x}H{drawn.sixels}\x1b8")


class PictureScreen(OverScreen[Pictures]):
    """A picture of a paper on the whole screen."""

    CSS_PATH = stylesheet("picture")

    def __init__(self, app: ReaderApp, pictures: Pictures) -> None:
        super().__init__(app, pictures)
        self._title = Title("", self._look.glyphs)
        self._picture = PicturePane()
        self._caption = Static()

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._picture
        yield self._caption
        yield self.status

    def on_screen_suspend(self) -> None:
        self._picture.show(None)

    def on_screen_resume(self) -> None:
        """Show the picture that was opened, or covered by help."""
        if (pictures := self._model.state[PICTURES]) is not None:
            self.show(pictures)

    def show(self, pictures: Pictures) -> None:
        front, count = pictures.front, len(pictures.pictures)
        number = f"{pictures.place + 1:,} of {count:,} {self._look.glyphs.dot} " if count > 1 else ""
        self._title.show(f"{number}{front.label}")
        texts = (" ".join(literal(text).split()) for text in (pictures.message, front.caption))
        self._caption.update(Content("\n".join(filter(None, texts))))
        self._picture.show(pictures.drawn if self.app.screen is self else None)
