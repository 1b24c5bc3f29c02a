"""Days of arXiv with a fault each: each paper that a source had is in the cache, and what is said of the day is true.

A refresh may be missing on some days; each other one is made twice, and the second changes nothing of what is known.
"""

from __future__ import annotations

import random
import zlib
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest

from tests.feeds.servers import FAULTS, Paper
from tests.refresh.test_sources import World
from tests.tiers import rest_at_night

CATEGORY = "cs.CL"
OTHERS = ("cs.CV", "cs.LG", "cs.AI", "cs.RO")

AWAY = 0.1
"""The share of the days without a refresh."""


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


@pytest.mark.long
@pytest.mark.parametrize("seed", rest_at_night(range(1, 11), 1))
async def test_each_paper_that_a_source_has_is_in_the_cache(tmp_path: Path, seed: int) -> None:
    papers, chance = invented(14, seed), random.Random(seed)
    days = sorted({one.day for one in papers})
    with World.opened(tmp_path / "papers.db", [], []) as world:
        world.categorize = False
        for number, (day, fault) in enumerate(zip(days, cycle(FAULTS), strict=False)):
            world.arxiv.papers = [one for one in papers if one.day <= day]
            world.arxiv.today = day
            world.now = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
            if not number:
                world.follow(CATEGORY, CATEGORY.lower())
            elif chance.random() < AWAY and number < len(days) - 1:
                continue
            world.arxiv.answering = FAULTS[fault](world.arxiv)
            await _refresh_twice(world, f"{day}, {fault}")
        # All days, some hours later, when all sources answer.
        world.arxiv.answering = {}
        world.now += timedelta(hours=13)
        await world.refresh()
        ids = {one.id for one in world.arxiv.papers if CATEGORY in one.categories}
        known = world.feeds.coverage(CATEGORY)
        assert world.feeds.sources_of([*ids]).keys() == ids
        assert [day for day in days[-25:] if day not in known or not known[day].is_whole] == []


async def _refresh_twice(world: World, where: str) -> None:
    here: list[int] = []
    for minutes in (0, 30):
        world.now += timedelta(minutes=minutes)
        await world.refresh()
        ids = [one.id for one in world.arxiv.announced(CATEGORY)[1]]
        here.append(len(world.feeds.sources_of(ids)))
    (fresh,) = (one for one in world.feeds.freshness(world.now.date()) if one.slug == CATEGORY.lower())
    said = fresh.text(world.now.date())
    if "not known yet" not in said:
        assert here == [len(ids), len(ids)], (where, said)
        assert not ids or said.startswith(f"{len(ids):,} of {len(ids):,}"), (where, said)
