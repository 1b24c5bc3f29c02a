"""`dailypapers tags`: print your tags."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import is_terminal, print_json, print_line, print_rows
from reader.commands.workspace import Workspace
from reader.core.text import clean


def _add_arguments(parser: ArgumentParser) -> None:
    add_json(parser)


def _print_tags(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.tags import tag_counts

    with workspace.window() as window:
        found = window.read(tag_counts)
    if arguments.json:
        print_json([{"name": name, "papers": count} for name, count in found.items()])
    elif found or not is_terminal(sys.stdout):
        print_rows([(clean(name), str(count)) for name, count in found.items()], right={1})
    else:
        print_line("You have no tags yet. 'dailypapers tag add NAME ID' makes one.")
    return 0


COMMAND = Command(
    "tags",
    "Print your tags with their numbers of papers, the most used first.",
    (
        ("tags", "all of them"),
        ("tags --json", "for a program"),
    ),
    _add_arguments,
    _print_tags,
)
