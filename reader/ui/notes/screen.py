"""The editor of a note, over the paper that it is about, and the line of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import TextArea

from reader.core.lines import Line, Piece, cut, cut_line, literal, measure
from reader.core.tag_words import complete_tag
from reader.core.text import amount, clean_note
from reader.ui.command_line.screen import LineScreen
from reader.ui.filter.state import topic_papers
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.line_widgets import OneLine, WidgetReport
from reader.ui.kit.textual_fixes import PastesWhole
from reader.ui.kit.theme import stylesheet
from reader.ui.notes.actions import NoteEdit, TagEdit
from reader.ui.shell.commands import Candidate, Suggestion
from reader.ui.shell.layout import NOTE_MEASURE, note_margin, place_note
from reader.ui.shell.screens import OverScreen

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class NoteArea(PastesWhole, TextArea):
    """The text."""

    def __init__(self, text: str) -> None:
        super().__init__(text, soft_wrap=True, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    def insert_pasted(self, text: str) -> None:
        # A note ends without a space, but pasted text may not.
        result = self.replace(clean_note(f"{text}.")[:-1], *self.selection)
        self.move_cursor(result.end_location)


class NoteSheet(Widget):
    """A heading, and the text below it."""


class NoteScreen(OverScreen[NoteEdit]):
    """The editor."""

    CSS_PATH = stylesheet("note")

    def __init__(self, app: ReaderApp, noting: NoteEdit) -> None:
        super().__init__(app, noting)
        self._sheet = NoteSheet()
        self._heading = _Heading(noting, self._look.glyphs)
        self._area = NoteArea(noting.text)

    def compose(self) -> ComposeResult:
        with self._sheet:
            yield self._heading
            yield self._area
        yield self.status

    def on_mount(self) -> None:
        self._lay_out(self.app.size.width, self.app.size.height)
        self.set_focus(self._area)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(event.size.width, event.size.height)

    def _lay_out(self, width: int, height: int) -> None:
        state = self._model.state
        is_page = state.front_paper is not None
        area = place_note(width, height, state.panes, state.pane_front, is_page=is_page)
        styles = self._sheet.styles
        styles.offset, styles.width, styles.height = (area.x, area.y), area.width, area.height
        margin = note_margin(width) if is_page else 0
        self._area.styles.margin = (0, max(0, area.width - margin - NOTE_MEASURE), 0, margin)

    @property
    def text(self) -> str:
        return self._area.text

    def change(self, text: str) -> None:
        self._area.replace(text, (0, 0), self._area.document.end)
        self._area.move_cursor(self._area.document.end)

    def undo(self) -> None:
        self._area.undo()

    def redo(self) -> None:
        self._area.redo()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(WidgetReport("note", self._area.text))


class _Heading(OneLine[NoteEdit]):
    """The subject of the text, in a rule above it."""

    PANE = "note"

    def line(self, width: int) -> Line:
        return heading(self.shown, width, self.glyphs)

    def on_click(self, event: events.Click) -> None:
        event.stop()


def heading(noting: NoteEdit, width: int, glyphs: Glyphs) -> Line:
    """A rule with the note's subject: `── ✎ Note · A memory that forgets ── an unfinished draft ──`.

    A passage is named as such, so that nobody takes its note for the paper's.
    """
    rule = glyphs.line
    label = "Note on this passage" if noting.passage else "Note"
    begin: Line = (Piece(f"{rule * 2} ", "rule"), Piece(f"{glyphs.note} {label}", "label"), Piece(" "))
    end: Line = (Piece(rule * 2, "rule"),)
    if noting.is_draft:
        end = (Piece(" an unfinished draft ", "quiet"), *end)
    title = cut(literal(noting.title), width - measure(begin) - measure(end) - 4, glyphs.ellipsis)
    middle: Line = (Piece(f"{glyphs.dot} {title} ", "quiet"),) if title else ()
    left = width - measure(begin) - measure(middle) - measure(end)
    return cut_line((*begin, *middle, Piece(rule * left, "rule"), *end), width)


class TagScreen(LineScreen[TagEdit]):
    """The line of tags."""

    LABEL = "tag"
    LONGEST = 500

    def __init__(self, app: ReaderApp, tagging: TagEdit) -> None:
        super().__init__(app, tagging)
        self._tagging = tagging
        self._topics = tuple(topic_papers(self._model.state))
        """Used to complete a word, after the user's own tags."""

    def on_mount(self) -> None:
        self.report()

    def report(self) -> None:
        tagging = self._tagging
        found = complete_tag(self.line.before_cursor, tagging.known, self._topics, tagging.has, tagging.shared)
        pairs = zip(found.words, found.papers, strict=True) if found else ()
        candidates = (Candidate(word, "" if papers is None else amount(papers, "paper")) for word, papers in pairs)
        self.suggested, self.selected = Suggestion(found.start if found else 0, tuple(candidates)), 0
        self.show_rows()

    def lead(self) -> Line:
        has = "" if self.line.text.strip() else f"{literal(self._tagging.in_words)}  "
        how = "" if self.suggested.candidates else '-name removes a tag; "in quotes" if it has spaces'
        return (Piece(f"{has}{how}", "quiet"),)
