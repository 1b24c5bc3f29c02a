"""Reading the list from the cache, and from the results of a search on the feed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.cache.reads.window import Order
from reader.cache.search.selection import Selection
from reader.core.errors import CacheError, CacheInterrupted
from reader.session.places import Place, view
from reader.ui.library.library import Library
from reader.ui.list import loader as list_loader
from reader.ui.list.loader import ListLoader
from reader.ui.shell.listing import TOP, CacheFacts, FeedResults, Position
from reader.ui.shell.state import Notice, State
from tests.ui import papers
from tests.ui.bench import Bench
from tests.ui.stage import look

# The loader

NOTHING_LISTED = Place(view("starred"))


class Desk(Bench):
    """A list loader over a cache."""

    def __init__(self, file: Path) -> None:
        super().__init__(moving=look()._replace(now=lambda: papers.NOW))
        self.library = self.app.library = Library(file)
        self.app.scope = lambda: self.library.scope(papers.NOW.date())
        self.loader = ListLoader(self.app)

    @property
    def state(self) -> State:
        return self.model.state

    @property
    def ids(self) -> list[str]:
        return [row.id for row in self.library.rows(self.state.listing.order.pks)]

    def pk(self, id: str) -> int:
        pk: int | None = self.library.pk_of(id)
        assert pk is not None
        return pk

    async def show(self, state: State) -> list[State]:
        """Set the state, read the list that it requests, and return the states that the read publishes."""
        self.model.change(state)
        made: list[State] = []
        self.model.publish = made.append
        self.loader.load(self.state)
        await self.work()
        return made


@pytest.fixture
async def desk(cache_file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A loader for screens of twenty papers, without pauses between its steps."""
    monkeypatch.setattr(list_loader, "REST_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(list_loader, "SCREENFUL_PAPERS", 20)
    made = Desk(cache_file)
    made.loader.load(made.state)
    assert not made.works, "nothing is read before a request"
    yield made
    made.library.close()


async def test_a_short_list_is_read_in_one_step(desk: Desk) -> None:
    (made,) = await desk.show(desk.state.go(Place(view("latest"), "robot")))
    assert not made.is_list_coming
    assert (made.listing.place, made.listing.at) == (Place(view("latest"), "robot"), TOP)
    assert desk.ids == ["2605.00406", "2605.00412"]
    assert made.listing.facts == CacheFacts("2026-05-12")


async def test_a_long_list_is_there_after_its_first_screenful_or_around_a_paper_further_down(desk: Desk) -> None:
    deep, near = Position(desk.pk("2605.00105"), 4), Position(desk.pk("2605.00405"), 4)
    place = Place(view("all"))
    for is_new, at, counts in (
        (True, TOP, [None, 60]),
        # A paper of the first screenful is there at once; the same place, as after a refresh, is read as a whole.
        (True, near, [None, 60]),
        (False, near, [60]),
        (True, deep, [60]),
    ):
        made = await desk.show(State().go(place, at) if is_new else desk.state.request_list(at))
        assert [state.listing.count for state in made] == counts
        assert made[0].listing.at == at and not made[0].is_list_coming
        assert made[-1].listing.order.pks[:20] == made[0].listing.order.pks[:20]


@pytest.mark.parametrize(
    ("screenful", "at", "id"),
    [(20, TOP, "2605.00407"), (20, Position(5, 4), "2605.00200"), (100, Position(5, 4), "2605.00200")],
)
async def test_a_cursor_that_moves_while_a_list_is_read_stays_where_it_went(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, screenful: int, at: Position, id: str
) -> None:
    monkeypatch.setattr(list_loader, "SCREENFUL_PAPERS", screenful)
    read = desk.library.screenful
    there = desk.pk(id)

    async def move_meanwhile(selection: Selection, limit: int) -> Order:
        order: Order = await read(selection, limit)
        desk.model.change(desk.state.highlight(there))
        return order

    monkeypatch.setattr(desk.library, "screenful", move_meanwhile)
    await desk.show(desk.state.go(Place(view("all")), at))
    assert desk.state.listing.at == Position(there, at.height)


@pytest.mark.parametrize("at", [TOP, Position(3)])
async def test_an_interrupted_or_failed_read_releases_keys(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, at: Position
) -> None:
    async def give_way(*_: object) -> None:
        raise CacheInterrupted("A newer question took the place of this one.")

    async def fail(*_: object) -> None:
        raise CacheError("The disk is full.")

    for reading, expected in ((give_way, Notice()), (fail, Notice("The disk is full.", "warning"))):
        for name in ("screenful", "order"):
            monkeypatch.setattr(desk.library, name, reading)
        asked = desk.state.request_list(at)
        (made,) = await desk.show(asked)
        assert not made.is_list_coming
        assert made.listing is asked.listing
        assert made.notices.shown == expected


async def test_results_of_the_feed_replace_the_list_until_a_step_back(desk: Desk) -> None:
    found = FeedResults("weather", (desk.pk("2605.00400"), 99_999, desk.pk("2605.00401")))
    await desk.show(desk.state.list_results(found))
    assert desk.ids == ["2605.00400", "2605.00401"], "a paper that was dropped since is left out"
    assert desk.state.listing.results == found
    await desk.show(desk.state.step_back())
    assert desk.state.listing.results is None
    assert len(desk.ids) == 14


async def test_an_empty_list_comes_with_what_the_cache_says_of_it(desk: Desk) -> None:
    await desk.show(desk.state.go(NOTHING_LISTED))
    assert desk.state.listing.facts == CacheFacts("2026-05-12", has_papers=True, is_day_known=True)
    await desk.show(desk.state.go(Place(view("all"), "2406.12345")))
    assert desk.state.listing.facts.missing_id == "2406.12345"
    await desk.show(desk.state.go(Place(view("starred"), "2605.00400")))
    assert desk.state.listing.facts.missing_id is None
    await desk.show(desk.state.go(Place(view("day:2026-05-05"))))
    assert not desk.state.listing.facts.is_day_known


async def test_an_empty_list_is_read_again_after_a_refresh(desk: Desk) -> None:
    await desk.show(desk.state.go(NOTHING_LISTED))
    before = desk.state
    desk.loader.reload_if_empty(before)
    assert desk.state.cache_version == before.cache_version + 1
    await desk.show(desk.state.go(Place(view("latest"))))
    before = desk.state
    desk.loader.reload_if_empty(before)
    assert desk.state is before


async def test_reading_all_papers_goes_beyond_the_first_screenful(desk: Desk) -> None:
    desk.model.change(State(place=Place(view("all"))))
    desk.loader.load_first(None)
    assert desk.state.listing.count is None
    assert len(await desk.loader.read_all()) == 60
    await desk.show(desk.state.go(Place(view("latest"))))
    assert await desk.loader.read_all() is desk.state.listing.order.pks


async def test_the_first_list_opens_on_the_paper_where_the_user_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.loader.load_first("2605.00405")
    assert desk.state.listing.at.pk == desk.pk("2605.00405")
    assert (len(desk.ids), desk.state.request) == (14, None)
    # A paper far down is listed with all papers of the place; one that is deeper than the limit is awaited.
    for deepest, listed in ((100, 60), (10, 20)):
        monkeypatch.setattr("reader.session.first_list.MAX_PAPERS_READ", deepest)
        desk.model.change(State(place=Place(view("all"))))
        desk.loader.load_first("2605.00105")
        assert (len(desk.ids), desk.state.is_list_coming) == (listed, False)
        assert ("2605.00105" in desk.ids) is (desk.loader.awaited is None) is (listed == 60)
    assert desk.state.request is not None and desk.state.request.at.pk == desk.pk("2605.00105")


async def test_an_invalid_first_query_is_reported_and_lists_nothing(desk: Desk) -> None:
    desk.model.change(State(place=Place(view("all"), "topic:(")))
    desk.loader.load_first(None)
    assert desk.ids == []
    assert desk.state.notices.shown.tone == "warning"


async def test_the_feeds_ranking_is_listed_with_the_time_at_which_it_was_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.show(desk.state.go(Place(view("trending"))))
    assert desk.state.listing.ranked_at is None
    read = datetime(2026, 5, 12, 7, 30, tzinfo=UTC).isoformat()
    monkeypatch.setattr(desk.library, "meta", {"trending": read}.get)
    await desk.show(desk.state.request_list())
    assert desk.state.listing.ranked_at == read
    await desk.show(desk.state.go(Place(view("all"))))
    assert desk.state.listing.ranked_at is None


async def test_a_search_with_more_papers_than_a_screen_shows_is_listed_by_fit(desk: Desk) -> None:
    await desk.show(desk.state.go(Place(view("all"), "a")))
    listed = desk.state.listing
    assert listed.order.is_by_fit and listed.order.groups == ()
    assert len(listed.order.pks) > list_loader.BY_DATE_PAPERS
    await desk.show(desk.state.go(Place(view("all"), "a sort:day")))
    assert not desk.state.listing.order.is_by_fit and desk.state.listing.order.groups


async def test_a_title_in_part_comes_first_however_few_papers_have_its_words(desk: Desk) -> None:
    await desk.show(desk.state.go(Place(view("all"), "memory")))
    assert not desk.state.listing.order.is_by_fit
    await desk.show(desk.state.go(Place(view("all"), "a memory that forg")))
    assert desk.state.listing.order.is_by_fit
    [row, *_] = desk.library.rows(desk.state.listing.order.pks)
    assert row.title == "A Memory That Forgets on Purpose"
