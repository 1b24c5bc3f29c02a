"""Screens that read their own keys, by the table of actions: how they scroll, and one of a title, a pane and a line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from reader.core.lines import cut, literal
from reader.keys.actions import Context
from reader.keys.keymap import Keymap, KeyReader, Match, Unknown
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.line_widgets import StatusLine
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.textual_fixes import DismissedOnce

_PAGES: Mapping[str, float] = {
    "move.half_down": 0.5,
    "move.half_up": -0.5,
    "move.page_down": 1,
    "move.page_up": -1,
}
_LINES: Mapping[str, int] = {"move.down": 1, "move.up": -1}
_ENDS: Mapping[str, int] = {"move.top": -1, "move.bottom": 1}

MOVES = frozenset({*_LINES, *_PAGES, *_ENDS})
"""The actions that scroll."""


def lines_moved(action: str, times: int, pane: Widget) -> int:
    """The lines by which an action of `MOVES` scrolls a pane down, negative for up."""
    if action in _PAGES:
        return times * int(_PAGES[action] * max(pane.size.height - 1, 1))
    return times * _LINES[action] if action in _LINES else _ENDS[action] * pane.virtual_size.height


class Title(Widget):
    """A line at the top."""

    def __init__(self, text: str, glyphs: Glyphs) -> None:
        super().__init__()
        self.text = text
        self._ellipsis = glyphs.ellipsis

    def show(self, text: str) -> None:
        """Show another text."""
        self.text = text
        self.refresh()

    def render(self) -> Content:
        return Content(f" {cut(literal(self.text), self.size.width - 2, self._ellipsis)}")


class OwnKeysScreen(DismissedOnce, Screen[None], inherit_bindings=False):
    """A title, a pane, and the line of keys. A subclass moves its pane, and does what its other actions say."""

    AUTO_FOCUS = ""
    CONTEXT: ClassVar[Context]
    ACTS: ClassVar[frozenset[str]]
    """The actions that the screen handles itself; other keys go on to the app."""

    def __init__(self, title: str, pane: Pane, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__()
        self.title_line = Title(title, glyphs)
        self._pane = pane
        self._keymap = keymap
        self._keys = KeyReader(keymap)
        self.status = StatusLine(glyphs)

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self._pane
        yield self.status

    def on_mount(self) -> None:
        self.say("")

    def say(self, said: str) -> None:
        """Show a sentence beside the keys."""
        self.status.show(Status(tuple(self._keymap.hints(self.CONTEXT, without=self.idle)), said=said))

    @property
    def idle(self) -> Collection[str]:
        """The actions without effect now, which the footer leaves out."""
        return ()

    async def on_key(self, event: Key) -> None:
        """Move, or do what the key means here."""
        outcome = self._keys.feed(event.key, self.CONTEXT)
        if isinstance(outcome, Match) and outcome.action.id in self.ACTS:
            event.stop()
            action, times = outcome.action.id, outcome.count or 1
            if action in MOVES:
                self.move(lines_moved(action, times, self._pane))
            else:
                await self.act(action, times)
        elif isinstance(outcome, Unknown) and event.is_printable and event.key != "space":
            event.stop()
            self.take_text(outcome.text)

    def take_text(self, text: str) -> None:
        """Take letters that are no keys here; most screens have no use for them."""

    def move(self, lines: int) -> None:
        """Scroll the pane down by some lines, up if negative."""
        self._pane.scroll_to(y=self._pane.scroll_offset.y + lines, animate=False, force=True)

    async def act(self, action: str, times: int) -> None:
        """Do another action than a move."""
        raise NotImplementedError
