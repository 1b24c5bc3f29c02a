"""`dailypapers undo`: take back the last mark, or redo it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.output import Progress, answer, describe_action
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError


def _add_arguments(parser: ArgumentParser) -> None:
    about = "the last mark of any of your machines, as of the last 'dailypapers sync'"
    parser.add_argument("--anywhere", action="store_true", help=about)
    about = "redo what was last undone, unless something was marked since"
    parser.add_argument("--redo", action="store_true", help=about)


def _undo_or_redo(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.redo and arguments.anywhere:
        raise UsageError("--redo is for this machine: leave out --anywhere.")
    with workspace.events() as events, Progress() as progress:

        def show(done: int, total: int) -> None:
            progress.show(f"{done:,} of {total:,} papers")

        event = events.redo(show) if arguments.redo else events.undo(show, anywhere=arguments.anywhere)
    record = event and {"kind": event.kind, "papers": event.count, "label": event.label}
    key, done, nothing = (
        ("redone", "Redone", "There is nothing to redo.")
        if arguments.redo
        else ("undone", "Taken back", "There is nothing to take back.")
    )
    return answer(arguments, {key: record}, f"{done}: {describe_action(event)}." if event else nothing)


COMMAND = Command(
    "undo",
    "Take back the last mark, whether made here or in the reader; repeat it for the mark before.",
    (),
    _add_arguments,
    _undo_or_redo,
    {"": "undone (kind, papers, label)", "--redo": "redone (kind, papers, label)"},
)
