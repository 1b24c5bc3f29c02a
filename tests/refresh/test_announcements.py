"""What categories announce: no paper is lost that any source of arXiv has, and it is known what is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from reader.cache.coverage import Coverage
from reader.feeds.arxiv.categories import categories
from reader.refresh.jobs import FeedFailed, FeedStored, RefreshEvent, SourceEvent
from tests.feeds.servers import FAULTS, Page, Paper, listing_page, records
from tests.refresh.world import NOON, World
from tests.tiers import rest_long

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
    """A paper on each of the weekdays up to the last of some days."""
    days = (date.fromisoformat(last) - timedelta(days=before) for before in reversed(range(count)))
    return [
        Paper(f"2605.5{n:04}", day=day.isoformat(), published=day.isoformat())
        for n, day in enumerate(day for day in days if day.weekday() < 5)
    ]


def covered(world: World, day: str = "2026-05-12") -> Coverage:
    return world.feeds.coverage("cs.CL")[day]


def said(world: World) -> str:
    return covered(world).text(date(2026, 5, 12))


def here(world: World, papers: list[Paper]) -> int:
    return len(world.feeds.sources_of(one.id for one in papers))


def failed(events: list[RefreshEvent | SourceEvent]) -> list[str]:
    return [str(event.error) for event in events if isinstance(event, FeedFailed)]


NAMED_BY = {
    "none": ("list", "rss"),
    "old listing": ("rss", "oai"),
    "old RSS and listing": ("oai", "api"),
    "listing refused": ("rss", "oai"),
    "listing of another form": ("rss", "oai"),
    "listing without titles": ("list", "rss"),
    "no records": ("list", "api"),
}
"""The sources that name all papers of the day, if these are not the listing page and the records."""

FEW = ("none", "RSS cut in mid-item", "old RSS and listing", "listing refused", "records of others", "only the API")
"""A fault of each source, and of several at once; the others are tried by the long tests."""


@pytest.mark.parametrize("fault", rest_long(FAULTS, FEW))
async def test_no_paper_is_lost_that_a_source_has(world: World, fault: str) -> None:
    world.arxiv.answering = FAULTS[fault](world.arxiv)
    named_by = NAMED_BY.get(fault, ("list", "oai"))
    events = await world.refresh()
    assert (here(world, TODAYS), failed(events)) == (14, [])
    day = covered(world)
    if fault == "only the API":
        # It does not know on which day they were announced.
        assert said(world).startswith("not known yet, asked again at ")
    else:
        assert (day.papers, day.here, day.cross, day.named_by) == (14, 14, 5, named_by)
        assert (day.is_whole, day.again, said(world)) == (True, "", "14 of 14")
    count = len(world.arxiv.requests)
    again = await world.refresh()
    assert (covered(world), len(world.arxiv.requests)) == (day, count)
    assert not any(isinstance(event, FeedStored) for event in again)


async def test_a_day_that_was_short_is_asked_again_until_it_is_whole(world: World) -> None:
    short = listing_page("cs.CL", "2026-05-12", TODAYS[:8], {"New": 9, "Cross": 5})
    world.arxiv.answering = {
        "/rss/": partial(world.arxiv.rss, part=slice(8)),
        "/list/": lambda _: Page(short, "text/html"),
        "/oai": lambda _: Page(records([])),
        "/api/": lambda _: Page(status=503),
    }
    await world.refresh()
    assert (covered(world).here, covered(world).papers, covered(world).again) == (8, 14, "2026-05-12T18:00:00Z")
    assert said(world).startswith("8 of 14, asked again at ")
    world.arxiv.answering = {}
    world.now += timedelta(hours=5)
    await world.refresh()
    assert here(world, TODAYS) == 8
    world.now += timedelta(hours=1)
    await world.refresh()
    assert (here(world, TODAYS), said(world), covered(world).again) == (14, "14 of 14", "")


async def test_sources_that_differ_for_good_are_left_after_a_week(world: World) -> None:
    more = [*TODAYS, Paper("2605.20099", day="2020-01-01", published="2020-01-01")]
    world.arxiv.answering = {"/list/": lambda _: Page(listing_page("cs.CL", "2026-05-12", more), "text/html")}
    await world.refresh()
    assert (here(world, more), covered(world).named_by) == (15, ("list",))
    assert said(world).startswith("15 of 15 by one source, asked again at ")
    world.arxiv.answering = {}
    for _ in range(9):
        world.now += timedelta(days=1)
        await world.refresh()
    day = covered(world)
    assert (day.papers, day.here, day.again, day.is_whole) == (15, 15, "", False)
    assert said(world) == "15 of 15 by one source"


async def test_new_versions_are_no_papers_of_a_day_and_a_time_that_is_none_stops_nothing(world: World) -> None:
    known = replace(BEFORE[0], day="2026-05-12", announce="replace", version=2)
    world.arxiv.papers += [known, Paper("2001.00001", announce="replace-cross", published="2020-01-01")]
    assert world.feeds.follow("arxiv", "cs.CV", "Vision", "cs.cv", "soon")
    await world.refresh()
    assert (said(world), world.feeds.failing()) == ("14 of 14", [])
    assert world.feeds.sources_of(["2001.00001"]) == {}


@pytest.mark.parametrize("fault", rest_long(["none", "old RSS and listing"], ["old RSS and listing"]))
@pytest.mark.parametrize(
    ("kinds", "count", "with_records"),
    [(("new",), 9, 9), (("cross",), 5, 5), (("new", "replace"), 10, 9), (("new", "cross", "replace"), 15, 14)],
)
async def test_only_papers_of_wanted_kinds_come_in_and_are_counted(
    world: World, fault: str, kinds: tuple[str, ...], count: int, with_records: int
) -> None:
    old = Paper("2001.00001", announce="replace", published="2020-01-01", version=2)
    world.arxiv.papers.append(old)
    world.arxiv.answering = FAULTS[fault](world.arxiv)
    world.category_papers = kinds
    await world.refresh()
    # The records do not tell a new version from another change, so that it is not counted.
    expected = with_records if fault == "old RSS and listing" else count
    assert said(world) == f"{expected} of {expected}"
    assert here(world, TODAYS) == with_records
    assert bool(here(world, [old])) == ("replace" in kinds)


async def test_at_weekends_nothing_is_asked(world: World) -> None:
    world.arxiv.papers, world.arxiv.today = on_days("2026-05-15", 8), "2026-05-15"
    world.now = NOON + timedelta(days=3)
    await world.refresh()
    assert covered(world, "2026-05-15").is_whole
    count = len(world.arxiv.requests)
    for hours in (0, 24, 41):
        world.now = NOON + timedelta(days=4, hours=hours)
        await world.refresh()
        assert len(world.arxiv.requests) == count, hours
    world.now += timedelta(hours=2)
    await world.refresh()
    assert [request.path for request in world.arxiv.requests[count:]][:2] == ["/rss/cs.CL", "/list/cs.CL/new"]


async def test_a_holiday_is_known_once_it_is_over(world: World) -> None:
    world.now += timedelta(days=1)
    await world.refresh()
    assert covered(world, "2026-05-13").text(date(2026, 5, 13)).startswith("not known yet, asked again at ")
    world.arxiv.papers.append(Paper("2605.30001", day="2026-05-14", published="2026-05-13"))
    world.arxiv.today = "2026-05-14"
    world.now += timedelta(days=1)
    await world.refresh()
    assert covered(world, "2026-05-13").is_whole
    (freshness,) = (one for one in world.feeds.freshness(world.now.date()) if one.slug == "cs.cl")
    assert (freshness.newest, freshness.holes) == (covered(world, "2026-05-14"), ())


async def test_a_category_that_has_another_name_is_named(world: World) -> None:
    renamed = [replace(one, categories=("cs.NL",)) for one in TODAYS]
    world.arxiv.answering = {
        "/rss/": partial(world.arxiv.rss, part=slice(0)),
        "/list/": lambda _: Page(listing_page("cs.NL", "2026-05-12", renamed), "text/html"),
    }
    said = "arXiv now lists cs.CL as cs.NL; 'dailypapers feeds add cs.NL' follows it."
    assert failed(await world.refresh()) == [said]
    await world.refresh()
    (failing,) = world.feeds.failing()
    assert (failing.error, here(world, TODAYS)) == (said, 14)
    world.arxiv.answering = {}
    world.now += timedelta(days=1)
    await world.refresh()
    assert world.feeds.failing() == []


async def come_back(world: World) -> list[Paper]:
    """Refresh, and be away for three weeks with a paper on each of their weekdays."""
    await world.refresh()
    missed = [replace(one, published="2026-05-12") for one in on_days("2026-06-02", 21)]
    world.arxiv.papers, world.arxiv.today = [*BEFORE, *TODAYS, *missed], "2026-06-02"
    world.now = NOON + timedelta(days=21)
    world.arxiv.requests.clear()
    return missed


async def test_after_three_weeks_the_days_between_come_newest_first(world: World) -> None:
    missed = await come_back(world)
    events = await world.refresh()
    assert (here(world, missed), failed(events)) == (15, [])
    assert all(covered(world, one.day).is_whole for one in missed)
    spans = [request.query["from"] for request in world.arxiv.requests if request.path == "/oai"]
    assert spans == ["2026-05-26", "2026-05-19", "2026-05-13"]
    assert len(world.arxiv.requests) == 2 + 2 * 3


async def test_an_absence_can_be_broken_off_and_goes_on(world: World) -> None:
    missed = await come_back(world)
    async with world.sources() as sources:
        steps = sources.refresh()
        stored = 0
        while stored < 2:
            stored += isinstance(await anext(steps), FeedStored)
        await steps.aclose()
    assert 0 < here(world, missed) < 15
    await world.refresh()
    assert here(world, missed) == 15


@pytest.mark.parametrize(("count", "bound"), [(5, 16), pytest.param(20, 61, marks=pytest.mark.long)])
async def test_requests_are_bounded(world: World, count: int, bound: int) -> None:
    """One of RSS and a listing for each, and at first the records and the API of the three days before."""
    names = [name for name in categories() if name.startswith("cs.") and name != "cs.CL"][: count - 1]
    for name in names:
        world.follow(name, name.lower())
    world.arxiv.papers = [replace(one, categories=("cs.CL", *names)) for one in on_days("2026-05-13", 6)]
    await world.refresh()
    assert len(world.arxiv.requests) == bound
    world.now += timedelta(days=1)
    world.arxiv.today = "2026-05-13"
    await world.refresh()
    assert len(world.arxiv.requests) - bound == 1 + count
