"""The paper's page."""

from __future__ import annotations

from reader.core.paper_row import NotCached, PaperRow
from reader.ui.full_text.state import TEXT
from reader.ui.page.detail import text_in_front
from reader.ui.page.state import FOUND, PAGE, READING
from reader.ui.shell.controller import Controller, answers, follows, handles
from reader.ui.shell.state import State
from reader.ui.triage.state import is_triaging


class PageActions(Controller):
    """Open the highlighted paper full screen, and read on."""

    @handles("read.open")
    def open(self, _count: int | None = None) -> None:
        self._show()

    @answers("passage")
    def read_highlight(self, place: int) -> None:
        if self._model.state[PAGE] is None:
            self._show()
        if self._model.state[PAGE] is not None:
            self._app.full_text_actions.open_at_highlight(place)

    def follow(self) -> None:
        if self._model.state[PAGE] is not None:
            self._show()

    @follows(lambda state: (state.marks_version, state.cache_version))
    def renew(self, state: State) -> None:
        """Read the page's paper from the cache again, even if it left the list."""
        page = state[PAGE]
        if page is not None:
            # Mark keys read a paper's state from its row; the list is not read again until the page closes.
            self._app.papers.renew()
            reading = self._app.detail_loader.read_page(page.key)
            if reading is not None:
                reading = reading._replace(number=page.number, fetching=page.fetching)
                self._model.change(self._model.state.put(PAGE, reading))

    def _show(self) -> None:
        state = self._model.state
        reading = self._app.detail_loader.read_page(state.highlighted)
        if reading is None:
            return
        is_new = state.front_paper != reading.key
        self._model.change(state.put(PAGE, reading._replace(number=self._app.papers.cursor + 1)))
        if is_new and not is_triaging(state):
            self._app.mark_actions.finish_reading(reading.key)
            if isinstance(reading.paper.pk, NotCached):
                self._app.mark_actions.store_opened(reading.key)

    @handles("text.places")
    def read_places(self, _count: int | None = None) -> None:
        found, shown = self._model.state[FOUND], self._model.state[PAGE] or self._model.state[READING]
        if found is not None and found.hits:
            self.read_from(found.hits[0].block)
        elif shown is not None and shown.paper.highlights:
            self.read_highlight(0)
        elif self._model.state.listing.text_words:
            self._model.show_notice("no stored full text has these words")
        else:
            self._model.show_notice("search for words first: this key opens the full text where they occur")

    @answers("place")
    def read_from(self, block: int) -> None:
        found = self._model.state[FOUND]
        if self._model.state[PAGE] is None:
            self._show()
        if found is not None and self._model.state[PAGE] is not None:
            self._app.full_text_actions.open_at(max(found.words, key=len), block)

    @handles("read.down", "read.up", step=1)
    def scroll(self, lines: int) -> None:
        if self._model.state[TEXT] is not None:
            self._app.full_text_actions.scroll(lines)
            return
        text = text_in_front(self._app)
        if text is not None:
            text.scroll_lines(lines)

    @handles("read.on")
    def read_on(self, _count: int | None) -> None:
        """Scroll a page down; at the end of the page, mark the paper read and go to the next unread one."""
        if self._model.state[TEXT] is not None:
            self._app.full_text_actions.read_on()
            return
        text = text_in_front(self._app)
        if text is None:
            self.open()
        elif text.scroll_page(1):
            pk = self._model.state.highlighted
            if pk is not None:
                self._app.traces.detail_ended()
                self._app.mark_actions.finish_reading(pk)
            self.go_to_unread(1)

    @handles("read.unfold")
    def unfold(self, _count: int | None) -> None:
        if text_in_front(self._app) is None:
            self.open()
        text = text_in_front(self._app)
        if text is not None:
            text.toggle_fold()

    @handles("read.next", "read.previous", step=1)
    def turn(self, by: int) -> None:
        if self._app.papers.move(by):
            self.follow()
        else:
            self._model.show_notice(
                "this is the last paper in the list" if by > 0 else "this is the first paper in the list"
            )

    def go_to_unread(self, direction: int) -> bool:
        is_found = self._app.papers.next_where(_is_unread, direction)
        if is_found:
            self.follow()
        else:
            self._model.show_notice("no unread paper below" if direction > 0 else "no unread paper above")
        return is_found


def _is_unread(row: PaperRow) -> bool:
    return not row.read and not row.hidden
