"""`dailypapers list`: print the papers of a query."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json, add_query, positive_number, query_of
from reader.commands.output import (
    READABLE,
    Style,
    fit,
    is_terminal,
    print_line,
    state_words,
    width,
)
from reader.commands.workspace import Workspace, explain_nothing, parsed, selection
from reader.core.paper import PaperRow
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.ui.text.glyphs import Glyphs


CHUNK = 200
"""Rows that are read and printed at once."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    parser.add_argument("--limit", type=positive_number, metavar="N", help="print at most N papers")
    add_json(parser)


def _list_papers(arguments: Namespace, workspace: Workspace) -> int:
    query = parsed(query_of(arguments.query))
    with workspace.window() as window:
        chosen = selection(window, query)
        found = window.order(chosen) if arguments.limit is None else window.first(chosen, arguments.limit)
        pks = found.pks
        if arguments.json:
            from reader.actions.export import write_json

            write_json(window.papers(pks), sys.stdout)
        else:
            rows = (row for start in range(0, len(pks), CHUNK) for row in window.rows(pks[start : start + CHUNK]))
            for line in _format_table(rows, workspace) if is_terminal(sys.stdout) else _format_fields(rows):
                print_line(line)
        if not pks:
            explain_nothing(window)
    return 0


def _format_fields(rows: Iterable[PaperRow]) -> Iterator[str]:
    """Lines for other programs: id, day, upvotes, comments, state and title, separated by tabs."""
    for row in rows:
        yield "\t".join((row.id, row.day, str(row.upvotes), str(row.comments), state_words(row), clean(row.title)))


def _format_table(rows: Iterable[PaperRow], workspace: Workspace) -> Iterator[str]:
    """Lines for the terminal: state, id, day, upvotes, and the title cut to the width."""
    from reader.ui.text.glyphs import glyphs

    signs = glyphs(workspace.settings.ascii)
    style = Style.of(sys.stdout)
    columns = width()
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        id_width = max(len(row.id) for row in chunk)
        for row in chunk:
            day = f"{row.day:10}  " if columns >= READABLE - 20 else ""
            facts = f"{row.id:{id_width}}  {day}{row.upvotes:>4}"
            title = fit(clean(row.title), max(10, columns - len(facts) - 5)).rstrip()
            title = title if row.read else style.bold(title)
            yield f"{_choose_sign(row, signs, style)} {style.faint(facts)}  {title}"


def _choose_sign(row: PaperRow, signs: Glyphs, style: Style) -> str:
    if row.hidden:
        return style.faint(signs.hidden)
    if row.starred:
        return style.star(signs.starred)
    return signs.read if row.read else signs.unread


COMMAND = Command(
    "list",
    "Print papers, the newest day first; in a pipe as id, day, upvotes, comments, state and title with tabs between.",
    (
        ("list day:today", "today's papers"),
        ("list topic:agents is:unread sort:upvotes --limit 10", "the ten most upvoted unread papers on agents"),
        ("list -topic:evaluation since:7d --json", "the last week without benchmarks, as JSON"),
    ),
    _add_arguments,
    _list_papers,
)
