"""`dailypapers undo` and `redo`: take back the last mark, or redo it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial

from reader.commands.command import Command
from reader.commands.output import Progress, answer, describe_action
from reader.commands.workspace import Workspace


def _add_arguments(parser: ArgumentParser) -> None:
    about = "the last mark of any of your machines, as of the last 'dailypapers sync'"
    parser.add_argument("--anywhere", action="store_true", help=about)


def _step(arguments: Namespace, workspace: Workspace, *, key: str, done: str, nothing: str) -> int:
    with workspace.events() as events, Progress() as progress:

        def show(done: int, total: int) -> None:
            progress.show(f"{done:,} of {total:,} papers")

        event = events.redo(show) if key == "redone" else events.undo(show, anywhere=arguments.anywhere)
    record = event and {"kind": event.kind, "papers": event.count, "label": event.label}
    return answer(arguments, {key: record}, f"{done}: {describe_action(event)}." if event else nothing)


COMMAND = Command(
    "undo",
    "Take back the last mark, whether made here or in the reader; repeat it for the mark before.",
    (),
    _add_arguments,
    partial(_step, key="undone", done="Taken back", nothing="There is nothing to take back."),
    {"": "undone (kind, papers, label)"},
)

REDO = Command(
    "redo",
    "Redo what was last undone, unless something was marked since.",
    (),
    lambda _parser: None,
    partial(_step, key="redone", done="Redone", nothing="There is nothing to redo."),
    {"": "redone (kind, papers, label)"},
)
