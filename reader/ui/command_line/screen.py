"""One-line input screens over another screen, such as the command line; and the output of a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual import events
from textual.app import ComposeResult

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, measure, spread, wrap
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import LineInput, TypedLine, WidgetReport
from reader.ui.kit.lines import Row, key_piece, mark, pattern
from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.theme import stylesheet
from reader.ui.shell.commands import Candidate, Offer, Suggestion
from reader.ui.shell.screens import OverScreen, PaneScreen, status
from reader.ui.shell.state import Front, Part, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


MOST_HISTORY_LINES = 200

MAX_FOUND = 100
"""Maximum rows of actions, views, topics and pages above the command line."""


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
    """The offers that match each typed word, those that act here first, and the best of them."""
    finder = Finder(typed)
    scored = [(finder.score(one.name, f"{one.keys} {one.about} {one.also}"), one) for one in offers]
    best = sorted(scored, key=lambda pair: (not pair[1].acts_here, -pair[0]))
    return [one for score, one in best if score > 0][:MAX_FOUND]


class TypedCommand(NamedTuple):
    """The open command line."""

    text: str = ""
    """The text before the cursor."""
    suggested: Suggestion = Suggestion()
    selected: int = 0
    hint: str = ""
    """Advice where nothing can be suggested."""
    offers: Sequence[Offer] = ()
    """All actions, views and topics that can be found by their names."""
    found: Sequence[Offer] = ()
    """The offers that match the text."""
    papers: Sequence[Offer] = ()

    @property
    def rows(self) -> Sequence[Candidate | Offer]:
        """Completions of the line, then what else its words find."""
        return (*self.fitting.candidates, *self.found, *self.papers)

    @property
    def is_no_command(self) -> bool:
        return self.suggested.line == self.text and not self.suggested.is_command

    @property
    def marked_row(self) -> Candidate | Offer | None:
        rows = self.rows
        return rows[self.selected] if self.selected < len(rows) else None

    @property
    def meant(self) -> str:
        """The text with the marked word at its end, if the user has begun or marked one."""
        start, marked = self.fitting.start, self.marked_row
        is_chosen = isinstance(marked, Candidate) and (self.selected or self.text[start:])
        return f"{self.text[:start]}{marked.text}" if is_chosen and isinstance(marked, Candidate) else self.text

    @property
    def fitting(self) -> Suggestion:
        """Suggestions that still match the text: new ones arrive a few milliseconds after each keystroke."""
        if not self.text.strip():
            return Suggestion()
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


def offer_more(state: State, offers: Sequence[Offer]) -> State:
    """Add what the words of the open line may find."""
    command = state[COMMAND]
    if command is None:
        return state
    found = fitting(every := (*command.offers, *offers), command.text)
    return state.put(COMMAND, _mark_first_row(command, command._replace(offers=every, found=found)))


def suggest(state: State, text: str, suggested: Suggestion) -> State:
    """Store the completions of a text, unless the text has changed since."""
    command = state[COMMAND]
    if command is None or text != command.text:
        return state
    return state.put(COMMAND, _mark_first_row(command, command._replace(suggested=suggested)))


def _mark_first_row(before: TypedCommand, command: TypedCommand) -> TypedCommand:
    """The command with its first row marked if the suggestions changed."""
    # A mark on what the words find stays on it, below more or fewer completions.
    more = len(command.fitting.candidates) - len(before.fitting.candidates)
    is_on_found = before.selected >= len(before.fitting.candidates) and before.selected > 0
    selected = before.selected + more if is_on_found else 0
    return command if command.fitting == before.fitting else command._replace(selected=selected)


def run_command(state: State, text: str) -> State:
    """Close the line; a text that is not empty is the newest in its history."""
    commands = tuple(dict.fromkeys((text, *state[COMMANDS])))[:MOST_HISTORY_LINES] if text else state[COMMANDS]
    return state.put(COMMAND, None).put(COMMANDS, commands)


EXAMPLES = "tag add later  mark read --query until:30d  export -o ~/refs.bib  theme light  help"

LEAST_ABOUT = 12
"""Minimum cells for the explanation of the marked word."""


T = TypeVar("T")

MAX_ROWS = 10
"""Maximum rows above the command line."""

LINES_BELOW = 3
"""Lines of the screen that the rows leave: the typed line, its advice, and one of what was there."""

MAX_COLUMNS = 100

NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from its sentence."""

NOTE_CELLS = 16
"""Maximum cells of a short text after a name, such as a day; the name is cut to make room."""


