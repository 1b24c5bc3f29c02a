"""What the panes share: they draw themselves line by line, and scroll."""

from __future__ import annotations

from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar

from reader.ui.widgets.scrollbar import PaneScrollBar


class Pane(ScrollView, inherit_bindings=False):
    """Lines that scroll; a subclass draws each by `render_line`."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Pane {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """

    @property
    def columns(self) -> int:
        """Cells of a line, without the scrollbar."""
        return max(0, self.size.width - self.scrollbar_size_vertical)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, made when it is first asked for, as Textual makes its own."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = PaneScrollBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar
