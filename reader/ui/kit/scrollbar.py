"""Scrollbars: a thumb on the rule at a pane's edge, and a thumb without a track elsewhere."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment, Segments
from rich.style import Style
from textual.color import Color
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.textual_fixes import KeptScrollBar


class BarLook(NamedTuple):
    """The styles of a bar."""

    thumb: Style
    rule: Style


class Thumb(NamedTuple):
    """The lines of a bar that the thumb covers."""

    start: int
    length: int


def thumb_of(height: int, content: int, position: float) -> Thumb | None:
    """Return the thumb of a bar of `height` lines beside `content` lines; None if there is nothing to scroll."""
    if not content > height > 0:
        return None
    length = max(1, round(height * height / content))
    return Thumb(round((height - length) * position / (content - height)), length)


def draw_bar(
    height: int,
    thumb: Thumb | None,
    glyphs: Glyphs,
    look: BarLook,
    *,
    is_ruled: bool,
) -> list[Segment]:
    """Return the segment of each line of a bar; a click above or below the thumb scrolls a page."""
    start, length = thumb or (height, 0)
    track = glyphs.rule if is_ruled else " "
    above, grip, below = (
        Segment(text, style + Style(meta={"@mouse.down": action}))
        for text, style, action in (
            (track, look.rule, "scroll_up"),
            (glyphs.thumb, look.thumb, "grab"),
            (track, look.rule, "scroll_down"),
        )
    )
    return [above] * start + [grip] * length + [below] * (height - start - length)


class ThinScrollBar(ScrollBarRender):
    """Draws the scrollbars of widgets that are not ours, such as lists of commands."""

    glyphs: ClassVar[Glyphs] = UNICODE

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.vertical:
            yield from super().__rich_console__(console, options)
            return
        height, look = options.height or console.height, cast(Style, self.style)
        thumb = thumb_of(height, self.virtual_size, self.position) if self.window_size else None
        cells = draw_bar(height, thumb, self.glyphs, BarLook(look, look), is_ruled=False)
        yield Segments(cells, new_lines=True)


class BarOwner(Protocol):
    """A pane with a `PaneScrollBar`."""

    has_focus: bool
    is_ruled: bool
    """Whether the bar is a rule to the pane at its right."""

    @property
    def is_scrolling(self) -> bool: ...

    @property
    def background_colors(self) -> tuple[Color, Color]: ...

    def bar_style(self, role: str) -> Style: ...


class PaneScrollBar(KeptScrollBar):
    """The bar at a pane's edge, painted only when it looks different.

    The thumb is drawn only where it is used: in the pane that has the focus or scrolls, and under the mouse.
    """

    glyphs: ClassVar[Glyphs] = UNICODE

    def picture(self) -> tuple[int, Thumb | None, bool, BarLook]:
        pane = cast(BarOwner, self.parent)
        is_held = self.mouse_over or self.grabbed is not None
        thumb = None
        if pane.has_focus or pane.is_scrolling or is_held:
            thumb = thumb_of(self.size.height, round(self.window_virtual_size), self.position)
        look = BarLook(pane.bar_style("held" if is_held else "thumb"), pane.bar_style("rule"))
        return self.size.height, thumb, pane.is_ruled, look

    def draw(self) -> list[Strip]:
        pane = cast(BarOwner, self.parent)
        height, thumb, is_ruled, look = self.picture()
        _, background = pane.background_colors
        strips = [Strip([cell], 1) for cell in draw_bar(height, thumb, self.glyphs, look, is_ruled=is_ruled)]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips


def draw_scrollbars(*, ascii: bool) -> None:
    """Draw all scrollbars of the program so, and in ASCII if `ascii`."""
    ThinScrollBar.glyphs = PaneScrollBar.glyphs = ASCII if ascii else UNICODE
    ScrollBar.renderer = ThinScrollBar
