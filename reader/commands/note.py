"""`dailypapers note`: print or write your note about a paper."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from reader.cache.reads.exports import ids_of
from reader.commands.command import Command
from reader.commands.output import answer, warn
from reader.commands.workspace import Workspace, find
from reader.core.errors import UsageError
from reader.core.marks import NOTE
from reader.core.text import NOTE_LIMIT, clean_note
from reader.log.rows import Row, clock_of
from reader.log.store import Log


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    about = "the new note, in Markdown (- for stdin); an empty one removes it. Without this option, the note is printed"
    parser.add_argument("--text", metavar="TEXT", help=about)
    about = "print every note that the paper has had, on any of your machines, newest first"
    parser.add_argument("--history", action="store_true", help=about)


def _run_note(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.window() as window:
        pk = find(window, arguments.id)
        paper = window.paper(pk)
        ids = window.read(lambda one: ids_of(one, pk))
    id, old = (paper.id, paper.note or "") if paper else (arguments.id, "")
    text = arguments.text
    if arguments.history:
        if text is not None:
            raise UsageError("--history prints notes and --text writes one: choose one of them.")
        return _print_history(arguments, id, _history(workspace, ids))
    if text is None:
        if not (old or arguments.json):
            warn(f"{id} has no note. 'dailypapers note {id} --text TEXT' writes one.")
            return 0
        return answer(arguments, {"id": id, "note": old or None}, clean_note(old))
    if text == "-":
        text = sys.stdin.buffer.read(4 * NOTE_LIMIT + 4).decode("utf-8", "replace").removeprefix("\ufeff")
    note = clean_note(text).strip("\n")
    if len(text) > NOTE_LIMIT:
        warn(f"The note was cut after {NOTE_LIMIT:,} characters.")
    with workspace.events() as events:
        changed = events.mark(NOTE, note, [pk]) is not None
    said = f"Nothing to change: {id} {'has this note already' if note else 'has no note'}."
    if changed:
        said = f"The note of {id} was {'written' if note else 'removed'}. 'dailypapers undo' takes it back."
    return answer(arguments, {"id": id, "note": note or None, "changed": changed}, said)


def _history(workspace: Workspace, ids: Sequence[str]) -> list[tuple[Row, bool]]:
    """All notes that a paper with these ids had, newest first, each with whether it was taken back."""
    with closing(Log.open(workspace.cache_file)) as log:
        return log.history(ids, NOTE)


def _print_history(arguments: Namespace, id: str, history: Sequence[tuple[Row, bool]]) -> int:
    records, lines = list[dict[str, Any]](), list[str]()
    for number, (mark, undone) in enumerate(history, 1):
        at = datetime.fromtimestamp(clock_of(mark.action) / 1000).astimezone()
        time = at.isoformat(timespec="seconds")
        records.append({"id": id, "note": mark.value or None, "at": time, "undone": undone, "machine": mark.machine})
        lines.append(f"{number}: {at:%Y-%m-%d %H:%M}, machine {mark.machine}{', taken back' if undone else ''}")
        lines.append(f"{clean_note(mark.value) or '(removed)'}\n")
    if not history:
        warn(f"{id} never had a note.")
    return answer(arguments, records, *lines)


COMMAND = Command(
    "note",
    "Print your note about a paper, or write a new one; undo takes it back.",
    (),
    _add_arguments,
    _run_note,
    {"": "id, note, changed", "--history": "array: id, note, at, undone, machine"},
)
