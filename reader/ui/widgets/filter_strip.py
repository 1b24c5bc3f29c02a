"""The filter in one line, for screens too narrow for the pane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut_line, measure
from reader.ui.text.styled_text import draw


@dataclass(frozen=True, slots=True)
class StripData:
    """The filters of the list."""

    place: str = ""
    """The view's or the day's name."""
    count: int | None = None
    picked: tuple[str, ...] = ()
    """Names of the picked topics."""
    excluded: tuple[str, ...] = ()
    key: str = "f"
    """The key that opens and closes the pane."""
    is_open: bool = False
    """Whether the pane is open."""


class FilterStrip(Widget):
    """One line in place of the closed filter pane: `Today 31 · Agents ✓ · f opens`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "strip--place",
        "strip--quiet",
        "strip--picked",
        "strip--mark",
        "strip--key",
    }

    class Clicked(Message):
        """The user wants to open or close the pane."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._data = StripData()

    def show(self, data: StripData) -> None:
        """Show the filters of the list."""
        if data != self._data:
            self._data = data
            self.refresh()

    def render(self) -> Content:
        return draw(self, self._line(self.size.width), "strip")

    def on_click(self, event: events.Click) -> None:
        """Report a click anywhere on the line."""
        event.stop()
        self.post_message(self.Clicked())

    def _line(self, width: int) -> Line:
        """Draw the place, the topics that fit, the number of the others, and the key."""
        data = self._data
        place: Line = (Piece(" "), Piece(data.place, "place"))
        if data.count is not None:
            place += (Piece(f" {data.count:,}", "quiet"),)
        key: Line = (self._dot, Piece(data.key, "key"), Piece(" closes" if data.is_open else " opens", "quiet"))
        topics = [(name, self._glyphs.picked) for name in data.picked]
        topics += [(name, self._glyphs.excluded) for name in data.excluded]
        for shown in range(len(topics), -1, -1):
            line = (*place, *self._named(topics, shown), *key)
            if measure(line) <= width:
                return line
        return cut_line(place, width, self._glyphs.ellipsis)

    @property
    def _dot(self) -> Piece:
        return Piece(f" {self._glyphs.dot} ", "quiet")

    def _named(self, topics: list[tuple[str, str]], shown: int) -> Line:
        line: list[Piece] = []
        for name, mark in topics[:shown]:
            line += [self._dot, Piece(name, "picked"), Piece(f" {mark}", "mark")]
        if shown < len(topics):
            line += [self._dot, Piece(f"+{len(topics) - shown}", "quiet")]
        return tuple(line)
