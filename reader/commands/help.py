"""`dailypapers help`: the usual commands, a page of the manual, or what a command takes."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from reader.commands.command import Command, add_no_pager, make_parser, suggest
from reader.commands.help_text import FORMER_PAGES, PAGES, USER_PAGES, draw, examples, help_width, print_page
from reader.commands.line.manual import all_table, page
from reader.commands.line.registry import (
    ABOUT,
    EXAMPLES,
    USUAL,
    find_command,
    gists_of_commands,
    is_command,
)
from reader.commands.output import Style, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.nearest import advice
from reader.paths import APP

ALL = "all"
"""The word that asks for every command and page."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = parser.add_argument("about", nargs="?", metavar="WORD", help=f"a page of the manual, a command or {ALL}")
    suggest(about, lambda _: (*PAGES, *gists_of_commands(), ALL))
    add_no_pager(parser)


def _print_help(arguments: Namespace, workspace: Workspace) -> int:
    about, paged = FORMER_PAGES.get(arguments.about, arguments.about), not arguments.no_pager
    if about is None:
        print_line(front_page().rstrip("\n"))
    elif about in PAGES:
        more = f"\n`{APP} {about} --help` says what the command takes." if is_command(about) else ""
        print_page(page(about, workspace.keymap) + more, paged=paged)
    elif is_command(about):
        print_line(make_parser(find_command(about)).format_help().rstrip("\n"))
    elif about == ALL:
        print_page(all_table(), paged=paged)
    else:
        meant = advice(about, [*PAGES, *gists_of_commands(), ALL], "'dailypapers help all' lists them.")
        raise UsageError(f"There is no command or page {about!r}. {meant}")
    return 0


# The first page: examples, and the commands that most people use


_OPTIONS = "Options: --demo, --plain, --color WHEN, --log-level LEVEL, -V (--version), -h (--help)."
_MORE = f"More: '{APP} help all', 'help COMMAND', 'help PAGE'. Pages: {', '.join(USER_PAGES)}."
_WORDS = f"Other words are a query; '{APP} -- WORDS' if they look like a command."


def front_page() -> str:
    """The first page of help, which fits a small screen."""
    ends = (line for text in (_OPTIONS, _MORE, _WORDS) for line in draw(text))
    return "\n".join((*draw(f"{ABOUT}\n\n{examples(EXAMPLES)}"), "", *_in_two_columns(USUAL), "", *ends, ""))


def _in_two_columns(names: Sequence[str]) -> Iterator[str]:
    """Commands and what they do, in two columns; only names if the screen is narrow."""
    gists, style, half = gists_of_commands(), Style.of(sys.stdout), -(-len(names) // 2)
    cells = [f"{name:9}{gists[name]}" for name in names]
    left = max(map(len, cells[:half])) + 2
    if left + max(map(len, cells[half:])) + 2 > help_width():
        yield from draw(", ".join(names))
        return
    for one, other in zip(cells[:half], cells[half:], strict=True):
        yield f"  {style.typed(one[:9])}{one[9:]:{left - 9}}{style.typed(other[:9])}{other[9:]}"


COMMAND = Command(
    "help",
    "Print a page of the manual, or explain a command.",
    (),
    _add_arguments,
    _print_help,
)
