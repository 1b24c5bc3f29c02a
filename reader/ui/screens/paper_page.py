"""The paper page: one paper over the whole screen, for reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import Screen

from reader.cache.history import STILL, Votes
from reader.core.paper import Paper
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.widgets.paper_detail import PaperDetail
from reader.ui.widgets.status_line import StatusLine


class PaperPage(Screen[None], inherit_bindings=False):
    """A measure of text in the middle, whatever the width, over a status line.

    `detail` is the pane that holds the text and `foot` the line. The app reads its keys, as on the main screen.
    """

    def __init__(
        self,
        foot: StatusLine,
        glyphs: Glyphs = UNICODE,
        *,
        today: date | None = None,
        hints: Callable[[int], Sequence[tuple[str, str]]] = lambda width: (),
    ) -> None:
        """`hints` gives the keys that the line names in so many cells."""
        super().__init__()
        self._hints = hints
        self.detail = PaperDetail(glyphs, centred=True, today=today, id="page")
        self.foot = foot

    def compose(self) -> ComposeResult:
        yield self.detail
        yield self.foot

    def on_resize(self, event: Resize) -> None:
        self.foot.hints(self._hints(event.size.width))

    def show(self, paper: Paper, words: tuple[str, ...] = (), votes: Votes = STILL) -> None:
        """Show a paper from its beginning, and mark the words."""
        self.detail.show(paper, words, votes)
