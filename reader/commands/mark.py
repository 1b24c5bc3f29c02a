"""`dailypapers mark`: mark papers as read, starred or hidden."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json
from reader.commands.output import Progress, amount, print_json, print_line
from reader.commands.workspace import Workspace, find_all, parsed, selection
from reader.core.errors import UsageError
from reader.core.marks import STATES

if TYPE_CHECKING:
    from reader.cache.window import Window


CHUNK = 500

MARKS = {
    "read": ("read", True, "read"),
    "unread": ("read", False, "unread"),
    "star": ("star", True, "starred"),
    "unstar": ("star", False, "unstarred"),
    "hide": ("hide", True, "hidden"),
    "unhide": ("hide", False, "shown again"),
}
"""For each word: the event's kind and value, and the adjective for the marked papers."""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("mark", choices=tuple(MARKS), metavar="MARK", help=", ".join(MARKS))
    parser.add_argument("ids", nargs="*", metavar="ID", help="arXiv ids or addresses of papers")
    parser.add_argument("--query", metavar="QUERY", help="mark all papers of a query")
    parser.add_argument("--dry-run", action="store_true", help="print how many would change, and change nothing")
    add_json(parser)


def _mark_papers(arguments: Namespace, workspace: Workspace) -> int:
    if bool(arguments.ids) == (arguments.query is not None):
        raise UsageError("Name the papers to mark, either by ids or by --query. See 'dailypapers mark --help'.")
    if arguments.query is not None and not arguments.query.strip():
        raise UsageError("An empty --query would mark every paper. Say which: --query is:unread, for example.")
    kind, value, state = MARKS[arguments.mark]
    with workspace.window() as window:
        pks = _choose_papers(window, arguments)
        changed = _count_changes(window, pks, kind, value) if arguments.dry_run else 0
    if not arguments.dry_run:
        changed = _store_mark(workspace, kind, value, pks)
    if arguments.json:
        found = {"mark": arguments.mark, "papers": len(pks), "changed": changed, "dry_run": arguments.dry_run}
        print_json(found)
    elif arguments.dry_run:
        print_line(f"{amount(changed, 'paper')} would be marked {state}; nothing was changed.")
    elif changed:
        print_line(f"{amount(changed, 'paper')} marked {state}. 'dailypapers undo' takes it back.")
    else:
        print_line(
            f"Nothing to change: {amount(len(pks), 'paper')}, and all are {state} already."
            if pks
            else "Nothing matches."
        )
    return 0


def _choose_papers(window: Window, arguments: Namespace) -> Sequence[int]:
    if arguments.query is None:
        return list(dict.fromkeys(find_all(window, arguments.ids)))
    # A query finds hidden papers only with `is:hidden`, and unhide needs them.
    also = "is:hidden" if arguments.mark == "unhide" else ""
    return window.order(selection(window, parsed(arguments.query, also=also))).pks


def _count_changes(window: Window, pks: Sequence[int], kind: str, value: bool) -> int:
    """How many of the papers the mark would change."""
    chunks: Iterable[Sequence[int]] = (pks[start : start + CHUNK] for start in range(0, len(pks), CHUNK))
    return sum(getattr(row, STATES[kind]) != value for chunk in chunks for row in window.rows(chunk))


def _store_mark(workspace: Workspace, kind: str, value: bool, pks: Sequence[int]) -> int:
    with workspace.events() as events, Progress() as progress:
        event = events.mark(kind, value, pks, lambda done, total: progress.show(f"{done:,} of {total:,} papers"))
    return event.count if event else 0


COMMAND = Command(
    "mark",
    "Mark papers read, unread, starred, unstarred, hidden or shown again; undo takes it back.",
    (
        ("mark star 2406.12345 2406.54321", "star two papers"),
        ("mark read --query 'until:2w is:unread'", "what is older than two weeks is read"),
        ("mark hide --query topic:finance --dry-run", "how many that would hide"),
    ),
    _add_arguments,
    _mark_papers,
)
