"""`dailypapers redo`: do again what was undone."""

from __future__ import annotations

from argparse import Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import Progress, answer, describe_action
from reader.commands.workspace import Workspace


def _redo_mark(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.events() as events, Progress() as progress:
        event = events.redo(lambda done, total: progress.show(f"{done:,} of {total:,} papers"))
    redone = event and {"kind": event.kind, "papers": event.count, "label": event.label}
    said = f"Redone: {describe_action(event)}." if event else "There is nothing to redo."
    return answer(arguments, {"redone": redone}, said)


COMMAND = Command(
    "redo",
    "Redo what was undone last, unless something was marked since.",
    (("redo", "the last mark that was undone"),),
    add_json,
    _redo_mark,
)
