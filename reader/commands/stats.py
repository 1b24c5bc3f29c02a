"""`dailypapers stats`: print reading statistics by week, topic and day."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reader.cache.reads.reading import reading_figures
from reader.commands.command import Command, add_no_pager, positive_number
from reader.commands.output import Style, paint, width
from reader.commands.pager import print_found
from reader.commands.reading_lines import reading_lines
from reader.commands.workspace import Workspace
from reader.core.reading import WEEKS, ReadingCounts
from reader.ui.kit.glyphs import glyphs

if TYPE_CHECKING:
    from reader.core.reading import Figures, Share

MOST_WEEKS = 520
"""Ten years."""


def _weeks(text: str) -> int:
    weeks = positive_number(text)
    if weeks > MOST_WEEKS:
        raise ArgumentTypeError(f"{weeks} weeks are too many: {MOST_WEEKS} at most")
    return weeks


def _add_arguments(parser: ArgumentParser) -> None:
    about = f"the last N weeks (default: {WEEKS}); the calendar has a year"
    parser.add_argument("--weeks", type=_weeks, default=WEEKS, metavar="N", help=about)
    add_no_pager(parser)


def _print_stats(arguments: Namespace, workspace: Workspace) -> int:
    today = datetime.now().astimezone().date()
    with workspace.window() as window:
        figures = window.read(lambda connection: reading_figures(connection, today, arguments.weeks))
        names = window.topic_names()
    lines = reading_lines(figures, names, width(sys.stdout), glyphs(workspace.settings.ascii))
    style = Style.of(sys.stdout)
    print_found(arguments, _record(figures, names), (paint(line, style) for line in lines))
    return 0


def _record(figures: Figures, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "since": figures.weeks[0].monday.isoformat(),
        "counted_since": figures.traced and figures.traced.isoformat(),
        **_counts(figures.total),
        "weeks": [{"monday": one.monday.isoformat(), **_counts(one.counts)} for one in figures.weeks],
        "topics": [
            {"slug": one.slug, "name": names.get(one.slug), "starred": _share(one.starred), "seen": _share(one.seen)}
            for one in figures.topics
        ],
        "days": [{"day": day.isoformat(), **_counts(counts)} for day, counts in figures.days.items()],
    }


def _counts(counts: ReadingCounts) -> dict[str, object]:
    return dict(counts._asdict())


def _share(share: Share) -> dict[str, Any]:
    return {"papers": share.papers, "share": round(share.part, 4)}


COMMAND = Command(
    "stats",
    "Print your reading: papers seen, opened, read to the end and starred by week; the topics you "
    "star next to those you see; a calendar. Marks of more than ten papers at once do not count.",
    (),
    _add_arguments,
    _print_stats,
    {
        "": (
            "seen, opened, finished, starred, since, counted_since, weeks (seen, opened, finished, starred, "
            "monday), topics (slug, name, starred (papers, share), seen (papers, share)), days (seen, "
            "opened, finished, starred, day)"
        )
    },
)
