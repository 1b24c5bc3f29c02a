"""What the user has read, in figures: by week, by day, and by topic.

A paper was seen if the user opened, passed or marked it, and opened if its page was, or if it was read to the end. Each
paper counts once a week, a day or a topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from reader.core.marks import FINISH, OPEN, TRACES

WEEKS = 12
"""Weeks of the figures, unless more are asked for."""

FEWEST = 5
"""Papers in each half of the weeks that a topic's share needs to have moved."""

PaperRef = int | str
"""A paper's key, or its id if the cache no longer has it."""


class Deed(NamedTuple):
    """What the user did with a paper on a day."""

    paper: PaperRef
    kind: str
    """A kind of mark; a star counts only while the paper has it."""
    day: date


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

    papers: int
    part: float
    """Their part of all, from 0 to 1."""
    moved: float | None
    """How much that part is greater in the later half of the weeks than before; None if there are too few papers."""


class TopicFigures(NamedTuple):
    """A topic among the papers that were starred, and among those that were seen."""

    slug: str
    starred: Share
    seen: Share


class Figures(NamedTuple):
    """All figures."""

    today: date
    total: ReadingCounts
    """Of all the weeks together."""
    weeks: tuple[Week, ...]
    """The oldest first; the last one is that of today."""
    days: Mapping[date, ReadingCounts]
    """The days on which papers were seen."""
    topics: tuple[TopicFigures, ...]
    """The topics of these papers, those that were starred most first."""
    traced: date | None
    """The first day of which is known what was opened, passed and read to the end; None without any."""


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


Column = Literal["seen", "opened", "finished", "starred"]
Sets = dict[Column, set[PaperRef]]


def figures(
    deeds: Sequence[Deed], topics: Mapping[PaperRef, Sequence[str]], today: date, weeks: int = WEEKS
) -> Figures:
    """The figures of so many weeks, and of all days; `topics` has the slugs of papers."""
    first = monday_of(today) - timedelta(weeks=weeks - 1)
    by_day: dict[date, Sets] = defaultdict(_no_papers)
    for deed in deeds:
        if deed.day <= today:
            _add(by_day[deed.day], deed)
    by_week = {first + timedelta(weeks=number): _no_papers() for number in range(weeks)}
    for day, found in by_day.items():
        if day >= first:
            _join(by_week[monday_of(day)], found)
    whole = _no_papers()
    for found in by_week.values():
        _join(whole, found)
    halves = _halves(list(by_week.values()))
    traced = min((deed.day for deed in deeds if deed.kind in TRACES), default=None)
    return Figures(
        today,
        _count(whole),
        tuple(Week(monday, _count(found)) for monday, found in by_week.items()),
        {day: _count(found) for day, found in sorted(by_day.items())},
        tuple(_by_topic(whole, halves, topics)),
        traced,
    )


def _no_papers() -> Sets:
    return {"seen": set(), "opened": set(), "finished": set(), "starred": set()}


def _add(found: Sets, deed: Deed) -> None:
    found["seen"].add(deed.paper)
    if deed.kind in (OPEN, FINISH):
        found["opened"].add(deed.paper)
    if deed.kind == FINISH:
        found["finished"].add(deed.paper)
    if deed.kind == "star":
        found["starred"].add(deed.paper)


def _join(found: Sets, more: Sets) -> None:
    for column, papers in more.items():
        found[column] |= papers


def _count(found: Sets) -> ReadingCounts:
    return ReadingCounts(*(len(found[column]) for column in ("seen", "opened", "finished", "starred")))


def _halves(weeks: Sequence[Sets]) -> tuple[Sets, Sets]:
    """The papers of the earlier and of the later half of the weeks; the middle one of an odd number is of neither."""
    half = len(weeks) // 2
    earlier, later = _no_papers(), _no_papers()
    for found in weeks[:half]:
        _join(earlier, found)
    for found in weeks[len(weeks) - half :]:
        _join(later, found)
    return earlier, later


def _by_topic(whole: Sets, halves: tuple[Sets, Sets], topics: Mapping[PaperRef, Sequence[str]]) -> list[TopicFigures]:
    shares = {column: _shares(column, whole, halves, topics) for column in ("starred", "seen")}
    found = [
        TopicFigures(slug, shares["starred"].get(slug, Share(0, 0.0, None)), seen)
        for slug, seen in shares["seen"].items()
    ]
    return sorted(found, key=lambda one: (-one.starred.papers, -one.seen.papers, one.slug))


def _shares(
    column: Column, whole: Sets, halves: tuple[Sets, Sets], topics: Mapping[PaperRef, Sequence[str]]
) -> dict[str, Share]:
    """Each topic's part of the papers in a column; those without a topic count among all."""
    counted = _by_slug(whole[column], topics)
    earlier, later = (_by_slug(half[column], topics) for half in halves)
    before, after = (len(half[column]) for half in halves)
    is_enough = min(before, after) >= FEWEST

    def moved(slug: str) -> float | None:
        return later.get(slug, 0) / after - earlier.get(slug, 0) / before if is_enough else None

    total = len(whole[column])
    return {slug: Share(papers, papers / total, moved(slug)) for slug, papers in counted.items()}


def _by_slug(papers: Iterable[PaperRef], topics: Mapping[PaperRef, Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for paper in papers:
        for slug in topics.get(paper, ()):
            found[slug] += 1
    return found
