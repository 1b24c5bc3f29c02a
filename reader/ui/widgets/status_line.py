"""The status line: the most useful keys here, and one notice at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from reader.ui.notices import Kind
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut_line, literal, measure, spread
from reader.ui.text.styled_text import draw

_FEWEST_HINTS = 2
_GAP = 3


class StatusLine(Widget):
    """Key hints at the left, one notice at the right."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--key",
        "status--name",
        "status--typed",
        "status--done",
        "status--warning",
        "status--progress",
        "status--state",
        "status--hint",
    }

    @dataclass
    class KeyClicked(Message):
        """The user clicked the hint of a key."""

        key: str
        """The key, in the form passed to `hints` or `pending`."""

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._notice: tuple[Kind, str] | None = None
        self._hints: tuple[tuple[str, str], ...] = ()
        self._pending: tuple[tuple[str, str], ...] = ()
        self._typed = ""
        self._clickable: list[tuple[range, str]] = []
        self._shown: object = None
        """The last painted content."""

    def notice(self, notice: tuple[Kind, str] | None) -> None:
        """Show a notice in the style of its kind; None shows none."""
        if notice is not None:
            # The dot between a notice's parts is a glyph like others.
            notice = (notice[0], literal(notice[1]).replace(UNICODE.dot, self._glyphs.dot))
        self._notice = notice
        self._repaint()

    @property
    def said(self) -> str:
        """The whole notice at the right."""
        return self._notice[1] if self._notice else ""

    def hints(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show keys with their effects, the most important first; a narrow line drops the last one last."""
        self._hints = tuple(keys)
        self._repaint()

    def pending(self, follows: Sequence[tuple[str, str]], typed: str = "") -> None:
        """Show the keys that may follow the chord `typed`, instead of the hints; without keys, show the hints again."""
        self._pending = tuple(follows)
        self._typed = typed
        self._repaint()

    def render(self) -> Content:
        width = self.size.width
        keys = self._pending or self._hints
        lead: Line = (Piece(" "),)
        if self._pending and self._typed:
            lead = (Piece(f" {self._typed}{self._glyphs.ellipsis}", "typed"), Piece("  "))
        said: Line = (Piece(self._notice[1], self._notice[0]), Piece(" ")) if self._notice else ()
        count = self._fitting(keys, width - measure(lead) - (measure(said) + _GAP if said else 0))
        if said:
            count = max(count, min(_FEWEST_HINTS, self._fitting(keys, width // 2)))
        shown = self._first(keys, count)
        left = (*lead, *_named(shown))
        self._clickable = _columns(shown, measure(lead))
        if said:
            room = width - measure(left) - (_GAP if count else 0) - 1
            said = (*cut_line(said[:1], room, self._glyphs.ellipsis), Piece(" "))
        return draw(self, spread(left, said, width), "status")

    def on_click(self, event: events.Click) -> None:
        """Report a click on a key's hint."""
        for place, key in self._clickable:
            if event.x in place:
                event.stop()
                self.post_message(self.KeyClicked(key))

    def _fitting(self, keys: Sequence[tuple[str, str]], room: int) -> int:
        """Return how many of the keys fit."""
        return next(
            (count for count in range(len(keys), 0, -1) if measure(_named(self._first(keys, count))) <= room), 0
        )

    def _first(self, keys: Sequence[tuple[str, str]], count: int) -> Sequence[tuple[str, str]]:
        """Return the first `count` keys; of hints also the last, which leads to all others."""
        return keys[:count] if self._pending or not count else (*keys[: count - 1], keys[-1])

    def _repaint(self) -> None:
        """Paint the line if its content has changed; a paint composes all panes again, which takes 5 ms."""
        shown = (self._hints, self._pending, self._typed, self._notice)
        if shown != self._shown:
            self._shown = shown
            self.refresh()


def _named(keys: Sequence[tuple[str, str]]) -> Line:
    pieces: list[Piece] = []
    for key, name in keys:
        if pieces:
            pieces.append(Piece("  "))
        pieces += [Piece(key, "key"), Piece(f" {name}", "name")]
    return tuple(pieces)


def _columns(keys: Sequence[tuple[str, str]], start: int) -> list[tuple[range, str]]:
    """Return the columns of each key, from `start` on."""
    places = []
    for key, name in keys:
        end = start + measure(_named([(key, name)]))
        places.append((range(start, end), key))
        start = end + 2
    return places