def offer_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """A line of `width` cells, with the typed words marked in the name, and the keys at its end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "key"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= NOTE_CELLS:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*mark(name, "name", pattern(finder.words)), Piece(" " * (min(NAME_COLUMN, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(LEAST_ABOUT, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


class OfferPane(RowsPane):
    """The completions of the typed line, or other offers, above it."""

    PANE = "offer"

    def on_click(self, event: events.Click) -> None:
        if (offset := event.get_content_offset(self)) is not None:
            event.stop()
            self.post_message(WidgetReport("offer", offset.y + self.scroll_offset.y))


class LineScreen(OverScreen[T]):
    """An input line at the bottom of the screen, with completions above it, one of them marked."""

    CSS_PATH = stylesheet("typed")
    LABEL = ":"
    LONGEST = 2_000

    def __init__(self, app: ReaderApp, value: T) -> None:
        super().__init__(app, value)
        self.line = TypedLine(self.LABEL, LineInput(self.LONGEST), self._advise, self.report)
        self.pane = OfferPane()
        self.suggested = Suggestion()
        self.selected = 0

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self.line

    def on_mount(self) -> None:
        self.line.begin()

    @property
    def rows(self) -> Sequence[Candidate | Offer]:
        return self.suggested.candidates

    def report(self) -> None:
        """Find the completions of the text after each edit, and call `show_rows`."""
        raise NotImplementedError

    def lead(self) -> Line:
        """The text below the line."""
        raise NotImplementedError

    def complete(self) -> None:
        if self.suggested.candidates:
            word = self.suggested.candidates[self.selected].text
            # After a complete word another may follow.
            self.line.replace(self.suggested.start, word, "" if word[-1:] in ":=/" else " ")

    def next(self) -> None:
        """Mark the next row; among earlier texts, go to the next newer one."""
        if self.line.recalled >= 0:
            self.line.recall(-1)
        else:
            self.select(self.selected + 1)

    def previous(self) -> None:
        """Mark the previous row; at the first one, go to the previous text."""
        if self.line.recalled < 0 and self.selected > 0:
            self.select(self.selected - 1)
        else:
            self.line.recall(1)

    def select(self, place: int) -> None:
        if 0 <= place < len(self.rows):
            self.selected = place
            self.show_rows()

    def show_rows(self) -> None:
        count = min(len(self.rows), MAX_ROWS, max(0, self._model.state.height - LINES_BELOW))
        self.pane.styles.height = count
        self.pane.show(self._drawn_rows, self.selected)
        self.line.advise()

    def _drawn_rows(self, width: int) -> list[Row]:
        finder, glyphs = Finder(self.line.text), self._look.glyphs
        lines = (
            (one.text, one.about, "") if isinstance(one, Candidate) else (one.name, one.about, one.keys)
            for one in self.rows
        )
        return [Row(offer_line(*line, min(width, MAX_COLUMNS), finder=finder, glyphs=glyphs), line) for line in lines]

    def _advise(self, width: int) -> Line:
        key = self._keymap.key("command.complete", self._model.state.context)
        takes = (key_piece(key), Piece(" takes the word", "quiet")) if self.rows else ()
        return cut_line((*self.lead(), *takes), width, self._look.glyphs.ellipsis)


class CommandScreen(LineScreen[TypedCommand]):
    """The command line, with what it may become above it, and earlier commands."""

    def __init__(self, app: ReaderApp, command: TypedCommand) -> None:
        super().__init__(app, command)
        state = self._model.state
        self.line.history = state[COMMANDS]
        self._taken = state.selection.count if state.front_paper is None else 0
        self._command = command

    def on_mount(self) -> None:
        if self._command.text:
            self.line.write(self._command.text)

    def show(self, command: TypedCommand) -> None:
        self._command, self.suggested, self.selected = command, command.fitting, command.selected
        self.show_rows()

    @property
    def rows(self) -> Sequence[Candidate | Offer]:
        return self._command.rows

    def lead(self) -> Line:
        papers = f"for {self._taken:,} selected papers: " if self._taken else ""
        return Piece(papers, "key"), Piece(EXAMPLES, "quiet")

    def _advise(self, width: int) -> Line:
        """The effects of tab and enter on the marked row."""
        marked = self._command.marked_row
        if not self.line.text.strip():
            return cut_line(self.lead(), width, self._look.glyphs.ellipsis)
        if isinstance(marked, Candidate):
            key = self._keymap.key("command.complete", "command")
            return (key_piece(key), Piece(" takes the word", "quiet"))
        if marked is not None:
            return (key_piece("enter"), Piece(f" {marked.name}", "quiet"))
        return (Piece(literal(self._command.hint), "quiet"),)

    def complete(self) -> None:
        if isinstance(self._command.marked_row, Candidate):
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
    return lambda width: [(Piece(literal(part)),) for line in lines for part in _wrap(line, width)]


def _wrap(line: str, width: int) -> list[str]:
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
