"""The papers that a command changes: chosen by ids or a query, counted, and marked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.commands.output import Progress
from reader.commands.workspace import Workspace, find_all, parsed, selection
from reader.core.errors import UsageError

if TYPE_CHECKING:
    from reader.cache.marks.changes import Change
    from reader.cache.reads.window import Window


def add_papers(parser: ArgumentParser, verb: str) -> None:
    """Add ids, --query and --dry-run."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="arXiv ids or addresses of papers")
    add_query_and_dry_run(parser, verb)


def add_query_and_dry_run(parser: ArgumentParser, verb: str) -> None:
    """Add --query and --dry-run; `verb` is what happens to the papers."""
    parser.add_argument("--query", metavar="QUERY", help=f"{verb} all papers of a query")
    parser.add_argument("--dry-run", action="store_true", help="print how many would change, and change nothing")


def expect_papers(arguments: Namespace, ids: Sequence[str], command: str) -> None:
    """Raise UsageError unless either ids or a query that says something are given."""
    if bool(ids) == (arguments.query is not None):
        raise UsageError(f"Name the papers, either by ids or by --query. See 'dailypapers {command} --help'.")
    if arguments.query is not None and not arguments.query.strip():
        raise UsageError("An empty --query would change every paper. Say which: --query is:unread, for example.")


def choose_papers(window: Window, ids: Sequence[str], query: str | None, *, also: str = "") -> Sequence[int]:
    """The keys of the papers with these ids, or of a query that also has the terms `also`."""
    if query is None:
        return list(dict.fromkeys(find_all(window, ids)))
    return window.order(selection(window, parsed(query, also=also))).pks


def count_changing(window: Window, change: Change) -> int:
    """How many of its papers a change would change."""
    from reader.cache.marks.changes import find_changing
    from reader.cache.marks.effects import BATCH

    return window.read(lambda connection: find_changing(connection, change, BATCH).count)


def store_changes(workspace: Workspace, changes: Sequence[Change]) -> int:
    """Store changes as one action, with progress; return how many papers changed."""
    with workspace.events() as events, Progress() as progress:
        action = events.act(changes, lambda done, total: progress.show(f"{done:,} of {total:,} papers"))
    return action.count if action else 0
