"""The command line, over what was in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reader.ui.screens.line_screen import LineScreen
from reader.ui.shell import Suggested
from reader.ui.state.command import TypedCommand
from reader.ui.text.command_advice import command_advice
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line
from reader.ui.widgets.typed_line import TypedLine

LONGEST = 2_000
"""Maximum number of typed characters."""


class CommandScreen(LineScreen):
    """The line in which a command is typed, with what may follow, and earlier commands."""

    def __init__(
        self,
        typed: Callable[[str], object],
        history: Sequence[str],
        taken: int,
        *,
        key: str,
        glyphs: Glyphs = UNICODE,
        begun: str = "",
    ) -> None:
        """The line begins with `begun`, and `typed` receives the text before its cursor.

        Commands take `taken` selected papers; `key` takes a suggestion.
        """
        super().__init__(TypedLine(":", self._advise, self._report, LONGEST))
        self._typed = typed
        self._history = tuple(history)
        self._taken = taken
        self._key = key
        self._ellipsis = glyphs.ellipsis
        self._suggested = Suggested()
        self._selected = 0
        self._recalled = -1
        self._draft = ""
        self._begun = begun

    def on_mount(self) -> None:
        if self._begun:
            self.line.write(self._begun)

    def show(self, command: TypedCommand) -> None:
        """Show what may follow the typed text."""
        fitting = command.fitting
        if fitting != self._suggested:
            self._selected = 0
        self._suggested = fitting
        self.line.advise()

    # Keys

    def complete(self) -> None:
        """Put the marked word in place of the one before the cursor."""
        if self._suggested.candidates:
            word = self._suggested.candidates[self._selected].text
            # After a whole word the next one may follow.
            self.line.replace(self._suggested.start, word, "" if word[-1:] in ":=/" else " ")

    def next(self) -> None:
        """Mark the next suggestion; among the earlier commands, go to the next later one."""
        if self._recalled >= 0:
            self._recall(self._recalled - 1)
        else:
            self._select(self._selected + 1)

    def previous(self) -> None:
        """Mark the suggestion before; at the first one, go to the command before."""
        if self._recalled < 0 and self._selected > 0:
            self._select(self._selected - 1)
        else:
            self._recall(self._recalled + 1)

    def _select(self, place: int) -> None:
        if place < len(self._suggested.candidates):
            self._selected = place
            self.line.advise()

    def _recall(self, place: int) -> None:
        if place >= len(self._history):
            return
        if self._recalled < 0:
            self._draft = self.line.text
        self._recalled = place
        self.line.write(self._history[place] if place >= 0 else self._draft)

    # Text

    def _report(self) -> None:
        if self._recalled >= 0 and self.line.text != self._history[self._recalled]:
            self._recalled = -1
        self._typed(self.line.before_cursor)

    def _advise(self, width: int) -> Line:
        return command_advice(
            self.line.text,
            self._taken,
            self._suggested,
            self._selected,
            key=self._key,
            width=width,
            ellipsis=self._ellipsis,
        )
