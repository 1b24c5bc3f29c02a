"""Scrollbars: a thin thumb without a ground, painted only when it looks different."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.geometry import Region, Size


class ThinScrollBar(ScrollBarRender):
    """Draws a scrollbar half a cell wide; a click beside the thumb turns a page, as usual."""

    GLYPH: ClassVar[str] = "▐"
    OVER: ClassVar[Style] = Style()
    """What the thumb looks like beside the scrollbar's colours."""

    @property
    def look(self) -> Style:
        """The colours of the scrollbar."""
        return cast(Style, self.style)

    def thumb(self, height: int) -> tuple[int, int]:
        """Where the thumb of a vertical scrollbar begins and how long it is, in cells."""
        if not self.virtual_size > self.window_size > 0:
            return 0, height
        length = max(1, round(height * self.window_size / self.virtual_size))
        return round((height - length) * self.position / (self.virtual_size - self.window_size)), length

    def cells(self, height: int, width: int) -> list[Segment]:
        """What stands on each line of a vertical scrollbar."""
        start, length = self.thumb(height)
        above, thumb, below = (
            Segment(glyph * width, self.look + over + Style(meta={"@mouse.down": action}))
            for glyph, over, action in (
                (" ", Style(), "scroll_up"),
                (self.GLYPH, self.OVER, "grab"),
                (" ", Style(), "scroll_down"),
            )
        )
        return [above] * start + [thumb] * length + [below] * (height - start - length)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.vertical:
            yield Segments(self.cells(options.height or console.height, options.max_width or 1), new_lines=True)
        else:
            yield from super().__rich_console__(console, options)


class BlankScrollBar(ThinScrollBar):
    """Draws the thumb as a coloured blank, for terminals that have only ASCII."""

    GLYPH = " "
    OVER = Style(reverse=True)


class PaneScrollBar(ScrollBar):
    """A vertical scrollbar that keeps what it drew.

    Textual 8.2.8 draws all of a scrollbar anew, which takes 2 ms, whenever its pane scrolls, and those of all panes
    whenever one is laid out. Most of the time it is the same picture.
    """

    renderer = ThinScrollBar

    def __init__(self, *, name: str, thickness: int) -> None:
        super().__init__(name=name, thickness=thickness)
        self._picture: tuple[Size, int, int, Style] | None = None
        self._strips: list[Strip] = []

    def _look(self) -> tuple[ThinScrollBar, tuple[Size, int, int, Style]]:
        """What draws it now, and all that the picture depends on."""
        bar = cast(ThinScrollBar, self.render())
        return bar, (self.size, *bar.thumb(self.size.height), bar.look)

    def render_lines(self, crop: Region) -> list[Strip]:
        # What is being removed is on the screen for a moment more, as it was.
        if self.is_attached:
            bar, picture = self._look()
            if picture != self._picture:
                self._picture, self._strips = picture, self._draw(bar)
        return [strip.crop(crop.x, crop.right) for strip in self._strips[crop.y : crop.bottom]]

    def _draw(self, bar: ThinScrollBar) -> list[Strip]:
        _, ground = self.background_colors
        strips = []
        for cell in bar.cells(self.size.height, self.size.width):
            strip = Strip([cell], self.size.width)
            for line_filter in self.get_line_filters():
                strip = strip.apply_filter(line_filter, ground)
            strips.append(strip)
        return strips

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Be painted, unless that would be the same picture again."""
        is_same = self._picture is not None and self.is_attached and self._look()[1] == self._picture
        if is_same and not (layout or recompose):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def draw_scrollbars(*, ascii: bool) -> None:
    """Have all scrollbars drawn thin, with only ASCII if asked for."""
    ScrollBar.renderer = PaneScrollBar.renderer = BlankScrollBar if ascii else ThinScrollBar
