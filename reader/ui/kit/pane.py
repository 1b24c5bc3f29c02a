"""The base classes of panes: widgets with lines that scroll, and a bar at the right edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reader.core.lines import Line, Piece
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import OneLine, WidgetReport, draw
from reader.ui.kit.lines import Row
from reader.ui.kit.styles import PLAIN, Palette
from reader.ui.kit.textual_fixes import DelayedCall
from reader.ui.kit.theme import palette_of


def thumb_of(height: int, content: int, position: float) -> tuple[int, int] | None:
    """The first line of the scroll thumb, and its number of lines; None if there is nothing to scroll."""
    if not content > height > 0:
        return None
    length = max(1, round(height * height / content))
    return round((height - length) * position / (content - height)), length


MAX_CACHED_LINES = 2_000

THUMB_SECONDS = 1.0
"""Seconds for which a pane without the focus shows the thumb after scrolling."""


class Pane(ScrollView, inherit_bindings=False):
    """Lines that scroll; a subclass draws them in `render_line`, and may cache drawn lines in `_strips`.

    A pane has no border and no padding. Its last column is the bar: a rule if `is_ruled`, with the scroll thumb on it
    while the pane scrolls or has the focus.

    Textual 8.2.8 passes each line through `StylesCache`, which handles borders and padding and takes half of a frame's
    time. It lays out and draws the whole screen (20 ms) for each text of another length. When a single widget
    such as the spinner has changed, it requests the lines of all widgets and redraws their scrollbars (2 ms). So a pane
    sends its lines to the screen unchanged, keeps them until it is refreshed, and draws its bar itself.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Pane {
        overflow: hidden;
    }
    """
    PANE: ClassVar[str] = ""
    """The pane's name in the table of styles."""

    virtual_size = Reactive(Size(0, 0))
    is_ruled = False

    shows_links = False
    """Whether the terminal shows links (OSC 8)."""

    bar_glyphs: ClassVar[Glyphs] = UNICODE

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette: Palette | None = None
        self._strips: dict[Any, Strip] = {}
        """Drawn lines, dropped when the styles change."""
        self._whole: dict[tuple[int, Segment], tuple[Strip, Strip]] = {}
        """Drawn lines with their cell of the bar, by the identity of the line."""
        self._kept: tuple[object, list[Strip]] | None = None
        """The lines on the screen, with the values they depend on."""
        self._thumb_delay = DelayedCall(self, self._refresh_bar)

    @property
    def columns(self) -> int:
        """Cells of a line, without the bar."""
        return max(0, self.size.width - 1)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self._kept = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def watch_virtual_size(self, size: Size) -> None:
        if self.container_size:
            self._scroll_update(size)
            self._refresh_bar()

    def render_lines(self, crop: Region) -> list[Strip]:
        drawn = crop, self.size, self.scroll_offset
        if self._kept is None or self._kept[0] != drawn:
            self._kept = drawn, self._draw_lines(crop)
        return self._kept[1]

    def _draw_lines(self, crop: Region) -> list[Strip]:
        rule, thumb = self._bar()
        start, length = self._thumb() or (0, 0)
        strips = [
            self._with_bar(self.render_line(y), thumb if start <= y < start + length else rule) for y in crop.line_range
        ]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop_extend(*crop.column_span, self.ground) for strip in strips]
        return strips

    def _with_bar(self, line: Strip, cell: Segment) -> Strip:
        """A filtered line with its cell of the bar; cached, because Textual caches the output of a strip in it."""
        key = id(line), cell
        known = self._whole.get(key)
        if known is None or known[0] is not line:
            whole = Strip([*line, cell], self.size.width)
            _, background = self.background_colors
            for line_filter in self.get_line_filters():
                whole = whole.apply_filter(line_filter, background)
            if len(self._whole) >= MAX_CACHED_LINES:
                self._whole.clear()
            known = self._whole[key] = line, whole
        return known[1]

    def _bar(self) -> tuple[Segment, Segment]:
        """A cell of the bar, and a cell of the thumb."""
        glyphs, palette = self.bar_glyphs, self.palette
        thumb = Segment(glyphs.thumb, palette.draw("bar", "muted" if self.has_focus else "thumb"))
        return Segment(glyphs.rule if self.is_ruled else " ", palette.draw("bar", "rule")), thumb

    def _thumb(self) -> tuple[int, int] | None:
        if not (self.has_focus or self.is_scrolling):
            return None
        return thumb_of(self.size.height, self.virtual_size.height, self.scroll_offset.y)

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
        """Scroll a line to the top, or as near as the end allows, without an animation."""
        self.scroll_to(y=line, animate=False)

    def scroll_lines(self, count: int) -> bool:
        """Scroll down by `count` lines, up if negative; return whether it was already at the end."""
        before = self.scroll_offset.y
        self._scroll(before + count)
        return self.scroll_offset.y == before

    def move_lines(self, lines: int) -> object:
        return self.scroll_lines(lines)

    def move_pages(self, direction: int, share: int = 1, times: int = 1) -> object:
        """Scroll pages less one line (`share` 1) or half pages (2), down for the direction 1, up for -1."""
        return self.scroll_lines(direction * times * max(1, self.size.height // share - (share == 1)))

    def move_to_end(self, *, last: bool) -> object:
        return self.scroll_lines(self.virtual_size.height if last else -self.virtual_size.height)

    @property
    def is_scrolling(self) -> bool:
        """Whether the pane has just scrolled."""
        return self._thumb_delay.is_waiting

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.is_attached and not self.has_focus:
            self._thumb_delay.begin(THUMB_SECONDS)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh()

    def _hide_thumb(self) -> None:
        """Remove the thumb after an automatic scroll."""
        self._thumb_delay.stop()
        self._refresh_bar()

    def _refresh_bar(self) -> None:
        if self.is_attached:
            self.refresh(Region(self.columns, 0, 1, self.size.height))

    @property
    def allow_vertical_scroll(self) -> bool:
        """True, because the mouse wheel scrolls although the pane has no scrollbar of Textual."""
        return True

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None
        self._strips.clear()


class Rule(OneLine[None]):
    """A horizontal rule between two panes."""

    def line(self, width: int) -> Line:
        return (Piece(self.glyphs.line * width, "rule"),)


Compose = Callable[[int], Sequence[Row]]
"""Composes the rows for a number of cells."""


class RowsPane(Pane):
    """Rows that are composed for the width of the pane; the cursor stops on rows that have a subject."""

    def __init__(
        self,
        compose: Compose = lambda _width: (),
        on_moved: Callable[[], object] = lambda: None,
        *,
        id: str | None = None,
    ) -> None:
        """`on_moved` is called after each move of the cursor."""
        super().__init__(id=id)
        self._compose_rows = compose
        self._on_moved = on_moved
        self._rows: Sequence[Row] = ()
        self.at = 0
        """The cursor's row."""

    def show(self, compose: Compose, at: int | None = None) -> None:
        """Show other rows with the cursor on the row `at`, by default where it was."""
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
        """The subject of the row under the cursor; None if the row is out of view or has none."""
        return self._rows[self.at].about if self._is_in_view(self.at) and self.at < len(self._rows) else None

    @property
    def _stops(self) -> list[int]:
        return [at for at, row in enumerate(self._rows) if row.about is not None]

    def _is_in_view(self, at: int) -> bool:
        return 0 <= at - self.scroll_offset.y < self.size.height

    def go(self, at: int) -> None:
        """Put the cursor on the nearest row with a subject, and show it unless it is more than a screen away."""
        stops = self._stops
        self.at = min(stops, key=lambda stop: abs(stop - at), default=0)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if stops and abs(self.at - at) < height:
            # On the first row with a subject, also show the headings above it.
            is_first = self.at == stops[0] and self.at < height
            self._scroll(0 if is_first else min(self.at, max(top, self.at - height + 1)))
        self.refresh()
        self._on_moved()

    def scroll_lines(self, count: int) -> bool:
        """Go down by rows, up if negative; scroll if the next row with a subject is out of view."""
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
