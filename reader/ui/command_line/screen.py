"""Screens that are one line to type in, over what was in front: the command line, and the line of tags.

The app reads their keys; letters go to the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.app import ComposeResult

from reader.core.lines import Line, Piece, cut, cut_line, literal, measure
from reader.core.tag_words import complete_tag
from reader.ui.command_line.state import TypedCommand
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import key_piece
from reader.ui.kit.typed_line import TypedLine, TypingScreen
from reader.ui.looks.theme import stylesheet
from reader.ui.notes.state import Tagging
from reader.ui.shell.commands import Candidate, Suggested

EXAMPLES = "tag add later  mark read until:30d  export bibtex ~/refs.bib  theme light  help"

LEAST_ABOUT = 12
"""Minimum cells for what the marked word means."""


def suggestions(suggested: Suggested, selected: int, *, key: str, width: int, ellipsis: str = "…") -> Line:
    """What may follow a text, with the `selected` word marked and explained; `key` takes it."""
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


class LineScreen(TypingScreen):
    """A line at the bottom of the screen, with the words that may come at its end, one of them marked."""

    CSS_PATH = stylesheet("typed")

    def __init__(self, label: str, longest: int, key: str, glyphs: Glyphs = UNICODE) -> None:
        """`key` takes the marked word."""
        super().__init__()
        self.line = TypedLine(label, self._advise, self.report, longest)
        self.suggested = Suggested()
        self.selected = 0
        self._key = key
        self._ellipsis = glyphs.ellipsis

    def compose(self) -> ComposeResult:
        yield self.line

    def on_mount(self) -> None:
        self.line.begin()

    def report(self) -> None:
        """Take over an edit."""
        raise NotImplementedError

    def lead(self) -> Line:
        """What stands below the line before the suggestions, or in place of them."""
        return ()

    def complete(self) -> None:
        """Put the marked word in place of the one before the cursor."""
        if self.suggested.candidates:
            word = self.suggested.candidates[self.selected].text
            # After a whole word the next one may follow.
            self.line.replace(self.suggested.start, word, "" if word[-1:] in ":=/" else " ")

    def next(self) -> None:
        """Mark the next word."""
        self.select(self.selected + 1)

    def previous(self) -> None:
        """Mark the word before."""
        self.select(self.selected - 1)

    def select(self, place: int) -> None:
        """Mark a word."""
        if 0 <= place < len(self.suggested.candidates):
            self.selected = place
            self.line.advise()

    def _advise(self, width: int) -> Line:
        found = suggestions(self.suggested, self.selected, key=self._key, width=width, ellipsis=self._ellipsis)
        return cut_line((*self.lead(), *found), width, self._ellipsis)


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

        Commands take `taken` selected papers.
        """
        super().__init__(":", LONGEST, key, glyphs)
        self._typed = typed
        self._mark = mark
        self._history = tuple(history)
        self._taken = taken
        self._recalled = -1
        self._draft = ""
        self._begun = begun
        self._hint = ""

    def on_mount(self) -> None:
        if self._begun:
            self.line.write(self._begun)

    def show(self, command: TypedCommand) -> None:
        """Show what may follow the typed text."""
        self.suggested, self.selected, self._hint = command.fitting, command.selected, command.hint
        self.line.advise()

    def lead(self) -> Line:
        if self.line.text.strip():
            return (Piece("" if self.suggested.candidates else literal(self._hint), "quiet"),)
        papers = f"for {self._taken:,} selected papers: " if self._taken else ""
        return Piece(papers, "key"), Piece(EXAMPLES, "quiet")

    # Keys

    def next(self) -> None:
        """Mark the next suggestion; among the earlier commands, go to the next later one."""
        if self._recalled >= 0:
            self._recall(self._recalled - 1)
        else:
            super().next()

    def previous(self) -> None:
        """Mark the suggestion before; at the first one, go to the command before."""
        if self._recalled < 0 and self.selected > 0:
            super().previous()
        else:
            self._recall(self._recalled + 1)

    def select(self, place: int) -> None:
        if 0 <= place < len(self.suggested.candidates):
            self._mark(place)

    def _recall(self, place: int) -> None:
        if place >= len(self._history):
            return
        if self._recalled < 0:
            self._draft = self.line.text
        self._recalled = place
        self.line.write(self._history[place] if place >= 0 else self._draft)

    def report(self) -> None:
        if self._recalled >= 0 and self.line.text != self._history[self._recalled]:
            self._recalled = -1
        self._typed(self.line.before_cursor)


LONGEST_TAGS = 500
"""Maximum number of typed characters in the line of tags."""


class TagScreen(LineScreen):
    """The line of tags."""

    def __init__(self, tagging: Tagging, topics: Iterable[str], key: str) -> None:
        """`topics` complete a word after the user's own tags."""
        super().__init__("tag", LONGEST_TAGS, key)
        self._tagging = tagging
        self._topics = tuple(topics)

    def on_mount(self) -> None:
        self.report()

    def report(self) -> None:
        tagging = self._tagging
        found = complete_tag(self.line.before_cursor, tagging.known, self._topics, tagging.has, tagging.shared)
        pairs = zip(found.words, found.papers, strict=True) if found else ()
        candidates = (Candidate(word, "" if papers is None else f"{papers:,} papers") for word, papers in pairs)
        self.suggested, self.selected = Suggested(found.start if found else 0, tuple(candidates)), 0

    def lead(self) -> Line:
        has = "" if self.line.text.strip() else f"{literal(self._tagging.said)}  "
        how = "" if self.suggested.candidates else '-name removes a tag; "in quotes" if it has spaces'
        return (Piece(f"{has}{how}", "quiet"),)
