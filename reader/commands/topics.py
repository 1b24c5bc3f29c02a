"""The topics of a query's papers and their trends, for `list --topics`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reader.cache.reads import topic_trends
from reader.commands.choosing import explain_nothing
from reader.commands.command import query_of
from reader.commands.output import Style, print_found, width
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.lines import cut
from reader.core.text import clean
from reader.core.topics.trends import WEEKS, Trend, percent, spark
from reader.ui.kit.glyphs import glyphs

if TYPE_CHECKING:
    from reader.cache.reads.window import TopicCount, Window


WITH_TRENDS = 70


def print_topics(arguments: Namespace, workspace: Workspace) -> int:
    """Print the topics of a query's papers, most frequent first, with their shares of all papers in recent weeks."""
    text = query_of(arguments.query)
    with workspace.window() as window:
        counted, moves = _count(window, text)
        if not arguments.quiet and not any(topic.papers for topic in counted):
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


def topic_records(window: Window, text: str) -> list[dict[str, Any]]:
    """The topics of a query's papers as JSON, most frequent first."""
    counted, moves = _count(window, text)
    return [_record(topic, moves.get(topic.slug)) for topic in counted]


def _record(topic: TopicCount, trend: Trend | None) -> dict[str, Any]:
    return {
        "slug": topic.slug,
        "name": topic.name,
        "family": topic.family,
        "papers": topic.papers,
        "weeks": list(trend.weeks) if trend else [],
        "rising": trend.rising if trend else None,
    }


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
        trail = f"  {style('muted', moved)}" if has_moves else ""
        slug = style("topic", topic.slug) + " " * (slug_width - len(topic.slug))
        yield f"{topic.papers:>9,}{trail}  {slug}  {cut(clean(topic.name), max(0, room), signs.ellipsis)}".rstrip()
