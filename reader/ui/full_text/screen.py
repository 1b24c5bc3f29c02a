"""The screen of a full text: a line with the progress, the text, and the status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.strip import Strip

from reader.core.document.layout import DocumentLine, TextPlace
from reader.core.ids import pdf_url
from reader.core.lines import FOLLOW, Line, Piece, centre, cut_line, fill, literal, measure
from reader.keys.keymap import Keymap
from reader.ui.full_text.lines import (
    LETTERS,
    PLAIN_LINE,
    LineMarks,
    TextProgress,
    clip_line,
    heading_title,
    missing_text_message,
    text_header,
    text_line,
)
from reader.ui.full_text.state import TEXT, actions_without_effect, view_of
from reader.ui.full_text.text import FullText, Outline, OutlineLine
from reader.ui.full_text.view import Peek, TextView
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import OneLine, WidgetReport
from reader.ui.kit.lines import with_keys
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Choice, Status
from reader.ui.kit.styles import PLAIN
from reader.ui.kit.theme import stylesheet
from reader.ui.shell.layout import outline_width
from reader.ui.shell.screens import OverScreen, status
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

WHEEL_LINES = 3
"""Lines per turn of the mouse wheel."""

LETTERS_PER_LINE = 70
"""Letters per line, to estimate the length of the text for the bar."""

BAR_CELLS = 2
"""Cells of the bar before a marked line and the space after it."""


class TextPane(Pane, can_focus=True):
    """The visible lines of a full text, or a message."""

    PANE = "text"

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._view: TextView | None = None
        self._message = ""
        self._lines: list[tuple[TextPlace, DocumentLine]] = []

    def show(self, view: TextView) -> None:
        self._view, self._message = view, ""
        self._lines = view.lines()
        self._move_scroll_bar(view)
        self.refresh()

    def clear(self, message: str) -> None:
        """Show a message instead of a text."""
        self._view, self._message, self._lines = None, message, []
        self.virtual_size = Size(self.columns, 0)
        self.refresh()

    def _move_scroll_bar(self, view: TextView) -> None:
        rows = view.size.rows
        is_whole = view.is_at_end and view.top == TextPlace()
        length = rows if is_whole else rows + max(1, view.layout.letters // LETTERS_PER_LINE)
        self.virtual_size = Size(self.columns, length)
        self._scroll(round(view.progress * (length - rows)))

    # Drawing

    def render_line(self, y: int) -> Strip:
        view = self._view
        if view is None:
            return self._strip(self._message_line(y))
        if view.peek is not None and 0 <= (row := y - self._peek_top(view.peek)) < len(view.peek.lines) + 2:
            return self._peek_line(view, view.peek, row)
        if y >= len(self._lines):
            return self._strip(())
        return self._draw(view, *self._lines[y])

    def _peek_top(self, peek: Peek) -> int:
        return 0 if peek.is_above else self.size.height - len(peek.lines) - 2

    def _peek_line(self, view: TextView, peek: Peek, row: int) -> Strip:
        margin = view.size.margin
        if row in (0, len(peek.lines) + 1):
            width = min(view.size.max_width, max(view.size.measure, *(measure(line.pieces) for line in peek.lines)))
            return self._strip((Piece(self._glyphs.line * width, "rule"),), margin=margin)
        drawn = text_line(peek.lines[row - 1], self._glyphs, PLAIN_LINE)
        if measure(drawn) > view.size.columns - margin - 1:
            drawn = clip_line(drawn, 0, view.size.columns - margin - 1, self._glyphs)
        return self._strip(drawn, margin=margin)

    @staticmethod
    def _scrolled_cells(view: TextView, block: int, line: DocumentLine) -> int:
        """Cells by which a line is scrolled sideways; captions always fit and are not scrolled."""
        if not view.side or any(piece.role == "caption" for piece in line.pieces):
            return 0
        return min(view.side, view.overflow(block))

    @staticmethod
    def _line_style(view: TextView, place: TextPlace) -> str:
        selection = view.selection
        if selection is not None and selection.first <= place <= selection.last:
            return "selected"
        return "cursor" if place == view.marked else PLAIN

    @staticmethod
    def _marks(view: TextView, place: TextPlace) -> LineMarks:
        letters = [
            (link.start, letter) for link, letter in zip(view.links, LETTERS, strict=False) if link.place == place
        ]
        spans = [(part.start, part.end) for part in view.highlights.spans_on_line(place)]
        is_plain = not (letters or spans or view.search.text)
        return PLAIN_LINE if is_plain else LineMarks(view.search.pattern, tuple(letters), tuple(spans))

    def _draw(self, view: TextView, place: TextPlace, line: DocumentLine) -> Strip:
        side, style = self._scrolled_cells(view, place.block, line), self._line_style(view, place)
        drawn = text_line(line, self._glyphs, self._marks(view, place))
        if measure(line.pieces) - side > view.size.max_width or side:
            drawn = clip_line(drawn, side, view.size.max_width, self._glyphs)
        margin = view.margin(place.block)
        sign = self._sign(view, place)
        if style == PLAIN and not sign:
            return self._strip(drawn, margin=margin)
        text, role = (sign, "sign") if style == PLAIN else (self._glyphs.cursor, "cursor")
        bar = Piece(text.ljust(BAR_CELLS), role)
        return self._strip((bar, *drawn), style if style == "selected" else PLAIN, margin=margin - BAR_CELLS)

    def _sign(self, view: TextView, place: TextPlace) -> str:
        """The margin sign of a highlighted line: a note on the first line, or a bar; empty without a highlight."""
        if not (spans := view.highlights.spans_on_line(place)):
            return ""
        is_noted = any(span.is_first and span.highlight.passage.note for span in spans)
        return self._glyphs.note if is_noted else self._glyphs.quote

    def _message_line(self, y: int) -> Line:
        width = self.columns
        lines = [part for line in with_keys(self._message) for part in fill(line, max(2, width - 4)) or [()]]
        index = y - max(0, (self.size.height - len(lines)) // 2)
        return centre(lines[index], width) if 0 <= index < len(lines) else ()

    # Mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll_by_wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll_by_wheel(event, -WHEEL_LINES)

    def _scroll_by_wheel(self, event: events.MouseEvent, lines: int) -> None:
        # Textual would also scroll.
        event.prevent_default().stop()
        self.post_message(WidgetReport("text lines", lines))

    def on_click(self, event: events.Click) -> None:
        meta = event.style.meta
        if meta.get("kind") == FOLLOW:
            event.stop()
            self.post_message(WidgetReport("reference", meta.get("value", "")))


MAX_OUTLINE_DEPTH = 5


def outline_line(entry: OutlineLine, width: int, glyphs: Glyphs, *, is_here: bool) -> Line:
    """An indented line for a section or figure with number and title, or for a highlight."""
    level = min(entry.level, MAX_OUTLINE_DEPTH)
    lead = Piece("  " * level)
    pieces: Line = ()
    if entry.highlight is not None:
        passage, is_found = entry.highlight.passage, entry.highlight.range is not None
        words = literal(" ".join(passage.quote[:200].split()))
        lead = Piece("  " * (level - 1))
        sign = Piece(glyphs.note if passage.note else glyphs.quote, "sign")
        gap = Piece(" " if is_found else " not in this text: ", "part")
        pieces = (sign, gap, Piece(words, "part passage" if is_found else "part"))
    elif entry.landmark is not None:
        title = literal(" ".join(entry.landmark.title[:200].split()))
        pieces = (Piece(f"{entry.landmark.name} ", "number"), Piece(title, "part"))
    elif (heading := entry.heading) is not None:
        role = "here" if is_here else "section" if level == 1 else "part"
        number = f"{heading.number.rstrip('.')} " if heading.number else ""
        title = " ".join(heading_title(heading).split())
        pieces = (Piece(number, "here" if is_here else "number"), Piece(title, role))
    return cut_line(tuple(piece for piece in (lead, *pieces) if piece.text), width, glyphs.ellipsis)


def first_row(count: int, cursor: int, height: int) -> int:
    """The first of `count` rows to show; it centres the cursor's row unless that leaves a gap at an end."""
    return max(0, min(cursor - height // 2, count - height))


class OutlinePane(Pane):
    """The outline, with the current section or the cursor marked."""

    PANE = "outline"

    def __init__(self, glyphs: Glyphs, *, id: str | None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._outline = Outline()
        self._here = 0

    def show(self, outline: Outline, here: int) -> None:
        """Show an outline; `here` is the index of the current section."""
        if (outline, here) == (self._outline, self._here):
            return
        self._outline, self._here = outline, here
        self._place()

    def _place(self) -> None:
        count = len(self._outline.entries)
        self.virtual_size = Size(self.columns, count)
        cursor = self._outline.cursor if self._outline.is_open else self._here
        self._scroll(first_row(count, cursor, self.size.height))
        self.refresh()

    def on_resize(self) -> None:
        self._place()

    def render_line(self, y: int) -> Strip:
        index, outline = y + self.scroll_offset.y, self._outline
        if index >= len(outline.entries):
            return self._strip(())
        is_cursor = outline.is_open and index == outline.cursor
        line = outline_line(outline.entries[index], self.columns - 1, self._glyphs, is_here=index == self._here)
        bar = Piece(self._glyphs.cursor if is_cursor else " ", "cursor")
        return self._strip((bar, *line), "highlighted" if is_cursor else PLAIN)

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        if row < len(self._outline.entries):
            event.stop()
            self.post_message(WidgetReport("entry", row))


FETCHING_KEYS = (("app.escape", "stop"),)
MISSING_KEYS = (("text.again", "try again"), ("link.page", "web page"), ("link.pdf", "PDF"), ("app.back", "back"))
UNFETCHABLE_KEYS = (("link.page", "web page"), ("app.back", "back"))
"""The keys shown while a text is fetched, if it could not be fetched, and if it can't be fetched."""


def progress(text: FullText) -> TextProgress:
    view, title = text.view, text.paper.title
    if view is None:
        return TextProgress(title)
    if text.is_fetching:
        return TextProgress(title, message=text.progress or "fetching it again")
    section = view.section
    return TextProgress(title, section.heading if section else None, view.progress, view.minutes_left)


class TextHeader(OneLine[TextProgress]):
    """The first line: the title, and how much of the text has been read."""

    def line(self, width: int) -> Line:
        return text_header(self.shown, width, self.glyphs)


def text_status(state: State, keymap: Keymap) -> Status:
    choices, typed, is_typing = _prompt(state)
    if choices and not state.prompt.options:
        return Status((), choices, typed, is_typing=is_typing)
    return status(state, keymap, _hints(state, keymap))


def _prompt(state: State) -> tuple[tuple[Choice, ...], str, bool]:
    view = view_of(state)
    if view is None:
        return (), "", False
    if view.peek is not None:
        opens = "open it" if view.peek.id else "go there"
        queues = (("b", "queue it"),) if view.peek.id else ()
        return (("enter", opens), *queues, ("y", "copy"), ("esc", "close")), "", False
    if view.links:
        return (("a-z", "follow"), ("esc", "stay")), "a letter", False
    if view.search.is_typing:
        found = "" if not view.search.text.strip() or view.marked else "  not in this text"
        named = view.named_part
        enter = f"go to {named.name}" if named is not None else "keep"
        return (("enter", enter), ("esc", "discard")), f"/{view.search.text}{found}", not found
    return (), "", False


def _hints(state: State, keymap: Keymap) -> list[Choice]:
    view = view_of(state) if state.context == "text" else None
    if view is not None and view.selection is not None:
        from reader.keys.actions import QUOTED_FOOTER

        return keymap.hints(state.context, footer=QUOTED_FOOTER)
    if view is not None and view.current_highlight is not None:
        from reader.keys.actions import HIGHLIGHT_FOOTER

        return keymap.hints(state.context, footer=HIGHLIGHT_FOOTER)
    return keymap.hints(state.context, without=actions_without_effect(state, keymap))


class FullTextScreen(OverScreen[FullText]):
    """One full text over the whole screen."""

    AUTO_FOCUS = "*"
    CSS_PATH = stylesheet("text")

    def __init__(self, app: ReaderApp, text: FullText) -> None:
        super().__init__(app, text)
        glyphs = self._look.glyphs
        self._header = TextHeader(TextProgress(""), glyphs)
        self._outline = OutlinePane(glyphs, id="outline")
        self._outline.is_ruled = True
        self.pane = TextPane(glyphs, id="text")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._outline
        yield self.pane
        yield self.status

    def on_screen_resume(self) -> None:
        """Show the text that is open now."""
        if (text := self._model.state[TEXT]) is not None:
            self.show(text)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.on_screen_resume()

    def show(self, text: FullText) -> None:
        self._header.show(progress(text))
        if text.view is None:
            message = (text.progress or "fetching the full text") if text.is_fetching else text.problem
            is_known = not self._look.demo and pdf_url(text.paper.id) is not None
            actions = FETCHING_KEYS if text.is_fetching else MISSING_KEYS if is_known else UNFETCHABLE_KEYS
            keys = [(self._keymap.key(action, "text"), name) for action, name in actions]
            self.pane.clear(missing_text_message(message, keys))
        else:
            self.pane.show(text.view)
        self._draw_outline(text)

    def _draw_outline(self, text: FullText) -> None:
        """Show the outline beside the text, or instead of the text if there is no space for both."""
        width = outline_width(self._model.state.width)
        is_open = text.outline.is_open
        has_outline = text.view is not None and bool(text.outline.entries)
        self._outline.display = has_outline and (bool(width) or is_open)
        self._outline.styles.width = width or "1fr"
        self.pane.display = bool(width) or not is_open
        if text.view is not None and self._outline.display:
            section = text.view.section
            self._outline.show(text.outline, text.outline.at(section.start if section else 0))

    def footer(self, state: State) -> Status:
        return text_status(state, self._keymap)
