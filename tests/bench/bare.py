"""The least that a Textual app can be: a line, and a cursor that a key moves. It is the floor of the reader's times."""

from __future__ import annotations

import signal
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

READY = "line 0"


class Bare(App[None]):
    """Shows which line it is on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("j", "move", "Down"), Binding("ctrl+q", "quit", "Quit")]
    ENABLE_COMMAND_PALETTE = False

    line = 0

    def compose(self) -> ComposeResult:
        yield Static(READY)

    def action_move(self) -> None:
        self.line += 1
        self.query_one(Static).update(f"line {self.line}")


LIFE = 600
"""Seconds after which it ends by itself: it spins when its terminal is gone, and who started it may be gone too."""

if __name__ == "__main__":
    signal.alarm(LIFE)
    Bare().run()
