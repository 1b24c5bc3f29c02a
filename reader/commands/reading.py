"""Commands that read the cache: list, count, show, open."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json, add_query, query_of
from reader.commands.output import READABLE, Style, amount, fit, is_terminal, say, say_json, width, wrapped
from reader.commands.workspace import Session, explain_nothing, find, parsed, selection
from reader.core.errors import ReaderError
from reader.core.paper import Paper, PaperRow, labelled
from reader.core.text import clean, clean_block

if TYPE_CHECKING:
    from reader.core.topics.scorer import Reason
    from reader.ui.text.glyphs import Glyphs

CHUNK = 200
"""Rows that are read and printed at a time."""

LINKS = ("page", "pdf", "arxiv", "code", "project", "doi", "entry")


def positive(text: str) -> int:
    """A whole number above zero, for argparse."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(text)


def _list_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    parser.add_argument("--limit", type=positive, metavar="N", help="print at most N papers")
    add_json(parser)


def _list(arguments: Namespace, session: Session) -> int:
    query = parsed(query_of(arguments.query))
    with session.window() as window:
        chosen = selection(window, query)
        found = window.order(chosen) if arguments.limit is None else window.first(chosen, arguments.limit)
        pks = found.pks
        if arguments.json:
            from reader.actions.export import write_json

            write_json(window.papers(pks), sys.stdout)
        else:
            rows = (row for start in range(0, len(pks), CHUNK) for row in window.rows(pks[start : start + CHUNK]))
            for line in _table(rows, session) if is_terminal(sys.stdout) else _tabbed(rows):
                say(line)
        if not pks:
            explain_nothing(window)
    return 0


def _tabbed(rows: Iterable[PaperRow]) -> Iterator[str]:
    """Fields for other programs: id, day, upvotes, comments, state, title."""
    for row in rows:
        yield "\t".join((row.id, row.day, str(row.upvotes), str(row.comments), _state(row), clean(row.title)))


def _state(paper: PaperRow | Paper) -> str:
    """In words, joined by commas."""
    words = ("read" if paper.read else "unread", paper.starred and "starred", paper.hidden and "hidden")
    return ",".join(word for word in words if word)


def _table(rows: Iterable[PaperRow], session: Session) -> Iterator[str]:
    """Lines as wide as the terminal at the most: state, id, day, upvotes, and what fits of the title."""
    from reader.ui.text.glyphs import glyphs

    signs = glyphs(session.settings.ascii)
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
            yield f"{_sign(row, signs, style)} {style.faint(facts)}  {title}"


def _sign(row: PaperRow, signs: Glyphs, style: Style) -> str:
    if row.hidden:
        return style.faint(signs.hidden)
    if row.starred:
        return style.star(signs.starred)
    return signs.read if row.read else signs.unread


def _count_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    add_json(parser)


def _count(arguments: Namespace, session: Session) -> int:
    query = parsed(query_of(arguments.query))
    with session.window() as window:
        count = window.count(selection(window, query))
    if arguments.json:
        say_json({"query": query.text, "count": count})
    else:
        say(str(count))
    return 0


def _show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument("--why", action="store_true", help="tell which words gave it its topics")
    add_json(parser)


def _show(arguments: Namespace, session: Session) -> int:
    paper = _paper(session, arguments.id)
    reasons = None
    if arguments.why:
        reasons = session.topics.explain(paper.title, paper.abstract, paper.keywords, paper.categories)
    if arguments.json:
        from reader.actions.export import record

        say_json(record(paper) | ({"why": [asdict(reason) for reason in reasons]} if reasons is not None else {}))
        return 0
    # In a pipe a paragraph is a line: whoever reads there wraps, or searches, for itself.
    columns = min(width(), READABLE) if is_terminal(sys.stdout) else None
    style = Style.of(sys.stdout)
    if reasons is None:
        lines = _page(paper, style, columns)
    else:
        lines = _why(paper, reasons, {topic.slug: topic.name for topic in session.topics.topics}, style)
    for line in lines:
        say(line)
    return 0


def _paper(session: Session, id: str) -> Paper:
    with session.window() as window:
        paper = window.paper(find(window, id))
    if paper is None:
        raise ReaderError(f"{clean(id, 100)!r} has just been removed from the cache.")
    return paper


