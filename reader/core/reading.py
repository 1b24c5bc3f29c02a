"""Reading statistics: by week, by day and by topic.

A paper counts as seen if the user opened, passed or marked it, and as opened if its page was opened or it was read to
the end. Each paper counts once per week, day and topic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from reader.core.marks import FINISH, OPEN, TRACES

WEEKS = 12

PaperRef = int | str
"""A paper's key, or its id if the cache no longer has it."""


class Deed(NamedTuple):
    """What the user did with a paper on a day."""

    paper: PaperRef
    kind: str
    """A kind of mark; a star counts only while the paper is starred."""
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


class TopicFigures(NamedTuple):
    """A topic among the papers that were starred, and among those that were seen."""

    slug: str
    starred: Share
    seen: Share


class Figures(NamedTuple):
    """All figures."""

    today: date
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


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    OPEN: ("seen", "opened"),
    FINISH: ("seen", "opened", "finished"),
    "star": ("seen", "starred"),
}
"""The column of each deed; others only count as seen."""


def figures(
    deeds: Sequence[Deed], topics: Mapping[PaperRef, Sequence[str]], today: date, weeks: int = WEEKS
) -> Figures:
    """The figures of this many weeks, and of all days; `topics` has the slugs of papers."""
    first = monday_of(today) - timedelta(weeks=weeks - 1)
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    days: dict[date, _Papers] = defaultdict(lambda: defaultdict(set))
    for deed in deeds:
        if deed.day <= today:
            for column in _COLUMNS.get(deed.kind, ("seen",)):
                days[deed.day][column].add(deed.paper)

    def of_weeks(some: Sequence[date]) -> _Papers:
        return _joined(found for day, found in days.items() if monday_of(day) in some)

    whole = of_weeks(mondays)
    starred, seen = (_shares(whole.get(column, set()), topics) for column in ("starred", "seen"))
    by_topic = [TopicFigures(slug, starred.get(slug, Share(0, 0.0)), share) for slug, share in seen.items()]
    return Figures(
        today,
        _count(whole),
        tuple(Week(monday, _count(of_weeks([monday]))) for monday in mondays),
        {day: _count(found) for day, found in sorted(days.items())},
        tuple(sorted(by_topic, key=lambda one: (-one.starred.papers, -one.seen.papers, one.slug))),
        min((deed.day for deed in deeds if deed.kind in TRACES), default=None),
    )


_Papers: TypeAlias = Mapping[str, set[PaperRef]]


def _joined(parts: Iterable[_Papers]) -> _Papers:
    papers: dict[str, set[PaperRef]] = defaultdict(set)
    for part in parts:
        for column, some in part.items():
            papers[column] |= some
    return papers


def _count(found: _Papers) -> ReadingCounts:
    return ReadingCounts(*(len(found.get(column, ())) for column in ReadingCounts._fields))


def _shares(papers: Collection[PaperRef], topics: Mapping[PaperRef, Sequence[str]]) -> dict[str, Share]:
    """Each topic's part of some papers; those without a topic count among all."""
    counted = Counter(slug for paper in papers for slug in topics.get(paper, ()))
    return {slug: Share(number, number / len(papers)) for slug, number in counted.items()}
