"""The pane and the full-screen page that show a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.strip import Strip

from reader.core.lines import Line, Piece
from reader.core.paper import Paper
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.kit.pane import Pane
from reader.ui.page.lines import TEXT_CELLS, Presentation, ShownPaper, compose, link_keys
from reader.ui.page.state import PAGE
from reader.ui.shell.controller import subscribe
from reader.ui.shell.screens import OverScreen
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


LOW_ROWS = 12
"""A pane with fewer rows is a preview, which begins with what the list does not show."""

ROWS_AROUND_PAGE = 3
"""Maximum rows of the screen outside the panes."""


class PaperDetail(Pane, can_focus=True):
    """A paper as lines of at most `TEXT_CELLS` cells, centred on a page.

    The screen handles keys and calls `scroll_lines` and the other methods.
    """

    PANE = "paper"

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        is_page: bool = False,
        today: date | None = None,
        shows_links: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.shows_links = shows_links
        self._today = today
        self._reading: ShownPaper | None = None
        self._look = Presentation(today or date.today(), glyphs=glyphs, is_page=is_page)
        self._lines: list[Line] = []
        self._margin = 0

    # Content

    def show(self, reading: ShownPaper) -> None:
        """Show a paper from its beginning; if it is already shown, keep the scroll position."""
        before = self._reading
        is_same = before is not None and before.paper.pk == reading.paper.pk
        look = replace(self._look, today=self._today or date.today())
        if (reading, look) != (before, self._look):
            self._reading, self._look = reading, look
            self._lay_out(keep=is_same)

    def clear(self) -> None:
        self._reading = None
        self._lay_out()

    def configure(self, topic_names: Mapping[str, str], link_keys: Mapping[str, str] | None = None) -> None:
        """Set the names of topics by slug, and the keys of links by letter."""
        keys = self._look.link_keys if link_keys is None else link_keys
        look = replace(self._look, topic_names=topic_names, link_keys=keys)
        if look != self._look:
            self._look = look
            self._lay_out(keep=True)

    @property
    def paper(self) -> Paper | None:
        return None if self._reading is None else self._reading.paper

    @property
    def text(self) -> str:
        return "\n".join("".join(piece.text for piece in line) for line in self._lines)

    # Drawing

    def _lay_out(self, keep: bool = False) -> None:
        """Compose the lines for the current width; scroll to the beginning, unless `keep` keeps the position."""
        width = self.columns
        if not width:
            return
        height = self.size.height
        self._lines = []
        if self._reading is not None:
            column = min(width - 2, TEXT_CELLS)
            self._margin = max(1, (width - column) // 2) if self._look.is_page or self._is_alone else 1
            is_preview = height < LOW_ROWS and not self._look.is_page and not self._is_alone
            lines = compose(self._reading, column, replace(self._look, is_preview=is_preview))
            self._lines = [(), *lines] if self._look.is_page else lines
        self._strips.clear()
        # An empty last line marks the end of the text.
        self.virtual_size = Size(width, len(self._lines) + bool(self._reading))
        self._scroll(self.scroll_offset.y if keep else 0)
        if not keep:
            self._hide_thumb()
        self.refresh()

    @property
    def _is_alone(self) -> bool:
        """Whether the pane has the whole width and height, as a zoomed pane does."""
        screen = self.screen.size
        return self.size.width >= screen.width - 1 and self.size.height >= screen.height - ROWS_AROUND_PAGE

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return self._strip(())
        strip = self._strips.get(index)
        if strip is None:
            strip = self._strips[index] = self._strip(self._lines[index], margin=self._margin)
        if y or self._look.is_page or not self.has_focus:
            return strip
        return self._strip((Piece(self._look.glyphs.cursor, "tag"), *self._lines[index]), margin=self._margin - 1)

    def on_resize(self) -> None:
        self._lay_out(keep=True)

    def on_click(self, event: events.Click) -> None:
        meta = event.style.meta
        kind, value = meta.get("kind"), meta.get("value", "")
        if kind is None:
            return
        self.post_message(WidgetReport(kind, int(value) if kind == "passage" else value))
        event.stop()


def text_in_front(app: ReaderApp) -> PaperDetail | None:
    """The visible pane with a paper's text, on the page or the main screen; None if neither is shown."""
    if app.model.state[PAGE] is not None and (page := app.screens.get(PAGE)) is not None:
        text: PaperDetail = page.pane
        return text
    detail = app.detail
    return detail if detail.is_on_screen else None


class PaperPage(OverScreen[ShownPaper]):
    """A centred column of text of a fixed width, over a status line; `pane` is the pane with the text."""

    AUTO_FOCUS = "*"

    def __init__(self, app: ReaderApp, reading: ShownPaper) -> None:
        super().__init__(app, reading)
        look = self._look
        self.pane = PaperDetail(look.glyphs, is_page=True, today=look.fixed_today, shows_links=look.links, id="page")
        self.pane.configure(self._model.state[TOPIC_NAMES], link_keys(look.keymap))

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self.status

    def on_mount(self) -> None:
        subscribe(self, self._model, _shown_state, self._draw_again)

    def show(self, reading: ShownPaper) -> None:
        """Show a paper from its beginning, or update the shown paper."""
        state = self._model.state
        self.pane.show(reading._replace(position=_position(state, reading)))

    def _draw_again(self, state: State) -> None:
        self.pane.configure(state[TOPIC_NAMES])
        if (reading := state[PAGE]) is not None:
            self.show(reading)


def _shown_state(state: State) -> object:
    return state.listing.count, state[TOPIC_NAMES]


def _position(state: State, reading: ShownPaper) -> str:
    """A paper's place in the list as `3 of 34`; empty while unknown."""
    number, count = reading.number, state.listing.count
    return f"{number:,} of {count:,}" if number and count and number <= count else ""
