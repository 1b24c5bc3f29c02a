"""What the user has read by week, from the marks; and the topics of papers.

A paper counts as seen if the user opened, passed or marked it, and as opened if its page was opened or it was read to
the end. Each paper counts once per week, day and topic.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias

from reader.core.marks import FINISH, OPEN, QUEUE, TRACES, sql_list


def topics_of(connection: sqlite3.Connection, pks: Sequence[int]) -> dict[int, list[str]]:
    """The slugs of each paper's topics, strongest first; papers without topics are left out."""
    marks = ",".join("?" * len(pks))
    slugs: dict[int, list[str]] = {}
    rows = connection.execute(
        "SELECT pt.pk, topic.slug FROM paper_topic AS pt JOIN topic ON topic.pk = pt.topic"
        f" WHERE pt.pk IN ({marks}) ORDER BY pt.pk, pt.rank",
        tuple(pks),
    )
    for pk, slug in rows:
        slugs.setdefault(pk, []).append(slug)
    return slugs


# What the user has read


WEEKS = 12

MAX_SINGLE_ACTION = 10
"""Marks of an action on more papers than this do not count, as nobody looked at each of them."""

LATEST_MILLISECONDS = 32_503_680_000_000
"""The year 3000, in milliseconds: a foreign clock may be later than any date."""

MARKED = ("read", "hide", "star", QUEUE)
"""Marks that prove that the user saw a paper. Notes and tags may be imported, and other marks are made by rules."""

PaperRef = int | str
"""A paper's key, or its id if the cache no longer has it."""


class ReadingCounts(NamedTuple):
    """Numbers of papers."""

    seen: int = 0
    opened: int = 0
    finished: int = 0
    starred: int = 0


class Week(NamedTuple):
    """The figures of a week."""

    monday: date
    counts: ReadingCounts


class Share(NamedTuple):
    """The papers of a topic among others."""

    papers: int = 0
    part: float = 0.0


class TopicFigures(NamedTuple):
    """The share of a topic in starred papers and in seen papers."""

    slug: str
    starred: Share
    seen: Share


class Figures(NamedTuple):
    """All figures."""

    total: ReadingCounts
    """Over all the weeks."""
    weeks: tuple[Week, ...]
    """Oldest first; the last is the current week."""
    days: Mapping[date, ReadingCounts]
    """The days on which papers were seen."""
    topics: tuple[TopicFigures, ...]
    """The topics of these papers, most starred first."""
    traced: date | None
    """The first day with records of opened, passed and finished papers; None if there are none."""


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    OPEN: ("seen", "opened"),
    FINISH: ("seen", "opened", "finished"),
    "star": ("seen", "starred"),
}
"""The columns that a kind of mark counts in; other kinds count only as seen."""

_DEEDS = f"""
    WITH deed AS (
        SELECT coalesce(pk, paper) AS paper, kind, value, clock, undone, by,
            count(*) OVER (PARTITION BY action, kind) AS count
        FROM mark WHERE clock >= ? AND kind IN ({sql_list((*TRACES, *MARKED))})
    )
    SELECT paper, kind, value, clock FROM deed WHERE undone = 0
    AND (kind IN ({sql_list(TRACES)}) OR (count <= {MAX_SINGLE_ACTION} AND value NOT IN ('', '0') AND by = ''))
"""

_TOPICS = """
    SELECT t.slug, count(*) FROM json_each(?) AS chosen CROSS JOIN paper_topic AS p ON p.pk = chosen.value
    JOIN topic AS t ON t.pk = p.topic GROUP BY t.slug
"""

_Papers: TypeAlias = dict[str, set[PaperRef]]
"""Papers by column."""


def reading_figures(connection: sqlite3.Connection, today: date, weeks: int = WEEKS) -> Figures:
    """The figures of the last weeks; `today` is a local day."""
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    traced: date | None = None
    by_day: dict[date, _Papers] = defaultdict(lambda: defaultdict(set))
    by_week: dict[date, _Papers] = defaultdict(lambda: defaultdict(set))
    whole: _Papers = defaultdict(set)
    for paper, kind, day in _deeds(connection, first):
        if kind in TRACES:
            traced = min(day, traced or day)
        if day <= today:
            for column in _COLUMNS.get(kind, ("seen",)):
                for papers in (by_day[day], by_week[day - timedelta(days=day.weekday())], whole):
                    papers[column].add(paper)
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    starred, seen = (_shares(connection, whole.get(column, ())) for column in ("starred", "seen"))
    topics = (TopicFigures(slug, starred.get(slug, Share()), share) for slug, share in seen.items())
    return Figures(
        _count(whole),
        tuple(Week(monday, _count(by_week.get(monday, {}))) for monday in mondays),
        {day: _count(papers) for day, papers in sorted(by_day.items())},
        tuple(sorted(topics, key=lambda topic: (-topic.starred.papers, -topic.seen.papers, topic.slug))),
        traced,
    )


def _deeds(connection: sqlite3.Connection, first: date) -> Iterator[tuple[PaperRef, str, date]]:
    """The user's marks since a day: the paper, the kind of mark, and the local day."""
    starred = {pk for (pk,) in connection.execute("SELECT pk FROM paper WHERE starred = 1")}
    since = int(datetime.combine(first, time()).timestamp() * 1000)
    for paper, kind, value, clock in connection.execute(_DEEDS, (since,)):
        try:
            traced = date.fromisoformat(value) if kind in TRACES else None
        except ValueError:
            continue
        day = traced or datetime.fromtimestamp(min(clock, LATEST_MILLISECONDS) / 1000).date()
        if day >= first:
            # A paper whose star was removed was seen nonetheless.
            was_starred = kind == "star" and isinstance(paper, int) and paper not in starred
            yield paper, "read" if was_starred else kind, day


def _count(papers: Mapping[str, Collection[PaperRef]]) -> ReadingCounts:
    return ReadingCounts(*(len(papers.get(column, ())) for column in ReadingCounts._fields))


def _shares(connection: sqlite3.Connection, papers: Iterable[PaperRef]) -> dict[str, Share]:
    """Each topic's share of some papers; papers without a topic are part of the total."""
    every = list(papers)
    keys = json.dumps([paper for paper in every if isinstance(paper, int)])
    return {slug: Share(count, count / len(every)) for slug, count in connection.execute(_TOPICS, (keys,))}
