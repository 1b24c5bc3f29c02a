"""`dailypapers keys`: print the keys in use."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import print_line
from reader.commands.workspace import Workspace, warn_of_mistakes


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="how to print them")
    add_json(parser)


def _print_keys(arguments: Namespace, workspace: Workspace) -> int:
    from reader.keys.listing import keys_table

    print_line(keys_table("json" if arguments.json else arguments.format, workspace.keymap))
    warn_of_mistakes(workspace)
    return 0


COMMAND = Command(
    "keys",
    "Print every key of the reader, yours included.",
    (("keys", "for reading"), ("keys --format markdown", "for a document")),
    _add_arguments,
    _print_keys,
)
