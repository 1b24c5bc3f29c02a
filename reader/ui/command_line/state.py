"""The parts of the state for the command line, its history, and the output of a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reader.core.lines import Line
from reader.ui.shell.commands import Suggested
from reader.ui.shell.state import Front, Part, State

HISTORY = 200


class TypedCommand(NamedTuple):
    """The open command line."""

    text: str = ""
    """The text before the cursor."""
    suggested: Suggested = Suggested()
    selected: int = 0
    hint: str = ""
    """What to type, where nothing can be suggested."""

    @property
    def meant(self) -> str:
        """The text with the marked word at its end, if the user has begun or marked one."""
        start, found, _ = self.fitting
        is_chosen = found and (self.selected or self.text[start:])
        return self.text[:start] + found[self.selected].text if is_chosen else self.text

    @property
    def fitting(self) -> Suggested:
        """Suggestions that still match the text: new ones arrive a few milliseconds after each keystroke."""
        if not self.text.strip():
            return Suggested()
        if self.suggested.line == self.text:
            return self.suggested
        word = self.text[self.suggested.start :]
        fitting = tuple(one for one in self.suggested.candidates if one.text.startswith(word))
        return self.suggested._replace(candidates=fitting)


class Output(NamedTuple):
    """The output of a command, or another text to read."""

    title: str
    text: str
    compose: Callable[[int], Sequence[Line]] | None = None
    """Makes the lines for a width, if they are not just the text."""
    keep: Callable[[], object] | None = None
    """Runs when the user presses enter; the text says what it would do."""


OUTPUT: Front[Output] = Front("output", "reader.ui.command_line.screen:OutputScreen")

COMMAND: Front[TypedCommand] = Front("command", "reader.ui.command_line.screen:CommandScreen")

COMMANDS: Part[tuple[str, ...]] = Part(())


def type_command(state: State, text: str) -> State:
    command = state[COMMAND]
    return state if command is None else state.put(COMMAND, _marked(command, command._replace(text=text)))


def suggest(state: State, text: str, suggested: Suggested) -> State:
    """Store the completions of a text, unless the text has changed since."""
    command = state[COMMAND]
    if command is None or text != command.text:
        return state
    return state.put(COMMAND, _marked(command, command._replace(suggested=suggested)))


def _marked(before: TypedCommand, command: TypedCommand) -> TypedCommand:
    """The command with its first suggestion marked if the suggestions changed."""
    return command if command.fitting == before.fitting else command._replace(selected=0)


def run_command(state: State, text: str) -> State:
    commands = tuple(dict.fromkeys((text, *state[COMMANDS])))[:HISTORY] if text else state[COMMANDS]
    return state.put(COMMAND, None).put(COMMANDS, commands)
