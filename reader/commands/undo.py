"""`dailypapers undo`: take back the last mark."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import Progress, answer, describe_action
from reader.commands.workspace import Workspace


def _add_arguments(parser: ArgumentParser) -> None:
    about = "the last mark of any of your machines, as far as 'dailypapers sync' has brought them"
    parser.add_argument("--anywhere", action="store_true", help=about)
    add_json(parser)


def _undo_mark(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.events() as events, Progress() as progress:
        event = events.undo(
            lambda done, total: progress.show(f"{done:,} of {total:,} papers"), anywhere=arguments.anywhere
        )
    undone = event and {"kind": event.kind, "papers": event.count, "label": event.label}
    said = f"Taken back: {describe_action(event)}." if event else "There is nothing to take back."
    return answer(arguments, {"undone": undone}, said)


COMMAND = Command(
    "undo",
    "Take back the last mark, whether it was made here or in the reader; once more takes back the one before.",
    (("undo", "take back the last mark"),),
    _add_arguments,
    _undo_mark,
)
