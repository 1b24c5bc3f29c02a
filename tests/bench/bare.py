"""A minimal Textual app: one line, and a cursor that a key moves. Its times are the floor for the reader's."""

from __future__ import annotations

import signal
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

LIFE_SECONDS = 600
"""The app ends after this time: without its terminal it would spin, and the bench may be gone."""


class Bare(App[None]):
    """Shows which line it is on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("j", "move", "Down"), Binding("ctrl+q", "quit", "Quit")]
    ENABLE_COMMAND_PALETTE = False

    line = 0

    def compose(self) -> ComposeResult:
        yield Static("line 0")

    def action_move(self) -> None:
        self.line += 1
        self.query_one(Static).update(f"line {self.line}")


if __name__ == "__main__":
    signal.alarm(LIFE_SECONDS)
    Bare().run()
