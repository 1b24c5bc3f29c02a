"""Widgets of single lines: clickable keys, titles, the status line, and typed lines with advice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.highlighter import Highlighter
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from reader.core.lines import Line, Piece, cut, literal, piece_at
from reader.core.text import clean
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import PRESS
from reader.ui.kit.status_lines import Status, status_lines
from reader.ui.kit.styles import PLAIN, Palette
from reader.ui.kit.textual_fixes import PastesWhole
from reader.ui.kit.theme import palette_of

Shown = TypeVar("Shown")


def draw(palette: Palette, pane: str, line: Line, width: int, over: str = PLAIN, *, has_links: bool = False) -> Strip:
    """Draw a line in the styles of a pane, with the style of the role `over` laid over the whole line.

    The metadata of a style has the action of a click. With `has_links`, addresses are also links of the terminal.
    """
    segments = []
    for piece in line:
        style = palette.draw(pane, piece.role, over, is_hit=piece.hit)
        if piece.action is not None:
            kind, value = piece.action
            style += Style(meta={"kind": kind, "value": value}, link=value if has_links and kind == "link" else None)
        segments.append(Segment(literal(piece.text), style))
    return Strip(segments).adjust_cell_length(width, palette.draw(pane, PLAIN, over))


@dataclass
class WidgetReport(Message):
    """A click or choice of the user in a widget, for a controller: see `answers` in `ui/shell/controller.py`."""

    kind: str
    """For example `link`, `topic` or `view`; an `action` of the table, or a displayed `key`."""
    value: Any


class LinesWidget(Widget):
    """Lines of pieces; a click on a key presses it."""

    ALLOW_SELECT = False
    PANE: ClassVar[str] = ""
    """The widget's name in the table of styles."""

    def shown_lines(self) -> Sequence[Line]:
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        lines = self.shown_lines()
        return draw(palette_of(self.app.theme), self.PANE, lines[y] if y < len(lines) else (), self.size.width)

    def on_click(self, event: events.Click) -> None:
        lines, place = self.shown_lines(), event.get_content_offset(self)
        piece = piece_at(lines[place.y], place.x) if place is not None and place.y < len(lines) else None
        if piece is not None and piece.action is not None and piece.action[0] == PRESS:
            event.stop()
            self.post_message(WidgetReport("key", piece.action[1]))


