"""`dailypapers list`: print the papers of a query, their number, topics or passages."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.reads.vocabulary import topics_of
from reader.cache.search.compile import names_hidden
from reader.commands.choosing import FOR_YOU, explain_nothing, for_you_record
from reader.commands.command import Command, add_limit, add_query, add_quiet, query_of
from reader.commands.output import Style, answer, print_results, width
from reader.commands.workspace import Workspace, parse_query, selection
from reader.core.errors import UsageError
from reader.core.ids import hf_url, paper_url
from reader.core.lines import cell_len, cut
from reader.core.paper_row import PaperRow
from reader.core.text import clean
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import day_heading

if TYPE_CHECKING:
    from reader.cache.reads.window import Order, Window
    from reader.cache.search.selection import Selection
    from reader.core.paper_row import PaperRow
    from reader.core.query import Query

BATCH_ROWS = 200
"""Rows read and printed at a time."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    add_limit(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--count", action="store_true", help="print only how many papers there are")
    what.add_argument("--topics", action="store_true", help="print their topics, most frequent first")
    about = (
        "print the paragraphs of stored full texts that contain the words of fulltext: in the query; in a pipe as id,"
        " section and text"
    )
    what.add_argument("--passages", action="store_true", help=about)
    add_quiet(parser, "print papers only, without remarks")


