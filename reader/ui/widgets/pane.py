"""The base class of the panes: widgets of lines that scroll."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from reader.ui.text.lines import Line, Piece
from reader.ui.text.styled_text import PLAIN, RoleStyles
from reader.ui.textual_fixes import BareScrollView
from reader.ui.widgets.scrollbar import PaneScrollBar


class Pane(BareScrollView, inherit_bindings=False):
    """Lines that scroll; a subclass draws each in `render_line`, and caches its drawn lines.

    A pane has no border and no padding; its container has those.
    """

    ALLOW_SELECT = False
    SCROLLBAR = PaneScrollBar
    DEFAULT_CSS = """
    Pane {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
    PREFIX = ""
    """The prefix of its component classes: `papers` for `papers--title`."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._style = RoleStyles(self, self.PREFIX)

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
            segments.append(Segment(piece.text, style))
        return Strip(segments).adjust_cell_length(self.columns, ground)

    def style_of(self, piece: Piece, over: str = PLAIN) -> Style:
        """The style of a piece in a line over which the style of the role `over` is laid."""
        style = self._style(piece.role)
        if over != PLAIN:
            style += self._style(over, partial=True)
        return style + self._style("hit", partial=True) if piece.hit else style

    def notify_style_update(self) -> None:
        """Look the styles up again."""
        super().notify_style_update()
        self._style.forget()
