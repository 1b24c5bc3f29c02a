"""The names of the commands, without importing them: most runs open the reader and need none."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reader.paths import APP

if TYPE_CHECKING:
    from reader.commands.command import Command, Parser

COMMANDS = (
    "refresh",
    "import",
    "add",
    "search",
    "feeds",
    "list",
    "count",
    "show",
    "topics",
    "open",
    "mark",
    "undo",
    "export",
    "config",
    "keys",
    "completions",
    "doctor",
    "schedule",
    "cache",
    "restore",
)
"""Names of all commands, in the order of the help. Each has a module of its name in `reader.commands`."""

_ODD_MODULES = MappingProxyType({"import": "import_files"})
"""Modules of the commands whose name is a Python keyword."""

ABOUT = "Read the daily papers of Hugging Face in the terminal. Without a command, opens the reader."

EXAMPLES = (
    ("", "open the reader where it was left"),
    ("topic:agents is:unread", "open it on a query; -- before a query that begins with a command's name"),
    ("--demo", "look around in a bundled sample, without network"),
    ("refresh", "fetch the latest days"),
    ("list --help", "what a command takes"),
)


def find_command(name: str) -> Command:
    """Import and return the command of this name."""
    from importlib import import_module

    command: Command = import_module(f"reader.commands.{_ODD_MODULES.get(name, name)}").COMMAND
    return command


def add_reader_options(parser: Parser) -> None:
    """Add the options of the reader itself, all but the query."""
    from reader.commands.command import add_log_level

    parser.add_argument("--demo", action="store_true", help="open a bundled sample in a throw-away cache, no network")
    add_log_level(parser)
    parser.add_argument("-V", "--version", action="store_true", help="print the version")


def tree() -> Parser:
    """The whole command line as one parser, for help and completions."""
    from argparse import RawDescriptionHelpFormatter

    from reader.commands.command import Parser, add_arguments, examples_text

    parser = Parser(
        prog=APP,
        usage=f"{APP} [--demo] [QUERY ...]\n       {APP} COMMAND ...",
        description=ABOUT,
        epilog=examples_text(EXAMPLES),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_reader_options(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for command in map(find_command, COMMANDS):
        about = command.summary.partition(";")[0].rstrip(".")
        add_arguments(commands.add_parser(command.name, help=about, allow_abbrev=False), command)
    return parser
