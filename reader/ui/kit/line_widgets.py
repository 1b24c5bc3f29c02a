"""Lines whose keys can be clicked, and the line below the panes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from rich.highlighter import Highlighter
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

from reader.core.lines import Line, Piece, cut, literal, piece_at
from reader.core.text import clean
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import PRESS
from reader.ui.kit.status_lines import STATUS_ROLES, Status, status_lines
from reader.ui.kit.textual_fixes import PastesWhole, visual_style

if TYPE_CHECKING:
    from rich.style import Style


Shown = TypeVar("Shown")

PLAIN = "text"
"""The role of text in the widget's own style."""


def draw(widget: Widget, line: Iterable[Piece], prefix: str, *under: str) -> Content:
    """Draw a line in a widget's component styles, over those named in `under`."""
    drawn = []
    for piece in line:
        own = () if piece.role == PLAIN else piece.role.split()
        roles = (*under, *(f"{prefix}--{role}" for role in own))
        text = literal(piece.text)
        drawn.append((text, visual_style(widget, *roles)) if roles else text)
    return Content.assemble(*drawn)


class RoleStyles:
    """The styles of a widget's roles, each looked up once: a look-up takes 0.1 ms, half the time of a line."""

    def __init__(self, widget: Widget, prefix: str) -> None:
        self._widget = widget
        self._prefix = prefix
        self._known: dict[tuple[str, bool], Style] = {}

    def __call__(self, role: str = PLAIN, *, partial: bool = False) -> Style:
        """Return the style of a role; a `partial` one is laid over another."""
        style = self._known.get((role, partial))
        if style is None:
            widget = self._widget
            first, _, over = role.partition(" ")
            named = f"{self._prefix}--{first}"
            style = widget.rich_style if first == PLAIN else widget.get_component_rich_style(named, partial=partial)
            if over:
                style += self(over, partial=True)
            self._known[role, partial] = style
        return style

    def forget(self) -> None:
        """Look the styles up again; call it when the widget's styles change."""
        self._known.clear()


@dataclass
class Reported(Message):
    """A click or choice of the user in a widget, for a controller: see `answers` in `ui/shell/controller.py`."""

    kind: str
    """Such as `link`, `topic` or `view`; an `action` of the table, or a `key` as it is displayed."""
    value: Any


class OneLine(Widget, Generic[Shown]):
    """One line that is drawn from a value. A paint composes all panes again, so an unchanged line is not painted."""

    ALLOW_SELECT = False
    PREFIX: ClassVar[str] = "top"

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

    def render(self) -> Content:
        return draw(self, self.line(self.size.width), self.PREFIX)


class Title(OneLine[str]):
    """A line at the top of a screen."""

    def line(self, width: int) -> Line:
        return (Piece(f" {cut(literal(self.shown), width - 2, self.glyphs.ellipsis)}"),)


class KeyLines(Widget):
    """A widget whose lines have pieces with keys."""

    def shown_lines(self) -> Sequence[Line]:
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        lines, place = self.shown_lines(), event.get_content_offset(self)
        piece = piece_at(lines[place.y], place.x) if place is not None and place.y < len(lines) else None
        if piece is not None and piece.action is not None and piece.action[0] == PRESS:
            event.stop()
            self.post_message(Reported("key", piece.action[1]))


class StatusLine(KeyLines):
    """The line below the panes, which give up rows while it needs more than one."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"status--{role}" for role in STATUS_ROLES}

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
    def shown(self) -> Status:
        return self._status

    def on_resize(self, event: events.Resize) -> None:
        """Take as many rows as the content needs in the new width."""
        self._fit(event.size.width)

    def render(self) -> Content:
        return Content("\n").join(draw(self, line, "status") for line in self.shown_lines())

    def shown_lines(self) -> Sequence[Line]:
        return self._drawn(self.size.width)

    def _fit(self, width: int) -> None:
        rows = len(self._drawn(width)) if width else 1
        if rows != (self.styles.height.value if self.styles.height else 1):
            self.styles.height = rows

    def _drawn(self, width: int) -> tuple[Line, ...]:
        if (self._status, width) != self._drawn_for:
            self._drawn_for = self._status, width
            self._lines = status_lines(self._status, width, self._glyphs)
        return self._lines


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
