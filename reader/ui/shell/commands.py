"""What the reader needs of the shell's commands: to complete, understand and run the words of its command line.

`reader.commands` has them; it is a layer above the interface, which receives them as an object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from reader.core.lines import Line
from reader.paths import APP

THEME = "theme"
"""The word that chooses colours, which are shown while its line is typed."""


class Here(NamedTuple):
    """What the user sees as a command is typed."""

    selected: tuple[str, ...] = ()
    """The ids of the selected papers, in the list's order, or of the one whose page is open."""
    highlighted: str | None = None
    """The id of the paper under the cursor, or on the page."""
    query: str = ""
    """The query that finds the papers of the list."""


class Candidate(NamedTuple):
    """A word that may come at the end of the line, and what it means."""

    text: str
    about: str = ""


class Suggested(NamedTuple):
    """The words that may take the place of a line's end, from `start` on."""

    start: int = 0
    candidates: tuple[Candidate, ...] = ()
    line: str = ""
    """The line for which they hold."""


class Typed(NamedTuple):
    """A typed line that makes sense: a command of the shell, or an action of the keys."""

    words: tuple[str, ...] = ()
    """The command's name and its words."""
    is_counted: bool = False
    """Whether it may change many papers that the user does not see: their number is shown first."""
    replaces: str = ""
    """The file that is there already and would be replaced; the user is asked first."""
    action: str = ""
    """The id of the action; empty for a command."""
    times: int | None = None
    """The count of the action."""
    text: str = ""
    """What follows the action's word, for one that takes a text."""
    paper: str = ""
    """The arXiv id of the paper to show."""
    reaches_out: bool = False
    """Whether it may run programs, touch files or change settings."""


class Outcome(NamedTuple):
    """The end of a command."""

    code: int
    """0 done, 1 failed, 2 used wrongly, negative if it was ended."""
    text: str = ""
    """What it has printed, cleaned."""
    said: str = ""
    """What it has printed on standard error: notes, and why it failed."""
    is_stopped: bool = False
    """Whether the user has stopped it, or it took too long."""

    @property
    def complaint(self) -> str:
        """The first line of what it said on standard error, without the program's name."""
        return self.said.partition("\n")[0].removeprefix(f"{APP}: ")


class Running(Protocol):
    """A command that runs."""

    def wait(self) -> Outcome:
        """Wait until it has ended; for a thread."""

    def stop(self) -> None:
        """Let it end soon."""

    def kill(self) -> None:
        """End it at once."""


Manual: TypeAlias = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""What help searches: titles, and the entries of each with what they mean."""

PAGES = "Manual"
"""The title of the pages of the manual, which can be opened."""


class Page(NamedTuple):
    """A page of the manual: its text to copy, and its lines for a width."""

    text: str
    lines: Callable[[int], Sequence[Line]]


class Shell(Protocol):
    """The commands of the shell."""

    def manual(self) -> Manual:
        """Pages, settings, commands, examples of queries and variables of the environment; takes a while."""

    def page(self, name: str) -> Page:
        """A page of the manual; takes a while."""

    def suggest(self, line: str) -> Suggested:
        """The words that may follow; reads files, so call it in a thread."""

    def understand(self, line: str, here: Here) -> Typed:
        """What a line means; raises UsageError."""

    def start(self, words: Sequence[str], columns: int) -> Running:
        """Run a command in a process of its own, its output `columns` wide; raises ReaderError."""
