"""Scrollbars: a thin thumb without a track."""

from __future__ import annotations

from typing import ClassVar, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from reader.ui.textual_fixes import KeptScrollBar


class ThinScrollBar(ScrollBarRender):
    """Draws a scrollbar half a cell wide; a click above or below the thumb scrolls a page, as usual."""

    GLYPH: ClassVar[str] = "▐"
    OVER: ClassVar[Style] = Style()
    """The style that the thumb adds to the scrollbar's colours."""

    @property
    def look(self) -> Style:
        """The colours of the scrollbar."""
        return cast(Style, self.style)

    def thumb(self, height: int) -> tuple[int, int]:
        """Return the start and length of a vertical scrollbar's thumb, in cells."""
        if not self.virtual_size > self.window_size > 0:
            return 0, height
        length = max(1, round(height * self.window_size / self.virtual_size))
        return round((height - length) * self.position / (self.virtual_size - self.window_size)), length

    def cells(self, height: int, width: int) -> list[Segment]:
        """Return the segment of each line of a vertical scrollbar."""
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


class PaneScrollBar(KeptScrollBar):
    """The thin scrollbar of a pane, painted only when it looks different."""

    renderer = ThinScrollBar

    def picture(self) -> object:
        bar = self._thin()
        return self.size, bar.thumb(self.size.height), bar.look

    def draw(self) -> list[Strip]:
        _, background = self.background_colors
        strips = []
        for cell in self._thin().cells(self.size.height, self.size.width):
            strip = Strip([cell], self.size.width)
            for line_filter in self.get_line_filters():
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        return strips

    def _thin(self) -> ThinScrollBar:
        return cast(ThinScrollBar, self.render())


def draw_scrollbars(*, ascii: bool) -> None:
    """Draw all scrollbars of the program thin, and in ASCII if `ascii`."""
    ScrollBar.renderer = PaneScrollBar.renderer = BlankScrollBar if ascii else ThinScrollBar
