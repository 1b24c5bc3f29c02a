"""Lines whose keys can be clicked, and the line below the panes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from reader.core.lines import Line, Piece, cut, literal, piece_at
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import PRESS
from reader.ui.kit.status_lines import STATUS_ROLES, Status, status_lines
from reader.ui.kit.textual_fixes import visual_style

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
    """What the user clicked or chose in a widget, for a controller: see `answers` in `ui/shell/controller.py`."""

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
