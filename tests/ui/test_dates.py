"""Time: going to a date, weeks and months, what is fetched on going there, what is trending."""

from __future__ import annotations

from datetime import date

from reader.core.paper import Draft
from reader.ui.dates import read_period
from reader.ui.refresh.state import REFRESH
from reader.ui.views import ViewActions
from tests.feed_server import FeedServer, item
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.driver import fill, settings

TODAY = "2026-05-12"


async def test_a_typed_date_is_explained_and_enter_goes_to_it(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.do("day.go")
        assert "Tuesday 12 May 2026" in r.screen
        await r.type("monday")
        await r.until(lambda: "Monday 11 May 2026" in r.screen)
        await r.do("date.go")
        assert (r.view, r.context) == ("day:2026-05-11", "list")
        await r.do("day.go")
        await r.type("w19")
        await r.do("date.go")
        assert r.view == "week:2026-W19"
        assert (r.row(0).upvotes or 0) >= (r.row(1).upvotes or 0)
        await r.do("day.go")
        await r.type("2026-05")
        await r.do("date.go")
        assert (r.view, len(r.ids)) == ("month:2026-05", 60)


async def test_a_text_that_is_no_date_is_refused(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.do("day.go")
        await r.type("zz")
        await r.do("date.go")
        assert "This is not a day, week or month" in r.screen and r.context == "date"
        await r.do("command.cancel")
        assert (len(r.app.screen_stack), r.context) == (1, "list")


async def test_what_is_missing_is_fetched_once_on_going_there(reader: Opener) -> None:
    old = [item(f"2604.1000{place}", f"An old paper {place}", "2026-04-29") for place in range(3)]
    with FeedServer({"2026-04-29": old}, TODAY) as feed:
        async with reader(settings=settings(endpoint=feed.url)) as r:
            r[ViewActions]._look = r.app.look._replace(is_still=False)
            await r.do("day.go")
            await r.type("2026-04-29")
            await r.do("date.go")
            await r.until(lambda: len(r.ids) == 3 and r.app.state[REFRESH].progress is None)
            assert [request.query["date"] for request in feed.requests] == ["2026-04-29"]
            await r.do("period.earlier")
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            await r.until(lambda: "No papers on Tue 28 Apr. The feed listed none, or all are hidden." in r.empty)
            await r.do("period.later", "period.earlier")
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            asked = [request.query["date"] for request in feed.requests]
            # Nothing was listed, and the day is over: it is not asked for again, nor stopped at.
            assert asked.count("2026-04-28") == asked.count("2026-04-29") == 1


async def test_days_that_are_missing_in_the_list_are_fetched_there(reader: Opener) -> None:
    days = {day: [item(f"{day[2:4]}{day[5:7]}.100{day[8:]}", day=day)] for day in ("2026-05-04", "2026-04-30")}
    with FeedServer(days, TODAY) as feed:
        async with reader(settings=settings(endpoint=feed.url)) as r:
            fill(r.file, {"2026-04-29": [Draft(f"2604.2000{place}", f"Old {place}") for place in range(3)]})
            r.app.model.change(r.app.state.cache_changed())
            await r.do("view.all")
            assert "7 days are missing here · enter fetches them" not in r.screen
            await r.do("move.bottom", "move.up", "move.up", "move.up")
            assert "▌─ 7 days are missing here · enter fetches them ─" in r.screen
            above, starred = r.here.id, r.here.starred
            await r.press("s", "x")
            assert (r.context, r.here.starred, r.app.state.targets) == ("hole", starred, ())
            await r.do("find.fetch")
            await r.until(lambda: len(r.ids) == 65 and r.app.state[REFRESH].progress is None)
            asked = [request.query["date"] for request in feed.requests]
            assert asked == [f"2026-05-0{day}" for day in range(6, 0, -1)] + ["2026-04-30"]
            r.pass_notice()
            await r.until(lambda: "missing" not in r.screen)
            assert (r.context, r.here.id) == ("list", above)


async def test_what_is_trending_is_shown_as_ranked_with_its_time(reader: Opener) -> None:
    with FeedServer(today=TODAY) as feed:
        feed.ranking = [item(f"2601.1000{place}", f"Ranked {place}", "2026-01-08", upvotes=place) for place in range(4)]
        async with reader(settings=settings(endpoint=feed.url)) as r:
            await r.do("view.trending")
            await r.until(lambda: len(r.ids) == 4 and r.app.state[REFRESH].progress is None)
            assert [r.row(place).title for place in range(4)] == [f"Ranked {place}" for place in range(4)]
            assert "Trending · " in r.top
            await r.do("view.latest", "view.trending")
            assert len(feed.requests) == 1


async def test_the_month_before_the_oldest_day_is_fetched(reader: Opener) -> None:
    days = {f"2026-04-{day}": [item(f"2604.100{day}", day=f"2026-04-{day}")] for day in (28, 29, 30)}
    with FeedServer(days, TODAY) as feed:
        async with reader(settings=settings(endpoint=feed.url)) as r:
            await r.do("app.older")
            assert r.status == "fetching since 2026-04-01 · esc stops · papers so far are kept"
            await r.until(lambda: r.app.state[REFRESH].progress is None)
            await r.do("view.all")
            await r.until(lambda: len(r.ids) == 63)


# What the prompt reads and counts

TUESDAY = date(2026, 5, 12)
"""A Tuesday."""


@each("text", ["2026-0", "", "zz", "99999999w", "day 0"])
def test_an_incomplete_text_is_neither_a_date_nor_a_mistake(text: str) -> None:
    assert read_period(text, TUESDAY) == (None, "")


@each(
    ("text", "mistake"),
    [
        ("2026-06", "June 2026 is in the future."),
        ("2020", ""),
        ("2023-01", "The feed begins on Thursday 4 May 2023."),
    ],
)
def test_a_date_that_the_feed_lacks_is_refused_with_the_reason(text: str, mistake: str) -> None:
    assert read_period(text, TUESDAY) == (None, mistake)
