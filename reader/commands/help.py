"""`dailypapers help`: the usual commands, a page of the manual, or what a command takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from reader import __version__, installed
from reader.access_token import child_environment
from reader.commands.command import Command, add_no_pager, make_parser, suggest
from reader.commands.help_text import define, example_lines, help_width, wrap
from reader.commands.line.manual import PAGES, gists_of_pages, manual, page, page_lines
from reader.commands.line.registry import ABOUT, EXAMPLES, GROUPS, USUAL, find_command, gists_of_commands, is_command
from reader.commands.output import Style, is_terminal, paint, print_line
from reader.commands.pager import print_paged
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.nearest import advice
from reader.paths import APP

ALL = "all"
"""The word that asks for every command and page."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = parser.add_argument("about", nargs="?", metavar="WORD", help=f"a page of the manual, a command or {ALL}")
    suggest(about, lambda _: (*PAGES, *gists_of_commands(), ALL))
    parser.add_argument("--man", action="store_true", help="show the man page, or print it into a pipe")
    add_no_pager(parser)


def _print_help(arguments: Namespace, workspace: Workspace) -> int:
    about = arguments.about
    if arguments.man:
        _show_man_page()
    elif about is None:
        print_line(front_page().rstrip("\n"))
    elif about in PAGES:
        _print_page(about, workspace, wanted=not arguments.no_pager)
    elif is_command(about):
        print_line(make_parser(find_command(about)).format_help().rstrip("\n"))
    elif about == ALL:
        print_paged(_everything(), wanted=not arguments.no_pager)
    else:
        meant = advice(about, [*PAGES, *gists_of_commands(), ALL], "'dailypapers help all' lists them.")
        raise UsageError(f"There is no command or page {about!r}. {meant}")
    return 0


def _print_page(name: str, workspace: Workspace, *, wanted: bool) -> None:
    """A page as lines for a terminal; as Markdown in a pipe."""
    text = page(name, workspace.keymap)
    if is_command(name):
        text += f"\n`{APP} {name} --help` says what the command takes.\n"
    if is_terminal(sys.stdout):
        style = Style.of(sys.stdout)
        print_paged((paint(line, style) for line in page_lines(text, help_width())), wanted=wanted)
    else:
        print_line(text.rstrip("\n"))


def _show_man_page() -> None:
    """Show the page by `man`, which need not know where it is; print it where there is no terminal or no `man`."""
    program = shutil.which("man")
    if program is None or not is_terminal(sys.stdout):
        print_line(manual(__version__).rstrip("\n"))
        return
    with TemporaryDirectory() as folder:
        # A name with a slash is a file.
        file = Path(folder) / f"{APP}.1"
        file.write_text(manual(__version__), "utf-8")
        subprocess.run([program, str(file)], check=False, env=child_environment())


# The first page: examples, and the commands that most people use


_OPTIONS = "Options: --demo, --color WHEN, --log-level LEVEL, -V (--version), -h (--help)."
_MORE = f"More: '{APP} help all', 'help COMMAND', 'help PAGE'. Pages: {', '.join(PAGES)}."
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


def _everything() -> Iterator[str]:
    """A line for each page of the manual, and for each command under the heading of its group."""
    style, columns = Style.of(sys.stdout), help_width()
    yield style.bold("Pages of the manual")
    yield from define(list(gists_of_pages().items()), columns, style)
    gists, added = gists_of_commands(), installed.others()
    for title, names in {**GROUPS, **({"Of extensions": added} if added else {})}.items():
        yield style.bold(title)
        yield from (f"  {_entry(name, 13, gists, style)}" for name in names)


COMMAND = Command(
    "help",
    "Print a page of the manual, or explain a command.",
    (
        ("help", "the usual commands, and the names of the pages"),
        ("help all", "every page and every command"),
        ("help queries", "how to write queries"),
        ("help list", "what list takes; the same as 'dailypapers list --help'"),
        ("help --man", "all of it, as a man page"),
    ),
    _add_arguments,
    _print_help,
)
