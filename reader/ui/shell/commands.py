"""The interface to the shell's commands: completing, understanding and running command lines.

It is implemented in `reader.commands`, a layer above, and passed in as an object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from reader.core.lines import Line
from reader.paths import APP

THEME = "theme"
"""The command that chooses colours."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of the command line: a name, a sentence, a function, displayed keys, and further words to match."""

    name: str
    about: str
    run: Callable[[], object]
    keys: str = ""
    also: str = ""
    acts_here: bool = True
    """Whether it acts in this context; otherwise it says where it acts, and comes after the others."""


class CommandContext(NamedTuple):
    """The user's context for a typed command."""

    selected: tuple[str, ...] = ()
    """The ids of the selected papers, in the list's order, or the id of the paper whose page is open."""
    highlighted: str | None = None
    """The id of the paper under the cursor, or on the page."""
    query: str = ""
    """The query that finds the papers of the list."""


class Candidate(NamedTuple):
    """A completion and its meaning."""

    text: str
    about: str = ""


class Suggestion(NamedTuple):
    """Completions that replace the end of a line from `start` on."""

    start: int = 0
    candidates: tuple[Candidate, ...] = ()
    line: str = ""
    is_command: bool = True
    """Whether the line begins with the name of a command."""


class ParsedLine(NamedTuple):
    """A valid typed line: a command of the shell, or an action of the keys."""

    words: tuple[str, ...] = ()
    replaces: str = ""
    """The existing file that would be replaced; the user is asked first."""
    action: str = ""
    """The id of the action; empty for a command."""
    times: int | None = None
    text: str = ""
    """The text after the action's word, for actions that take a text."""
    paper: str = ""
    """The arXiv id of the paper to show."""
    reaches_out: bool = False
    """Whether it may run programs, touch files or change settings."""


class Outcome(NamedTuple):
    """The result of a command."""

    code: int
    """0 done, 1 failed, 2 usage error, negative if killed."""
    text: str = ""
    """The cleaned standard output."""
    errors: str = ""
    """The cleaned standard error: notes and the reason of a failure."""
    is_stopped: bool = False
    """Whether the user stopped it or it timed out."""

    @property
    def complaint(self) -> str:
        """The first line of standard error, without the program's name."""
        return self.errors.partition("\n")[0].removeprefix(f"{APP}: ")


class RunningCommand(Protocol):
    """A running command."""

    def wait(self) -> Outcome:
        """Wait for its end; blocks, so call it in a thread."""

    def stop(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it at once."""


Manual: TypeAlias = Sequence[tuple[str, str, Sequence[tuple[str, str]]]]
"""The searchable manual: (title, page, entries with their meanings) for each section.

The first section lists the pages themselves and has no page.
"""


class ManualPage(NamedTuple):
    """A page of the manual: its text for copying, and its lines for a width."""

    text: str
    lines: Callable[[int], Sequence[Line]]


class Shell(Protocol):
    """The commands of the shell."""

    def manual(self) -> Manual:
        """Pages, settings, commands, example queries and environment variables; slow."""

    def page(self, name: str) -> ManualPage:
        """A page of the manual; slow."""

    def suggest(self, line: str) -> Suggestion:
        """The completions of a line; reads files, so call it in a thread."""

    def understand(self, line: str, here: CommandContext) -> ParsedLine:
        """The meaning of a line; raises UsageError."""

    def start(self, words: Sequence[str], columns: int) -> RunningCommand:
        """Run a command in a separate process, with output `columns` wide; raises ReaderError."""
