"""`dailypapers help`: explain the program, a command or queries."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from reader import installed
from reader.commands.command import Command, make_parser, suggest
from reader.commands.line.registry import ABOUT, EXAMPLES, GROUPS, find_command, gists_of_commands, is_command
from reader.commands.output import Style, is_terminal, print_line
from reader.commands.printing.help_text import define, example_lines, help_width, wrap
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.nearest import advice
from reader.paths import APP

LANGUAGE = "queries"
"""The word that asks for the query language."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = parser.add_argument("about", nargs="?", metavar="COMMAND", help=f"a command, or {LANGUAGE}")
    suggest(about, lambda _: (*gists_of_commands(), LANGUAGE))


def _print_help(arguments: Namespace, _workspace: Workspace) -> int:
    about = arguments.about
    if about is None:
        print_line(front_page().rstrip("\n"))
    elif is_command(about):
        print_line(make_parser(find_command(about)).format_help().rstrip("\n"))
    elif about == LANGUAGE:
        _print_queries()
    else:
        meant = advice(about, [*gists_of_commands(), LANGUAGE], "'dailypapers help' lists all.")
        raise UsageError(f"There is no command {about!r}. {meant}")
    return 0


def _print_queries() -> None:
    from reader.commands.line.manual import ABOUT_QUERIES, QUERIES

    columns = help_width()
    for line in (*wrap(ABOUT_QUERIES, columns), "", *define(QUERIES, columns, Style.of(sys.stdout), columns // 2 - 4)):
        print_line(line)


# The first page of help: examples, and every command in its group, as much of it as the screen holds


_NAME = max(len(name) for group in GROUPS.values() for name in group)

_LEFT = _NAME + 6 + max(len(gist) for group in GROUPS.values() for gist in group.values())
"""Columns of the left half."""

_OPTIONS = "Options: --demo, --color WHEN, --log-level LEVEL, -V (--version), -h (--help)."
_MORE = f"'{APP} help COMMAND' and '{APP} help queries' say more."


def front_page() -> str:
    """The page in the fullest form that fits the screen; in a pipe with a line for each command."""
    columns = help_width()
    forms = [_in_one_column, _by_name]
    if columns >= _LEFT + max(_size(*entry) for title in list(GROUPS)[1::2] for entry in GROUPS[title].items()):
        forms.insert(0, _in_two_columns)
    if not is_terminal(sys.stdout):
        return _assemble(_in_one_column, columns)
    # The prompt that follows needs a line too.
    rows = shutil.get_terminal_size().lines - 1
    pages = [_assemble(form, columns) for form in forms]
    # On the smallest screens one example is enough.
    pages.append(_assemble(_by_name, columns, EXAMPLES[-1:]))
    return next((page for page in pages if page.count("\n") <= rows), pages[-1])


def _assemble(
    form: Callable[[Style, int], Iterator[str]], columns: int, examples: Sequence[tuple[str, str]] = EXAMPLES
) -> str:
    style = Style.of(sys.stdout)
    added = ", ".join(installed.others())
    lines = (
        *wrap(ABOUT, columns),
        "",
        *example_lines(examples, columns, style),
        "",
        *form(style, columns),
        "",
        *(wrap(f"Of extensions: {added}.", columns) if added else ()),
        *wrap(_OPTIONS, columns),
        *wrap(_MORE, columns),
    )
    return "\n".join(lines) + "\n"


def _in_two_columns(style: Style, _columns: int) -> Iterator[str]:
    """Two groups beside each other, then the next two."""
    groups = [[(title, ""), *group.items()] for title, group in GROUPS.items()]
    for number in range(0, len(groups), 2):
        for left, right in zip_longest(*groups[number : number + 2], fillvalue=("", "")):
            first = _entry(*left, style) if left[0] else ""
            gap = " " * (_LEFT - _size(*left))
            yield f"{first}{gap}{_entry(*right, style) if right[0] else ''}".rstrip()


def _in_one_column(style: Style, _columns: int) -> Iterator[str]:
    """A line for each command."""
    for title, group in GROUPS.items():
        yield style.bold(title)
        for name, gist in group.items():
            yield _entry(name, gist, style)


def _by_name(style: Style, columns: int) -> Iterator[str]:
    """The names of a group's commands on one line."""
    size = max(map(len, GROUPS))
    for title, group in GROUPS.items():
        lines = wrap(", ".join(group), columns - 2, " " * (size + 2))
        yield f"{style.bold(title)}{lines[0][len(title) :]}"
        yield from lines[1:]


def _entry(name: str, gist: str, style: Style) -> str:
    """A command with its gist, or the title of a group."""
    return f"  {style.typed(name)}{' ' * (_NAME - len(name))}  {gist}" if gist else style.bold(name)


def _size(name: str, gist: str) -> int:
    return _NAME + len(gist) + 4 if gist else len(name)


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
