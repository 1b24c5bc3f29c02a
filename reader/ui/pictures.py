"""The pictures of a paper."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from reader.core.document.model import Document, Figure, walk
from reader.core.errors import ReaderError
from reader.core.ids import in_address, is_arxiv_id
from reader.core.lines import cut, literal, wrap
from reader.installed import needs_extra
from reader.platform import PictureTerminal, picture_terminal
from reader.ui.full_text.lines import web_address
from reader.ui.full_text.state import TEXT
from reader.ui.kit.glyphs import Glyphs
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


PICTURES: Front[Pictures] = Front("picture", "reader.ui.pictures:PictureScreen", is_kept=True)
"""The pictures of a paper, over its page or its full text."""


class PictureActions(Controller):
    """Open the pictures over the page or the full text, and page through them."""

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

    @follows(lambda state: (state.width, state.height))
    def follow_size(self, state: State) -> None:
        self._model.change(state.update(PICTURES, lambda pictures: pictures.with_canvas(self._canvas(state))))

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

    def _show(self, pictures: tuple[Picture, ...], index: int) -> None:
        state = self._model.state
        self._model.change(state.put(PICTURES, Pictures(pictures, index, self._canvas(state))))

    def _canvas(self, state: State) -> Canvas:
        from reader.refresh.lines import Canvas

        terminal = self._terminal
        return Canvas(terminal.protocol, *room(state.width, state.height), *terminal.cell)

    @handles("picture.next", "picture.previous", step=1)
    def turn(self, by: int) -> None:
        before = self._model.state
        self._model.change(before.update(PICTURES, lambda pictures: pictures.turn(by)))
        if self._model.state is before:
            self._model.show_notice("this is the last picture" if by > 0 else "this is the first picture")


MAX_KEPT_PICTURES = 12

PAUSE_SECONDS = 0.15
"""Seconds before a picture is fetched, so that paging quickly fetches nothing."""


class PictureLoader(Controller):
    """Fetches the current picture."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None
        self._wanted: tuple[Picture, Canvas] | None = None
        self._kept: dict[tuple[Picture, Canvas], PictureDrawing] = {}

    @follows(PICTURES)
    def follow(self, state: State) -> None:
        """Show the current picture, or fetch it; stop unwanted fetches."""
        pictures = state[PICTURES]
        wanted = (pictures.front, pictures.canvas) if pictures is not None else None
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()
        if wanted is None:
            return
        if (drawn := self._kept.get(wanted)) is not None:
            self._model.change(state.update(PICTURES, lambda pictures: pictures.with_drawing(wanted[0], drawn)))
        else:
            self._report(wanted[0], "fetching the picture")
            self._worker = self._background.start("picture", partial(self._fetch, *wanted), exclusive=True)

    async def _fetch(self, picture: Picture, canvas: Canvas) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        from reader.refresh.lines import job
        from reader.ui.picture_drawing import PictureDrawing

        def receive(line: Line) -> None:
            if line.get("step") == "wait":
                self._report(picture, f"{line['why']}, {line['seconds']:.0f} s")

        try:
            drawing = job("picture", address=picture.address, canvas=list(canvas))
            self._keep(picture, canvas, PictureDrawing.of(await self._app.run_job(drawing, receive)))
        except ReaderError as error:
            self._report(picture, str(error))
        except Exception:
            self._report(picture, "The picture could not be drawn.")
            raise

    def _keep(self, picture: Picture, canvas: Canvas, drawn: PictureDrawing) -> None:
        self._kept[picture, canvas] = drawn
        if len(self._kept) > MAX_KEPT_PICTURES:
            del self._kept[next(iter(self._kept))]
        self._model.change(self._model.state.update(PICTURES, lambda pictures: pictures.with_drawing(picture, drawn)))

    def _report(self, picture: Picture, message: str) -> None:
        self._model.change(self._model.state.update(PICTURES, lambda pictures: pictures.with_message(picture, message)))


CAPTION_ROWS = 3

TITLE_AND_STATUS_ROWS = 2

MAX_PICTURES = 100

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")

_THUMBNAIL = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/{id}.png"


class Picture(NamedTuple):
    """A picture that can be shown."""

    address: str
    label: str
    """Such as `Figure 2`."""
    caption: str = ""
    block: int = -1
    """The block of the full text that contains it; -1 for a picture from the feed."""


def pictures_of(paper: Paper, document: Document | None = None, source: str = "") -> tuple[Picture, ...]:
    """The pictures of a paper without duplicates: the feed's card and pictures, and the figures of its full text."""
    pictures = {picture.address: picture for picture in (*_of_feed(paper), *_of_text(document, source, paper.id))}
    return tuple(pictures.values())[:MAX_PICTURES]


def first_from(pictures: Sequence[Picture], block: int) -> int:
    """The first figure at or after a block, else the last."""
    blocks = [(index, picture.block) for index, picture in enumerate(pictures) if picture.block >= 0]
    return next((index for index, begin in blocks if begin >= block), blocks[-1][0] if blocks else 0)


def _of_feed(paper: Paper) -> Iterator[Picture]:
    if paper.day and is_arxiv_id(paper.id):
        yield Picture(_THUMBNAIL.format(id=in_address(paper.id)), "Card of the feed", paper.title)
    pictures = (url for url in paper.media if is_picture(url))
    yield from (Picture(url, f"Picture {number} of the feed") for number, url in enumerate(pictures, 1))


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


def is_picture(address: str) -> bool:
    return address.partition("?")[0].lower().endswith(_SUFFIXES)


