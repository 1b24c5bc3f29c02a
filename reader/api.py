"""The interface for extensions: the names in `__all__`, which keep working from release to release, and nothing else.

`dailypapers help extensions` says how to write one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reader.commands.command import Command, add_query, query_of
from reader.commands.doctor import Finding
from reader.commands.output import answer, print_line, warn
from reader.commands.workspace import Workspace, load_paper, parse_query, selection
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.paper import Paper
from reader.core.settings.types import SavedView
from reader.core.text import amount, clean
from reader.feeds.records import FileFormat, PaperSource
from reader.keys.actions import LineKey

__all__ = [
    "Command",
    "Extension",
    "FileFormat",
    "Finding",
    "LineKey",
    "NotFound",
    "Paper",
    "PaperSource",
    "ReaderError",
    "SavedView",
    "UsageError",
    "Workspace",
    "add_query",
    "amount",
    "answer",
    "clean",
    "find_paper",
    "find_papers",
    "print_line",
    "query_of",
    "warn",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The parts of an extension."""

    name: str
    """Its name. Messages use that of its entry point."""
    api: int = 1
    """Ignored; extensions that were written for 0.2.0 give it."""
    commands: tuple[Command, ...] = ()
    """Commands, each with an entry point of its name."""
    sources: tuple[PaperSource, ...] = ()
    """Sites that the user may follow as feeds."""
    formats: tuple[FileFormat, ...] = ()
    """Formats of files that the user may import."""
    keys: tuple[LineKey, ...] = ()
    """Keys of the reader, each of which runs a command."""
    views: tuple[SavedView, ...] = ()
    """Queries with a name, which the filter pane lists after the user's own."""
    findings: tuple[Callable[[Workspace], Iterable[Finding]], ...] = ()
    """A check of `dailypapers doctor`. A finding with advice is a problem."""


def find_paper(workspace: Workspace, id: str) -> Paper:
    """The paper that an id or an address names; raises NotFound if it is not in the cache."""
    return load_paper(workspace, id)[0]


def find_papers(workspace: Workspace, query: str, limit: int | None = None) -> list[Paper]:
    """The first papers of a query, in its order; all without a `limit`. Raises UsageError for an invalid query."""
    with workspace.window() as window:
        return list(window.papers(window.order(selection(window, parse_query(query))).pks[:limit]))
