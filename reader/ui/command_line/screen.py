"""Screens that are one line to type in, over what was in front: the command line, and the line of tags.

The app reads their keys; letters go to the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.app import ComposeResult

from reader.core.lines import Line, Piece, cut_line, literal, measure
from reader.core.tag_words import TagCompletion, complete_tag
from reader.ui.command_line.advice import command_advice
from reader.ui.command_line.state import TypedCommand
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import key_piece
from reader.ui.kit.typed_line import TypedLine, TypingScreen
from reader.ui.looks.stylesheets import stylesheet
from reader.ui.notes.state import Tagging


class LineScreen(TypingScreen):
    """A line at the bottom of the screen."""

    CSS_PATH = stylesheet("typed")

    def __init__(self, line: TypedLine) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        yield self.line

    def on_mount(self) -> None:
        self.line.begin()


LONGEST = 2_000
"""Maximum number of typed characters."""


class CommandScreen(LineScreen):
    """The line in which a command is typed, with what may follow, and earlier commands."""

    def __init__(
        self,
        typed: Callable[[str], object],
        mark: Callable[[int], object],
        history: Sequence[str],
        taken: int,
        *,
        key: str,
        glyphs: Glyphs = UNICODE,
        begun: str = "",
    ) -> None:
        """The line begins with `begun`; `typed` receives the text before its cursor, `mark` the place of a suggestion.

        Commands take `taken` selected papers; `key` takes a suggestion.
        """
        super().__init__(TypedLine(":", self._advise, self._report, LONGEST))
        self._typed = typed
        self._mark = mark
        self._history = tuple(history)
        self._taken = taken
        self._key = key
        self._ellipsis = glyphs.ellipsis
        self._command = TypedCommand()
        self._recalled = -1
        self._draft = ""
        self._begun = begun

    def on_mount(self) -> None:
        if self._begun:
            self.line.write(self._begun)

    def show(self, command: TypedCommand) -> None:
        """Show what may follow the typed text."""
        self._command = command
        self.line.advise()

    # Keys

    def complete(self) -> None:
        """Put the marked word in place of the one before the cursor."""
        suggested = self._command.fitting
        if suggested.candidates:
            word = suggested.candidates[self._command.selected].text
            # After a whole word the next one may follow.
            self.line.replace(suggested.start, word, "" if word[-1:] in ":=/" else " ")

    def next(self) -> None:
        """Mark the next suggestion; among the earlier commands, go to the next later one."""
        if self._recalled >= 0:
            self._recall(self._recalled - 1)
        else:
            self._select(self._command.selected + 1)

    def previous(self) -> None:
        """Mark the suggestion before; at the first one, go to the command before."""
        if self._recalled < 0 and self._command.selected > 0:
            self._select(self._command.selected - 1)
        else:
            self._recall(self._recalled + 1)

    def _select(self, place: int) -> None:
        if place < len(self._command.fitting.candidates):
            self._mark(place)

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
            self._command.fitting,
            self._command.selected,
            key=self._key,
            width=width,
            ellipsis=self._ellipsis,
        )


TAGS_HELP = '-name takes one away; "in quotes" with blanks'


def tag_advice(has: str, completion: TagCompletion | None, selected: int, key: str, width: int) -> Line:
    """Say which tags the papers have, then the completions that fit, the `selected` one marked.

    `has` is empty once something is typed; `key` takes the completion.
    """
    line: list[Piece] = [Piece(f"{literal(has)}  ", "quiet")] if has else []
    if completion is None:
        return cut_line((*line, Piece(TAGS_HELP, "quiet")), width)
    line += [key_piece(key), key_piece(key, " takes", "quiet")]
    for place, (word, papers) in enumerate(zip(completion.words, completion.papers, strict=True)):
        item = [Piece("  "), Piece(literal(word), "chosen" if place == selected else "quiet")]
        if papers is not None:
            item.append(Piece(f" {papers:,}", "number"))
        if place > selected and measure((*line, *item)) > width:
            break
        line += item
    return cut_line(tuple(line), width)


LONGEST_TAGS = 500
"""Maximum number of typed characters in the line of tags."""


class TagScreen(LineScreen):
    """The line of tags."""

    def __init__(self, tagging: Tagging, topics: Iterable[str], key: str) -> None:
        """`topics` complete a word after the user's own tags; `key` takes a completion."""
        super().__init__(TypedLine("tag", self._advise, self._complete, LONGEST_TAGS))
        self._tagging = tagging
        self._topics = tuple(topics)
        self._key = key
        self._selected = 0
        self._completion: TagCompletion | None = None

    def on_mount(self) -> None:
        self._complete()

    # Keys

    def complete(self) -> None:
        """Put the marked completion in place of the word before the cursor."""
        self._complete(self._selected)
        if self._completion is not None:
            self.line.replace(self._completion.start, self._completion.words[self._selected])

    def select(self, by: int) -> None:
        """Mark another completion."""
        if self._completion is not None:
            self._selected = min(max(self._selected + by, 0), len(self._completion.words) - 1)
            self.line.advise()

    def _complete(self, selected: int = 0) -> None:
        tagging = self._tagging
        before = self.line.before_cursor
        self._completion = complete_tag(before, tagging.known, self._topics, tagging.has, tagging.shared)
        self._selected = min(selected, len(self._completion.words) - 1) if self._completion else 0

    def _advise(self, width: int) -> Line:
        has = "" if self.line.text.strip() else self._tagging.said
        return tag_advice(has, self._completion, self._selected, self._key, width)
