"""`dailypapers keys`: print the keys in use."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from reader.commands.command import Command, add_json, add_no_pager
from reader.commands.help_text import wrap
from reader.commands.output import Style, is_terminal, print_line, width
from reader.commands.pager import print_paged
from reader.commands.workspace import Workspace, warn_of_mistakes

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap

WIDEST = 120
"""Maximum columns of the table."""

LEAST = 30
"""Minimum columns for what a key does; with fewer it stands on a line of its own."""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="how to print them")
    add_json(parser)
    add_no_pager(parser)


def _print_keys(arguments: Namespace, workspace: Workspace) -> int:
    from reader.keys.listing import keys_table

    format: Literal["table", "json", "markdown"] = "json" if arguments.json else arguments.format
    if format == "table":
        columns = min(width(), WIDEST) if is_terminal(sys.stdout) else sys.maxsize
        lines = _draw_table(workspace.keymap, columns, Style.of(sys.stdout))
        print_paged(lines, wanted=not arguments.no_pager)
    else:
        print_line(keys_table(format, workspace.keymap))
    warn_of_mistakes(workspace)
    return 0


def _draw_table(keymap: Keymap, columns: int, style: Style) -> Iterator[str]:
    """Each action under its group: keys, name, what it does and its id, with no word broken."""
    keys = {action.id: " ".join(keymap.labels(action.id)) for action in keymap.actions}
    keys_size = max(map(len, keys.values()), default=0)
    name_size = max((len(action.name) for action in keymap.actions), default=0)
    indent = keys_size + name_size + 6
    is_wide = columns - indent >= LEAST
    group = ""
    for action in keymap.actions:
        if action.group != group:
            if group:
                yield ""
            group = action.group
            yield style.bold(group)
        begin = f"  {keys[action.id]:<{keys_size}}  {action.name:<{name_size}}"
        lines = wrap(f"{action.help} ({action.id})", columns, " " * (indent if is_wide else keys_size + 4))
        if is_wide:
            begin += lines.pop(0)[len(begin) :]
        yield f"  {style.typed(begin[2 : keys_size + 2])}{begin[keys_size + 2 :]}".rstrip()
        yield from lines


COMMAND = Command(
    "keys",
    "Print every key of the reader, yours included.",
    (("keys", "for reading"), ("keys --format markdown", "for a document")),
    _add_arguments,
    _print_keys,
)
