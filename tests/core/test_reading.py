"""What was read, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from reader.core.reading import Deed, PaperRef, ReadingCounts, Share, figures

TODAY = date(2026, 11, 26)
MONDAY = date(2026, 11, 23)
LAST = date(2026, 11, 19)


def test_each_paper_counts_once_a_week_and_once_a_day() -> None:
    found = figures(
        [
            Deed(1, "pass", LAST),
            Deed(1, "open", TODAY),
            Deed(1, "open", MONDAY),
            Deed(1, "finish", TODAY),
            Deed(2, "finish", TODAY),
            Deed(2, "star", TODAY),
            Deed("2611.00003", "read", TODAY),
            Deed(9, "open", TODAY + timedelta(days=1)),
            Deed(9, "star", date(2026, 1, 1)),
        ],
        {},
        TODAY,
        2,
    )
    assert [(one.monday, one.counts) for one in found.weeks] == [
        (date(2026, 11, 16), ReadingCounts(seen=1)),
        (MONDAY, ReadingCounts(seen=3, opened=2, finished=2, starred=1)),
    ]
    assert found.total == ReadingCounts(3, 2, 2, 1)
    assert found.days == {
        date(2026, 1, 1): ReadingCounts(seen=1, starred=1),
        LAST: ReadingCounts(seen=1),
        MONDAY: ReadingCounts(seen=1, opened=1),
        TODAY: ReadingCounts(3, 2, 2, 1),
    }
    assert found.traced == LAST


def test_topics_of_stars_stand_beside_those_of_what_was_seen() -> None:
    weeks = [MONDAY - timedelta(weeks=back) for back in (3, 0)]
    # Ten papers seen in each half, five of them starred; agents are two of the stars at first, then all.
    deeds = [Deed(10 * half + number, "open", week) for half, week in enumerate(weeks) for number in range(10)]
    deeds += [Deed(10 * half + number, "star", week) for half, week in enumerate(weeks) for number in range(5)]
    agents = {*range(2), *range(10, 15)}
    topics: dict[PaperRef, Sequence[str]] = {paper: ["agents"] if paper in agents else ["video"] for paper in range(20)}
    found = figures(deeds, topics, TODAY, 4).topics
    assert [one.slug for one in found] == ["agents", "video"]
    assert found[0].starred == Share(7, 0.7)
    assert found[0].seen == Share(7, 0.35)
    assert found[1].starred == Share(3, 0.3)
    assert figures([], {}, TODAY).topics == () and figures([], {}, TODAY).traced is None
