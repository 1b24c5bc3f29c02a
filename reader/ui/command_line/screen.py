"""Screens with one input line, such as the command line, and the screen of a command's output."""

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


MAX_HISTORY = 200

MAX_OFFERS = 100
"""Maximum matching actions, views, topics and pages listed above the command line."""


class Finder:
    """Matches texts that have every typed word, in any order and case."""

    def __init__(self, typed: str) -> None:
        self.words = tuple(typed.split())
        self._starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in self.words]
        self._anywhere = [re.compile(re.escape(word), re.IGNORECASE) for word in self.words]

    def score(self, name: str, about: str) -> float:
        """Return how well a command matches, from 0 to 1; 0 if a typed word is in neither text.

        The start of a word in the name scores best, then the rest of the name, then the start of a word in `about`.
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
    """The best offers that match every typed word; offers that act in this context come first."""
    finder = Finder(typed)
    scored = [(finder.score(offer.name, f"{offer.keys} {offer.about} {offer.also}"), offer) for offer in offers]
    best = sorted(scored, key=lambda pair: (not pair[1].acts_here, -pair[0]))
    return [offer for score, offer in best if score > 0][:MAX_OFFERS]


class TypedCommand(NamedTuple):
    """The open command line."""

    text: str = ""
    """The text before the cursor."""
    suggested: Suggestion = Suggestion()
    selected: int = 0
    offers: Sequence[Offer] = ()
    """All actions, views and topics that the typed words are matched with."""
    matching: Sequence[Offer] = ()
    """The offers that match the text."""
    papers: Sequence[Offer] = ()

    @property
    def rows(self) -> Sequence[Candidate | Offer]:
        """The completions of the line, then the matching offers and papers."""
        return (*self.fitting.candidates, *self.matching, *self.papers)

    @property
    def is_no_command(self) -> bool:
        return self.suggested.line == self.text and not self.suggested.is_command

    @property
    def marked_row(self) -> Candidate | Offer | None:
        rows = self.rows
        return rows[self.selected] if self.selected < len(rows) else None

    @property
    def text_to_run(self) -> str:
        """The text with the marked word at its end, if the user has begun to type or marked a word."""
        start, marked = self.fitting.start, self.marked_row
        is_chosen = isinstance(marked, Candidate) and (self.selected or self.text[start:])
        return f"{self.text[:start]}{marked.text}" if is_chosen and isinstance(marked, Candidate) else self.text

    @property
    def fitting(self) -> Suggestion:
        """The suggestions that still match the text; new suggestions arrive a few milliseconds after each keystroke."""
        if not self.text.strip():
            return Suggestion()
        word = self.text[self.suggested.start :]
        if self.suggested.line == self.text:
            is_corrected = not any(candidate.text.startswith(word) for candidate in self.suggested.candidates)
            return self.suggested._replace(candidates=()) if is_corrected and self.matching else self.suggested
        fitting = tuple(candidate for candidate in self.suggested.candidates if candidate.text.startswith(word))
        return self.suggested._replace(candidates=fitting)


class Output(NamedTuple):
    """The output of a command, or another text to read."""

    title: str
    text: str
    compose: Callable[[int], Sequence[Line]] | None = None
    """Composes the lines for a width; None to show the text as it is."""


OUTPUT: Front[Output] = Front("output", "reader.ui.command_line.screen:OutputScreen")

COMMAND: Front[TypedCommand] = Front("command", "reader.ui.command_line.screen:CommandScreen")

COMMANDS: Part[tuple[str, ...]] = Part(())


def type_command(state: State, text: str) -> State:
    command = state[COMMAND]
    if command is None or command.text == text:
        return state
    matching = fitting(command.offers, text)
    return state.put(COMMAND, command._replace(text=text, matching=matching, papers=(), selected=0))


def offer_more(state: State, offers: Sequence[Offer]) -> State:
    """Add offers that the words of the open line may match."""
    command = state[COMMAND]
    if command is None:
        return state
    matching = fitting(all_offers := (*command.offers, *offers), command.text)
    return state.put(COMMAND, _mark_first_row(command, command._replace(offers=all_offers, matching=matching)))


def suggest(state: State, text: str, suggested: Suggestion) -> State:
    """Store the completions of a text, unless the text has changed in the meantime."""
    command = state[COMMAND]
    if command is None or text != command.text:
        return state
    return state.put(COMMAND, _mark_first_row(command, command._replace(suggested=suggested)))


def _mark_first_row(before: TypedCommand, command: TypedCommand) -> TypedCommand:
    """The command with its first row marked if the suggestions changed."""
    # A marked offer stays marked, below more or fewer completions.
    more = len(command.fitting.candidates) - len(before.fitting.candidates)
    is_on_offer = before.selected >= len(before.fitting.candidates) and before.selected > 0
    selected = before.selected + more if is_on_offer else 0
    return command if command.fitting == before.fitting else command._replace(selected=selected)


def run_command(state: State, text: str) -> State:
    """Close the line and put its text, if any, first in the history."""
    commands = tuple(dict.fromkeys((text, *state[COMMANDS])))[:MAX_HISTORY] if text else state[COMMANDS]
    return state.put(COMMAND, None).put(COMMANDS, commands)


EXAMPLES = "tag add later  mark read --query until:30d  export -o ~/refs.bib  theme light  help"

MIN_ABOUT_CELLS = 12
"""Minimum cells for the explanation of the marked word."""


T = TypeVar("T")

MAX_ROWS = 10
"""Maximum rows above the command line."""

LINES_BELOW = 3
"""Lines of the screen that the rows leave free: the typed line, its advice, and a line of the screen behind."""

MAX_COLUMNS = 100

NAME_CELLS = 22
"""Cells of the column of names; a longer name shortens its explanation."""

MAX_SHORT_ABOUT_CELLS = 16
"""A name is cut to make room for an explanation of at most this many cells, such as a day."""


def offer_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """An offer in a line of `width` cells, with the typed words marked in the name and the keys at the end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "key"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= MAX_SHORT_ABOUT_CELLS:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*mark(name, "name", pattern(finder.words)), Piece(" " * (min(NAME_CELLS, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(MIN_ABOUT_CELLS, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


class OfferPane(RowsPane):
    """The completions and offers above the typed line."""

    PANE = "offer"

    def on_click(self, event: events.Click) -> None:
        if (offset := event.get_content_offset(self)) is not None:
            event.stop()
            self.post_message(WidgetReport("offer", offset.y + self.scroll_offset.y))


class LineScreen(OverScreen[T]):
    """An input line at the bottom of the screen, with completions above it; a completion is marked."""

    CSS_PATH = stylesheet("typed")
    LABEL = ":"
    MAX_CHARACTERS = 2_000

    def __init__(self, app: ReaderApp, value: T) -> None:
        super().__init__(app, value)
        self.line = TypedLine(self.LABEL, LineInput(self.MAX_CHARACTERS), self._advise, self.report)
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
        """The first part of the advice below the line."""
        raise NotImplementedError

    def complete(self) -> None:
        if self.suggested.candidates:
            word = self.suggested.candidates[self.selected].text
            # A space follows a complete word, so that the user can type another word.
            self.line.replace(self.suggested.start, word, "" if word[-1:] in ":=/" else " ")

    def next(self) -> None:
        self.line.step(1, self.selected, self.select)

    def previous(self) -> None:
        self.line.step(-1, self.selected, self.select)

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
            (row.text, row.about, "") if isinstance(row, Candidate) else (row.name, row.about, row.keys)
            for row in self.rows
        )
        return [Row(offer_line(*line, min(width, MAX_COLUMNS), finder=finder, glyphs=glyphs), line) for line in lines]

    def _advise(self, width: int) -> Line:
        key = self._keymap.key("command.complete", self._model.state.context)
        hint = (key_piece(key), Piece(" takes the word", "quiet")) if self.rows else ()
        return cut_line((*self.lead(), *hint), width, self._look.glyphs.ellipsis)


class CommandScreen(LineScreen[TypedCommand]):
    """The command line, with its completions and offers, and a history of commands."""

    def __init__(self, app: ReaderApp, command: TypedCommand) -> None:
        super().__init__(app, command)
        state = self._model.state
        self.line.history = state[COMMANDS]
        self._selected_count = state.selection.count if state.front_paper is None else 0
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
        papers = f"for {self._selected_count:,} selected papers: " if self._selected_count else ""
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
        return ()

    def complete(self) -> None:
        if isinstance(self._command.marked_row, Candidate):
            super().complete()

    def select(self, place: int) -> None:
        if 0 <= place < len(self._command.rows):
            self._model.change(self._model.state.update(COMMAND, lambda command: command._replace(selected=place)))

    def report(self) -> None:
        self._model.change(type_command(self._model.state, self.line.before_cursor))


class OutputPane(RowsPane):
    """Lines without a cursor, composed for the width of the pane."""

    PANE = "output"

    def __init__(self, compose: Callable[[int], Sequence[Line]]) -> None:
        super().__init__(lambda width: [Row(line) for line in compose(width)])


def plain_lines(text: str) -> Callable[[int], Sequence[Line]]:
    """Return a function that composes the lines of a plain text, wrapped at words to a width."""
    lines = text.splitlines()
    return lambda width: [(Piece(literal(part)),) for line in lines for part in _wrap(line, width)]


def _wrap(line: str, width: int) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    parts = wrap(line, max(width - len(indent), 2))
    return [indent + line[start:end] for start, end in parts]


class OutputScreen(PaneScreen[Output]):
    """The screen with a title, the output and the keys."""

    def __init__(self, app: ReaderApp, output: Output) -> None:
        super().__init__(app, output, OutputPane(output.compose or plain_lines(output.text)), output.title)

    def footer(self, state: State) -> Status:
        return status(state, self._keymap)
