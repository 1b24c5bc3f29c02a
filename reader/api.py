"""What extensions may use of dailypapers: all names of this module, and nothing else.

**An extension** is a package that can be installed beside dailypapers. It has a value, and an entry point that leads to
it:

    # wonder.py
    from reader.api import Command, Extension, print_line

    def run(arguments, workspace):
        with workspace.window() as window:
            print_line(f"{len(window.order(selection(window, parsed('is:unread'))).pks)} papers to wonder about")
        return 0

    WONDER = Command("wonder", "Count what is to be read.", (("wonder", "how many"),), lambda parser: None, run)
    EXTENSION = Extension(name="wonder", api=1, commands=(WONDER,))

    # pyproject.toml
    [project.entry-points."dailypapers.extensions"]
    wonder = "wonder:EXTENSION"

Those in `reader/extensions/` are made the same way.

**Names.** A command is found by the name of its entry point, without importing anything; an extension with two commands
has two entry points to the same value. Names that dailypapers has itself win, then the first of two packages.

**Versions.** `API` is the version of this module. What it has under "For every extension" stays as it is, or a new
version says otherwise; extensions made for the versions from `OLDEST` on still work. What is under "For those that ship
with the program" may change with any release.

**Threads.** A command runs in the main thread of its own process. A job runs in a process of its own, in an event loop.
All else is called in a thread of its own, never in the thread that draws: a window, or anything else that is open, must
not be kept for the next call.

**What may be slow.** A command and a job take as long as they need. The import of the module with the value, and every
other call, may take 5 seconds. The import should be quick nevertheless: import libraries inside of the functions that
need them. To import `reader.api`, or a name of it, imports only the one module of dailypapers where that name is.

**What a failure does.** An extension whose import or call raises, takes too long, is made for another version or takes
a name that is taken is switched off until the program ends: `dailypapers doctor` names it with the reason, the log has
the traceback, and everything else goes on. A command may raise ReaderError, which is printed as one line.

**What it can't give**, because nobody has needed it yet: terms of the query language, kinds of events of the log,
screens of the reader. A new kind is a field of `Extension`; whoever uses it asks `installed.given("field")`, and calls
through `installed.ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from reader.installed import API as API
from reader.installed import OLDEST as OLDEST

if TYPE_CHECKING:
    # For every extension.

    # Commands: what they are made of, and how they print.
    from reader.commands.command import Command as Command  # A command: name, summary, examples, arguments, function.
    from reader.commands.command import StoreFile as StoreFile  # The action of an argument that is a file.
    from reader.commands.command import add_json as add_json  # Add --json.
    from reader.commands.command import add_query as add_query  # Add the words of a query.
    from reader.commands.command import add_quiet as add_quiet  # Add -q.
    from reader.commands.command import query_of as query_of  # The query from its words.
    from reader.commands.doctor import Finding as Finding  # One line of `dailypapers doctor`.
    from reader.commands.output import ask as ask  # Ask the user for a line.
    from reader.commands.output import print_json as print_json  # Print a value as JSON.
    from reader.commands.output import print_line as print_line  # Print a line, cleaned of what a terminal would obey.
    from reader.commands.output import warn as warn  # Print a line on standard error.

    # The user's papers and marks.
    from reader.commands.workspace import Workspace as Workspace  # Settings, files and the cache of one run.
    from reader.commands.workspace import find as find  # The key of a paper by its id.
    from reader.commands.workspace import parsed as parsed  # Parse a query.
    from reader.commands.workspace import selection as selection  # The papers of a query, for a window.

    # What goes wrong: raise it with a sentence that says what to do.
    from reader.core.errors import FeedError as FeedError  # A source did not answer, or not as it should.
    from reader.core.errors import ReaderError as ReaderError  # Any failure that is told in one line.
    from reader.core.errors import UsageError as UsageError  # The user's words are wrong.

    # Papers, as they come from a source.
    from reader.core.paper import Draft as Draft  # What a source says of a paper.
    from reader.core.paper import LibraryEntry as LibraryEntry  # A paper that a file names, with the user's marks.
    from reader.core.text import clean as clean  # Foreign text without what a terminal would obey.

    # Jobs: what takes long, in a process of its own.
    from reader.refresh.jobs import ExtensionJob as ExtensionJob  # A job; it is pickled, and then run.
    from reader.refresh.jobs import ExtensionMessage as ExtensionMessage  # What a job says on its way.
    from reader.refresh.jobs import JobContext as JobContext  # The cache, the settings and the clock of a job.

    # For those that ship with the program.

    # The program itself.
    from reader.access_token import held_secrets as held_secrets  # The user's tokens, for a program that needs them.
    from reader.actions.schedule import start_of_program as start_of_program  # The words that start this program.
    from reader.commands.command import bare as bare  # A parsed value, to be shown in a message.
    from reader.paths import APP as APP  # The program's name.


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What an extension gives."""

    name: str
    """For the log and the doctor."""
    api: int
    """The version of this module that it is made for."""
    commands: tuple[Command, ...] = ()
    """Commands, each with an entry point of its name."""
    findings: tuple[Callable[[Workspace], Iterable[Finding]], ...] = ()
    """What the doctor asks. A finding with advice is a problem."""


@cache
def _places() -> dict[str, str]:
    """The module of each name, read from the imports above.

    They are there for type checkers and readers alone: to import all of them takes half a second.
    """
    import ast
    from pathlib import Path

    imports = (
        node for node in ast.walk(ast.parse(Path(__file__).read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
    )
    return {name.asname: node.module or "" for node in imports for name in node.names if name.asname}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name.startswith("_") or name not in _places():
        raise AttributeError(f"reader.api has no {name!r}")
    found: object = getattr(import_module(_places()[name]), name)
    globals()[name] = found
    return found