def _why(paper: Paper, reasons: Sequence[Reason], names: Mapping[str, str], style: Style) -> Iterator[str]:
    """Why a paper has its topics, a phrase a line: its points, where it comes from and which fields have it."""
    from reader.core.topics.explain import LEGEND, why

    yield style.bold(clean(paper.title))
    if not reasons:
        yield ""
        yield "No rule gives this paper a topic."
    for one in why(reasons, names):
        yield ""
        yield f"{style.bold(clean(one.name))}  {style.faint(f'{one.slug}, {one.score} points')}"
        for cause in one.causes:
            said = fit(clean(cause.said), 28) if cause.where else clean(cause.said)
            yield f"{cause.points:+5d}  {said}  {style.faint(cause.detail)}".rstrip()
        if one.weaker:
            yield style.faint(f"       and {one.weaker} weaker")
    if reasons:
        yield ""
        yield style.faint(LEGEND)


def _page(paper: Paper, style: Style, columns: int | None) -> Iterator[str]:
    """A paper for reading, in lines of `columns` at the most, if that is given."""
    from reader.actions.links import links

    yield from (style.bold(line) for line in wrapped(clean(paper.title), columns))
    yield from wrapped(", ".join(clean(name) for name in paper.authors), columns)
    facts = (
        paper.organization and clean(paper.organization),
        paper.day,
        paper.published and f"arXiv {paper.published}",
        paper.version and paper.version > 1 and f"v{paper.version} {paper.revised or ''}".rstrip(),
        amount(paper.upvotes, "upvote"),
        amount(paper.comments, "comment"),
        _state(paper).replace(",", ", "),
    )
    yield from (style.faint(line) for line in wrapped(" · ".join(fact for fact in facts if fact), columns))
    for label, text in labelled(paper):
        yield ""
        yield from wrapped(f"{label}: {text}", columns)
    for paragraph in clean_block(paper.abstract).split("\n\n"):
        yield ""
        yield from wrapped(paragraph, columns)
    yield ""
    # Addresses are not wrapped: a broken one can't be clicked or copied.
    yield from (f"{link.name:8} {link.url}" for link in links(paper))


def _open_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument("--link", choices=LINKS, help="which of its links (default: its page, or what it has)")
    add_json(parser)


def _open(arguments: Namespace, session: Session) -> int:
    from reader.actions.links import links, open_url

    paper = _paper(session, arguments.id)
    found = {link.name.lower(): link.url for link in links(paper)}
    name = arguments.link or next(iter(found), "page")
    if name not in found:
        has = f"It has: {', '.join(found)}." if found else "It has no links at all."
        raise ReaderError(f"{paper.id} has no link called {name}. {has}")
    opened = open_url(found[name])
    if arguments.json:
        say_json({"id": paper.id, "link": name, "url": found[name], "opened": opened})
    elif not opened:
        say(found[name])
    return 0


COMMANDS: Sequence[Command] = (
    Command(
        "list",
        "Print papers, the newest day first; in a pipe as id, day, upvotes, comments, state and title with tabs "
        "between.",
        (
            ("list day:today", "today's papers"),
            ("list topic:agents is:unread sort:upvotes --limit 10", "the ten most upvoted unread papers on agents"),
            ("list -topic:evaluation since:7d --json", "the last week without benchmarks, as JSON"),
        ),
        _list_arguments,
        _list,
    ),
    Command(
        "count",
        "Print how many papers a query has.",
        (
            ("count is:unread", "how much there is left to read"),
            ("count has:code day:2026-05", "papers with code in May"),
        ),
        _count_arguments,
        _count,
    ),
    Command(
        "show",
        "Print one paper whole.",
        (
            ("show 2406.12345", "by its arXiv id"),
            ("show https://huggingface.co/papers/2406.12345 --json", "by an address, as JSON"),
            ("show 2406.12345 --why", "which words gave it its topics"),
        ),
        _show_arguments,
        _show,
    ),
    Command(
        "open",
        "Open a paper in the browser, or print its address where there is none.",
        (("open 2406.12345", "its page"), ("open 2406.12345 --link pdf", "its PDF")),
        _open_arguments,
        _open,
    ),
)
