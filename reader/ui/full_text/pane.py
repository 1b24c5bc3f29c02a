"""The pane that shows a full text. What is in view is in the state; the pane draws it, and reports the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp
from textual.strip import Strip

from reader.core.document.block_lines import DocumentLine
from reader.core.document.layout import TextPlace
from reader.core.lines import FOLLOW, Line, Piece, centre, fill, measure
from reader.ui.full_text.lines import PLAIN_LINE, TEXT_ROLES, LineMarks, clipped, text_line
from reader.ui.full_text.links import LETTERS
from reader.ui.full_text.view import TextView
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import with_keys
from reader.ui.kit.pane import Pane
from reader.ui.kit.styled_text import PLAIN

WHEEL = 3
"""Lines of a turn of the mouse's wheel."""

LETTERS_A_LINE = 70
"""Letters of a line, of which the length of the text is estimated for the bar."""

MARK = 2
"""Cells of the bar before a marked line, with the blank after it."""

MOST_STRIPS = 2_000
"""Drawn lines that are kept."""


class TextPane(Pane, can_focus=True, inherit_bindings=False):
    """The lines in view of a full text, or a message in place of it."""

    PREFIX = "text"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"text--{role}" for role in (*TEXT_ROLES, "hit")}

    @dataclass
    class Scrolled(Message):
        """The user turned the wheel, or clicked the bar."""

        lines: int

    @dataclass
    class Dragged(Message):
        """The user dragged the thumb."""

        share: float
        """Of the text, from 0 to 1."""

    @dataclass
    class LinkClicked(Message):
        """The user clicked a reference."""

        target: str
        words: str

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._view: TextView | None = None
        self._message = ""
        self._shown: list[tuple[TextPlace, DocumentLine]] = []
        self._strips: dict[tuple[object, ...], Strip] = {}

    # Content

    def show(self, view: TextView) -> None:
        """Show the part of a text that is in view."""
        if self._view is None or view.layout is not self._view.layout:
            self._strips.clear()
        self._view, self._message = view, ""
        self._shown = view.lines()
        self._move_bar(view)
        self.refresh()

    def clear(self, message: str) -> None:
        """Show a message in the middle; keys in it are between backticks."""
        self._view, self._message, self._shown = None, message, []
        self.virtual_size = Size(self.columns, 0)
        self.refresh()

    def _move_bar(self, view: TextView) -> None:
        """Let the bar show how far the text is read; the length of the text is estimated."""
        rows = view.size.rows
        is_whole = view.is_at_end and view.top == TextPlace()
        length = rows if is_whole else rows + max(1, view.layout.letters // LETTERS_A_LINE)
        size = Size(self.columns, length)
        if size != self.virtual_size:
            self.virtual_size = size
        self.scroll_to(y=round(view.progress * (length - rows)), animate=False, force=True)

    # Drawing

    def render_line(self, y: int) -> Strip:
        view = self._view
        if view is None:
            return self._strip(self._message_line(y))
        if y >= len(self._shown):
            return Strip.blank(self.columns, self._style())
        place, line = self._shown[y]
        key = (place, self._side(view, place.block, line), self._over(view, place), self._marks(view, place))
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > MOST_STRIPS:
                self._strips.clear()
            strip = self._strips[key] = self._draw(view, line, *key)
        return strip

    @staticmethod
    def _side(view: TextView, block: int, line: DocumentLine) -> int:
        """Cells by which a line is scrolled sideways: a caption stays, for it always fits."""
        if not view.side or any(piece.role == "caption" for piece in line.pieces):
            return 0
        return min(view.side, view.overflow(block))

    @staticmethod
    def _over(view: TextView, place: TextPlace) -> str:
        """What a line is: selected, under a cursor, or neither."""
        selection = view.selection
        if selection is not None and selection.first <= place <= selection.last:
            return "selected" if selection.anchor is not None else "cursor"
        return "cursor" if place == view.marked else PLAIN

    @staticmethod
    def _marks(view: TextView, place: TextPlace) -> LineMarks:
        letters = [
            (link.start, letter) for link, letter in zip(view.links, LETTERS, strict=False) if link.place == place
        ]
        return LineMarks(view.search.pattern, tuple(letters)) if letters or view.search.text else PLAIN_LINE

    def _draw(  # noqa: PLR0917 - the parts of the key of a drawn line
        self, view: TextView, line: DocumentLine, place: TextPlace, side: int, over: str, marks: LineMarks
    ) -> Strip:
        drawn = text_line(line, self._glyphs, marks)
        if measure(line.pieces) - side > view.size.widest or side:
            drawn = clipped(drawn, side, view.size.widest, self._glyphs)
        margin = view.margin(place.block)
        if over == PLAIN:
            return self._strip(drawn, margin=margin)
        bar = Piece(self._glyphs.cursor.ljust(MARK), "cursor")
        return self._strip((bar, *drawn), over if over == "selected" else PLAIN, margin=margin - MARK)

    def _message_line(self, y: int) -> Line:
        width = self.columns
        lines = [part for line in with_keys(self._message) for part in fill(line, max(2, width - 4)) or [()]]
        index = y - max(0, (self.size.height - len(lines)) // 2)
        return centre(lines[index], width) if 0 <= index < len(lines) else ()

    def notify_style_update(self) -> None:
        """Drop lines drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Draw lines of another width."""
        self._strips.clear()

    # Mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Report a turn of the wheel."""
        self._report(event, WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Report a turn of the wheel."""
        self._report(event, -WHEEL)

    def on_scroll_down(self, event: ScrollDown) -> None:
        """Report a click below the thumb."""
        self._report(event, self.size.height - 1)

    def on_scroll_up(self, event: ScrollUp) -> None:
        """Report a click above the thumb."""
        self._report(event, 1 - self.size.height)

    def on_scroll_to(self, event: ScrollTo) -> None:
        """Report how far the thumb was dragged."""
        event.stop()
        event.prevent_default()
        room = self.virtual_size.height - self.size.height
        if event.y is not None and room > 0:
            self.post_message(self.Dragged(max(0.0, min(1.0, event.y / room))))

    def _report(self, event: Message, lines: int) -> None:
        # Textual would scroll by itself.
        event.stop()
        event.prevent_default()
        self.post_message(self.Scrolled(lines))

    def on_click(self, event: events.Click) -> None:
        """Report a click on a reference."""
        meta = event.style.meta
        if meta.get("kind") == FOLLOW:
            event.stop()
            target, _, words = meta.get("value", "").partition(" ")
            self.post_message(self.LinkClicked(target, words))
