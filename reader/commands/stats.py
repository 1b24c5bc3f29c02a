"""Reading statistics by week and topic, for `list --stats`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime

from reader.cache.reads.reading import Figures, ReadingCounts, Share, reading_figures
from reader.commands.output import answer, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.lines import cell_len, cut
from reader.core.text import amount, clean

MOST_TOPICS = 5

LONGEST_NAME = 30
"""Maximum columns of a topic's name."""

_NAMES = ("seen", "opened", "to the end", "starred")


def print_stats(arguments: Namespace, workspace: Workspace) -> int:
    """Print how many papers the user saw, opened, finished and starred; marks of many papers at once do not count."""
    if arguments.query or arguments.limit is not None:
        raise UsageError("--stats prints your whole reading: leave out the query and -n.")
    today = datetime.now().astimezone().date()
    with workspace.window() as window:
        figures = window.read(lambda connection: reading_figures(connection, today))
        names = {slug: clean(name) for slug, name in window.topic_names().items()}
    if arguments.json:
        return answer(arguments, _record(figures, names))
    for line in _lines(figures, names):
        print_line(line)
    return 0


def _lines(figures: Figures, names: Mapping[str, str]) -> Iterator[str]:
    if not figures.days:
        yield "No reading yet. Papers that you open, mark or pass in the list are counted here, by week and topic."
        return
    yield f"{'':10}{amount(len(figures.weeks), 'week'):>10}{'this week':>12}"
    for name, total, week in zip(_NAMES, figures.total, figures.weeks[-1].counts, strict=True):
        yield f"{name:10}{total:>10,}{week:>12,}"
    if shown := figures.topics[:MOST_TOPICS]:
        yield ""
        yield f"{'Topics':{LONGEST_NAME}}{'starred':>14}{'seen':>14}"
        for one in shown:
            name = cut(names.get(one.slug, one.slug), LONGEST_NAME, "…")
            yield f"{name}{' ' * (LONGEST_NAME - cell_len(name))}{_in_words(one.starred)}{_in_words(one.seen)}"
    if figures.traced is None or figures.traced > figures.weeks[0].monday:
        since = figures.traced.isoformat() if figures.traced else "now"
        yield f"Opened, passed and finished papers are counted since {since}."


def _in_words(share: Share) -> str:
    return f"{share.papers:>8,}{f'{round(100 * share.part)} %' if share.papers else '':>6}"


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


def _share(share: Share) -> dict[str, object]:
    return {"papers": share.papers, "share": round(share.part, 4)}