class OneLine(LinesWidget, Generic[Shown]):
    """A line that is drawn from a value; an unchanged line is not painted, because a paint composes all panes again."""

    def __init__(self, shown: Shown, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown = shown
        self.glyphs = glyphs

    def show(self, shown: Shown) -> None:
        if shown != self.shown:
            self.shown = shown
            self.refresh()

    def line(self, width: int) -> Line:
        raise NotImplementedError

    def shown_lines(self) -> Sequence[Line]:
        return (self.line(self.size.width),)


class Title(OneLine[str]):
    """A line at the top of a screen."""

    def line(self, width: int) -> Line:
        return (Piece(f" {cut(literal(self.shown), width - 2, self.glyphs.ellipsis)}", "title"),)


class StatusLine(LinesWidget):
    """The line below the panes; it takes rows from the panes if it needs several lines."""

    PANE = "status"

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._status = Status()
        self._lines: tuple[Line, ...] = ()
        self._drawn_for: object = None

    def show(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self._fit(self.size.width)
            # A paint composes all panes again, which takes 5 ms, so an unchanged line is not painted.
            self.refresh()

    @property
    def shown_status(self) -> Status:
        return self._status

    def on_resize(self, event: events.Resize) -> None:
        """Take as many rows as the content needs in the new width."""
        self._fit(event.size.width)

    def shown_lines(self) -> Sequence[Line]:
        return self._draw_lines(self.size.width)

    def _fit(self, width: int) -> None:
        rows = len(self._draw_lines(width)) if width else 1
        if rows != (self.styles.height.value if self.styles.height else 1):
            self.styles.height = rows

    def _draw_lines(self, width: int) -> tuple[Line, ...]:
        if (self._status, width) != self._drawn_for:
            self._drawn_for = self._status, width
            self._lines = status_lines(self._status, width, self._glyphs)
        return self._lines


MAX_WAIT_SECONDS = 1.0
"""Maximum seconds to wait until a text field has handled its keys; late letters are better than a hanging line."""


async def catch_up(node: MessagePump, *, is_drawn: bool = False) -> None:
    """Wait until a widget or the app has handled the keys sent to it; with `is_drawn`, until it is drawn too."""
    handled = asyncio.Event()
    if (node.call_after_refresh if is_drawn else node.call_later)(handled.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(handled.wait(), MAX_WAIT_SECONDS)


class LineInput(PastesWhole, Input):
    """A line of text of at most `limit` characters; a `highlighter` styles it."""

    def __init__(self, limit: int, highlighter: Highlighter | None = None) -> None:
        super().__init__(highlighter=highlighter, max_length=limit, select_on_focus=False, compact=True)
        self._limit = limit

    def insert_pasted(self, text: str) -> None:
        self.replace(clean(text, self._limit), *self.selection)


class TypedLine(Widget):
    """A label, a text input, and a line of advice, which `advise` draws for a width."""

    def __init__(
        self,
        name: str,
        input: LineInput,
        advise: Callable[[int], Line],
        on_changed: Callable[[], object],
        *,
        id: str | None = None,
    ) -> None:
        """`on_changed` is called after each edit."""
        super().__init__(id=id)
        self.history: tuple[str, ...] = ()
        self.recalled = -1
        """The place in the history of the recalled text; -1 for a typed text."""
        self._draft = ""
        self._label = name
        self._advise = advise
        self._on_changed = on_changed
        self._input = input
        self._advice = _Advice(self)

    def compose(self) -> ComposeResult:
        label = Label(self._label)
        label.styles.width = len(self._label) + 2
        yield label
        yield self._input
        yield self._advice

    def advise(self) -> None:
        self._advice.renew()

    def advice(self, width: int) -> Line:
        return self._advise(width)

    @property
    def text(self) -> str:
        return self._input.value

    @property
    def before_cursor(self) -> str:
        return self._input.value[: self._input.cursor_position]

    def replace(self, start: int, word: str, end: str = " ") -> None:
        """Replace the text from `start` to the cursor by a word, followed by a space or `end`."""
        self._input.replace(f"{word}{end}", start, self._input.cursor_position)

    def write(self, text: str) -> None:
        self._input.value = text
        self._input.cursor_position = len(text)

    def recall(self, step: int) -> None:
        """Write the next earlier text (1) or later text (-1) of the history; after the latest, the typed text."""
        place = self.recalled + step
        if place < len(self.history):
            if self.recalled < 0:
                self._draft = self.text
            self.recalled = place
            self.write(self.history[place] if place >= 0 else self._draft)

    def step(self, by: int, selected: int, select: Callable[[int], object]) -> None:
        """Select the next suggestion (1) or the previous one (-1).

        The text before the first suggestion is the previous text of the history; while a text is recalled, both walk
        through the history.
        """
        if self.recalled >= 0 or (by < 0 and selected == 0):
            self.recall(-by)
        else:
            select(selected + by)

    def begin(self) -> None:
        # Focus at once, because letters typed directly after the key that opens the line belong to the line.
        self.screen.set_focus(self._input)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.recalled >= 0 and self.text != self.history[self.recalled]:
            self.recalled = -1
        self._on_changed()
        self.advise()


class Label(Widget):
    """The word before the text input."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self) -> Content:
        return Content(self._text)


class _Advice(LinesWidget):
    """The line below the text input, with clickable keys."""

    PANE = "typed"

    def __init__(self, line: TypedLine) -> None:
        super().__init__()
        self._line = line
        self._drawn: Line = ()

    def renew(self) -> None:
        if self._drawn != self._line.advice(self.size.width):
            self.refresh()

    def shown_lines(self) -> Sequence[Line]:
        self._drawn = self._line.advice(self.size.width)
        return (self._drawn,)

    def on_click(self, event: events.Click) -> None:
        """Keep the focus on the text."""
        event.stop()
        self._line.begin()
