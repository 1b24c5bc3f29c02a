"""Which commands there are, without importing any: the reader, opened far more often, shall not wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from reader.paths import APP

if TYPE_CHECKING:
    from reader.commands.command import Command, Parser

MODULES: Mapping[str, str] = MappingProxyType(
    {
        "refresh": "fetching",
        "import": "fetching",
        "add": "looking_up",
        "search": "looking_up",
        "feeds": "feeds",
        "list": "reading",
        "count": "reading",
        "show": "reading",
        "topics": "topics",
        "open": "reading",
        "mark": "marking",
        "undo": "marking",
        "export": "export",
        "config": "setting",
        "keys": "setting",
        "completions": "setting",
        "doctor": "doctor",
        "schedule": "schedule",
        "cache": "cache",
    }
)
"""The module of `reader.commands` that has a command, by the command's name."""

ABOUT = "Read the daily papers of Hugging Face in the terminal. Without a command, opens the reader."

EXAMPLES = (
    ("", "open the reader where it was left"),
    ("topic:agents is:unread", "open it on a query; -- before a query that begins with a command's name"),
    ("--demo", "look around in a bundled sample, without network"),
    ("refresh", "fetch the latest days"),
    ("list --help", "what a command takes"),
)


def find_command(name: str) -> Command:
    """The command of this name, its module imported."""
    from importlib import import_module

    module = import_module(f"reader.commands.{MODULES[name]}")
    commands: Sequence[Command] = module.COMMANDS
    return next(command for command in commands if command.name == name)


def add_reader_options(parser: Parser) -> None:
    """Take what opening the reader takes, but for the query."""
    parser.add_argument("--demo", action="store_true", help="open a bundled sample in a throw-away cache, no network")
    parser.add_argument("-V", "--version", action="store_true", help="print the version")


def tree() -> Parser:
    """The whole command line as one parser, for the help and for completions."""
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
    for command in map(find_command, MODULES):
        about = command.summary.partition(";")[0].rstrip(".")
        add_arguments(commands.add_parser(command.name, help=about, allow_abbrev=False), command)
    return parser
