"""Reading the cache: lists, rows, papers and counts; days, orders, and words to complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads import window as module
from reader.cache.reads.vocabulary import vocabulary
from reader.cache.reads.window import (
    VISIBLE,
    DayCount,
    FetchedDay,
    Window,
)
from reader.cache.storing import Cache, StoreResult
from reader.cache.texts import Texts
from reader.core.document.model import Document
from reader.core.paper import Listing, Paper
from reader.core.views import VIEWS, View
from tests.cache.conftest import NOW, draft, selection
from tests.table import each


def ids(window: Window, pks: Sequence[int]) -> list[int]:
    return [int(row.id[-1]) for row in window.rows(pks)]


@pytest.mark.parametrize(
    "view", [view for view in VIEWS if not view.order and view.id != "followed"], ids=lambda view: view.id
)
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_first_papers_of_a_view_need_no_query_language(window: Window, view: View, limit: int) -> None:
    assert window.first_by_day(view.query, limit) == window.first(selection(view.query), limit)


@each("query", ["", "is:unread", "is:starred", "day:latest"])
def test_an_index_says_which_papers_a_view_has(window: Window, query: str) -> None:
    assert Window.is_by_index(query) and not Window.is_by_index("is:unread topic:agents")
    assert selection("").where == selection("sort:title").where == (VISIBLE, ())
    listed = window.first(selection(query), 100).pks
    known = window.first(selection("is:hidden OR -is:hidden"), 100).pks
    assert [pk for pk in (*known, 999) if window.has_by_index(query, pk)] == [pk for pk in known if pk in listed]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_a_first_screenful_says_whether_more_follows(window: Window, limit: int) -> None:
    newest = window.first_by_day("day:latest", limit)
    assert ids(window, newest.pks) == [2, 1, 3][:limit]
    assert newest.groups == (("2026-11-24", min(3, limit)),)
    assert newest.complete == (limit > 3)
    first = window.first(selection(""), limit)
    assert ids(window, first.pks) == [2, 1, 3, 5, 4][:limit]
    older = ("2026-11-23", min(2, limit - 3))
    assert first.groups == (("2026-11-24", min(3, limit)), older)[: 2 if limit > 3 else 1]
    assert first.complete == (limit > 5)
    assert window.first(selection("sort:title"), limit).groups == ()


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 5_000])
def test_an_order_is_the_same_in_chunks_of_any_size(
    window: Window, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(module, "ROWS_PER_FETCH", chunk)
    order = window.order(selection(""))
    assert ids(window, order.pks) == [2, 1, 3, 5, 4]
    assert order.groups == (("2026-11-24", 3), ("2026-11-23", 2))
    assert order.complete
    assert window.order(selection("sort:upvotes")).groups == ()
    assert ids(window, window.order(selection("sort:upvotes")).pks) == [5, 2, 1, 4, 3]
    assert window.order(selection("nothing")).groups == ()


def test_rows_come_in_the_asked_order_without_those_that_are_gone(window: Window, events: Events, path: Path) -> None:
    one, two, three = (pk for number in (1, 2, 3) if (pk := window.pk_of(draft(number).id or "")) is not None)
    events.mark("star", True, [one])
    events.mark("note", "Mine.", [one])
    events.mark("read", True, [two])
    events.mark("queue", True, [two])
    with closing(Texts.open(path)) as texts:
        texts.put(three, Document("A title", ()), "feed", NOW)
    found = window.rows([two, 999, one, three])
    assert [row.pk for row in found] == [two, one, three]
    flags = ("read", "starred", "hidden", "code", "queued", "has_note", "has_text")
    assert [{name for name in flags if getattr(row, name) is True} for row in found] == [
        {"read", "queued"}, {"starred", "has_note"}, {"has_text"},
    ]  # fmt: skip
    assert all(flag is True or flag is False for row in found for flag in row[6:10])
    assert (window.rows([]), window.paper(999), window.pk_of("2611.00099")) == ([], None, None)
    assert [paper.id for paper in window.papers([two, 999, one])] == ["2611.00002", "2611.00001"]


def test_hidden_papers_are_counted_only_where_they_are_asked_for(window: Window, cache: Cache, events: Events) -> None:
    cache.store(Listing("2026-11-23", (draft(6, "On agents", upvotes=2), draft(7, "More agents"))), NOW)
    hidden = [pk for id in ("2611.00001", "2611.00006") if (pk := window.pk_of(id)) is not None]
    read = [pk for id in ("2611.00002", "2611.00004") if (pk := window.pk_of(id)) is not None]
    events.mark("hide", True, hidden)
    events.mark("read", True, read)
    assert window.days() == [DayCount("2026-11-24", 2, 1), DayCount("2026-11-23", 3, 2)]
    counts = [window.count(selection(text)) for text in ("", "is:hidden", "is:unread", "day:2026-11-24")]
    assert counts == [5, 2, 3, 2]
    assert {topic.slug: topic.papers for topic in window.topics()} == {"agents": 1, "video": 0}
    assert {topic.slug: topic.papers for topic in window.topics(selection("is:hidden"))} == {"agents": 1, "video": 0}
    assert ids(window, window.first_by_day("day:latest", 9).pks) == [2, 3]
    assert window.last_key() == 7


def test_news_are_the_unread_papers_of_the_newest_day(window: Window, events: Events) -> None:
    assert [window.has_news(since) for since in ("2026-11-24T07:59:59.999Z", NOW)] == [True, False]
    events.mark("read", True, window.first_by_day("day:latest", 9).pks)
    assert not window.has_news("2026-11-24T07:59:59.999Z")


def test_papers_stored_in_one_second_are_ordered_by_their_keys(cache: Cache, window: Window) -> None:
    last = window.last_key()
    cache.store(Listing("2026-11-25", (draft(90),)), NOW)
    assert window.news(NOW) == (0, 0, "", 0)
    assert window.news(NOW, after=last) == (1, 1, "2026-11-25", last + 1)


def test_a_whole_paper_has_what_was_stored(cache: Cache, path: Path) -> None:
    full: dict[str, Any] = {
        "abstract": "One.\n\nTwo.", "published": "2026-11-20", "authors": ("Ada", "Bo"), "organization": "Lab",
        "upvotes": 0, "comments": 3, "keywords": ("agents", "plans"),
        "summary": "It plans.", "code_url": "https://github.com/a/b", "code_stars": 7, "project_url": "https://a.org",
        "media": ("https://a.org/1.mp4",), "categories": ("cs.CL",), "remark": "ICLR 2026", "submitter": "ada",
    }  # fmt: skip
    assert cache.store(Listing("2026-11-24", (draft(1, **full), draft(2))), NOW) == StoreResult(new=2)
    with closing(Window.open(path)) as window, closing(Events.open(path)) as events:
        events.mark("star", True, [1])
        events.mark("tag:x", True, [1])
        events.mark("note", "Mine.", [1])
        events.mark("queue", True, [1])
        assert window.paper(2) == Paper(2, "2611.00002", "Paper number 2", day="2026-11-24")
        made: dict[str, Any] = {"author_count": 2, "topics": ("agents",), "venue": "ICLR 2026", "day": "2026-11-24"}
        mine: dict[str, Any] = {"starred": True, "queued": True, "tags": ("x",), "note": "Mine."}
        assert window.paper(1) == Paper(1, "2611.00001", "Paper number 1")._replace(**full | made | mine)


def test_an_empty_cache_has_nothing(cache: Cache, path: Path) -> None:
    with closing(Window.open(path)) as window:
        assert (window.has_papers(), window.last_key(), window.newest_day(), window.days()) == (False, 0, None, [])
        assert not window.first_by_day("day:latest", 5).pks
        assert window.meta("trending") is None
        assert window.topic_names() == {"agents": "Agents", "video": "Video"}
        cache.store(Listing("2026-11-24", (draft(1),)), NOW)
        assert window.has_changed()
        assert not window.has_changed()
        assert (window.has_papers(), window.last_key(), window.newest_day()) == (True, 1, "2026-11-24")


# Days, orders, words to complete and topics


DAYS = {"2026-11-20": (0, 1), "2026-11-21": (2, 3), "2026-11-23": (4,), "2026-11-24": (5, 6)}


@pytest.fixture
def on_days(cache: Cache, path: Path) -> Iterator[Window]:
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
    on_days: Window, day: str, steps: int, found: str | None
) -> None:
    assert on_days.older_day(day, steps) == found


def test_a_day_is_incomplete_until_the_feed_was_asked_for_it(cache: Cache, path: Path) -> None:
    def days() -> tuple[list[DayCount], dict[str, DayCount]]:
        with closing(Window.open(path)) as on_days:
            return on_days.days(), on_days.day_counts("2026-11-01", "2026-11-30")

    cache.store(Listing("2026-11-24", (draft(1), draft(2))), NOW, noted=False)
    some = DayCount("2026-11-24", 2, 2, is_partial=True)
    assert days() == ([some], {some.day: some})
    cache.store(Listing("2026-11-24", (draft(1), draft(2), draft(3))), NOW)
    cache.store(Listing("2026-11-23", ()), NOW)
    whole, empty = DayCount("2026-11-24", 3, 3), DayCount("2026-11-23", 0, 0)
    assert days() == ([whole], {whole.day: whole, empty.day: empty})
    with closing(Window.open(path)) as on_days:
        fetched = {"2026-11-23": FetchedDay(NOW, 0), "2026-11-24": FetchedDay(NOW, 3)}
        assert (on_days.fetched_days(), on_days.partial_days()) == (fetched, frozenset())
        assert [*on_days.fetched_days(last="2026-11-23")] == ["2026-11-23"]


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
    on_days: Window, text: str, day: str, steps: int, found: str | None
) -> None:
    assert on_days.older_day(day, steps, selection(text)) == found


# Words to complete


@pytest.fixture
def spelled(cache: Cache, path: Path) -> Iterator[Window]:
    keywords = ["Large Language Models (LLMs)", "LLM", "llms", "large language model", "world models", "once"]
    drafts = [
        draft(number, keywords=(keyword,), authors=("Ada Byron", f"Author {number}"), organization="An Institute",
              categories=("cs.LG", "cs.CL")[number % 3 :])
        for number, keyword in enumerate([*keywords, "World Model", "llms"])
    ]  # fmt: skip
    with closing(Window.open(path)) as on_days:
        assert not any(known for name, known in on_days.read(vocabulary).items() if name != "source")
        cache.store(Listing("2026-11-24", tuple(drafts)), NOW)
        yield on_days


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
    expected = ("Accepted to ICLR 2026 (Oral)", "ICLR 2026", "ICLR 2025 workshop", "Accepted by TPAMI", "18 pages")
    papers = tuple(draft(number, remark=remark) for number, remark in enumerate(expected, 1))
    cache.store(Listing("2026-11-24", papers), NOW)
    with closing(Window.open(path)) as on_days:
        venues = on_days.read(vocabulary)["venue"]
    assert venues == ["ICLR", "ICLR 2026", "ICLR 2025", "TPAMI"]
