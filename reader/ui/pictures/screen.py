"""The screen of a picture: its title, the picture, its caption, and the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from reader.core.lines import cut, literal, wrap
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.theme import stylesheet
from reader.ui.pictures.actions import PICTURES
from reader.ui.pictures.pictures import CAPTION_ROWS, Pictures
from reader.ui.shell.screens import OverScreen

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.pictures.drawing import PictureDrawn


class PicturePane(Widget):
    """A centred picture, or a text instead."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._drawn: PictureDrawn | None = None
        self._message = ""

    def show(self, drawn: PictureDrawn | None, message: str) -> None:
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
        """Send our own sequence to the terminal, in order with drawing."""
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
            return self._said_row(y)
        left, top = self._corner
        if not 0 <= y - top < drawn.rows or drawn.columns > width:
            return Strip.blank(width, ground)
        row = drawn.lines[y - top] or (Segment(" " * drawn.columns, ground),)
        right = width - left - drawn.columns
        return Strip([Segment(" " * left, ground), *row, Segment(" " * right, ground)], width)

    def _said_row(self, y: int) -> Strip:
        ground, (width, height) = self.rich_style, self.size
        parts = [self._message[start:end].strip() for start, end in wrap(self._message, max(2, width - 4))]
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
    """One of a paper's pictures over the whole screen."""

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
        """Show the picture that is opened now, or that help has covered."""
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
        parts = wrap(self._text, width) if self._text else []
        lines = [self._text[start:end].strip() for start, end in parts]
        if len(lines) > self._rows:
            rest = self._text[parts[self._rows - 1][0] :]
            lines = [*lines[: self._rows - 1], cut(rest, width, self._ellipsis)]
        return Content("\n".join(f" {line}" for line in lines))