def _count_papers(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.limit is not None:
        raise UsageError("--count counts all papers of a query: leave out -n.")
    query = parse_query(query_of(arguments.query))
    with workspace.window() as window:
        count = window.count(selection(window, query))
    return answer(arguments, {"query": query.text, "count": count}, str(count))


def _list_papers(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.count:
        return _count_papers(arguments, workspace)
    if arguments.topics:
        from reader.commands.list_forms import print_topics

        return print_topics(arguments, workspace)
    if arguments.passages:
        from reader.commands.list_forms import print_passages

        return print_passages(arguments, workspace)
    query = parse_query(query_of(arguments.query))
    with workspace.window() as window:
        chosen, order = _find(window, arguments, query)
        fields = arguments.json.fields if arguments.json else ()
        with_opinion = FOR_YOU in fields or (chosen.is_for_you and not fields)
        if with_opinion:
            window.learn()
        is_whole = order.complete and not names_hidden(query.root)
        total = partial(window.count, selection(window, parse_query("")) if is_whole else chosen)
        print_results(
            arguments,
            _records(window, order, with_opinion=with_opinion),
            _draw_table(window, order, total if not arguments.quiet and order.pks else None, workspace),
            _format_fields(_rows(window, order)),
        )
        if not order.pks and not arguments.quiet:
            explain_nothing(window, query)
    return 0


def _find(window: Window, arguments: Namespace, query: Query) -> tuple[Selection, Order]:
    chosen = selection(window, query)
    if (limit := arguments.limit) is None:
        return chosen, window.order(chosen)
    order = window.first(chosen, limit)
    # In the order of recommendation, `first` returns the whole list.
    return chosen, order._replace(pks=order.pks[:limit], complete=order.complete and len(order.pks) <= limit)


def _records(window: Window, order: Order, *, with_opinion: bool) -> Iterator[dict[str, object]]:
    from reader.actions.export import record

    for paper in window.papers(order.pks):
        yield record(paper) | (for_you_record(window, paper) if with_opinion else {})


def _rows(window: Window, order: Order) -> Iterator[PaperRow]:
    pks = order.pks
    return (row for start in range(0, len(pks), BATCH_ROWS) for row in window.rows(pks[start : start + BATCH_ROWS]))


def _format_fields(rows: Iterable[PaperRow]) -> Iterator[str]:
    """Lines for a pipe: id, day, upvotes, comments, state and title, separated by tabs; unknown numbers are empty."""
    style = Style.of(sys.stdout)
    for row in rows:
        title = clean(row.title)
        counts = ("" if count is None else str(count) for count in (row.upvotes, row.comments))
        states = [word for word in ("starred", "queued", "hidden") if getattr(row, word)]
        facts = "\t".join((row.id, row.day, *counts, ",".join(["read" if row.read else "unread", *states])))
        yield f"{style('muted', facts)}\t{title if row.read else style('strong', title)}"


def _draw_table(window: Window, order: Order, total: Callable[[], int] | None, workspace: Workspace) -> Iterator[str]:
    style, today = Style.of(sys.stdout, links=True), datetime.now(UTC).date()
    yield from ListTable(min(width(), MAX_COLUMNS), workspace.glyphs, style, today).draw(window, order)
    if total is not None:
        yield style("muted", f"{len(order.pks):,} of {max(len(order.pks), total()):,}")


COMMAND = Command(
    "list",
    "Print papers, the newest day first; in a pipe as id, day, upvotes, comments, state and title, separated by tabs.",
    (),
    _add_arguments,
    _list_papers,
    has_json=True,
)


# The list on a terminal: papers by day, with marks and topics, each cut to one line


MAX_COLUMNS = 160
"""Maximum columns of a line: in wider lines, the topics would be too far from the title."""

MIN_COLUMNS_WITH_TOPICS = 76

MIN_COLUMNS_WITH_DAYS = 70

GAP = 2
"""Columns between title and topics."""


class ListTable(NamedTuple):
    """Draws a list of papers on a terminal."""

    columns: int
    signs: Glyphs
    style: Style
    today: date

    def draw(self, window: Window, order: Order) -> Iterator[str]:
        """The lines of a list, which is read in batches."""
        headings = self._headings(order, window.partial_days())
        with_days = not order.groups
        for start in range(0, len(order.pks), BATCH_ROWS):
            pks = order.pks[start : start + BATCH_ROWS]
            topics = window.read(partial(topics_of, pks=pks)) if self.columns >= MIN_COLUMNS_WITH_TOPICS else {}
            by_pk = {row.pk: row for row in window.rows(pks)}
            size = max((len(row.id) for row in by_pk.values()), default=0)
            for place, pk in enumerate(pks, start):
                if place in headings:
                    yield headings[place]
                # A paper may have disappeared since the order was read.
                if pk in by_pk:
                    yield self._draw_paper(by_pk[pk], topics.get(pk, ()), size, with_day=with_days)

    def _headings(self, order: Order, partial_days: Container[str]) -> dict[int, str]:
        """The heading of each day, by the place of its first paper, with the day's number of papers if known."""
        starts = accumulate((count for _, count in order.groups), initial=0)
        headings = {}
        for number, ((day, count), start) in enumerate(zip(order.groups, starts, strict=False), 1):
            is_whole = order.complete or number < len(order.groups)
            known = f"  {count:,}{'+' if day in partial_days else ''}" if is_whole else ""
            headings[start] = f"{self.style('strong', day_heading(day, self.today))}{self.style('muted', known)}"
        return headings

    def _draw_paper(self, row: PaperRow, topics: Sequence[str], id_size: int, *, with_day: bool) -> str:
        """A line with state, id, upvotes, optionally the day, the title, and as many topics as fit."""
        day = f"  {row.day:10}" if with_day and self.columns >= MIN_COLUMNS_WITH_DAYS else ""
        facts = f"{'' if row.upvotes is None else f'{row.upvotes:,}':>5}{day}"
        sign_role, sign = self._sign(row)
        room = self.columns - cell_len(sign) - 1 - id_size - len(facts) - GAP
        title = clean(row.title)
        marks = self._choose_topics(topics, room, cell_len(title))
        kept = cut(title, room - len(marks) - GAP if marks else room, self.signs.ellipsis)
        gap = " " * (room - cell_len(kept) - len(marks)) if marks else ""
        address = self.style.link(hf_url(row.id) or paper_url(row.id), row.id) + " " * (id_size - len(row.id))
        shown = kept if row.read else self.style("strong", kept)
        return (
            f"{self.style(sign_role, sign)} {self.style('muted', address)}{self.style('muted', facts)}  {shown}"
            f"{gap}{self.style('topic', marks)}".rstrip()
        )

    def _choose_topics(self, topics: Sequence[str], room: int, title: int) -> str:
        """The first topic if it is short, and as many others as fit beside the whole title."""
        if not topics or len(topics[0]) > room // 3:
            return ""
        marks = topics[0]
        for topic in topics[1:]:
            if title + GAP + len(marks) + 1 + len(topic) > room:
                break
            marks += f" {topic}"
        return marks

    def _sign(self, row: PaperRow) -> tuple[str, str]:
        """The sign of a paper's state, after its role."""
        if row.hidden:
            return "muted", self.signs.hidden
        if row.starred:
            return "star", self.signs.starred
        return "", self.signs.read if row.read else self.signs.unread
