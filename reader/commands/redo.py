"""`dailypapers redo`: do again what was undone."""

from __future__ import annotations

from argparse import Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import Progress, describe_action, print_json, print_line
from reader.commands.workspace import Workspace


def _redo_mark(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.events() as events, Progress() as progress:
        event = events.redo(lambda done, total: progress.show(f"{done:,} of {total:,} papers"))
    if arguments.json:
        print_json({"redone": event and {"kind": event.kind, "papers": event.count, "label": event.label}})
    elif event:
        print_line(f"Done again: {describe_action(event)}.")
    else:
        print_line("There is nothing to do again.")
    return 0


COMMAND = Command(
    "redo",
    "Do again what was undone last, unless something was marked since.",
    (("redo", "the last mark that was undone"),),
    add_json,
    _redo_mark,
)
