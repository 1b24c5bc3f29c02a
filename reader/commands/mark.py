"""`dailypapers mark`: mark papers as read, starred, queued or hidden."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from reader.commands.choosing import (
    add_papers,
    choose_papers,
    count_changing,
    expect_papers,
    report,
    store_changes,
)
from reader.commands.command import Command
from reader.commands.output import Progress, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError
from reader.core.settings.standing import ON_STAR
from reader.core.text import amount

MARKS = {
    "read": ("read", True, "read"),
    "unread": ("read", False, "unread"),
    "star": ("star", True, "starred"),
    "unstar": ("star", False, "unstarred"),
    "queue": ("queue", True, "queued"),
    "unqueue": ("queue", False, "no longer queued"),
    "hide": ("hide", True, "hidden"),
    "unhide": ("hide", False, "no longer hidden"),
}
"""For each word: the event's kind and value, and the adjective for the marked papers."""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("mark", choices=tuple(MARKS), metavar="MARK", help=", ".join(MARKS))
    add_papers(parser, "mark")


def _mark_papers(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.marks.change import Change

    expect_papers(arguments, arguments.ids, "mark")
    kind, value, state = MARKS[arguments.mark]
    # A query finds hidden papers only if it asks for them, and unhide needs them.
    also = "(is:hidden OR is:muted)" if arguments.mark == "unhide" else ""
    with workspace.window() as window:
        pks = choose_papers(window, arguments, arguments.ids, also=also)
        change = Change(kind, value, pks)
        changed, also = count_changing(window, change) if arguments.dry_run else 0, ""
        is_hooked = (
            kind == "star"
            and value
            and any(one.query == ON_STAR for one in workspace.settings.programs)
            and not arguments.dry_run
        )
        newly = [row.pk for row in window.rows(pks) if not row.starred] if is_hooked else []
    if not arguments.dry_run:
        action = store_changes(workspace, [change])
        changed = action.count if action else 0
        also = "".join(f", {count:,} {what}" for what, count in action.did[1:]) if action else ""
    report(arguments, {"mark": arguments.mark}, f"marked {state}{also}", len(pks), changed)
    if newly:
        _run_on_star(workspace, [pk for pk in newly if isinstance(pk, int)])
    return 0


def _run_on_star(workspace: Workspace, pks: Sequence[int]) -> None:
    import asyncio

    from reader import log_file
    from reader.refresh import running
    from reader.refresh.pipes import run_on_star

    log_file.attach(workspace.settings.log_level)
    fetch = running.text_fetcher(workspace.job_context)

    async def run(progress: Progress) -> None:
        async for result in run_on_star(workspace.cache_file, workspace.settings, pks, fetch):
            progress.show(f"on_star: {result.done:,} of {amount(result.of, 'paper')}")

    with Progress() as progress:
        try:
            asyncio.run(run(progress))
        except ReaderError as error:
            warn(f"on_star: {error}")


COMMAND = Command(
    "mark",
    "Mark papers read, starred, queued or hidden, or remove these marks; undo takes it back.",
    (),
    _add_arguments,
    _mark_papers,
    {"": "mark, tag, papers, changed, dry_run"},
)
