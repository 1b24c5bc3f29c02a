"""One-line input screens over another screen, such as the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import ComposeResult

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, measure, wrap
from reader.ui.command_line.state import COMMAND, COMMANDS, OUTPUT, Output, TypedCommand, type_command
from reader.ui.kit.line_widgets import LineInput, TypedLine
from reader.ui.kit.lines import Row, key_piece
from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.commands import Suggested
from reader.ui.shell.screens import OverScreen, PaneScreen, status
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


EXAMPLES = "tag add later  mark read until:30d  export bibtex ~/refs.bib  theme light  help"

LEAST_ABOUT = 12
"""Minimum cells for the explanation of the marked word."""


def suggestions(suggested: Suggested, selected: int, *, key: str, width: int, ellipsis: str = "…") -> Line:
    """Completions of a text, with the `selected` word marked and explained; `key` takes it."""
    found = suggested.candidates
    if not found:
        return ()
    line: list[Piece] = [key_piece(key), key_piece(key, " takes", "quiet")]
    about = literal(found[selected].about)
    room = width - min(measure([Piece(about)]), width // 2) - 3 if about else width
    first = max(0, selected - 2)
    for place, one in enumerate(found[first:], first):
        item = (Piece("  "), Piece(literal(one.text), "chosen" if place == selected else "quiet"))
        if place > selected and measure((*line, *item)) > room:
            break
        line += item
    rest = width - measure(line) - 3
    if about and rest >= LEAST_ABOUT:
        line += [Piece(" " * 3), Piece(cut(about, rest, ellipsis), "number")]
    return cut_line(tuple(line), width, ellipsis)


T = TypeVar("T")


class LineScreen(OverScreen[T]):
    """An input line at the bottom of the screen, with completions, one of them marked."""

    CSS_PATH = stylesheet("typed")
    LABEL = ":"
    LONGEST = 2_000

    def __init__(self, app: ReaderApp, value: T) -> None:
        super().__init__(app, value)
        self.line = TypedLine(self.LABEL, LineInput(self.LONGEST), self._advise, self.report)
        self.suggested = Suggested()
        self.selected = 0

    def compose(self) -> ComposeResult:
        yield self.line

    def on_mount(self) -> None:
        self.line.begin()

    def report(self) -> None:
        raise NotImplementedError

    def lead(self) -> Line:
        """The text below the line before the suggestions, or instead of them."""
        raise NotImplementedError

    def complete(self) -> None:
        if self.suggested.candidates:
            word = self.suggested.candidates[self.selected].text
            # After a complete word another may follow.
            self.line.replace(self.suggested.start, word, "" if word[-1:] in ":=/" else " ")

    def next(self) -> None:
        self.select(self.selected + 1)

    def previous(self) -> None:
        self.select(self.selected - 1)

    def select(self, place: int) -> None:
        if 0 <= place < len(self.suggested.candidates):
            self.selected = place
            self.line.advise()

    def _advise(self, width: int) -> Line:
        key, ellipsis = self._keymap.key("command.complete", self._model.state.context), self._look.glyphs.ellipsis
        found = suggestions(self.suggested, self.selected, key=key, width=width, ellipsis=ellipsis)
        return cut_line((*self.lead(), *found), width, ellipsis)


class CommandScreen(LineScreen[TypedCommand]):
    """The command line, with completions and earlier commands."""

    def __init__(self, app: ReaderApp, command: TypedCommand) -> None:
        super().__init__(app, command)
        state = self._model.state
        self.line.history = state[COMMANDS]
        self._taken = state.selection.count if state.front_paper is None else 0
        self._begun = command.text
        self._hint = ""

    def on_mount(self) -> None:
        if self._begun:
            self.line.write(self._begun)

    def show(self, command: TypedCommand) -> None:
        self.suggested, self.selected, self._hint = command.fitting, command.selected, command.hint
        self.line.advise()

    def lead(self) -> Line:
        if self.line.text.strip():
            return (Piece("" if self.suggested.candidates else literal(self._hint), "quiet"),)
        papers = f"for {self._taken:,} selected papers: " if self._taken else ""
        return Piece(papers, "key"), Piece(EXAMPLES, "quiet")

    def next(self) -> None:
        """Mark the next suggestion; among earlier commands, go to the next newer one."""
        if self.line.recalled >= 0:
            self.line.recall(-1)
        else:
            super().next()

    def previous(self) -> None:
        """Mark the previous suggestion; at the first one, go to the previous command."""
        if self.line.recalled < 0 and self.selected > 0:
            super().previous()
        else:
            self.line.recall(1)

    def select(self, place: int) -> None:
        if 0 <= place < len(self.suggested.candidates):
            self._model.change(self._model.state.update(COMMAND, lambda command: command._replace(selected=place)))

    def report(self) -> None:
        self._model.change(type_command(self._model.state, self.line.before_cursor))


class OutputPane(RowsPane):
    """Lines that are composed for the pane's width, without a cursor."""

    PREFIX = "output"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"output--label", "output--muted", "output--opened"}

    def __init__(self, compose: Callable[[int], Sequence[Line]]) -> None:
        super().__init__(lambda width: [Row(line) for line in compose(width)])


def plain_lines(text: str) -> Callable[[int], Sequence[Line]]:
    """Composes lines of plain text, wrapped at words where they are too long."""
    lines = text.splitlines()
    return lambda width: [(Piece(literal(part)),) for line in lines for part in _wrapped(line, width)]


def _wrapped(line: str, width: int) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    parts = wrap(line, max(width - len(indent), 2))
    return [indent + line[start:end] for start, end in parts]


class OutputScreen(PaneScreen[Output]):
    """A title, the output, and the keys."""

    CSS_PATH = stylesheet("output")

    def __init__(self, app: ReaderApp, output: Output) -> None:
        super().__init__(app, output, OutputPane(output.compose or plain_lines(output.text)), output.title)

    def footer(self, state: State) -> Status:
        output = state[OUTPUT]
        keys = (("enter", "keep it"), ("esc", "leave it")) if output is not None and output.keep is not None else None
        return status(state, self._keymap, keys)
