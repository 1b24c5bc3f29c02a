"""The parts of the state for the command line, what it offers, its history, and the output of a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from reader.core.lines import Line
from reader.ui.shell.commands import Candidate, Offer, Suggested
from reader.ui.shell.state import Front, Part, State

HISTORY = 200


class Finder:
    """Matches texts that have every typed word, in any order and case."""

    def __init__(self, typed: str) -> None:
        self.words = tuple(typed.split())
        self._starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in self.words]
        self._anywhere = [re.compile(re.escape(word), re.IGNORECASE) for word in self.words]

    def score(self, name: str, about: str) -> float:
        """Return how well a command matches, from 0 to 1; 0 if a typed word is in neither text.

        Beginnings of words in the name are best, then the middle of words there, then beginnings of words in `about`.
        """
        if not self.words:
            return 1.0
        grades = [
            4 if start.search(name) else 3 if anywhere.search(name) else 2 if start.search(about) else 0
            for start, anywhere in zip(self._starts, self._anywhere, strict=True)
        ]
        if 0 in grades:
            return 0.0
        leads = name.casefold().startswith(self.words[0].casefold())
        return (sum(grades) + leads) / (4 * len(grades) + 1)


def fitting(offers: Sequence[Offer], typed: str) -> Sequence[Offer]:
    """The offers that match each typed word, best first."""
    finder = Finder(typed)
    scored = [(finder.score(one.name, f"{one.keys} {one.about} {one.also}"), one) for one in offers]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


class TypedCommand(NamedTuple):
    """The open command line."""

    text: str = ""
    """The text before the cursor."""
    suggested: Suggested = Suggested()
    selected: int = 0
    hint: str = ""
    """What to type, where nothing can be suggested."""
    offers: Sequence[Offer] = ()
    """All actions, views and topics that can be found by their names."""
    found: Sequence[Offer] = ()
    """Those that match the text."""
    papers: Sequence[Offer] = ()

    @property
    def rows(self) -> Sequence[Candidate | Offer]:
        """Completions of the line, then what else its words find."""
        return (*self.fitting.candidates, *self.found, *self.papers)

    @property
    def is_no_command(self) -> bool:
        return self.suggested.line == self.text and not self.suggested.is_command

    @property
    def marked(self) -> Candidate | Offer | None:
        rows = self.rows
        return rows[self.selected] if self.selected < len(rows) else None

    @property
    def meant(self) -> str:
        """The text with the marked word at its end, if the user has begun or marked one."""
        start, marked = self.fitting.start, self.marked
        is_chosen = isinstance(marked, Candidate) and (self.selected or self.text[start:])
        return f"{self.text[:start]}{marked.text}" if is_chosen and isinstance(marked, Candidate) else self.text

    @property
    def fitting(self) -> Suggested:
        """Suggestions that still match the text: new ones arrive a few milliseconds after each keystroke."""
        if not self.text.strip():
            return Suggested()
        word = self.text[self.suggested.start :]
        if self.suggested.line == self.text:
            is_corrected = not any(one.text.startswith(word) for one in self.suggested.candidates)
            return self.suggested._replace(candidates=()) if is_corrected and self.found else self.suggested
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
    if command is None or command.text == text:
        return state
    found = fitting(command.offers, text)
    return state.put(COMMAND, command._replace(text=text, found=found, papers=(), selected=0))


def suggest(state: State, text: str, suggested: Suggested) -> State:
    """Store the completions of a text, unless the text has changed since."""
    command = state[COMMAND]
    if command is None or text != command.text:
        return state
    return state.put(COMMAND, _marked(command, command._replace(suggested=suggested)))


def _marked(before: TypedCommand, command: TypedCommand) -> TypedCommand:
    """The command with its first row marked if the suggestions changed."""
    # A mark on what the words find stays on it, below more or fewer completions.
    more = len(command.fitting.candidates) - len(before.fitting.candidates)
    is_on_found = before.selected >= len(before.fitting.candidates) and before.selected > 0
    selected = before.selected + more if is_on_found else 0
    return command if command.fitting == before.fitting else command._replace(selected=selected)


def run_command(state: State, text: str) -> State:
    """Close the line; a text that is not empty is the newest in its history."""
    commands = tuple(dict.fromkeys((text, *state[COMMANDS])))[:HISTORY] if text else state[COMMANDS]
    return state.put(COMMAND, None).put(COMMANDS, commands)
