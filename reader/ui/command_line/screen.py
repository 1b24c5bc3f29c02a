"""One-line input screens over another screen, such as the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from textual import events
from textual.app import ComposeResult

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, measure, spread, wrap
from reader.ui.command_line.state import COMMAND, COMMANDS, OUTPUT, Finder, Output, TypedCommand, type_command
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import LineInput, Reported, TypedLine
from reader.ui.kit.lines import Row, key_piece, mark, pattern
from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.theme import stylesheet
from reader.ui.shell.commands import Candidate, Suggested
from reader.ui.shell.screens import OverScreen, PaneScreen, status
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


EXAMPLES = "tag add later  mark read --query until:30d  export -o ~/refs.bib  theme light  help"

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

MOST_ROWS = 10
"""Maximum rows above the command line."""

LINES_BELOW = 3
"""Lines of the screen that the rows leave: the typed line, its advice, and one of what was there."""

WIDEST = 100

NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from its sentence."""

SHORT = 16
"""Maximum cells of a short text after a name, such as a day; the name is cut to make room."""


def offer_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """A line of `width` cells, with the typed words marked in the name, and the keys at its end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "key"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= SHORT:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*mark(name, "name", pattern(finder.words)), Piece(" " * (min(NAME_COLUMN, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(LEAST_ABOUT, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


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


class OfferPane(RowsPane):
    """What the typed line may become, above it."""

    PANE = "offer"

    def on_click(self, event: events.Click) -> None:
        if (offset := event.get_content_offset(self)) is not None:
            event.stop()
            self.post_message(Reported("offer", offset.y + self.scroll_offset.y))


class CommandScreen(LineScreen[TypedCommand]):
    """The command line, with what it may become above it, and earlier commands."""

    def __init__(self, app: ReaderApp, command: TypedCommand) -> None:
        super().__init__(app, command)
        state = self._model.state
        self.line.history = state[COMMANDS]
        self.pane = OfferPane()
        self._taken = state.selection.count if state.front_paper is None else 0
        self._command = command

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self.line

    def on_mount(self) -> None:
        if self._command.text:
            self.line.write(self._command.text)

    def show(self, command: TypedCommand) -> None:
        self._command, self.suggested, self.selected = command, command.fitting, command.selected
        rows = command.rows
        self.pane.styles.height = min(len(rows), MOST_ROWS, max(0, self._model.state.height - LINES_BELOW))
        self.pane.show(self._rows, command.selected)
        self.line.advise()

    def _rows(self, width: int) -> list[Row]:
        finder, glyphs = Finder(self._command.text), self._look.glyphs
        lines = (
            (one.text, one.about, "") if isinstance(one, Candidate) else (one.name, one.about, one.keys)
            for one in self._command.rows
        )
        return [Row(offer_line(*line, min(width, WIDEST), finder=finder, glyphs=glyphs), line) for line in lines]

    def lead(self) -> Line:
        papers = f"for {self._taken:,} selected papers: " if self._taken else ""
        return Piece(papers, "key"), Piece(EXAMPLES, "quiet")

    def _advise(self, width: int) -> Line:
        """What tab and enter do with the marked row."""
        marked = self._command.marked
        if not self.line.text.strip():
            return cut_line(self.lead(), width, self._look.glyphs.ellipsis)
        if isinstance(marked, Candidate):
            key = self._keymap.key("command.complete", "command")
            return (key_piece(key), Piece(" takes the word", "quiet"))
        if marked is not None:
            return (key_piece("enter"), Piece(f" {marked.name}", "quiet"))
        return (Piece(literal(self._command.hint), "quiet"),)

    def next(self) -> None:
        """Mark the next row; among earlier commands, go to the next newer one."""
        if self.line.recalled >= 0:
            self.line.recall(-1)
        else:
            super().next()

    def previous(self) -> None:
        """Mark the previous row; at the first one, go to the previous command."""
        if self.line.recalled < 0 and self.selected > 0:
            super().previous()
        else:
            self.line.recall(1)

    def complete(self) -> None:
        if isinstance(self._command.marked, Candidate):
            super().complete()

    def select(self, place: int) -> None:
        if 0 <= place < len(self._command.rows):
            self._model.change(self._model.state.update(COMMAND, lambda command: command._replace(selected=place)))

    def report(self) -> None:
        self._model.change(type_command(self._model.state, self.line.before_cursor))


class OutputPane(RowsPane):
    """Lines that are composed for the pane's width, without a cursor."""

    PANE = "output"

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
