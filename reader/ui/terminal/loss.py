"""What a driver may ask of its app when the terminal is gone."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class LosesTerminal(Protocol):
    """An app that can do without its terminal for as long as it takes to leave."""

    def lose_terminal(self) -> None:
        """Called in the thread that reads when the terminal is gone."""
