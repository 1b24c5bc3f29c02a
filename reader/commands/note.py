"""`dailypapers note`: print or write your note about a paper."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import print_json, print_line, warn
from reader.commands.workspace import Workspace, find
from reader.core.errors import UsageError
from reader.core.marks import NOTE
from reader.core.text import NOTE_LIMIT, clean_note


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    about = "the new note from standard input, as by --text -"
    parser.add_argument("stdin", nargs="?", metavar="-", help=about)
    about = "the new note, in Markdown (- for stdin); an empty one removes it. Without this option, the note is printed"
    parser.add_argument("--text", metavar="TEXT", help=about)
    add_json(parser)


def _run_note(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.stdin not in (None, "-"):
        raise UsageError(f"Write the note's text behind --text: dailypapers note {arguments.id} --text TEXT.")
    with workspace.window() as window:
        pk = find(window, arguments.id)
        paper = window.paper(pk)
    id, old = (paper.id, paper.note or "") if paper else (arguments.id, "")
    given = arguments.stdin if arguments.text is None else arguments.text
    if given is None:
        if arguments.json:
            print_json({"id": id, "note": old or None})
        elif old:
            print_line(clean_note(old))
        else:
            warn(f"{id} has no note. 'dailypapers note {id} --text TEXT' writes one.")
        return 0
    text = _read_stdin() if given == "-" else given
    note = clean_note(text).strip("\n")
    if len(text) > NOTE_LIMIT:
        warn(f"The note was cut after {NOTE_LIMIT:,} characters.")
    with workspace.events() as events:
        changed = events.mark(NOTE, note, [pk]) is not None
    if arguments.json:
        print_json({"id": id, "note": note or None, "changed": changed})
    elif changed:
        print_line(f"The note of {id} was {'written' if note else 'removed'}. 'dailypapers undo' takes it back.")
    else:
        print_line(f"Nothing to change: {id} has {'this note' if note else 'no note'} already.")
    return 0


def _read_stdin() -> str:
    return sys.stdin.buffer.read(4 * NOTE_LIMIT + 4).decode("utf-8", "replace").removeprefix("\ufeff")


COMMAND = Command(
    "note",
    "Print your note about a paper, or write a new one; undo takes it back.",
    (
        ("note 2406.12345", "print it"),
        ("note 2406.12345 --text 'Compare with ours.'", "write it"),
        ("note 2406.12345 --text -", "write what stands on standard input"),
        ("note 2406.12345 --text ''", "remove it"),
    ),
    _add_arguments,
    _run_note,
)
