"""Going to views: what is fetched for each, and which days, weeks and months are passed over."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reader.core.feed_days import FIRST_DAY
from reader.core.views import View
from reader.refresh.plan import Days, Trending
from reader.session.places import Place, ViewList, view
from reader.ui.list.pane import PaperList
from reader.ui.shell.state import NOTHING_IS_FETCHED
from reader.ui.views.actions import ViewActions
from tests.ui.bench import Bench
from tests.ui.stage import look
from tests.ui.states import at


class Views(Bench):
    """Views of a reader whose today is Monday 24 November 2025, and whose cache has papers of some days."""

    def __init__(self, view_id: str = "all", *, demo: bool = False, days: str = "", **known: Any) -> None:
        unknown: list[str] = known.get("unknown", [])
        library = {
            "meta": lambda _key: known.get("ranked"),
            "newest_day": lambda: "2025-11-21",
            "gaps": lambda first, last, _today: tuple(
                day for day in unknown if first.isoformat() <= day <= last.isoformat()
            ),
            "visible_papers": lambda day: SimpleNamespace(papers=day in days.split()),
        }
        moving = look()._replace(is_still=False, demo=demo)
        super().__init__(at(view_id), library, moving=moving)
        self.asked: list[object] = []
        self.now = moving.now()
        self.services.put(PaperList())
        self.actions = cast(Any, ViewActions(self.services))
        self.actions._papers = SimpleNamespace(highlighted_row=None)
        self.actions._refresher = SimpleNamespace(
            fetch=lambda *what: self.asked.append(what), begin=lambda **how: self.asked.append(how)
        )

    @property
    def here(self) -> str:
        return self.model.state.place.view.id


def test_days_that_are_not_known_yet_are_fetched() -> None:
    unknown = ["2025-11-16", "2025-11-17", "2025-11-23", "2025-11-24"]
    bench = Views(unknown=unknown)
    bench.actions.go("week:2025-W47")
    asked = Days(("2025-11-17", "2025-11-23")), "week:2025-W47", "Week 47"
    assert (bench.here, bench.asked) == ("week:2025-W47", [asked])
    bench.actions.go("latest")
    bench.actions.go("unread")
    assert len(bench.asked) == 1
    demo = Views(unknown=unknown, demo=True)
    demo.actions.go("week:2025-W47")
    assert demo.asked == []


def test_the_ranking_is_fetched_unless_it_is_fresh() -> None:
    now = Views().now
    for minutes, asked in ((None, 1), (9, 0), (10, 0), (11, 1)):
        ranked = None if minutes is None else (now - timedelta(minutes=minutes)).isoformat()
        bench = Views(ranked=ranked)
        bench.actions.show_trending(None)
        assert (bench.here, bench.asked) == ("trending", [(Trending(), "trending", "trending")] * asked)
    demo = Views(demo=True)
    demo.actions.show_trending(None)
    assert demo.asked == []


def test_a_refresh_is_of_what_is_shown() -> None:
    week = tuple(f"2025-11-{day}" for day in range(17, 24))
    for view_id, asked in (
        ("all", {"is_asked": True}),
        ("trending", (Trending(), "trending", "trending")),
        ("week:2025-W47", (Days(week), "week:2025-W47", "Week 47")),
        ("day:2025-11-21", (Days(("2025-11-21",)), "day:2025-11-21", "Fri 21 Nov")),
    ):
        bench = Views(view_id)
        bench.actions.refresh(None)
        assert bench.asked == [asked]
    demo = Views(demo=True)
    demo.actions.refresh(None)
    assert (demo.asked, demo.said) == ([], NOTHING_IS_FETCHED)


def test_saved_views_are_shown_by_number() -> None:
    bench = Views()
    bench.actions.show_saved(None)
    assert bench.said == "no saved views yet · : view save NAME"
    one = View("saved:Mine", "Mine", "is:unread")
    bench.model.change(bench.model.state.know_views(ViewList(saved=(one,))))
    bench.actions.show_saved(2)
    assert (bench.said, bench.here) == ("you have 1 saved view", "all")
    bench.actions.show_saved(None)
    assert bench.here == "saved:Mine"


@pytest.mark.parametrize(
    ("start", "count", "end", "said"),
    [
        ("day:2025-11-21", -1, "day:2025-11-20", ""),
        ("day:2025-11-20", -1, "day:2025-11-18", ""),
        ("day:2025-11-18", 2, "day:2025-11-21", ""),
        ("day:2025-11-21", 1, "day:2025-11-24", ""),
        ("day:2025-11-21", 9, "day:2025-11-24", "this is the last day so far"),
        ("day:2025-11-24", 1, "day:2025-11-24", "this is the last day so far"),
        ("week:2025-W47", 1, "week:2025-W48", ""),
        ("week:2025-W47", 3, "week:2025-W48", "this is the last week so far"),
        ("month:2025-11", -2, "month:2025-09", ""),
        ("month:2023-06", -9, "month:2023-05", f"the feed begins on {FIRST_DAY}"),
        ("all", -1, "day:2025-11-20", ""),
    ],
)
def test_empty_days_are_passed_over(start: str, count: int, end: str, said: str) -> None:
    # Of the 19th is known that it has no papers; the 20th was not asked for yet.
    bench = Views(start, days="2025-11-21 2025-11-18", unknown=["2025-11-20", "2025-11-22", "2025-11-24"])
    bench.actions.go_periods(count)
    assert (bench.here, bench.said) == (end, said)


def test_the_week_and_the_month_are_those_of_the_paper_or_the_newest_day() -> None:
    bench = Views()
    bench.actions.show_around(None, "week")
    assert (bench.here, bench.said) == ("week:2025-W47", "the best first · S reorders")
    bench.model.change(bench.model.state.go(Place(view("all"))))
    bench.actions._papers = SimpleNamespace(highlighted_row=SimpleNamespace(day="2025-09-30"))
    bench.actions.show_around(None, "month")
    assert bench.here == "month:2025-09"
