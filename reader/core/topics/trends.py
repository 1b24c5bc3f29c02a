"""Trends of topics: each topic's weekly share of the papers, and whether it rises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

WEEKS = 12
"""Weeks of a trend; the last ends on the newest day with papers."""

LATEST_WEEKS = 3
"""Number of last weeks compared with the weeks before."""

SMOOTHING = 10
"""Papers added to both numbers, so that a few papers make no trend."""

FEWEST_WEEKS = 4
"""Minimum number of weeks with papers for a trend."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of one topic."""

    weeks: tuple[float, ...]
    """Its share of each week's papers, from 0 to 1, oldest week first; 0 for a week without papers."""
    rising: float
    """The growth of its papers in the last weeks over the number that the weeks before predict: 0.5 is half as many
    again.

    Negative if it has fewer papers.
    """


def first_day(newest: str) -> str:
    """The first day (ISO) of the weeks that end with `newest`."""
    return (date.fromisoformat(newest) - timedelta(days=7 * WEEKS - 1)).isoformat()


def trends(counts: Iterable[tuple[str, str | None, int]], newest: str) -> dict[str, Trend]:
    """The trend of each topic by slug; `counts` has (ISO day, slug or None for all papers, number of papers).

    The weeks end on the day `newest` (ISO). Empty if too few weeks have papers.
    """
    totals = [0] * WEEKS
    by_topic: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    last = date.fromisoformat(newest)
    for day, slug, papers in counts:
        week = WEEKS - 1 - (last - date.fromisoformat(day)).days // 7
        if 0 <= week < WEEKS:
            (totals if slug is None else by_topic[slug])[week] += papers
    if sum(map(bool, totals)) < FEWEST_WEEKS:
        return {}
    return {slug: _trend(papers, totals) for slug, papers in by_topic.items()}


def _trend(papers: Sequence[int], totals: Sequence[int]) -> Trend:
    shares = tuple(round(some / total, 4) if total else 0.0 for some, total in zip(papers, totals, strict=True))
    before, after = sum(totals[:-LATEST_WEEKS]), sum(totals[-LATEST_WEEKS:])
    expected = sum(papers[:-LATEST_WEEKS]) / before * after
    return Trend(shares, round((sum(papers[-LATEST_WEEKS:]) + SMOOTHING) / (expected + SMOOTHING) - 1, 3))


def spark(values: Sequence[float], steps: str, width: int = WEEKS) -> str:
    """A sparkline of at most `width` characters from `steps`; each is one value or the mean of several."""
    if not any(values):
        return steps[0] * min(width, len(values))
    run = -(-len(values) // width)
    runs = [values[start : start + run] for start in range(0, len(values), run)]
    heights = [fsum(one) / len(one) for one in runs]
    tallest = max(heights)
    # Divide by the tallest first, as `len(steps) / tallest` overflows for tiny values.
    return "".join(steps[min(len(steps) - 1, int(height / tallest * len(steps)))] for height in heights)


def percent(rising: float) -> str:
    """A trend as text: `+42 %`, `-7 %`."""
    return f"{round(100 * rising):+d} %"
