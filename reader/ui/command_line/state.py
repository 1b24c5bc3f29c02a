"""The parts of the state that are the command line, what may follow the typed text, and earlier commands."""

from __future__ import annotations

from typing import NamedTuple

from reader.ui.shell.commands import Suggested
from reader.ui.shell.state import Front, Part, State

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
        """Suggestions that still match the text: new ones arrive a few milliseconds after each keystroke."""
        if self.suggested.line == self.text:
            return self.suggested
        word = self.text[self.suggested.start :]
        fitting = tuple(one for one in self.suggested.candidates if one.text.startswith(word))
        return self.suggested._replace(candidates=fitting)


COMMAND: Front[TypedCommand] = Front("command")

COMMANDS: Part[tuple[str, ...]] = Part(())
"""Commands that were typed, newest first."""


def type_command(state: State, text: str) -> State:
    """Take over the typed text."""
    command = state[COMMAND]
    return state if command is None or text == command.text else state.put(COMMAND, command._replace(text=text))


def suggest(state: State, text: str, suggested: Suggested) -> State:
    """Store what may follow a text, unless another one has been typed since."""
    command = state[COMMAND]
    if command is None or text != command.text:
        return state
    return state.put(COMMAND, command._replace(suggested=suggested))


def run_command(state: State, text: str) -> State:
    """Close the command line, and remember what was typed."""
    commands = tuple(dict.fromkeys((text, *state[COMMANDS])))[:HISTORY] if text else state[COMMANDS]
    return state.put(COMMAND, None).put(COMMANDS, commands)
