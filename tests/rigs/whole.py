"""Replays days of arXiv with a fault each, and tells what was announced and what is in the cache.

A refresh may be missing on some days; each other one is made twice. A row is good if each paper that some source had is
in the cache, what is said of the day is true, and the second refresh changes nothing of what is known.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from tests.feeds.servers import FAULTS, Paper
from tests.refresh.test_sources import World

CATEGORY = "cs.CL"
OTHERS = ("cs.CV", "cs.LG", "cs.AI", "cs.RO")


class Row(NamedTuple):
    """What came of one day."""

    day: str
    fault: str
    announced: int
    here: int
    again: int
    """Those in the cache after the second refresh."""
    said: str
    requests: int
    requests_again: int

    @property
    def is_good(self) -> bool:
        if "not known yet" in self.said:
            return True
        is_said = self.said.startswith(f"{self.here:,} of {self.announced:,}") or not self.announced
        return self.announced == self.here == self.again and is_said


def invented(days: int, seed: int) -> list[Paper]:
    """Papers of weekdays with some holidays between them."""
    chance, day, papers = random.Random(seed), date(2026, 5, 4), list[Paper]()
    while days:
        if day.weekday() < 5 and chance.random() < 0.95:
            days -= 1
            for _ in range(chance.randrange(30)):
                papers.append(_paper(f"{len(papers) + 1:05}", day, chance.randrange(1, 9)))
        day += timedelta(days=1)
    return papers


def _paper(number: str, day: date, age: int) -> Paper:
    lot = zlib.crc32(number.encode())
    categories = dict.fromkeys((CATEGORY if lot % 3 else OTHERS[lot % 4], OTHERS[lot // 7 % 4], CATEGORY))
    shown = tuple(categories)[: 1 + lot % 3]
    published = (day - timedelta(days=age)).isoformat()
    return Paper(f"2605.{number}", f"On {number}", shown, published=published, day=day.isoformat())


async def replay(papers: Sequence[Paper], home: Path, seed: int, away: float = 0.1) -> list[Row]:
    """Refresh on each day that has papers, but for some; a fault of all is followed by the next."""
    chance, rows = random.Random(seed), list[Row]()
    days = sorted({one.day for one in papers})
    with World.opened(home / "papers.db", [], []) as world:
        world.categorize = False
        for number, (day, fault) in enumerate(zip(days, cycle(FAULTS), strict=False)):
            world.arxiv.papers = [one for one in papers if one.day <= day]
            world.arxiv.today = day
            world.now = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
            if not number:
                world.follow(CATEGORY, CATEGORY.lower())
            elif chance.random() < away and number < len(days) - 1:
                continue
            world.arxiv.answering = FAULTS[fault](world.arxiv)
            rows.append(await _refresh(world, day, fault))
        world.arxiv.answering = {}
        rows.append(await _all(world, days))
    return rows


async def _refresh(world: World, day: str, fault: str) -> Row:
    counts: list[int] = []
    for minutes in (0, 30):
        before = len(world.arxiv.requests)
        world.now += timedelta(minutes=minutes)
        await world.refresh()
        ids = [one.id for one in world.arxiv.announced(CATEGORY)[1]]
        counts += [len(world.feeds.sources_of(ids)), len(world.arxiv.requests) - before]
    (fresh,) = (one for one in world.feeds.freshness(world.now.date()) if one.slug == CATEGORY.lower())
    return Row(day, fault, len(ids), counts[0], counts[2], fresh.text(world.now.date()), counts[1], counts[3])


async def _all(world: World, days: Sequence[str]) -> Row:
    """All days, some hours later, when all sources answer."""
    before = len(world.arxiv.requests)
    world.now += timedelta(hours=13)
    await world.refresh()
    ids = [one.id for one in world.arxiv.papers if CATEGORY in one.categories]
    here, known = len(world.feeds.sources_of(ids)), world.feeds.coverage(CATEGORY)
    not_whole = [day for day in days[-25:] if day not in known or not known[day].is_whole]
    said = f"{here:,} of {len(ids):,}" + (f", not whole: {', '.join(not_whole)}" if not_whole else "")
    return Row(f"{len(days)} days", "none any more", len(ids), here, here, said, len(world.arxiv.requests) - before, 0)
