"""Read the full text of the paper on the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reader.core.ids import pdf_url
from reader.ui.full_text import FullText, text_size
from reader.ui.handlers.add import NOTHING_IS_FETCHED
from reader.ui.handlers.registry import handles
from reader.ui.text_view import TextView
from reader.ui.work.services import Services

SIDEWAYS = 8
"""Cells of a step to the side."""


class FullTextActions:
    """Open the full text, and move in it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._keymap = services.look.keymap

    @handles("text.open")
    def open(self, _count: int | None) -> None:
        """Show the text that is kept, or fetch it."""
        state = self._model.state
        if state.page is None:
            return
        key, paper = state.page.key, state.page.paper
        text = FullText(key, paper, text_size(state.width, state.height))
        kept = self._library.text(key)
        if kept is not None and kept.document.blocks:
            text = text.came(kept)
            today = self._services.look.today.isoformat()
            self._background.start("text use", partial(self._library.note_text_use, key, today))
        elif why := self._why_not(paper.id):
            text = text.failed(why)
        else:
            text = text.fetching()
        self._model.change(state.open_text(text))

    def _why_not(self, id: str) -> str:
        """Why no text can be fetched for a paper; empty if one may be there."""
        if self._services.look.demo:
            return f"The full text is not here: {NOTHING_IS_FETCHED}."
        if pdf_url(id) is None:
            return "This paper has no arXiv id, by which full texts are found."
        return ""

    @handles("text.again")
    def fetch_again(self, _count: int | None) -> None:
        """Fetch the text again; the one that is shown stays until the other is there."""
        text = self._model.state.text
        if text is None:
            return
        if why := self._why_not(text.paper.id):
            self._model.show_notice(why, "warning")
        else:
            self._model.change(self._model.state.fetch_text(text.key))

    # Moves

    def _change(self, change: Callable[[TextView], TextView]) -> bool:
        """Change what is in view; return whether that changed anything."""
        text = self._model.state.text
        if text is None or text.view is None:
            return False
        view = change(text.view)
        self._model.change(self._model.state.view_text(view))
        return view is not text.view

    def move(self, lines: int) -> None:
        """Scroll by lines, down or up."""
        self.scroll(lines)

    def scroll(self, lines: int) -> None:
        """Scroll by lines, down or up."""
        self._change(lambda view: view.scroll(lines))

    def move_pages(self, direction: int, share: int, times: int) -> None:
        """Scroll `times` pages, or half pages if `share` is 2."""
        self._change(lambda view: view.scroll_pages(direction, share, times))

    def move_to_end(self, *, last: bool) -> None:
        """Go to the beginning or the end."""
        self._change(lambda view: view.jump_to_end(last=last))

    def read_on(self) -> None:
        """Scroll a page down, or say that this is the end."""
        if not self._change(lambda view: view.scroll_pages(1)):
            self._model.show_notice(f"the end of the text · {self._keymap.key('app.back')} goes back")

    @handles("text.next_section")
    def next_section(self, count: int | None) -> None:
        self._change(lambda view: view.next_section(count or 1))

    @handles("text.previous_section")
    def previous_section(self, count: int | None) -> None:
        self._change(lambda view: view.next_section(-(count or 1)))

    @handles("text.right")
    def scroll_right(self, count: int | None) -> None:
        self._scroll_sideways(SIDEWAYS * (count or 1))

    @handles("text.left")
    def scroll_left(self, count: int | None) -> None:
        self._scroll_sideways(-SIDEWAYS * (count or 1))

    def _scroll_sideways(self, cells: int) -> None:
        if not self._change(lambda view: view.scroll_sideways(cells)) and cells > 0:
            self._model.show_notice("nothing here goes on at the right")

    # Jumps

    @handles("text.back")
    def go_back(self, _count: int | None) -> None:
        """Return to where the last jump began."""
        if not self._change(TextView.back):
            self._model.show_notice("no jump to go back from")
