"""The screen of a full text: a line with the progress, the text, and the status line. The app reads its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from reader.ui.full_text.lines import TextProgress, absence, text_header
from reader.ui.full_text.outline_pane import OutlinePane
from reader.ui.full_text.pane import TextPane
from reader.ui.full_text.state import TEXT, view_text
from reader.ui.full_text.text import FullText
from reader.ui.full_text.view import TextView
from reader.ui.help.footer import status, status_parts
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.line_widgets import StatusLine
from reader.ui.kit.styled_text import draw
from reader.ui.looks.look import Look
from reader.ui.looks.stylesheets import stylesheet
from reader.ui.shell.layout import outline_width
from reader.ui.shell.model import Model, subscribe
from reader.ui.shell.state import State

WAITING = (("app.escape", "stop"),)
MISSING = (("text.again", "try again"), ("link.page", "web page"), ("link.pdf", "PDF"), ("app.back", "back"))
"""The keys that help while the text is fetched, and where there is none."""


def progress(text: FullText) -> TextProgress:
    """What the first line says of a text."""
    view, title = text.view, text.paper.title
    if view is None:
        return TextProgress(title)
    if text.is_fetching:
        return TextProgress(title, said=text.progress or "fetching it again")
    section = view.section
    return TextProgress(title, section.heading if section else None, view.progress, view.minutes_left)


class TextHeader(Widget):
    """The first line: the title, and how far the text is read."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"header--quiet", "header--count"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._progress = TextProgress("")

    def show(self, progress: TextProgress) -> None:
        """Show the progress."""
        # A paint composes all panes again, so an unchanged line is not painted.
        if progress != self._progress:
            self._progress = progress
            self.refresh()

    def render(self) -> Content:
        return draw(self, text_header(self._progress, self.size.width, self._glyphs), "header")


class FullTextScreen(Screen[None], inherit_bindings=False):
    """One full text over the whole screen."""

    CSS_PATH = stylesheet("text")

    def __init__(self, model: Model, look: Look, follow: Callable[[str, str], object]) -> None:
        """`follow` gets the target and the words of a reference that is clicked."""
        super().__init__()
        self._model = model
        self._follow = follow
        self._keymap = look.keymap
        self._header = TextHeader(look.glyphs)
        self._outline = OutlinePane(look.glyphs, id="outline")
        self._outline.is_ruled = True
        self.pane = TextPane(look.glyphs, id="text")
        self.status = StatusLine(look.glyphs)

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._outline
        yield self.pane
        yield self.status

    def on_mount(self) -> None:
        subscribe(self, self._model, status_parts, self._draw_status)
        subscribe(self, self._model, lambda state: state[TEXT], self._draw)

    def on_screen_resume(self) -> None:
        """Show the place of the text that is opened now."""
        self._draw(self._model.state)

    def on_resize(self, event: events.Resize) -> None:
        self._model.change(self._model.state.resized(*event.size))
        self._draw(self._model.state)

    def _draw(self, state: State) -> None:
        text = state[TEXT]
        if text is None:
            return
        self._header.show(progress(text))
        if text.view is None:
            said = (text.progress or "fetching the full text") if text.is_fetching else text.problem
            ways = WAITING if text.is_fetching else MISSING
            self.pane.clear(absence(said, [(self._keymap.key(action, "text"), name) for action, name in ways]))
        else:
            self.pane.show(text.view)
        self._draw_outline(text)

    def _draw_outline(self, text: FullText) -> None:
        """Show the outline beside the text, or in its place where there is no room for both."""
        width = outline_width(self._model.state.width)
        is_open = text.outline.is_open
        has_outline = text.view is not None and bool(text.outline.sections)
        self._outline.display = has_outline and (bool(width) or is_open)
        self._outline.styles.width = width or "1fr"
        self.pane.display = bool(width) or not is_open
        if text.view is not None and self._outline.display:
            section = text.view.section
            self._outline.show(text.outline, text.outline.at(section.start if section else 0))

    def _draw_status(self, state: State) -> None:
        self.status.show(status(state, self._keymap))

    # Mouse

    def _change(self, change: Callable[[TextView], TextView]) -> None:
        text = self._model.state[TEXT]
        if text is not None and text.view is not None:
            self._model.change(view_text(self._model.state, change(text.view)))

    @on(TextPane.Scrolled)
    def _scroll(self, event: TextPane.Scrolled) -> None:
        self._change(lambda view: view.scroll(event.lines))

    @on(TextPane.Dragged)
    def _drag(self, event: TextPane.Dragged) -> None:
        self._change(lambda view: view.scroll_to(event.share))

    @on(TextPane.LinkClicked)
    def _follow_link(self, event: TextPane.LinkClicked) -> None:
        self._follow(event.target, event.words)

    @on(OutlinePane.Chosen)
    def _read_section(self, event: OutlinePane.Chosen) -> None:
        text = self._model.state[TEXT]
        if text is not None:
            self._model.change(self._model.state.put(TEXT, text.read_section(event.index)))
