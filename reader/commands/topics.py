"""`dailypapers topics`: print topics with their papers and trends, or check a file of topic rules."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from reader import config
from reader.cache.reads import topic_trends
from reader.commands.choosing import explain_nothing
from reader.commands.command import Command, add_limit, add_no_pager, query_of
from reader.commands.contract import Mistake
from reader.commands.output import Style, answer, print_text, width
from reader.commands.pager import print_found
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.lines import cut
from reader.core.text import amount, clean
from reader.core.topics.trends import WEEKS, Trend, percent, spark
from reader.ui.kit.glyphs import glyphs

if TYPE_CHECKING:
    from reader.cache.reads.window import TopicCount, Window


class Topic(TypedDict):
    """A topic, with its share of all papers in each of the last weeks."""

    slug: str
    name: str
    family: str
    papers: int
    weeks: list[float]
    rising: float | None


WITH_TRENDS = 70

CHECK = "check"
"""The first word of `topics check FILE`."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = "words and terms such as is:unread; or check FILE, to find mistakes in a file of topic rules"
    parser.add_argument("query", nargs="*", metavar="QUERY", help=about)
    add_limit(parser, "topics")
    add_no_pager(parser)


def _print_topics(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.query[:1] == [CHECK]:
        return _check_rules(arguments, arguments.query[1:], workspace)
    text = query_of(arguments.query)
    with workspace.window() as window:
        counted, moves = _count(window, text)
        if not any(topic.papers for topic in counted):
            explain_nothing(window, parsed(text))
    counted = counted[: arguments.limit]
    print_found(
        arguments,
        (_record(topic, moves.get(topic.slug)) for topic in counted),
        _draw_table(counted, moves, workspace),
        (f"{topic.slug}\t{clean(topic.name)}\t{topic.papers}" for topic in counted),
    )
    return 0


def _count(window: Window, text: str) -> tuple[list[TopicCount], dict[str, Trend]]:
    counted = window.topics(selection(window, parsed(text)) if text else None)
    newest = window.read(topic_trends.extent).newest
    moves = window.read(lambda connection: topic_trends.topic_trends(connection, newest))
    return sorted(counted, key=lambda topic: (-topic.papers, topic.slug)), moves


def topic_records(window: Window, text: str) -> list[Topic]:
    """The topics of a query's papers as JSON, most frequent first."""
    counted, moves = _count(window, text)
    return [_record(topic, moves.get(topic.slug)) for topic in counted]


def _record(topic: TopicCount, trend: Trend | None) -> Topic:
    return Topic(
        slug=topic.slug,
        name=topic.name,
        family=topic.family,
        papers=topic.papers,
        weeks=list(trend.weeks) if trend else [],
        rising=trend.rising if trend else None,
    )


def _draw_table(counted: Sequence[TopicCount], moves: dict[str, Trend], workspace: Workspace) -> Iterator[str]:
    """A line for each topic: papers, trend, slug and as much of the name as fits."""
    signs = glyphs(workspace.settings.ascii)
    style = Style.of(sys.stdout)
    slug_width = max((len(topic.slug) for topic in counted), default=0)
    has_moves = bool(moves) and width() >= WITH_TRENDS
    room = width() - slug_width - 13 - (WEEKS + 9 if has_moves else 0)
    for topic in counted:
        trend = moves.get(topic.slug)
        moved = f"{spark(trend.weeks, signs.spark)} {percent(trend.rising):>6}" if trend else " " * (WEEKS + 7)
        trail = f"  {style.faint(moved)}" if has_moves else ""
        slug = style.topic(topic.slug) + " " * (slug_width - len(topic.slug))
        yield f"{topic.papers:>9,}{trail}  {slug}  {cut(clean(topic.name), max(0, room), signs.ellipsis)}".rstrip()


def _check_rules(arguments: Namespace, files: Sequence[str], workspace: Workspace) -> int:
    """Print the mistakes in a file of topic rules, by default the user's; raises ReaderError if there are any."""
    if len(files) > 1:
        raise UsageError(f"'topics {CHECK}' takes one file.")
    file = Path(files[0]) if files else config.topic_rules_file(workspace.settings, workspace.config_file)
    text = config.read_rules(file, is_chosen=bool(files))
    if text is None:
        raise NotFound(f"There is no file {file}.")
    mistakes = workspace.shipped_topics.check(text)
    if arguments.json:
        records = [
            Mistake(file=str(file), line=one.line, key=None, message=one.message, suggestion=None) for one in mistakes
        ]
        answer(arguments, records)
        return 1 if mistakes else 0
    for mistake in mistakes:
        print_text(f"{file}:{mistake.line}: {mistake.message}")
    if mistakes:
        raise ReaderError(f"{amount(len(mistakes), 'mistake')}; the rest of the file is used.")
    print_text(f"{file}: no mistakes.")
    return 0


COMMAND = Command(
    "topics",
    "Print the topics of a query's papers, most frequent first, with each topic's share of all papers in the last 12 "
    "weeks; or check a file of topic rules.",
    (),
    _add_arguments,
    _print_topics,
    {"": list[Topic], CHECK: list[Mistake]},
)
