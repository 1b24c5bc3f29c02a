"""Places: a view with a query in it, and what both ask of the cache together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.errors import QueryError
from reader.core.query import parse
from reader.session.places import ORDERS, VIEWS, Place, next_order, view, words


@pytest.mark.parametrize(
    ("id", "name", "query"),
    [
        ("today", "Today", "day:latest"),
        ("all", "All", ""),
        ("day:2026-05-08", "Friday 8 May 2026", "day:2026-05-08"),
        ("nowhere", "Today", "day:latest"),
        ("", "Today", "day:latest"),
    ],
)
def test_a_view_is_known_by_its_id_and_today_stands_in_for_others(id: str, name: str, query: str) -> None:
    found = view(id)
    assert (found.name, found.query) == (name, query)
    parse(found.query)


@pytest.mark.parametrize("id", ["day:", "day:(", "day:2026-13-01", "day:robot or", 'day:"', "day:2026-05-08 OR x"])
def test_a_day_that_is_none_is_no_view(id: str) -> None:
    assert view(id) == view("today")


def test_view_and_query_stand_together_whatever_the_query_says() -> None:
    place = Place(view("unread"), "robot OR agents")
    assert place.whole("day") == parse("is:unread (robot OR agents) sort:day")
    assert place.base("day") == parse("is:unread sort:day")
    assert Place(view("all"), "sort:title").whole("day").sort == parse("sort:title").sort


def test_topics_that_combine_as_any_are_counted_without_each_other() -> None:
    either = Place(view("all"), "(topic:agents OR topic:video) -topic:robotics is:unread")
    assert either.facets("day", "any") == parse("-topic:robotics is:unread sort:day")
    both = Place(view("all"), "topic:agents topic:video is:unread")
    assert both.facets("day", "any") == both.whole("day")


@pytest.mark.parametrize(
    ("mode", "counted"), [("any", "is:unread sort:day"), ("all", "topic:agents is:unread sort:day")]
)
def test_one_topic_alone_is_counted_as_the_pane_says(mode: str, counted: str) -> None:
    place = Place(view("all"), "topic:agents is:unread")
    assert place.facets("day", mode) == parse(counted)


def test_the_order_goes_round_and_leaves_the_rest_as_it_was_typed() -> None:
    text, seen = 'topic:agents  "two  words"', []
    for _ in ORDERS:
        text = next_order(text, "day")
        sort = parse(text).sort
        seen.append(sort.key if sort else None)
    assert seen == ["upvotes", "published", "title", None]
    assert text == 'topic:agents  "two  words"'
    assert next_order("sort:day robot", "upvotes") == "robot sort:published"
    assert next_order("robot sort:relevance agents", "day") == "robot agents"


@given(
    st.sampled_from(["", "robot", "a OR b", "-(a b)", "is:unread sort:title", "sort:-day x"]), st.sampled_from(ORDERS)
)
def test_every_order_is_reached_from_anywhere(text: str, default: str) -> None:
    seen = set()
    for _ in range(len(ORDERS) + 1):
        text = next_order(text, default)
        sort = parse(text).sort
        seen.add(sort.key if sort else default)
    assert seen >= set(ORDERS)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("", ()),
        ("is:unread topic:agents upvotes:>3", ()),
        ("robot", ("robot",)),
        ('"two hands" title:robot -agents', ('"two hands"', "robot")),
        ("(robot OR glove) author:ada", ("robot", "glove", "ada")),
        ("NOT robot", ()),
    ],
)
def test_words_to_be_marked_are_those_that_are_looked_for(text: str, marked: tuple[str, ...]) -> None:
    assert words(parse(text)) == marked


def test_a_place_whose_text_is_wrong_says_so() -> None:
    with pytest.raises(QueryError):
        Place(VIEWS[0], "topic:(").whole("day")
