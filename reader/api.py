"""The interface for extensions: only the names in `__all__` are kept compatible from release to release.

`dailypapers help extensions` explains how to write an extension.
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
from reader.core.text import amount, clean

__all__ = [
    "Command",
    "Extension",
    "Finding",
    "NotFound",
    "Paper",
    "ReaderError",
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
    """An extension, to which an entry point of its package refers."""

    name: str
    """The name of the extension; messages use the name of its entry point instead."""
    api: int = 1
    """Ignored; extensions for release 0.2.0 set it."""
    commands: tuple[Command, ...] = ()
    """Commands; each needs an entry point with its name."""
    findings: tuple[Callable[[Workspace], Iterable[Finding]], ...] = ()
    """Checks for `dailypapers doctor`; a finding with advice is a problem."""


def find_paper(workspace: Workspace, id: str) -> Paper:
    """The paper with this id or address; raises NotFound if it is not in the cache."""
    return load_paper(workspace, id)[0]


def find_papers(workspace: Workspace, query: str, limit: int | None = None) -> list[Paper]:
    """The papers of a query in its order, at most `limit`; raises UsageError for an invalid query."""
    with workspace.window() as window:
        return list(window.papers(window.order(selection(window, parse_query(query))).pks[:limit]))
