"""The base class of the panes: widgets of lines that scroll, with a bar at the right edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment, Segments
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from reader.core.lines import Line, Piece
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.line_widgets import OneLine, WidgetReport, draw
from reader.ui.kit.lines import Row
from reader.ui.kit.styles import PLAIN, Palette
from reader.ui.kit.textual_fixes import BareScrollView, DelayedCall, KeptScrollBar
from reader.ui.kit.theme import palette_of


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
    height: int, thumb: Thumb | None, glyphs: Glyphs, styles: tuple[Style, Style], *, is_ruled: bool
) -> list[Segment]:
    """Return the segment of each line of a bar, in the styles of the thumb and of the rest.

    A click above or below the thumb scrolls a page.
    """
    start, length = thumb or (height, 0)
    track = glyphs.rule if is_ruled else " "
    above, grip, below = (
        Segment(text, style + Style(meta={"@mouse.down": action}))
        for text, style, action in (
            (track, styles[1], "scroll_up"),
            (glyphs.thumb, styles[0], "grab"),
            (track, styles[1], "scroll_down"),
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
        height, style = options.height or console.height, cast(Style, self.style)
        thumb = thumb_of(height, self.virtual_size, self.position) if self.window_size else None
        cells = draw_bar(height, thumb, self.glyphs, (style, style), is_ruled=False)
        yield Segments(cells, new_lines=True)


class PaneScrollBar(KeptScrollBar):
    """The bar at a pane's edge, painted only when it looks different.

    The thumb is drawn only in the pane that has the focus or scrolls, and under the mouse.
    """

    glyphs: ClassVar[Glyphs] = UNICODE

    def picture(self) -> tuple[int, Thumb | None, bool, tuple[Style, Style]]:
        pane = cast("Pane", self.parent)
        is_held = self.mouse_over or self.grabbed is not None
        thumb = None
        if pane.has_focus or pane.is_scrolling or is_held:
            thumb = thumb_of(self.size.height, round(self.window_virtual_size), self.position)
        role = "held" if is_held else "muted" if pane.has_focus else "thumb"
        styles = pane.palette.draw("bar", role), pane.palette.draw("bar", "rule")
        return self.size.height, thumb, pane.is_ruled, styles

    def draw(self) -> list[Strip]:
        pane = cast("Pane", self.parent)
        height, thumb, is_ruled, styles = self.picture()
        _, background = pane.background_colors
        strips = [Strip([cell], 1) for cell in draw_bar(height, thumb, self.glyphs, styles, is_ruled=is_ruled)]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips


def draw_scrollbars(*, ascii: bool) -> None:
    """Use these scrollbars everywhere, in ASCII if `ascii`."""
    ThinScrollBar.glyphs = PaneScrollBar.glyphs = ASCII if ascii else UNICODE
    ScrollBar.renderer = ThinScrollBar


THUMB_STAYS = 1.0
"""Seconds for which the thumb stays after a pane without the focus scrolled."""


class Pane(BareScrollView):
    """Lines that scroll; a subclass draws each in `render_line`, and caches its drawn lines in `_strips`.

    A pane has no border and no padding. Its last column is the bar: a rule if `is_ruled`, with the scroll thumb on it
    while the pane scrolls or has the focus.
    """

    ALLOW_SELECT = False
    SCROLLBAR = PaneScrollBar
    DEFAULT_CSS = """
    Pane {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """
    PANE: ClassVar[str] = ""
    """Its name in the table of styles."""

    is_ruled = False

    shows_links = False
    """Whether the terminal shows links (OSC 8)."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette: Palette | None = None
        self._strips: dict[Any, Strip] = {}
        """Drawn lines, dropped when the styles change."""
        self._thumb_delay = DelayedCall(self, self._refresh_bar)

    @property
    def palette(self) -> Palette:
        if self._palette is None:
            self._palette = palette_of(self.app.theme)
        return self._palette

    @property
    def ground(self) -> Style:
        return self.palette.draw(self.PANE, PLAIN)

    def _strip(self, line: Line, over: str = PLAIN, margin: int = 0) -> Strip:
        """Draw a line after `margin` blanks, with the style of the role `over` laid over the whole line."""
        drawn = (Piece(" " * margin), *line) if margin else line
        return draw(self.palette, self.PANE, drawn, self.columns, over, has_links=self.shows_links)

    def render_line(self, y: int) -> Strip:
        return self._strip(())

    def _scroll(self, line: int) -> None:
        """Scroll a line to the top, or as near as the end allows, at once."""
        self.scroll_to(y=line, animate=False, force=True)

    def scroll_lines(self, count: int) -> bool:
        """Scroll down by `count` lines, up if negative; return whether it was already at the end."""
        before = self.scroll_offset.y
        self._scroll(before + count)
        return self.scroll_offset.y == before

    @property
    def is_scrolling(self) -> bool:
        """Whether the pane scrolls, or did so a moment ago."""
        return self._thumb_delay.is_waiting

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.is_attached and not self.has_focus:
            self._thumb_delay.begin(THUMB_STAYS)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._refresh_bar()
        self.refresh()

    def _hide_thumb(self) -> None:
        """Remove the thumb after an automatic scroll."""
        self._thumb_delay.stop()
        self._refresh_bar()

    def _refresh_bar(self) -> None:
        if self.is_attached:
            self.vertical_scrollbar.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None
        self._strips.clear()


class Rule(OneLine[None]):
    """A horizontal rule between two panes."""

    def line(self, width: int) -> Line:
        return (Piece(self.glyphs.line * width, "rule"),)


Compose = Callable[[int], Sequence[Row]]
"""Makes the rows for a number of cells."""


class RowsPane(Pane):
    """Rows that are composed for the pane's width, with a cursor on those that are about something."""

    def __init__(
        self, compose: Compose = lambda _width: (), moved: Callable[[], object] = lambda: None, *, id: str | None = None
    ) -> None:
        """`moved` is called after each move of the cursor."""
        super().__init__(id=id)
        self._compose_rows = compose
        self._moved = moved
        self._rows: Sequence[Row] = ()
        self.at = 0
        """The cursor's row."""

    def show(self, compose: Compose, at: int | None = None) -> None:
        """Show other rows with the cursor at one of them, by default where it was."""
        self._compose_rows = compose
        self._compose_all(at)

    def on_resize(self) -> None:
        self._compose_all(None)

    def _compose_all(self, at: int | None) -> None:
        name = self._rows[self.at].name if self.at < len(self._rows) else None
        self._rows = self._compose_rows(max(1, self.columns - 2)) if self.size else ()
        self.virtual_size = Size(self.columns, len(self._rows))
        same = (place for place, row in enumerate(self._rows) if name is not None and row.name == name)
        self.go(next(same, self.at) if at is None else at)

    @property
    def current(self) -> Any:
        """The subject of the cursor's row; None if it is out of view, or there is none."""
        return self._rows[self.at].about if self._is_in_view(self.at) and self.at < len(self._rows) else None

    @property
    def _stops(self) -> list[int]:
        return [at for at, row in enumerate(self._rows) if row.about is not None]

    def _is_in_view(self, at: int) -> bool:
        return 0 <= at - self.scroll_offset.y < self.size.height

    def go(self, at: int) -> None:
        """Put the cursor on the nearest row to go to, and show it unless it is more than a screen away."""
        stops = self._stops
        self.at = min(stops, key=lambda stop: abs(stop - at), default=0)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if stops and abs(self.at - at) < height:
            # With the first row to go to, the headings above it are shown.
            is_first = self.at == stops[0] and self.at < height
            self._scroll(0 if is_first else min(self.at, max(top, self.at - height + 1)))
        self.refresh()
        self._moved()

    def scroll_lines(self, count: int) -> bool:
        """Go down by rows, up if negative; where the next row to go to is out of view, scroll."""
        top, height = self.scroll_offset.y, self.size.height
        is_seen = self._is_in_view(self.at)
        here = self.at if is_seen else top - 1 if count > 0 else top + height
        ahead = [stop for stop in self._stops if (stop > here if count > 0 else stop < here)]
        if abs(count) == 1 and ahead and top - 1 <= (following := ahead[0 if count > 0 else -1]) <= top + height:
            self.go(following)
            return False
        is_at_end = super().scroll_lines(count)
        if abs(count) > 1 and is_seen:
            self.go(self.at + count)
        self.refresh()
        return is_at_end and not ahead

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        if at >= len(self._rows):
            return self._strip(())
        is_cursor = at == self.at and self._rows[at].about is not None and self.has_cursor
        return self._strip(self._line_at(at, is_cursor=is_cursor), "cursor" if is_cursor else PLAIN)

    @property
    def has_cursor(self) -> bool:
        """Whether the cursor is drawn."""
        return True

    def _line_at(self, at: int, *, is_cursor: bool) -> Line:
        return Piece(" "), *self._rows[at].line

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        at = -1 if offset is None else offset.y + self.scroll_offset.y
        if at in self._stops:
            event.stop()
            self.go(at)
            self.post_message(WidgetReport("key", "enter"))
