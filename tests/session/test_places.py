"""Places, and the first list of a start."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reader.cache.reads.window import FetchedDay, Window
from reader.cache.search.compile import Scope
from reader.cache.storing import Cache
from reader.config import Settings
from reader.core.errors import QueryError
from reader.core.paper import Listing
from reader.core.query import parse
from reader.core.settings.standing import StandingQuery
from reader.core.views import SPECIAL, VIEWS, View
from reader.session import first_list as module
from reader.session.first_list import find_holes, first_list
from reader.session.places import Place, day_of, feed_text, listed_views, view, with_best_first
from tests.cache.conftest import NOW, cache, draft, path
from tests.table import each

# Places


@each(
    ("id", "name", "query"),
    [
        ("latest", "Latest", "day:latest"),
        ("all", "All", ""),
        ("day:2026-05-08", "Friday 8 May 2026", "day:2026-05-08"),
        ("week:2026-W20", "Week 20, 11 to 17 May 2026", "day:2026-W20"),
        ("month:2026-05", "May 2026", "day:2026-05"),
        ("follow:author:Kaiming He", "Kaiming He", "follow:author:kaiming-he"),
        ("follow:mood:glad", "Latest", "day:latest"),
        ("nowhere", "Latest", "day:latest"),
    ],
)
def test_a_view_is_known_by_its_id_and_latest_stands_in_for_others(id: str, name: str, query: str) -> None:
    found = view(id)
    assert (found.name, found.query) == (name, query)
    parse(found.query)


@each("id", ["day:", "day:(", "day:2026-13-01", "day:robot or", 'day:"', "day:2026-05-08 OR x"])
def test_an_invalid_day_falls_back_to_latest(id: str) -> None:
    assert view(id) == view("latest")


@each(
    ("view_id", "text", "order"),
    [
        ("latest", "", "title"),
        ("week:2026-W20", "", "upvotes"),
        ("trending", "", "trending"),
        ("trending", "sort:day", "day"),
        ("all", "like:2406.12345", "relevance"),
        ("unread", "sort:title ~hands", "title"),
    ],
)
def test_a_view_has_an_order_of_its_own_or_that_of_the_settings(view_id: str, text: str, order: str) -> None:
    sort = Place(view(view_id), text).whole("title").sort
    assert sort is not None and (sort.key, sort.reverse) == (order, False)


@each("one", [*VIEWS, *SPECIAL])
def test_a_view_without_a_query_is_all_that_it_counts(one: View) -> None:
    place = Place(one)
    assert place.whole("day") == place.facets("day", "any") == place.facets("day", "all")
    assert place.words == ()


@each(
    ("text", "id"),
    [
        ("2406.12345", "2406.12345"),
        ("https://arxiv.org/abs/2406.12345v2", "2406.12345"),
        ("like:2406.12345", "2406.12345"),
        ("like:2406.12345,2406.12346", None),
        ("id:2406", None),
        ("2406.12345 robot", None),
        ("2406.12345 OR 2406.12346", None),
        ("robot", None),
        ("", None),
    ],
)
def test_a_whole_query_may_name_one_paper(text: str, id: str | None) -> None:
    assert Place(view("all"), text).paper_id == id


@each(
    ("text", "asked"),
    [
        ("robot hands", "robot hands"),
        ('"two hands" is:unread -video author:ada', "two hands ada"),
        ("topic:agents upvotes:>20", ""),
        ("  topic:(  robot ", "topic:( robot"),
        ("robot ~two hands", "robot two hands"),
        ("", ""),
    ],
)
def test_the_feed_is_searched_for_the_words_of_a_query(text: str, asked: str) -> None:
    assert feed_text(text) == asked


def test_view_and_query_stand_together_whatever_the_query_says() -> None:
    place = Place(view("unread"), "robot OR agents")
    assert place.whole("day") == parse("is:unread (robot OR agents) sort:day")
    free = Place(view("unread"), "robot OR glove ~two hands")
    assert free.whole("day") == parse("is:unread (robot OR glove) sort:relevance ~two hands")
    assert parse(free.as_query()) == parse("is:unread (robot OR glove) ~two hands")
    with pytest.raises(QueryError):
        Place(VIEWS[0], "topic:(").whole("day")


def test_topics_that_combine_as_any_are_counted_without_each_other() -> None:
    either = Place(view("all"), "(topic:agents OR topic:video) -topic:robotics is:unread")
    assert either.facets("day", "any") == parse("-topic:robotics is:unread sort:day")
    both = Place(view("all"), "topic:agents topic:video is:unread")
    assert both.facets("day", "any") == both.whole("day")
    # A single topic is counted in the mode of the pane.
    alone = Place(view("all"), "topic:agents is:unread")
    assert alone.facets("day", "any") == parse("is:unread sort:day")
    assert alone.facets("day", "all") == parse("topic:agents is:unread sort:day")


@each(
    ("text", "default", "best", "sorted"),
    [
        ('topic:agents  "two  words"', "day", "foryou", 'topic:agents  "two  words" sort:foryou'),
        ("sort:title robot", "day", "foryou", "robot sort:foryou"),
        ("", "foryou", "foryou", "sort:day"),
        ("", "upvotes", "upvotes", "sort:day"),
        ("robot ~hands", "day", "upvotes", "robot sort:upvotes ~hands"),
        ("like:2406.12345", "day", "foryou", "like:2406.12345 sort:foryou"),
    ],
)
def test_a_list_is_ordered_by_for_you_and_back(text: str, default: str, best: str, sorted: str) -> None:
    assert with_best_first(text, default, best) == sorted
    assert "sort:" not in with_best_first(sorted, default, best)


@each(
    ("text", "marked"),
    [
        ("", ()),
        ('"two hands" title:robot -agents', ('"two hands"', "robot")),
        ("(robot OR glove) author:ada", ("robot", "glove", "ada")),
        ("NOT robot", ()),
    ],
)
def test_words_to_be_marked_are_those_that_are_looked_for(text: str, marked: tuple[str, ...]) -> None:
    assert parse(text).words() == marked


@each(
    ("view_id", "text", "expected"),
    [
        ("latest", "", ("", True, False, (), ())),
        ("day:2026-05-08", "", ("2026-05-08", True, False, (), ())),
        ("day:2026-05-08", "robot", (None, True, False, ("robot",), ("robot",))),
        ("week:2026-W20", "", (None, False, True, (), ())),
        ("month:2026-05", "title:a fulltext:b -topic:agents", (None, False, True, ("a", "b"), ("b",))),
        ("unread", "topic:agents", (None, False, False, (), ())),
        ("all", '"topic:"', (None, False, False, ('"topic:"',), ('"topic:"',))),
    ],
)
def test_the_properties_of_a_place_follow_from_its_view_and_text(
    view_id: str, text: str, expected: tuple[object, ...]
) -> None:
    place = Place(view(view_id), text)
    assert (place.day, place.is_one_day, place.is_period, place.words, place.text_words) == expected


def test_views_are_listed_as_the_settings_have_them() -> None:
    assert [day_of(one, "2026-05-08") for one in VIEWS[:2]] == ["2026-05-08", None]
    listed = listed_views(Settings(lists=(StandingQuery("Mine", "robot", ("show",)),)))
    mine = View("saved:Mine", "Mine", "robot")
    assert listed.saved == (mine,)
    assert [listed.find(id) for id in ("saved:Mine", "all", "gone")] == [mine, view("all"), VIEWS[0]]


# The first list

__all__ = ["cache", "path"]


def test_a_list_is_read_as_deep_as_the_paper_where_the_user_left(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_PAPERS_READ", 40)
    cache.store(Listing("2026-11-24", tuple(draft(number, upvotes=99 - number) for number in range(60))), NOW)
    with closing(Window.open(path)) as window:

        def read(keep: int | None, place: Place, order: str = "day") -> int:
            scope = Scope(date(2026, 11, 24), "2026-11-24")
            return len(first_list(window, place, order, lambda: scope, limit=2, keep=keep).pks)

        for place in (Place(), Place(view("all"), "upvotes:>0")):
            assert [read(pk, place) for pk in (None, 1, 2, 3, 18, 19, 42, 43, 99)] == [2, 2, 2, 18, 18, 42, 42, 2, 2]
        assert [read(pk, Place(view("all")), "title") for pk in (2, 3)] == [2, 18]
        assert [read(3, place) for place in (Place(view("foryou")), Place(text="~paper"), Place(text="paper"))] == [
            0,
            0,
            0,
        ]


@each(
    ("place", "order", "has_some"),
    [
        (Place(view("all")), "day", True),
        (Place(view("unread")), "day", True),
        (Place(view("starred")), "day", False),
        (Place(view("all"), "robot"), "day", False),
        (Place(view("all")), "upvotes", False),
    ],
)
def test_days_are_missing_where_all_papers_are_listed_by_day(place: Place, order: str, has_some: bool) -> None:
    known = {day: FetchedDay(NOW, 5) for day in ("2026-11-16", "2026-11-20")}
    window: Any = SimpleNamespace(fetched_days=lambda: known)
    assert bool(find_holes(window, place, order, date(2026, 11, 24))) is has_some
