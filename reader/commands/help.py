"""`dailypapers help`: explain the program, a command or queries."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence

from reader import installed
from reader.commands.command import Command, make_parser, suggest
from reader.commands.line.registry import ABOUT, EXAMPLES, GROUPS, USUAL, find_command, gists_of_commands, is_command
from reader.commands.output import Style, print_line
from reader.commands.printing.help_text import define, example_lines, help_width, wrap
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.nearest import advice
from reader.paths import APP

LANGUAGE, ALL = "queries", "all"
"""The words that ask for the query language, and for every command."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = parser.add_argument("about", nargs="?", metavar="COMMAND", help=f"a command, {LANGUAGE} or {ALL}")
    suggest(about, lambda _: (*gists_of_commands(), LANGUAGE, ALL))


def _print_help(arguments: Namespace, _workspace: Workspace) -> int:
    about = arguments.about
    if about is None:
        print_line(front_page().rstrip("\n"))
    elif is_command(about):
        print_line(make_parser(find_command(about)).format_help().rstrip("\n"))
    elif about == LANGUAGE:
        _print_queries()
    elif about == ALL:
        for line in _all_commands():
            print_line(line)
    else:
        meant = advice(about, [*gists_of_commands(), LANGUAGE, ALL], "'dailypapers help all' lists them.")
        raise UsageError(f"There is no command {about!r}. {meant}")
    return 0


def _print_queries() -> None:
    from reader.commands.line.manual import ABOUT_QUERIES, QUERIES

    columns = help_width()
    for line in (*wrap(ABOUT_QUERIES, columns), "", *define(QUERIES, columns, Style.of(sys.stdout), columns // 2 - 4)):
        print_line(line)


# The first page: examples, and the commands that most people use


_OPTIONS = "Options: --demo, --color WHEN, --log-level LEVEL, -V (--version), -h (--help)."
_MORE = f"More: '{APP} help all', 'help COMMAND', 'help queries'."
_WORDS = f"Other words are a query; '{APP} -- WORDS' if they look like a command."


def front_page() -> str:
    """The first page of help, which fits a small screen."""
    columns, style = help_width(), Style.of(sys.stdout)
    lines = (
        *wrap(ABOUT, columns),
        "",
        *example_lines(EXAMPLES, columns, style),
        "",
        *_in_two_columns(USUAL, columns, style),
        "",
        *wrap(_OPTIONS, columns),
        *wrap(_MORE, columns),
        *wrap(_WORDS, columns),
    )
    return "\n".join(lines) + "\n"


def _in_two_columns(names: Sequence[str], columns: int, style: Style) -> Iterator[str]:
    """Commands with what each does, half of them beside the others; only their names if the screen is narrow."""
    gists = gists_of_commands()
    half = -(-len(names) // 2)
    size = max(map(len, names)) + 2
    left = size + max(len(gists[name]) for name in names[:half]) + 4
    if columns < left + size + max(len(gists[name]) for name in names[half:]):
        yield from wrap(", ".join(names), columns, "  ")
        return
    for one, other in zip(names[:half], names[half:], strict=True):
        gap = " " * (left - size - len(gists[one]) - 2)
        yield f"  {_entry(one, size, gists, style)}{gap}{_entry(other, size, gists, style)}"


def _entry(name: str, size: int, gists: Mapping[str, str], style: Style) -> str:
    return f"{style.typed(name)}{' ' * (size - len(name))}{gists[name]}"


def _all_commands() -> Iterator[str]:
    """A line for each command, under the heading of its group."""
    style, gists = Style.of(sys.stdout), gists_of_commands()
    added = installed.others()
    for title, names in {**GROUPS, **({"Of extensions": added} if added else {})}.items():
        yield style.bold(title)
        yield from (f"  {_entry(name, 13, gists, style)}" for name in names)


COMMAND = Command(
    "help",
    "Explain a command, or how to write queries.",
    (
        ("help", "the usual commands"),
        ("help all", "every command"),
        ("help list", "what list takes; the same as 'dailypapers list --help'"),
        ("help queries", "how to write queries"),
    ),
    _add_arguments,
    _print_help,
)
