"""An input line at the bottom of a screen, with a line of advice below."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar

from rich.highlighter import Highlighter
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

from reader.core.lines import Line
from reader.core.text import clean
from reader.ui.kit.line_widgets import KeyLines, draw
from reader.ui.kit.textual_fixes import PastesWhole

HANDLED_WITHIN_SECONDS = 1.0
"""Maximum seconds to wait until a text has handled its keys: late letters are better than a line that hangs."""


async def catch_up(node: MessagePump, *, is_drawn: bool = False) -> None:
    """Wait until keys sent to a widget or to the app are handled; with `is_drawn`, until it is drawn, too."""
    taken = asyncio.Event()
    if (node.call_after_refresh if is_drawn else node.call_later)(taken.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(taken.wait(), HANDLED_WITHIN_SECONDS)


class LineInput(PastesWhole, Input):
    """A line of text of at most `limit` characters; a `highlighter` styles its pieces."""

    def __init__(self, limit: int, highlighter: Highlighter | None = None) -> None:
        super().__init__(highlighter=highlighter, max_length=limit, select_on_focus=False, compact=True)
        self._limit = limit

    def insert_pasted(self, text: str) -> None:
        self.replace(clean(text, self._limit), *self.selection)


class TypedLine(Widget):
    """A label, the text, and a line of advice, which `advise` draws for a width."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "typed--quiet", "typed--key", "typed--chosen", "typed--number", "typed--mistake",
    }  # fmt: skip

    def __init__(
        self,
        name: str,
        input: LineInput,
        advise: Callable[[int], Line],
        changed: Callable[[], object],
        *,
        id: str | None = None,
    ) -> None:
        """`changed` is called after each edit."""
        super().__init__(id=id)
        self.history: tuple[str, ...] = ()
        self.recalled = -1
        """The place of the one that is shown; -1 for a text that is typed."""
        self._draft = ""
        self._label = name
        self._advise = advise
        self._changed = changed
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

    def recall(self, step: int) -> bool:
        """Write the next earlier text (1) or later one (-1), at last what was typed; False if there is none."""
        place = self.recalled + step
        if place >= len(self.history):
            return False
        if self.recalled < 0:
            self._draft = self.text
        self.recalled = place
        self.write(self.history[place] if place >= 0 else self._draft)
        return True

    def begin(self) -> None:
        # At once: letters typed directly after the key that opens the line belong to the line.
        self.screen.set_focus(self._input)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.recalled >= 0 and self.text != self.history[self.recalled]:
            self.recalled = -1
        self._changed()
        self.advise()


class Label(Widget):
    """The word before the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self) -> Content:
        return Content(self._text)


class _Advice(KeyLines):
    """The line below the text; its keys can be clicked."""

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

    def render(self) -> Content:
        return draw(self._line, self.shown_lines()[0], "typed")

    def on_click(self, event: events.Click) -> None:
        """Keep the focus on the text."""
        event.stop()
        self._line.begin()
