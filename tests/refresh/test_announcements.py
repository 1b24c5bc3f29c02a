"""What categories announce: no paper is lost that any source of arXiv has, and a day is complete only when it is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.cache.feeds import Coverage
from reader.core.paper import Draft, Listing
from reader.feeds.arxiv_categories import categories
from reader.refresh.lines import Line
from tests.feeds.servers import API_FAULTS, RSS_FAULTS, Page, Paper
from tests.refresh.world import NOON, World
from tests.table import rest_long

BEFORE = [Paper(f"2605.1{n:04}", day="2026-05-11", published="2026-05-08") for n in range(3)]
TODAYS = [
    Paper(
        f"2605.2{n:04}",
        categories=("cs.CL", "cs.LG") if n % 3 else ("cs.CV", "cs.CL"),
        published="2026-05-11",
        # One has a second version already.
        version=1 + (n == 3),
    )
    for n in range(14)
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.opened(tmp_path / "papers.db", [], [*BEFORE, *TODAYS]) as made:
        made.categorize = False
        made.follow("cs.CL", "cs.cl")
        yield made


def on_days(last: str, count: int) -> list[Paper]:
    """A paper for each weekday up to the last of some days, submitted on the weekday before."""
    days = [date.fromisoformat(last) - timedelta(days=before) for before in reversed(range(count + 4))]
    weekdays = [day.isoformat() for day in days if day.weekday() < 5]
    first = (date.fromisoformat(last) - timedelta(days=count - 1)).isoformat()
    pairs = [(before, day) for before, day in itertools.pairwise(weekdays) if day >= first]
    return [Paper(f"2605.5{n:04}", day=day, published=before) for n, (before, day) in enumerate(pairs)]


def covered(world: World) -> Coverage:
    return world.feeds.coverage("cs.CL")


def here(world: World, papers: list[Paper]) -> int:
    return len(world.feeds.sources_of(one.id for one in papers))


def failed(events: list[Line]) -> list[str]:
    return [event["error"] for event in events if event.get("failed") == "feed"]


async def test_a_day_is_complete_by_one_query_and_not_asked_for_again(world: World) -> None:
    await world.refresh()
    assert (here(world, TODAYS), covered(world)) == (14, Coverage("2026-05-12"))
    (request,) = world.arxiv.requests
    query = "cat:cs.CL AND submittedDate:[202605020000 TO 202605122359]"
    assert (request.path, request.query["search_query"]) == ("/api/query", query)
    again = await world.refresh()
    assert (covered(world), len(world.arxiv.requests)) == (Coverage("2026-05-12"), 1)
    assert not any(event.get("step") == "feed" for event in again)


@pytest.mark.parametrize("rss", RSS_FAULTS)
@pytest.mark.parametrize("api", rest_long(API_FAULTS, ["stale", "half"]))
async def test_after_the_next_good_answer_every_paper_is_here(world: World, api: str, rss: str) -> None:
    world.arxiv.answering = {
        "/api/": API_FAULTS[api](world.arxiv),
        "/rss/": RSS_FAULTS[rss](world.arxiv),
    }
    await world.refresh()
    assert covered(world).complete_to < "2026-05-12"
    world.arxiv.answering = {}
    world.now += timedelta(hours=7)
    assert failed(await world.refresh()) == []
    assert (here(world, TODAYS), covered(world)) == (14, Coverage("2026-05-12"))


@pytest.mark.parametrize(
    ("api", "rss", "count", "complete_to", "reason"),
    [
        ("refused", "none", 14, "", "arXiv's API refused"),
        ("refused", "half", 7, "", "arXiv's API refused"),
        ("stale", "none", 14, "2026-05-11", "arXiv's API has no paper of the day yet"),
        ("empty", "refused", 0, "", "arXiv's API has no paper of the day yet"),
        ("half", "refused", 7, "", "arXiv's API sent 9 of 17"),
    ],
)
async def test_what_may_be_missing_is_told(
    world: World, api: str, rss: str, count: int, complete_to: str, reason: str
) -> None:
    world.arxiv.answering = {
        "/api/": API_FAULTS[api](world.arxiv),
        "/rss/": RSS_FAULTS[rss](world.arxiv),
    }
    assert failed(await world.refresh()) == []
    missing = ("2026-05-12",) if complete_to else ("2026-05-12", "2026-05-11")
    assert here(world, TODAYS) == count
    assert covered(world) == Coverage(complete_to, missing, reason, "2026-05-12T15:00:00Z")


async def test_a_category_fails_if_neither_source_answers(world: World) -> None:
    refused = Page(status=406)
    world.arxiv.answering = {"/api/": lambda _: refused, "/rss/": lambda _: refused}
    (error,) = failed(await world.refresh())
    assert "is too busy to answer (406)" in error
    assert covered(world) == Coverage()


async def test_a_worse_answer_does_not_replace_what_is_known(world: World) -> None:
    await world.refresh()
    world.now += timedelta(days=1)
    world.arxiv.answering = {"/api/": API_FAULTS["half"](world.arxiv)}
    await world.refresh()
    assert covered(world).complete_to == "2026-05-12"
    assert covered(world).incomplete == ("2026-05-13",)


async def test_an_api_that_lacks_papers_is_asked_again_after_three_hours(world: World) -> None:
    world.arxiv.answering = {"/api/": API_FAULTS["half"](world.arxiv)}
    await world.refresh()
    asked = []
    # Later by two and three hours, and by a clock that was set back.
    for hours in (2, 1, -48):
        world.now += timedelta(hours=hours)
        before = len(world.arxiv.requests)
        await world.refresh()
        asked.append(len(world.arxiv.requests) > before)
    assert asked == [False, True, True]


async def test_new_versions_come_in_only_of_papers_that_are_here(world: World) -> None:
    ids = ("2001.00001", "2001.00002")
    old, known = (Paper(id, announce="replace", published="2020-01-01", version=2) for id in ids)
    world.cache.store(Listing(None, (Draft("Known", "2001.00002"),)), NOON.isoformat())
    world.arxiv.papers += [old, known]
    world.arxiv.answering = {"/api/": API_FAULTS["refused"](world.arxiv)}
    await world.refresh()
    # New versions are announced by RSS alone.
    assert (here(world, [old]), world.paper("2001.00002").version) == (0, 2)


async def test_at_weekends_nothing_is_asked(world: World) -> None:
    world.arxiv.papers, world.arxiv.today = on_days("2026-05-15", 8), "2026-05-15"
    world.now = NOON + timedelta(days=3)
    await world.refresh()
    assert covered(world) == Coverage("2026-05-15")
    count = len(world.arxiv.requests)
    for hours in (0, 24, 41):
        world.now = NOON + timedelta(days=4, hours=hours)
        await world.refresh()
        assert len(world.arxiv.requests) == count, hours
    world.now += timedelta(hours=2)
    await world.refresh()
    assert len(world.arxiv.requests) > count


async def test_a_holiday_is_known_once_it_is_over(world: World) -> None:
    world.now += timedelta(days=1)
    world.arxiv.answering = {"/rss/": RSS_FAULTS["empty"](world.arxiv)}
    await world.refresh()
    assert (covered(world).complete_to, covered(world).incomplete) == ("2026-05-12", ("2026-05-13",))
    world.arxiv.papers.append(Paper("2605.30001", day="2026-05-14", published="2026-05-13"))
    world.arxiv.today = "2026-05-14"
    world.now += timedelta(days=1)
    await world.refresh()
    assert covered(world) == Coverage("2026-05-14")


async def test_after_three_weeks_the_days_between_come_by_one_query(world: World) -> None:
    await world.refresh()
    missed = on_days("2026-06-02", 21)
    world.arxiv.papers, world.arxiv.today = [*BEFORE, *TODAYS, *missed], "2026-06-02"
    world.now = NOON + timedelta(days=21)
    world.arxiv.requests.clear()
    assert failed(await world.refresh()) == []
    assert (here(world, missed), covered(world)) == (15, Coverage("2026-06-02"))
    assert [request.path for request in world.arxiv.requests] == ["/api/query"]


async def test_each_category_takes_one_request_and_rss_one_for_all(world: World) -> None:
    names = [name for name in categories() if name.startswith("cs.") and name != "cs.CL"][:4]
    for name in names:
        world.follow(name, name.lower())
    world.arxiv.papers = [replace(one, categories=("cs.CL", *names)) for one in TODAYS]
    world.arxiv.answering = {"/api/": API_FAULTS["stale"](world.arxiv)}
    await world.refresh()
    paths = [request.path for request in world.arxiv.requests]
    assert (paths.count("/api/query"), len(paths)) == (5, 6)
    (rss,) = (path for path in paths if path.startswith("/rss/"))
    assert set(rss.removeprefix("/rss/").split("+")) == {"cs.CL", *names}
