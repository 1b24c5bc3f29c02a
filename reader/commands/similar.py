"""`dailypapers similar`: print similar papers, and why."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reader.actions.export import record
from reader.commands.choosing import find_or_fetch
from reader.commands.command import Command, add_no_pager, add_quiet, positive_number
from reader.commands.output import Style, counts, state_words, warn
from reader.commands.pager import print_found
from reader.commands.reasons import like_record, shared
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.lines import wrapped
from reader.core.query import Query, Sort
from reader.core.similarity import came_out, like_query
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.reads.orders import Order
    from reader.cache.reads.window import Window
    from reader.core.paper import Paper

LIMIT = 20

INDENT = 2


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="arXiv ids or addresses of papers, all of which count")
    parser.add_argument(
        "-n",
        "--limit",
        type=positive_number,
        default=LIMIT,
        metavar="N",
        help=f"print at most N papers (default: {LIMIT})",
    )
    parser.add_argument("--query", default="", metavar="QUERY", help="only papers of this query, in its order")
    parser.add_argument("--newer", action="store_true", help="only papers that were published later")
    add_quiet(parser, "print papers only, without remarks")
    add_no_pager(parser)


def _print_similar(arguments: Namespace, workspace: Workspace) -> int:
    papers = [find_or_fetch(workspace, id)[0] for id in arguments.ids]
    ids = [paper.id for paper in papers]
    query = similar_query(papers, arguments.query, is_newer=arguments.newer)
    with workspace.window() as window:
        found = window.first(selection(window, query), arguments.limit)
        print_found(
            arguments,
            _records(window, found, ids),
            _draw(window, found, ids, workspace),
            _format_fields(window, found, ids),
        )
    if not found.pks and not arguments.quiet:
        warn("No other paper here is similar.")
    return 0


def similar_query(papers: Sequence[Paper], text: str, *, is_newer: bool) -> Query:
    """The query for papers similar to some; newer than the newest of them if `is_newer`."""
    query = parsed(text, also=like_query([paper.id for paper in papers], came_out(papers) if is_newer else None))
    return query if query.sort else replace(query, sort=Sort("relevance"))


def _records(window: Window, found: Order[int], ids: Sequence[str]) -> Iterator[dict[str, object]]:
    for pk, paper in zip(found.pks, window.papers(found.pks), strict=False):
        yield record(paper) | like_record(window, ids, pk)


def _format_fields(window: Window, found: Order[int], ids: Sequence[str]) -> Iterator[str]:
    """Lines for other programs: id, day, upvotes, comments, state, title and reason, separated by tabs."""
    for row in window.rows(found.pks):
        if isinstance(row.pk, int):
            said = shared(window, ids, row.pk).said
            facts = (row.id, row.day, *counts(row), state_words(row), clean(row.title))
            yield "\t".join((*facts, clean(said)))


def _draw(window: Window, found: Order[int], ids: Sequence[str], workspace: Workspace) -> Iterator[str]:
    """Lines for a terminal: each paper, followed by what it shares."""
    from reader.commands.list_table import ListTable

    table = ListTable.of(workspace.settings.ascii)
    style = Style.of(sys.stdout)
    for pk in found.pks:
        one = found._replace(pks=[pk], groups=())
        yield from table.draw(window, one, 1)
        said = shared(window, ids, pk).said
        for line in wrapped(clean(said), table.columns - INDENT) if said else ():
            yield f"{' ' * INDENT}{style.faint(line)}"


COMMAND = Command(
    "similar",
    "Print papers like one or several others, by words, authors, topics and the citations of stored full texts.",
    (),
    _add_arguments,
    _print_similar,
    {"": "array: PAPER, like (words, authors, topics, why)"},
)
