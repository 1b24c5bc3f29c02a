"""The editor of a note, over the paper that it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import TextArea

from reader.core.lines import Line, Piece, cut, cut_line, literal, measure
from reader.core.text import clean_note
from reader.ui.help.footer import status, status_parts
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.line_widgets import OneLine, StatusLine
from reader.ui.kit.textual_fixes import PastesWhole
from reader.ui.kit.typed_line import TypingScreen
from reader.ui.looks import Look
from reader.ui.looks.theme import stylesheet
from reader.ui.notes.state import Noting
from reader.ui.shell.layout import place_note
from reader.ui.shell.model import Model, subscribe
from reader.ui.shell.state import State


class NoteArea(PastesWhole, TextArea):
    """The text."""

    def __init__(self, text: str) -> None:
        super().__init__(text, soft_wrap=True, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    def insert_pasted(self, text: str) -> None:
        # A note ends in no blank, but what is pasted into it may.
        result = self.replace(clean_note(f"{text}.")[:-1], *self.selection)
        self.move_cursor(result.end_location)


class NoteSheet(Widget):
    """A heading, and the text below it."""


class NoteScreen(TypingScreen):
    """The editor. The app reads its keys; all others go to the text."""

    CSS_PATH = stylesheet("note")

    def __init__(self, model: Model, look: Look, noting: Noting, changed: Callable[[str], object]) -> None:
        """`changed` receives the text after each edit."""
        super().__init__()
        self._model = model
        self._look = look
        self._changed = changed
        self._sheet = NoteSheet()
        self._heading = _Heading(noting, look.glyphs)
        self.status = StatusLine(look.glyphs)
        self._area = NoteArea(noting.text)

    def compose(self) -> ComposeResult:
        with self._sheet:
            yield self._heading
            yield self._area
        yield self.status

    def on_mount(self) -> None:
        subscribe(self, self._model, status_parts, self._draw_status)
        self._lay_out(self.app.size.width, self.app.size.height)
        self.set_focus(self._area)

    def on_resize(self, event: events.Resize) -> None:
        """Keep to the paper's pane."""
        self._lay_out(event.size.width, event.size.height)

    def _lay_out(self, width: int, height: int) -> None:
        state = self._model.state
        is_page = state.front_paper is not None
        area = place_note(width, height, state.panes, state.pane_front, is_page=is_page)
        styles = self._sheet.styles
        styles.offset, styles.width, styles.height = (area.x, area.y), area.width, area.height

    def _draw_status(self, state: State) -> None:
        self.status.show(status(state, self._look.keymap))

    @property
    def text(self) -> str:
        """The text."""
        return self._area.text

    def change(self, text: str) -> None:
        """Replace the text; undo takes that back."""
        self._area.replace(text, (0, 0), self._area.document.end)
        self._area.move_cursor(self._area.document.end)

    def undo(self) -> None:
        """Take back the last edit."""
        self._area.undo()

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        self._area.redo()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell of each edit."""
        event.stop()
        self._changed(self._area.text)


class _Heading(OneLine[Noting]):
    """What the text is about, in a rule over it."""

    PREFIX = "note"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"note--rule", "note--label", "note--quiet"}

    def line(self, width: int) -> Line:
        return heading(self.shown, width, self.glyphs)

    def on_click(self, event: events.Click) -> None:
        """Keep the focus on the text."""
        event.stop()


def heading(noting: Noting, width: int, glyphs: Glyphs) -> Line:
    """A rule with what is written: `── ✎ Note · A memory that forgets ── an unfinished draft ──`."""
    rule = glyphs.line
    begin: Line = (Piece(f"{rule * 2} ", "rule"), Piece(f"{glyphs.note} Note", "label"), Piece(" "))
    end: Line = (Piece(rule * 2, "rule"),)
    if noting.is_draft:
        end = (Piece(" an unfinished draft ", "quiet"), *end)
    title = cut(literal(noting.title), max(0, width - measure(begin) - measure(end) - 4), glyphs.ellipsis)
    middle: Line = (Piece(f"{glyphs.dot} {title} ", "quiet"),) if title else ()
    left = width - measure(begin) - measure(middle) - measure(end)
    return cut_line((*begin, *middle, Piece(rule * max(0, left), "rule"), *end), width)
