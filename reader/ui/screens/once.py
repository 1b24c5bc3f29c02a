"""Leaving a screen once, however often one is asked to."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import Screen


class DismissedOnce(Screen[None]):
    """A screen that goes once.

    Of two keys that leave, the second may be read before the first has had its effect; Textual 8.2.8 would take the
    screen below along, and end the program where there is none left.
    """

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Go back to the screen below, if this one is still in front."""
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()