@dataclass(frozen=True, eq=False, slots=True)
class Pictures:
    """The list of pictures, and the current one."""

    pictures: tuple[Picture, ...]
    index: int
    canvas: Canvas
    drawn: PictureDrawing | None = None
    """The current picture; None while missing."""
    message: str = ""
    """The status of a fetch, or why there is no picture."""

    @property
    def front(self) -> Picture:
        return self.pictures[self.index]

    def turn(self, by: int) -> Pictures:
        index = min(max(0, self.index + by), len(self.pictures) - 1)
        return self if index == self.index else replace(self, index=index, drawn=None, message="")

    def with_canvas(self, canvas: Canvas) -> Pictures:
        return self if canvas == self.canvas else replace(self, canvas=canvas, message="")

    def with_drawing(self, picture: Picture, drawn: PictureDrawing) -> Pictures:
        """Show a fetched picture if it is still current."""
        return replace(self, drawn=drawn, message="") if picture == self.front else self

    def with_message(self, picture: Picture, message: str) -> Pictures:
        """Show the status of a picture if it is still current."""
        return replace(self, message=message) if picture == self.front else self


def room(width: int, height: int) -> tuple[int, int]:
    """Columns and rows for a picture in a terminal."""
    return max(1, width - 2), max(1, height - TITLE_AND_STATUS_ROWS - CAPTION_ROWS)


class PicturePane(Widget):
    """A centred picture, or a text instead."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._drawn: PictureDrawing | None = None
        self._message = ""

    def show(self, drawn: PictureDrawing | None, message: str) -> None:
        if drawn is self._drawn and message == self._message:
            return
        if self._drawn is not drawn:
            self._send(self._drawn.after if self._drawn else "")
            self._send(drawn.before if drawn else "")
        self._drawn, self._message = drawn, message
        self.refresh()

    def leave(self) -> None:
        self.show(None, "")

    def _send(self, sequence: str) -> None:
        """Write an escape sequence to the terminal, in order with the drawing."""
        if sequence and (terminal := getattr(self.app, "terminal", None)):
            terminal.write(sequence)
            terminal.flush()

    @property
    def _corner(self) -> tuple[int, int]:
        drawn, (width, height) = self._drawn, self.size
        if drawn is None:
            return 0, 0
        return max(0, (width - drawn.columns) // 2), max(0, (height - drawn.rows) // 2)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows; sixels are drawn over them once they are on the screen."""
        if self._drawn is not None and self._drawn.sixels:
            self.call_after_refresh(self._put_sixels)
        return [self._row(y) for y in range(crop.y, crop.bottom)]

    def _row(self, y: int) -> Strip:
        ground, width = self.rich_style, self.size.width
        drawn = self._drawn
        if drawn is None:
            return self._message_row(y)
        left, top = self._corner
        if not 0 <= y - top < drawn.rows or drawn.columns > width:
            return Strip.blank(width, ground)
        row = drawn.lines[y - top] or (Segment(" " * drawn.columns, ground),)
        right = width - left - drawn.columns
        return Strip([Segment(" " * left, ground), *row, Segment(" " * right, ground)], width)

    def _message_row(self, y: int) -> Strip:
        ground, (width, height) = self.rich_style, self.size
        message = literal(self._message)
        parts = [message[start:end].strip() for start, end in wrap(message, max(2, width - 4))]
        place = y - max(0, (height - len(parts)) // 2)
        text = parts[place] if 0 <= place < len(parts) else ""
        return Strip([Segment(text.center(width) if text else "", ground)]).adjust_cell_length(width, ground)

    def _put_sixels(self) -> None:
        drawn = self._drawn
        if drawn is not None and drawn.sixels and self.screen.is_current:
            left, top = self._corner
            x, y = self.region.x + left + 1, self.region.y + top + 1
            self._send(f"\x1b7\x1b[{y};{x}H{drawn.sixels}\x1b8")


class PictureScreen(OverScreen[Pictures]):
    """A picture of a paper on the whole screen."""

    CSS_PATH = stylesheet("picture")

    def __init__(self, app: ReaderApp, pictures: Pictures) -> None:
        super().__init__(app, pictures)
        glyphs = self._look.glyphs
        self._title = _Text(glyphs, id="picture-title")
        self._picture = PicturePane()
        self._caption = _Text(glyphs, id="picture-caption", rows=CAPTION_ROWS)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._picture
        yield self._caption
        yield self.status

    def on_screen_suspend(self) -> None:
        self._picture.leave()

    def on_screen_resume(self) -> None:
        """Show the picture that was opened, or covered by help."""
        if (pictures := self._model.state[PICTURES]) is not None:
            self.show(pictures)

    def show(self, pictures: Pictures) -> None:
        front, count = pictures.front, len(pictures.pictures)
        number = f"{pictures.index + 1:,} of {count:,} {self._look.glyphs.dot} " if count > 1 else ""
        self._title.show(f"{number}{front.label}")
        self._caption.show(front.caption)
        self._picture.show(pictures.drawn if self.app.screen is self else None, pictures.message)


class _Text(Widget):
    """Text with a maximum number of rows."""

    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs, *, id: str, rows: int = 1) -> None:
        super().__init__(id=id)
        self._ellipsis = glyphs.ellipsis
        self._rows = rows
        self._text = ""

    def show(self, text: str) -> None:
        text = " ".join(literal(text).split())
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Content:
        width = max(2, self.size.width - 2)
        lines = [self._text[start:end].strip() for start, end in wrap(self._text, width)] if self._text else []
        if len(lines) > self._rows:
            lines = [*lines[: self._rows - 1], cut(" ".join(lines[self._rows - 1 :]), width, self._ellipsis)]
        return Content("\n".join(f" {line}" for line in lines))
