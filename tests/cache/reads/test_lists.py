"""What the lists of the reader read: days to step to, orders, words to complete, and how topics move."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.figures import topic_trends
from reader.cache.reads.vocabulary import vocabulary
from reader.cache.reads.window import (
    IN_WORDS,
    MATCHING,
    DayCount,
    FetchedDay,
    Order,
    Window,
    begin_order,
    with_near,
)
from reader.cache.storing import Cache
from reader.core.paper import Listing
from reader.core.topics.trends import WEEKS
from tests.cache.conftest import NOW, draft, selection
from tests.table import each

DAYS = {"2026-11-20": (0, 1), "2026-11-21": (2, 3), "2026-11-23": (4,), "2026-11-24": (5, 6)}


@pytest.fixture
def window(cache: Cache, path: Path) -> Iterator[Window]:
    """Papers on four days: all of the 21st are hidden, and one of the 20th is read and listed again on the 24th."""
    for day, numbers in DAYS.items():
        drafts = [draft(number, title="Robots" if number in (0, 5) else f"Paper {number}") for number in numbers]
        cache.store(Listing(day, tuple(drafts)), NOW)
    cache.store(Listing("2026-11-24", (draft(1), draft(5, title="Robots"), draft(6))), NOW)
    with closing(Events.open(path)) as events:
        events.mark("hide", True, [3, 4])
        events.mark("read", True, [2])
    with closing(Window.open(path)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("day", "steps", "found"),
    [
        ("2026-11-23", 1, "2026-11-20"),
        ("2026-11-23", 2, None),
        ("2026-11-20", -1, "2026-11-23"),
        ("2026-11-20", -2, "2026-11-24"),
        ("2026-11-21", 1, "2026-11-20"),
        ("2026-11-24", -1, None),
    ],
)
def test_a_day_whose_papers_are_all_hidden_is_stepped_over(
    window: Window, day: str, steps: int, found: str | None
) -> None:
    assert window.older_day(day, steps) == found


def test_a_day_is_partly_here_until_the_feed_was_asked_for_it(cache: Cache, path: Path) -> None:
    def days() -> tuple[list[DayCount], dict[str, DayCount]]:
        with closing(Window.open(path)) as window:
            return window.days(), window.day_counts("2026-11-01", "2026-11-30")

    cache.store(Listing("2026-11-24", (draft(1), draft(2))), NOW, noted=False)
    some = DayCount("2026-11-24", 2, 2, is_partial=True)
    assert days() == ([some], {some.day: some})
    cache.store(Listing("2026-11-24", (draft(1), draft(2), draft(3))), NOW)
    cache.store(Listing("2026-11-23", ()), NOW)
    whole, empty = DayCount("2026-11-24", 3, 3), DayCount("2026-11-23", 0, 0)
    assert days() == ([whole], {whole.day: whole, empty.day: empty})
    with closing(Window.open(path)) as window:
        fetched = {"2026-11-23": FetchedDay(NOW, 0), "2026-11-24": FetchedDay(NOW, 3)}
        assert (window.fetched_days(), window.partial_days()) == (fetched, frozenset())
        assert [*window.fetched_days(last="2026-11-23")] == ["2026-11-23"]


@each(
    ("text", "day", "steps", "found"),
    [
        ("robots", "2026-11-24", 1, "2026-11-20"),
        ("robots", "2026-11-20", -1, "2026-11-24"),
        ("robots", "2026-11-20", 1, None),
        ("robots", "2026-11-24", 2, None),
        ("is:unread", "2026-11-24", 1, "2026-11-23"),
        ("is:unread", "2026-11-24", 2, "2026-11-20"),
        ("is:read", "2026-11-24", 1, "2026-11-20"),
        ("is:hidden", "2026-11-24", 1, "2026-11-21"),
        ("is:read", "2026-11-20", -1, "2026-11-24"),
        ("nothing", "2026-11-24", 1, None),
    ],
)
def test_with_a_query_the_days_are_those_that_list_its_papers(
    window: Window, text: str, day: str, steps: int, found: str | None
) -> None:
    assert window.older_day(day, steps, selection(text)) == found


# Orders


FOUND = [(4, "2026-05-02"), (2, "2026-05-02"), (9, "")]


def test_papers_that_are_only_near_follow_all_that_match() -> None:
    plain = begin_order(FOUND, 9, grouped=False)
    assert with_near(plain, [2, 9], 5) is plain
    near = with_near(plain, [2, 5, 6, 1], 2)
    assert near == Order(array("q", [4, 2, 9, 5, 6]), ((MATCHING, 3), (IN_WORDS, 2)), near=2)
    assert near.only_near == frozenset({5, 6})
    assert near.matching == 3
    assert near.without_near == plain
    assert plain.without_near is plain
    days = begin_order(FOUND, 9)
    assert with_near(days, [5], 2).groups == (*days.groups, (IN_WORDS, 1))
    assert with_near(days, [5], 2).without_near == days
    assert with_near(Order(()), [5], 2) == Order(array("q", [5]), ((IN_WORDS, 1),), near=1)


# Words to complete


@pytest.fixture
def spelled(cache: Cache, path: Path) -> Iterator[Window]:
    keywords = ["Large Language Models (LLMs)", "LLM", "llms", "large language model", "world models", "once"]
    drafts = [
        draft(number, keywords=(keyword,), authors=("Ada Byron", f"Author {number}"), organization="An Institute",
              categories=("cs.LG", "cs.CL")[number % 3 :])
        for number, keyword in enumerate([*keywords, "World Model", "llms"])
    ]  # fmt: skip
    with closing(Window.open(path)) as window:
        assert not any(known for name, known in window.read(vocabulary).items() if name != "source")
        cache.store(Listing("2026-11-24", tuple(drafts)), NOW)
        yield window


def test_the_words_that_several_papers_have_are_known_by_their_commonest_form(spelled: Window) -> None:
    assert spelled.read(vocabulary) == {
        "keyword": ["llms", "world model"],
        "author": ["Ada Byron"],
        "org": ["An Institute"],
        "tag": {},
        "category": ["cs.CL", "cs.LG"],
        "venue": [],
        "source": {"hf": 8},
    }


@each(
    ("query", "papers"),
    [
        ("keyword:llms", 5),
        ('keyword:"large language models"', 5),
        ("keyword:LLM", 5),
        ('keyword:"world models"', 2),
        ("keyword:llms keyword:world", 0),
        ("-keyword:llms", 3),
        ("keyword:llms OR keyword:once", 6),
        ('keyword:"on"', 0),
    ],
)
def test_a_keyword_finds_all_its_spellings(spelled: Window, query: str, papers: int) -> None:
    assert spelled.count(selection(query)) == papers
    assert len(spelled.first(selection(query), 50).pks) == papers


def test_venues_are_counted_by_name_and_by_year(cache: Cache, path: Path) -> None:
    told = ("Accepted to ICLR 2026 (Oral)", "ICLR 2026", "ICLR 2025 workshop", "Accepted by TPAMI", "18 pages")
    papers = tuple(draft(number, remark=remark) for number, remark in enumerate(told, 1))
    cache.store(Listing("2026-11-24", papers), NOW)
    with closing(Window.open(path)) as window:
        venues = window.read(vocabulary)["venue"]
    assert venues == ["ICLR", "ICLR 2026", "ICLR 2025", "TPAMI"]


# Topics


NEWEST = date(2026, 11, 24)


@pytest.fixture
def moving(cache: Cache, path: Path) -> Iterator[Window]:
    """Twelve weeks of ten papers each; of the last three weeks' all are on video, and those of agents are so always."""
    for back in range(WEEKS):
        day = (NEWEST - timedelta(weeks=back)).isoformat()
        titles = [f"{'video' if back < 3 else 'other'} {back} {place}" for place in range(8)]
        titles += [f"agents with video {back} {place}" for place in range(2)]
        drafts = [draft(back * 10 + place, title) for place, title in enumerate(titles)]
        cache.store(Listing(day, tuple(drafts)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def test_trends_follow_the_listed_days(moving: Window) -> None:
    found = moving.read(topic_trends)
    assert found["video"].weeks == (0.2,) * 9 + (1.0,) * 3
    assert found["agents"].weeks == (0.2,) * 12
    assert found["video"].rising > 1 > found["agents"].rising == 0


def test_an_empty_cache_has_no_trends(cache: Cache, path: Path) -> None:
    with closing(Window.open(path)) as moving:
        assert moving.read(topic_trends) == {}
