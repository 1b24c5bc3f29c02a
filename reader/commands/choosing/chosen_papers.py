"""The papers that a command changes: chosen by ids or a query, counted, and marked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.cache.search.view_terms import selects
from reader.commands.output import Progress
from reader.commands.workspace import Workspace, find_all, parsed, saved_views, selection
from reader.core.errors import UsageError

if TYPE_CHECKING:
    from reader.cache.marks.changes import Change
    from reader.cache.reads.window import Window


EVERYTHING = "(is:hidden OR -is:hidden)"
"""The query that finds all papers."""


def add_papers(parser: ArgumentParser, verb: str) -> None:
    """Add ids, --query and --dry-run."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="arXiv ids or addresses of papers")
    add_query_and_dry_run(parser, verb)


def add_query_and_dry_run(parser: ArgumentParser, verb: str) -> None:
    """Add --query and --dry-run; `verb` is what happens to the papers."""
    parser.add_argument("--query", metavar="QUERY", help=f"{verb} all papers of a query")
    add_all(parser, verb)
    parser.add_argument("--dry-run", action="store_true", help="print how many would change, and change nothing")


def add_all(parser: ArgumentParser, verb: str) -> None:
    """Add --all."""
    parser.add_argument("--all", action="store_true", dest="everything", help=f"{verb} every paper, hidden ones too")


def expect_papers(arguments: Namespace, ids: Sequence[str], command: str) -> None:
    """Raise UsageError unless either ids are given, or a query or --all."""
    if bool(ids) == (arguments.query is not None or arguments.everything):
        raise UsageError(f"Name the papers, either by ids, by --query or by --all. See 'dailypapers {command} --help'.")


def choose_papers(window: Window, arguments: Namespace, ids: Sequence[str], *, also: str = "") -> Sequence[int]:
    """The keys of the papers with these ids, or of --query, or of all papers; the last two also have the terms `also`.

    Raises UsageError for a query without terms, which all papers match, unless --all says that they are meant.
    """
    if ids:
        return list(dict.fromkeys(find_all(window, ids)))
    query = parsed(arguments.query or "")
    if arguments.everything:
        if query.root is not None:
            raise UsageError("With --all, a query can only have sort:. Leave out its terms, or --all.")
        also = f"{also} {EVERYTHING}"
    elif not selects(query, saved_views(query)):
        raise UsageError("The query has no terms, so it means every paper. Add terms, or pass --all.")
    return window.order(selection(window, parsed(arguments.query or "", also=also))).pks


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
