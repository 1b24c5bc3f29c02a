"""The base class of the panes: widgets of lines that scroll, with a bar at the right edge."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from reader.core.lines import Line, Piece
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.scrollbar import PaneScrollBar
from reader.ui.kit.styled_text import PLAIN, RoleStyles
from reader.ui.kit.textual_fixes import BareScrollView, Delayed

THUMB_STAYS = 1.0
"""Seconds for which the scroll thumb stays after a pane without the focus has scrolled."""


class Pane(BareScrollView, inherit_bindings=False):
    """Lines that scroll; a subclass draws each in `render_line`, and caches its drawn lines.

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
    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--rule", "bar--thumb", "bar--held"}
    is_ruled = False
    """Whether the bar is a rule to the pane at its right; the screen's layout sets it."""
    PREFIX = ""
    """The prefix of its component classes: `papers` for `papers--title`."""

    shows_links = False
    """Whether the terminal shows links (OSC 8)."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._style = RoleStyles(self, self.PREFIX)
        self.bar_style = RoleStyles(self, "bar")
        self._thumb_delay = Delayed(self, self._refresh_bar)

    @property
    def ground(self) -> Style:
        return self._style()

    def _strip(self, line: Line, over: str = PLAIN, margin: int = 0) -> Strip:
        """Draw a line after `margin` blanks, with the style of the role `over` laid over the whole line."""
        ground = self.style_of(Piece(""), over)
        segments = [Segment(" " * margin, ground)] if margin else []
        for piece in line:
            style = self.style_of(piece, over)
            if piece.action is not None:
                kind, value = piece.action
                style += Style.from_meta({"kind": kind, "value": value})
                if kind == "link" and self.shows_links:
                    style += Style(link=value)
            segments.append(Segment(piece.text, style))
        return Strip(segments).adjust_cell_length(self.columns, ground)

    def style_of(self, piece: Piece, over: str = PLAIN) -> Style:
        """The style of a piece in a line over which the style of the role `over` is laid."""
        style = self._style(piece.role)
        if over != PLAIN:
            style += self._style(over, partial=True)
        return style + self._style("hit", partial=True) if piece.hit else style

    def render_line(self, y: int) -> Strip:
        """Draw a blank line."""
        return Strip.blank(self.columns, self._style())

    @property
    def is_scrolling(self) -> bool:
        """Whether the pane scrolls, or did so a moment ago."""
        return self._thumb_delay.is_waiting

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Show the thumb."""
        super().watch_scroll_y(old_value, new_value)
        if self.is_attached and not self.has_focus:
            self._thumb_delay.begin(THUMB_STAYS)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the thumb and the bar in the gutter, or remove them."""
        super().watch_has_focus(has_focus)
        self._refresh_bar()
        self.refresh()

    def _hide_thumb(self) -> None:
        """Remove the thumb after the pane has scrolled by itself."""
        self._thumb_delay.stop()
        self._refresh_bar()

    def _refresh_bar(self) -> None:
        if self.is_attached:
            self.vertical_scrollbar.refresh()

    def notify_style_update(self) -> None:
        """Look the styles up again."""
        super().notify_style_update()
        self._style.forget()
        self.bar_style.forget()


class Rule(Widget):
    """A horizontal rule between two panes."""

    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs

    def render(self) -> Content:
        return Content(self._glyphs.line * self.size.width)
