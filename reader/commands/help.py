"""`dailypapers help`: explain the program, a command or queries."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, make_parser, suggest
from reader.commands.line.registry import find_command, gists_of_commands, is_command
from reader.commands.output import Style, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.nearest import nearest

QUERIES = "queries"
"""The word that asks for the query language."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = parser.add_argument("about", nargs="?", metavar="COMMAND", help=f"a command, or {QUERIES}")
    suggest(about, lambda _: (*gists_of_commands(), QUERIES))


def _print_help(arguments: Namespace, _workspace: Workspace) -> int:
    about = arguments.about
    if about is None:
        from reader.commands.line.front_page import front_page

        print_line(front_page().rstrip("\n"))
    elif is_command(about):
        print_line(make_parser(find_command(about)).format_help().rstrip("\n"))
    elif about == QUERIES:
        _print_queries()
    else:
        meant = nearest(about, [*gists_of_commands(), QUERIES])
        advice = f"Did you mean {meant}?" if meant else "'dailypapers help' lists all."
        raise UsageError(f"There is no command {about!r}. {advice}")
    return 0


def _print_queries() -> None:
    from reader.commands.line.query_help import ABOUT, QUERIES
    from reader.commands.printing.help_text import define, help_width, wrap

    columns = help_width()
    for line in (*wrap(ABOUT, columns), "", *define(QUERIES, columns, Style.of(sys.stdout), columns // 2 - 4)):
        print_line(line)


COMMAND = Command(
    "help",
    "Explain a command, or how to write queries.",
    (
        ("help", "every command"),
        ("help list", "what list takes; the same as 'dailypapers list --help'"),
        ("help queries", "how to write queries"),
    ),
    _add_arguments,
    _print_help,
)
