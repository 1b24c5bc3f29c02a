"""`dailypapers list`: print the papers of a query, their number or topics, passages of their texts, or your reading."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.search.compile import names_hidden
from reader.commands.choosing import explain_nothing, with_known_words
from reader.commands.command import (
    Command,
    add_limit,
    add_no_pager,
    add_query,
    add_quiet,
    query_of,
)
from reader.commands.output import Style, answer, counts, is_terminal, state_words, warn
from reader.commands.pager import print_found
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.errors import UsageError
from reader.core.paper_row import PaperKey, PaperRow
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.reads.window import Order, Window
    from reader.cache.search.selection import Selection
    from reader.core.query import Query


FOR_YOU, LIKE = "for_you", "like"
"""Fields of the JSON that are read only when they are printed."""

CHUNK = 200
"""Rows read and printed at a time."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    add_limit(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--count", action="store_true", help="print only how many papers there are")
    what.add_argument("--topics", action="store_true", help="print their topics, most frequent first")
    about = (
        "print the paragraphs of stored full texts with the query's fulltext: words; in a pipe as id, section and text"
    )
    what.add_argument("--passages", action="store_true", help=about)
    about = "print your reading of the last weeks: papers seen, opened, finished and starred, and their topics"
    what.add_argument("--stats", action="store_true", help=about)
    add_quiet(parser, "print papers only, without remarks")
    add_no_pager(parser)


def _count_papers(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.limit is not None:
        raise UsageError("--count counts all papers of a query: leave out -n.")
    query = parsed(query_of(arguments.query))
    with workspace.window() as window:
        count = window.count(selection(window, query))
    return answer(arguments, {"query": query.text, "count": count}, str(count))


def _list_papers(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.count:
        return _count_papers(arguments, workspace)
    if arguments.topics:
        from reader.commands.topics import print_topics

        return print_topics(arguments, workspace)
    if arguments.passages:
        from reader.commands.passages import print_passages

        return print_passages(arguments, workspace)
    if arguments.stats:
        from reader.commands.stats import print_stats

        return print_stats(arguments, workspace)
    query = parsed(query_of(arguments.query))
    with workspace.window() as window:
        chosen, found = _find(window, arguments, query)
        meant = None
        # Other programs get exactly what was asked for.
        if (query.near or not found.pks) and is_terminal(sys.stdout) and not (arguments.quiet or arguments.json):
            meant = with_known_words(window, query)
        if meant is not None and not query.near:
            query = meant
            chosen, found = _find(window, arguments, query)
        fields = arguments.json.fields if arguments.json else ()
        like = chosen.near.like if chosen.near is not None else ()
        with_opinion = FOR_YOU in fields or (chosen.is_for_you and not fields)
        if with_opinion:
            window.learn()
        with_shared = LIKE in fields or (bool(like) and not fields)
        is_whole = found.complete and not names_hidden(query.root)
        total = partial(window.count, selection(window, parsed("")) if is_whole else chosen)
        print_found(
            arguments,
            _records(window, found, like if with_shared else None, with_opinion=with_opinion),
            _draw_table(window, found, total if not arguments.quiet and found.pks else None, workspace),
            _format_fields(_rows(window, found), found.only_in_texts),
        )
        if meant is not None:
            warn(f"Searched for {meant}.")
        if not found.pks and not arguments.quiet:
            explain_nothing(window, query)
    return 0


def _find(window: Window, arguments: Namespace, query: Query) -> tuple[Selection, Order[int]]:
    chosen = selection(window, query)
    if (limit := arguments.limit) is None:
        return chosen, window.order(chosen)
    found = window.first(chosen, limit)
    # What suits the user needs the whole list.
    return chosen, found._replace(pks=found.pks[:limit], complete=found.complete and len(found.pks) <= limit)


def _records(
    window: Window, found: Order[int], like: Sequence[str] | None, *, with_opinion: bool
) -> Iterator[dict[str, object]]:
    from reader.actions.export import record
    from reader.commands.reasons import for_you_record, like_record

    in_texts = found.only_in_texts
    for paper in window.papers(found.pks):
        opinion = for_you_record(window, paper) if with_opinion else {}
        # True if only the full text has the query's words.
        shares = like_record(window, like, paper.pk) if like is not None and isinstance(paper.pk, int) else {}
        yield record(paper) | {"in_text": paper.pk in in_texts} | opinion | shares


def _rows(window: Window, found: Order[int]) -> Iterator[PaperRow]:
    pks = found.pks
    return (row for start in range(0, len(pks), CHUNK) for row in window.rows(pks[start : start + CHUNK]))


def _format_fields(rows: Iterable[PaperRow], in_texts: Container[PaperKey]) -> Iterator[str]:
    """Lines for other programs: id, day, upvotes, comments, state and title, separated by tabs.

    Unknown numbers are empty. The state ends in `in-text` if only the full text matches.
    """
    style = Style.of(sys.stdout)
    for row in rows:
        title = clean(row.title)
        state = f"{state_words(row)},in-text" if row.pk in in_texts else state_words(row)
        facts = "\t".join((row.id, row.day, *counts(row), state))
        yield f"{style.faint(facts)}\t{title if row.read else style.bold(title)}"


def _draw_table(
    window: Window, found: Order[int], total: Callable[[], int] | None, workspace: Workspace
) -> Iterator[str]:
    from reader.commands.list_table import ListTable

    table = ListTable.of(workspace.settings.ascii)
    yield from table.draw(window, found, CHUNK)
    if total is not None:
        yield table.total(len(found.pks), total())


COMMAND = Command(
    "list",
    "Print papers, the newest day first; in a pipe as id, day, upvotes, comments, state and title, separated by tabs.",
    (),
    _add_arguments,
    _list_papers,
    {
        "": "array: PAPER, in_text, for_you (score, why, phrases), like (words, authors, topics, why)",
        "--count": "query, count",
        "--topics": "array: slug, name, family, papers, weeks, rising",
        "--passages": "array: id, title, section, text",
        "--stats": (
            "seen, opened, finished, starred, since, counted_since, weeks (seen, opened, finished, starred, "
            "monday), topics (slug, name, starred (papers, share), seen (papers, share)), days (seen, "
            "opened, finished, starred, day)"
        ),
    },
)
