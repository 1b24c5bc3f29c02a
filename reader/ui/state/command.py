"""The part of the state that is what the user types: tags, a note, and commands with what may follow them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from reader.ui.command_line.shell import Suggested
from reader.ui.state.parts import Noting, Tagging
from reader.ui.state.text import PictureState


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class OwnState(PictureState):
    """What is being written."""

    tagging: Tagging | None = None
    """The papers whose tags are being typed."""

    noting: Noting | None = None
    """The paper whose note is being written."""

    def begin_tags(self, tagging: Tagging) -> Self:
        """Let the user type tags."""
        return replace(self, tagging=tagging)

    def end_tags(self) -> Self:
        """Close the line of tags."""
        return self if self.tagging is None else replace(self, tagging=None)

    def begin_note(self, noting: Noting) -> Self:
        """Let the user write a note."""
        return replace(self, noting=noting)

    def end_note(self) -> Self:
        """Close the editor."""
        return self if self.noting is None else replace(self, noting=None)


HISTORY = 200
"""Maximum number of remembered commands."""


class TypedCommand(NamedTuple):
    """The open command line."""

    text: str = ""
    """The text before the cursor."""
    suggested: Suggested = Suggested()
    """The words that may come at the end of the text, or of an earlier one."""

    @property
    def fitting(self) -> Suggested:
        """Those that still fit the text: new ones come some milliseconds after each letter."""
        if self.suggested.line == self.text:
            return self.suggested
        word = self.text[self.suggested.start :]
        fitting = tuple(one for one in self.suggested.candidates if one.text.startswith(word))
        return self.suggested._replace(candidates=fitting)


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class CommandState(OwnState):
    """What is typed as a command."""

    command: TypedCommand | None = None
    """The command line, if it is open."""
    commands: tuple[str, ...] = ()
    """Commands that were typed, newest first."""

    def open_command(self, begun: str = "") -> Self:
        """Let the user type a command, of which some is `begun`."""
        return replace(self, command=TypedCommand(begun))

    def type_command(self, text: str) -> Self:
        """Take over the typed text."""
        if self.command is None or text == self.command.text:
            return self
        return replace(self, command=self.command._replace(text=text))

    def suggest(self, text: str, suggested: Suggested) -> Self:
        """Store what may follow a text, unless another one has been typed since."""
        if self.command is None or text != self.command.text:
            return self
        return replace(self, command=self.command._replace(suggested=suggested))

    def close_command(self) -> Self:
        """Close the command line."""
        return self if self.command is None else replace(self, command=None)

    def remember_command(self, text: str) -> Self:
        """Add a command to the front of the history."""
        return replace(self, commands=tuple(dict.fromkeys((text, *self.commands)))[:HISTORY]) if text else self
