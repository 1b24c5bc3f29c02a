"""Each source of papers alone, together and failing, and the marked papers that the cache does not have."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader import log_file
from reader.cache.imports import add_marks
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.config import Settings
from reader.core.errors import CacheDamaged, CacheFull, FeedError, FeedOffline
from reader.core.marks import Mark, PaperMarks
from reader.core.topics.scorer import Topics
from reader.feeds.syndication import SyndicationClient
from reader.refresh import sources as sources_module
from reader.refresh.lines import Days, JobContext, Latest, Line, step
from reader.refresh.sources import open_sources, refresh_all
from tests.cache.conftest import ByName
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Page, Paper, rss
from tests.feeds.servers import item as entry
from tests.refresh.world import NOON, TODAY, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    listed = [item("2605.00001"), item("2605.00002")]
    papers = [Paper("2605.00001", categories=("cs.CL", "cs.LG"), version=2)]
    with World.opened(tmp_path / "papers.db", listed, papers) as made:
        yield made


def of(events: Sequence[Line], kind: str) -> list[str]:
    """The sources of which a line says `step` or `failed`."""
    return [event["slug"] for event in events if event.get(kind) == "feed"]


def last(events: list[Line]) -> Line:
    assert events[-1].get("step") == "fetched"
    assert sum(event.get("step") == "fetched" for event in events) == 1
    return events[-1]


async def test_categories_of_the_daily_papers_come_by_one_request(world: World) -> None:
    events = await world.refresh()
    assert of(events, "step") == ["arxiv"]
    paper = world.paper("2605.00001")
    assert (paper.categories, paper.version, paper.source) == (("cs.CL", "cs.LG"), 2, "hf")
    # The feed's own words stay; arXiv fills gaps.
    assert paper.title == "Paper 2605.00001"
    assert [sorted(request.query["id_list"].split(",")) for request in world.arxiv.requests] == [
        ["2605.00001", "2605.00002"]
    ]
    again = await world.refresh()
    # What arXiv does not know is not asked for again within a week.
    assert len(world.arxiv.requests) == 1
    assert (last(again)["new"], last(again)["updated"], last(again)["unchanged"]) == (0, 0, 2)


async def test_papers_of_a_backfill_get_theirs_day_by_day_the_newest_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.refresh.sources.MAX_CATEGORIZED_PER_DAY", 3)
    world.daily.days["2024-03-01"] = [item(f"2403.0000{n}", day="2024-03-01", upvotes=n) for n in range(1, 6)]
    world.arxiv.papers += [Paper(f"2403.0000{n}", categories=("cs.RO",)) for n in range(1, 6)]
    await world.refresh(Days(("2024-03-01",)))
    assert world.arxiv.requests == []
    assert len(world.feeds.papers_without_categories("9", 100)) == 5
    asked: list[list[str]] = []
    for _ in range(3):
        before = len(world.arxiv.requests)
        await world.refresh()
        # However often one refreshes, it is one request a day.
        await world.refresh()
        asked += [sorted(request.query["id_list"].split(",")) for request in world.arxiv.requests[before:]]
        world.now += timedelta(days=1)
    assert asked == [
        ["2403.00005", "2605.00001", "2605.00002"],
        ["2403.00002", "2403.00003", "2403.00004"],
        ["2403.00001"],
    ]
    # One that arXiv does not know is left.
    assert len(world.feeds.papers_without_categories("9", 100)) == 1


async def test_an_unchanged_day_is_answered_with_304(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    file = tmp_path / "papers.db"
    with FeedServer({TODAY: [item("2605.00001", day=TODAY)]}, today=TODAY) as feed:
        feed.etags = True

        async def refresh() -> Line:
            with closing(Cache.open(file, ByName())) as cache:
                context = JobContext(file, Settings(endpoint=feed.url), Topics, lambda: NOON)
                async with open_sources(context, cache) as sources:
                    return await refresh_all(Latest(1), sources)

        sent = [await refresh() for _ in range(2)]
        assert [(sums["new"], sums["unchanged"], sums["days"]) for sums in sent] == [(1, 0, 1), (0, 1, 1)]
        with closing(Window.open(file)) as watcher:
            await refresh()
            assert not watcher.has_changed()
        feed.days[TODAY] = [item("2605.00001", day=TODAY, upvotes=50), item("2605.00002", day=TODAY)]
        news = await refresh()
        assert (news["new"], news["updated"]) == (1, 1)
        first, *tags = (request.headers["If-None-Match"] for request in feed.requests)
        assert first is None and None not in tags
        with closing(Cache.open(file, ByName())) as cache:
            assert set(cache.validators()) == {TODAY}


async def test_a_feed_is_asked_again_only_for_what_changed(world: World) -> None:
    page = Page(rss(entry("A post", guid="1", link="https://lab.example.org/1")), etag='"1"')
    other = replace(page, body=rss(entry("B post", guid="2")), etag='"2"')
    world.follow(f"{world.site.url}/feed.xml")
    finished, answered = [], []
    for days, sent in enumerate((page, page, other, replace(other, etag=None))):
        world.now = NOON + timedelta(days=days)
        world.site.pages["/feed.xml"] = sent
        finished.append(last(await world.refresh()))
        feed = world.feeds.find("lab")
        answered.append(feed and feed.answered)
    assert [request.headers["If-None-Match"] for request in world.site.requests] == [None, '"1"', '"1"', '"2"']
    assert [(one["new"], one["updated"], one["unchanged"], one["skipped"]) for one in finished] == [
        (3, 0, 0, 0),
        (0, 0, 2, 0),
        (1, 0, 2, 0),
        (0, 0, 3, 0),
    ]
    # It answered on the day of its last news, which validators are too.
    assert answered == [f"2026-05-{day}T12:00:00Z" for day in (12, 12, 14, 15)]


async def test_an_entry_about_a_paper_joins_it(world: World) -> None:
    link = "https://arxiv.org/abs/2605.00001"
    world.arxiv.papers.append(Paper("2605.00077", "A title of its own", categories=("cs.RO",)))
    about = entry("We read arXiv:2605.00077", guid="2", pubDate="Mon, 11 May 2026")
    world.site.pages["/feed.xml"] = Page(rss(entry("Why it holds", guid="1", link=link), about))
    world.follow(f"{world.site.url}/feed.xml")
    assert last(await world.refresh())["new"] == 3
    joined, brought = world.paper("2605.00001"), world.paper("2605.00077")
    assert (joined.title, joined.source, joined.url) == ("Paper 2605.00001", "hf", link)
    # What only a feed brought gets its facts from arXiv.
    assert (brought.title, brought.categories, brought.published) == ("A title of its own", ("cs.RO",), "2026-05-11")
    assert world.feeds.papers()["lab"] == 2


async def test_one_source_that_fails_does_not_fail_the_others(world: World) -> None:
    world.site.pages["/good.xml"] = Page(rss(entry("A post", guid="1")))
    world.follow(f"{world.site.url}/bad.xml", "bad")
    world.follow(f"{world.site.url}/good.xml", "good")
    world.arxiv.answers.append(Page(b"", status=503))
    events = await world.refresh()
    assert [(event["slug"], event["followed"]) for event in events if event.get("failed") == "feed"] == [
        ("bad", True),
        ("arxiv", False),
    ]
    assert of(events, "step") == ["good"]
    assert last(events)["missing"] == []
    first = [(feed.slug, feed.failing_since) for feed in world.feeds.failing()]
    assert sorted(first) == [("arxiv", "2026-05-12T12:00:00Z"), ("bad", "2026-05-12T12:00:00Z")]
    world.now += timedelta(hours=1)
    await world.refresh()
    (failing,) = world.feeds.failing()
    assert (failing.slug, failing.failing_since) == ("bad", "2026-05-12T12:00:00Z")
    # What it was asked for then comes now.
    assert world.paper("2605.00001").categories == ("cs.CL", "cs.LG")


async def test_with_no_network_the_sources_are_not_tried_one_by_one(world: World) -> None:
    for number in range(3):
        world.follow(f"http://nowhere-{number}.invalid/feed.xml", f"lab{number}")
    async with world.sources() as sources:
        await sources.refresh(no_network=True)
        assert world.lines == [step("asking", title="Lab0")]
        assert world.feeds.failing() == []
        # Only the first that finds none shows it; without that, each is to blame.
        await sources.refresh()
    assert of(world.lines, "failed") == ["lab0", "lab1", "lab2"]
    assert len(world.feeds.failing()) == 3


async def test_a_refresh_can_be_stopped_between_two_sources(world: World) -> None:
    for number in range(2):
        world.site.pages[f"/{number}.xml"] = Page(rss(entry(f"Post {number}", guid="1")))
        world.follow(f"{world.site.url}/{number}.xml", f"lab{number}")
    async with world.sources() as sources:
        refreshing = asyncio.create_task(sources.refresh())
        while not of(world.lines, "step"):
            await asyncio.sleep(0)
        refreshing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await refreshing
    assert world.lines[0] == step("asking", title="Lab0")
    assert of(world.lines, "step") == ["lab0"]
    assert len(world.site.requests) == 1


# One paper


async def look_up(world: World, id: str) -> bool:
    async with world.sources() as sources:
        return await sources.look_up(id)


async def test_a_paper_is_looked_up_in_the_feed_and_then_at_arxiv(world: World) -> None:
    assert await look_up(world, "2605.00002")
    paper = world.paper("2605.00002")
    assert (paper.source, paper.upvotes) == ("hf", 5)
    assert world.arxiv.requests == []
    # A day of which one paper is known has not been answered for.
    assert world.cache.known_days(TODAY, TODAY) == {}
    world.arxiv.papers.append(Paper("math/0309136", "An old one", categories=("math.GT",)))
    assert await look_up(world, "math/0309136")
    paper = world.paper("math/0309136")
    assert (paper.source, paper.categories) == ("arxiv", ("math.GT",))
    assert not await look_up(world, "2605.99999")
    # A feed that fails leaves it to arXiv.
    world.daily.fault = "error"
    assert await look_up(world, "2605.00001")
    with pytest.raises(FeedError, match=r"^127\.0\.0\.1 has trouble"):
        await look_up(world, "2605.99999")
    world.arxiv.answers.append(Page(b"", status=503))
    with pytest.raises(FeedError, match=r"^127\.0\.0\.1 has trouble"):
        await look_up(world, "2605.99999")


# Bounds


async def test_offline_mode_is_no_failure(world: World) -> None:
    async with world.sources() as sources:
        for stays_offline, error, is_failing in (
            (True, FeedOffline("Offline."), False),
            (False, FeedOffline("Offline."), True),
            (True, FeedError("Broken."), True),
            (False, FeedError("Broken."), True),
        ):
            sources.stays_offline = stays_offline
            sources.note_outcome("hf", error)
            assert [feed.slug for feed in world.feeds.failing()] == (["hf"] if is_failing else [])
            sources.note_outcome("hf", None)
            assert world.feeds.failing() == []


async def test_one_day_alone_asks_no_other_source_nor_is_arxiv_asked_without_categories(world: World) -> None:
    world.follow(f"{world.site.url}/feed.xml")
    events = await world.refresh(Days((TODAY,)))
    assert of(events, "step") == of(events, "failed") == []
    assert world.site.requests == []
    world.categorize = False
    async with world.sources() as sources:
        await sources.refresh()
        assert of(world.lines, "failed") == ["lab"]
    assert world.arxiv.requests == []
    assert len(world.feeds.papers_without_categories("9", 100)) == 2


# Faults of one source


@pytest.fixture
def world_of_four(tmp_path: Path) -> Iterator[World]:
    listed = [item("2605.00001"), item("2605.00002")]
    papers = [Paper("2605.00001", categories=("cs.CL",), version=2)]
    with World.opened(tmp_path / "papers.db", listed, papers) as made:
        made.site.pages |= {f"/{name}": Page(rss(entry(f"Of {name}", guid=name))) for name in ("lab", "other")}
        made.follow("cs.CL", "cs.cl")
        for name in ("lab", "other"):
            made.follow(f"{made.site.url}/{name}", name)
        yield made


async def test_errors_of_memory_disk_and_cache_end_the_refresh(
    world_of_four: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(SyndicationClient, "fetch", too_large)
        await world_of_four.refresh()

    def damaged(*_: object, **__: object) -> None:
        raise CacheDamaged("The cache is damaged.")

    def full(*_: object, **__: object) -> None:
        raise CacheFull("The disk is full.")

    with monkeypatch.context() as patch, pytest.raises(CacheFull):
        patch.setattr(world_of_four.cache, "store", full)
        await world_of_four.refresh()

    monkeypatch.setattr(world_of_four.cache, "store", damaged)
    monkeypatch.setattr(world_of_four.feeds, "record_failure", damaged)
    with pytest.raises(CacheDamaged):
        await world_of_four.refresh()


@pytest.fixture(autouse=True)
def log_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "record_error", lambda where, error: None)


Happened = Sequence[Line]


class HomeWithMarks(World):
    """A world with marks of papers that are not here."""

    def add(self, *marks: tuple[str, str, str]) -> None:
        """Marks of papers that are not here, each newer than the one before: paper, kind and value."""
        with closing(Events.open(self.path)) as events:
            for number, (id, kind, value) in enumerate(marks, start=events.read(_count)):
                mark = Mark(kind, value, 1_700_000_000_000 + number, "0" * 12, f"{number:012x}" * 2)
                add_marks(events, [PaperMarks(id, (mark,))])

    @property
    def asked(self) -> list[list[str]]:
        """The ids of each request to arXiv for lost papers; those for categories name papers of the day."""
        lists = [request.query["id_list"].split(",") for request in self.arxiv.requests]
        return [ids for ids in lists if not any(id.startswith("2605.") for id in ids)]


def _count(connection: object) -> int:
    rows = connection.execute("SELECT count(*) FROM event")  # type: ignore[attr-defined]
    return int(rows.fetchone()[0])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeWithMarks]:
    papers = [Paper(f"2401.0000{number}", f"The paper {number}") for number in range(1, 8)]
    with HomeWithMarks.opened(tmp_path / "papers.db", [item("2605.00001")], papers) as made:
        yield made


def returned(events: Happened) -> list[Line]:
    return [event for event in events if event.get("step") == "returned"]


async def test_marked_papers_come_back_with_their_marks(home: HomeWithMarks) -> None:
    home.add(("2401.00001", "star", "1"), ("2401.00002", "tag:later", "1"), ("2401.00003", "note", "mine"))
    events = await home.refresh()
    assert returned(events) == [step("returned", papers=3, unknown=0)]
    assert events[-1].get("step") == "fetched" and (events[-1]["returned"], events[-1]["new"]) == (3, 1)
    assert step("asking", title="arXiv, 3 papers you marked") in events
    found = [home.paper(f"2401.0000{number}") for number in (1, 2, 3)]
    assert [(one.title, one.starred, one.tags, one.note) for one in found] == [
        ("The paper 1", True, (), None),
        ("The paper 2", False, ("later",), None),
        ("The paper 3", False, (), "mine"),
    ]
    await home.refresh()
    assert len(home.asked) == 1


async def test_without_lost_papers_nothing_is_asked(home: HomeWithMarks) -> None:
    home.add(
        ("2401.00001", "read", "1"),
        ("2401.00001", "hide", "1"),
        ("2401.00002", "star", "1"),
        ("2401.00002", "star", "0"),
        ("2401.00003", "note", "mine"),
        ("2401.00003", "note", ""),
        ("page:0123456789ab", "star", "1"),
        ("feed:0123456789ab", "star", "1"),
    )
    happened = await home.refresh()
    assert (home.asked, returned(happened)) == ([], [])
    assert not any("you marked" in event["title"] for event in happened if event.get("step") == "asking")


async def test_the_newest_marks_are_first_and_a_refresh_is_bounded(
    home: HomeWithMarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources_module, "LOST_PAPERS_PER_REFRESH", 4)
    home.add(*((f"2401.0000{number}", "star", "1") for number in (3, 1, 2, 5, 4)))
    assert returned(await home.refresh()) == [step("returned", papers=4, unknown=0)]
    assert home.asked == [["2401.00004", "2401.00005", "2401.00002", "2401.00001"]]
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=0)]
    assert home.asked[1:] == [["2401.00003"]]


async def test_a_paper_that_arxiv_does_not_have_is_asked_for_three_times(home: HomeWithMarks) -> None:
    home.add(("2401.09999", "star", "1"), ("2401.00001", "star", "1"))
    *_, sums = events = await home.refresh()
    assert (returned(events), sums["unknown"]) == ([step("returned", papers=1, unknown=1)], ["2401.09999"])
    days, start = [], home.now
    for day in (0, 6, 7, 8, 13, 14, 15, 21, 60):
        home.now = start + timedelta(days=day)
        before = len(home.asked)
        await home.refresh()
        days += [day] * (len(home.asked) - before)
    assert days == [7, 14]


async def test_the_daily_feed_s_own_records_come_first(home: HomeWithMarks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "LOST_PAPERS_FROM_FEED", 2)
    home.daily.days["2024-01-02"] = [item("2401.00001", day="2024-01-02", upvotes=41)]
    home.add(*((f"2401.0000{number}", "star", "1") for number in (3, 2, 1)))
    assert returned(await home.refresh()) == [step("returned", papers=3, unknown=0)]
    assert home.asked == [["2401.00002", "2401.00003"]]
    first, second = home.paper("2401.00001"), home.paper("2401.00002")
    assert (first.upvotes, first.day, first.starred) == (41, "2024-01-02", True)
    assert (second.source, second.starred) == ("arxiv", True)


async def test_where_arxiv_must_not_be_asked_the_daily_feed_is(home: HomeWithMarks) -> None:
    home.categorize = False
    home.daily.days["2024-01-02"] = [item("2401.00001", day="2024-01-02")]
    home.add(("2401.00001", "star", "1"), ("2401.00002", "star", "1"))
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=1)]
    assert returned(await home.refresh()) == []
    assert home.arxiv.requests == []


async def test_arxiv_fails_once_and_is_asked_again(home: HomeWithMarks) -> None:
    home.add(("2401.00001", "star", "1"))
    home.arxiv.answers += [Page(b"", status=503)] * 3
    events = await home.refresh()
    assert [event["slug"] for event in events if event.get("failed") == "feed"] == ["arxiv"]
    assert [feed.slug for feed in home.feeds.failing()] == ["arxiv"]
    home.arxiv.answers.clear()
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=0)]
    assert home.feeds.failing() == []
