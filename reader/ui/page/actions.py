"""The paper's page, and the text in front."""

from __future__ import annotations

from collections.abc import Callable

from reader.core.paper_row import NotCached, PaperRow
from reader.ui.full_text.actions import FullTextActions
from reader.ui.list.pane import PaperList
from reader.ui.marks.actions import MarkActions
from reader.ui.marks.traces import Traces
from reader.ui.page.detail import PaperDetail
from reader.ui.page.loader import DetailLoader
from reader.ui.shell.handlers import handles
from reader.ui.state.model import Model
from reader.ui.state.whole import State


class PageActions:
    """Open the highlighted paper over the whole screen, and read on."""

    def __init__(
        self,
        model: Model,
        papers: PaperList,
        loader: DetailLoader,
        marks: MarkActions,
        full_text: FullTextActions,
        *,
        traces: Traces,
        text_in_front: Callable[[], PaperDetail | None],
    ) -> None:
        self._model = model
        self._papers = papers
        self._loader = loader
        self._marks = marks
        self._full_text = full_text
        self._traces = traces
        self._text_in_front = text_in_front

    @handles("read.open")
    def open(self, _count: int | None = None) -> None:
        """Open the highlighted paper; this marks it read, unless the user marks papers by hand."""
        self._show()

    def catch_up(self) -> None:
        """Show the highlighted paper in the detail pane now, if that still waits for it."""
        if self._model.state.page is None:
            self._loader.load()

    def follow(self) -> None:
        """Show the highlighted paper on the page, if that is open."""
        if self._model.state.page is not None:
            self._show()

    def renew(self, state: State) -> None:
        """Read the paper on the page from the cache again, even if it is no longer in the list."""
        if state.page is not None:
            # The keys for marks read a paper's state from its row; the list is not read again until the page closes.
            self._papers.renew()
            reading = self._loader.read_page(state.page.key)
            if reading is not None:
                reading = reading._replace(number=state.page.number, fetching=state.page.fetching)
                self._model.change(self._model.state.open_page(reading))

    def _show(self) -> None:
        state = self._model.state
        reading = self._loader.read_page(state.highlighted)
        if reading is None:
            return
        is_new = state.page is None or state.page.key != reading.key
        self._model.change(state.open_page(reading._replace(number=self._papers.cursor + 1)))
        if is_new and not state.is_triaging:
            self._marks.finish_reading(reading.key)
            self._marks.look_again(reading.key)
            if isinstance(reading.paper.pk, NotCached):
                self._marks.store_opened(reading.key)

    @handles("text.places")
    def read_places(self, _count: int | None = None) -> None:
        """Read the full text where it has the searched words."""
        found = self._model.state.found
        if found is not None and found.hits:
            self.read_from(found.hits[0].block)
        elif self._model.state.listing.text_words:
            self._model.show_notice("no full text here has the words")
        else:
            self._model.show_notice("search words first: this goes to where the full text has them")

    def read_from(self, block: int) -> None:
        """Read the full text of the shown paper from a block with the searched words on."""
        found = self._model.state.found
        if self._model.state.page is None:
            self._show()
        if found is not None and self._model.state.page is not None:
            self._full_text.open_at(max(found.words, key=len), block)

    @handles("read.down")
    def scroll_down(self, count: int | None) -> None:
        self._scroll(count or 1)

    @handles("read.up")
    def scroll_up(self, count: int | None) -> None:
        self._scroll(-(count or 1))

    def _scroll(self, lines: int) -> None:
        if self._model.state.text is not None:
            self._full_text.scroll(lines)
            return
        text = self._text_in_front()
        if text is not None:
            text.scroll_lines(lines)

    @handles("read.on")
    def read_on(self, _count: int | None) -> None:
        """Scroll a page down; at the end of the page, mark the paper read and go to the next unread one."""
        if self._model.state.text is not None:
            self._full_text.read_on()
            return
        text = self._text_in_front()
        if text is None:
            self.open()
        elif text.scroll_page(1):
            pk = self._model.state.highlighted
            if pk is not None:
                self._traces.detail_ended()
                self._marks.finish_reading(pk)
            self.go_to_unread(1)

    def scroll_on(self) -> bool:
        """Scroll the text a page down; return whether it was at its end."""
        text = self._text_in_front()
        return text is None or text.scroll_page(1)

    @handles("read.unfold")
    def unfold(self, _count: int | None) -> None:
        """List all authors and keywords, or fold them again."""
        if self._text_in_front() is None:
            self.open()
        text = self._text_in_front()
        if text is not None:
            text.toggle_fold()

    @handles("read.next")
    def next_paper(self, count: int | None) -> None:
        self._turn(count or 1)

    @handles("read.previous")
    def previous_paper(self, count: int | None) -> None:
        self._turn(-(count or 1))

    def _turn(self, by: int) -> None:
        if self._papers.move(by):
            self.follow()
        else:
            self._model.show_notice(
                "this is the last paper of the list" if by > 0 else "this is the first paper of the list"
            )

    def go_to_unread(self, direction: int) -> bool:
        """Go to the nearest unread paper below the cursor (1) or above it (-1)."""
        is_found = self._papers.next_where(_is_unread, direction)
        if is_found:
            self.follow()
        else:
            self._model.show_notice("no unread paper below" if direction > 0 else "no unread paper above")
        return is_found


def _is_unread(row: PaperRow) -> bool:
    return not row.read and not row.hidden
