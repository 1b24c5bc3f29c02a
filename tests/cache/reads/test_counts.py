"""Counts for the filter pane: exact where that is quick, estimated and marked so where it is not, never stale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads import counts as module
from reader.cache.reads.counts import CountCache
from reader.cache.reads.window import VISIBLE, Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import Selection
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.core.query import parse
from tests.cache.conftest import NOW, draft

DAY = "2026-11-24"


def selection(text: str) -> Selection:
    return compile_query(parse(text), Scope(date(2026, 11, 24), DAY))


@pytest.fixture
def window(cache: Cache, path: Path) -> Iterator[Window]:
    papers = tuple(draft(number, f"On {'agents' if number % 4 else 'video'} {number}") for number in range(40))
    cache.store(Listing(DAY, papers), NOW)
    cache.store(Listing("2026-11-23", papers[:3]), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def test_the_query_that_asks_nothing_is_known_by_its_condition() -> None:
    assert selection("").where == selection("sort:title").where == VISIBLE


@pytest.fixture
def many_days(cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CountCache]:
    """Forty papers on four days, in a cache that is taken to be large."""
    for day in range(4):
        papers = tuple(
            draft(number, f"On {'agents' if number % 4 else 'video'} {number}")
            for number in range(10 * day, 10 * day + 10)
        )
        cache.store(Listing(f"2026-11-2{day}", papers), NOW)
    monkeypatch.setattr(module, "SMALL", 10)
    monkeypatch.setattr(module, "SOON", 15)
    monkeypatch.setattr(module, "SAMPLE", 20)
    with closing(Window.open(path)) as opened:
        yield CountCache(opened)


def test_estimates_are_of_the_first_papers_and_marked(many_days: CountCache) -> None:
    estimated = many_days.facets(selection("on"), exactly=False)
    assert estimated.approximate
    found = {topic.slug: topic.papers for topic in estimated.topics}
    # Two whole days stand for all four.
    assert found["agents"] == 2 * sum(1 for number in range(20, 40) if number % 4)
    exact = many_days.facets(selection("on"), exactly=True)
    assert not exact.approximate
    assert many_days.facets(selection("on"), exactly=False) == exact, "what is known is not estimated again"


@pytest.mark.parametrize(
    "text", ["", "video", "on since:2026-11-01", "on sort:title", "on is:new", "id:2611", "on day:2026-11-23"]
)
def test_nothing_is_estimated_where_the_first_papers_do_not_tell(many_days: CountCache, text: str) -> None:
    assert not many_days.facets(selection(text), exactly=False).approximate


def test_what_is_soon_counted_is_not_estimated(many_days: CountCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOON", 40)
    assert not many_days.facets(selection("on"), exactly=False).approximate


def test_a_part_of_a_day_stands_for_as_much_as_it_is(many_days: CountCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 5)
    found = {topic.slug: topic.papers for topic in many_days.facets(selection("topic:agents"), exactly=False).topics}
    # The first five that have it are found among the first six of the newest day.
    assert found["agents"] == round(5 * 40 / 6)


def test_a_sample_of_several_days_stands_for_all(many_days: CountCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 35)
    found = {topic.slug: topic.papers for topic in many_days.facets(selection("on"), exactly=False).topics}
    # In the order of the list, the 35 papers are 5 to 39.
    assert found["agents"] == round(sum(1 for number in range(5, 40) if number % 4) * 40 / 35)
    assert found["agents"] != sum(1 for number in range(40) if number % 4)


def test_topics_are_counted_as_sql_counts_them(window: Window) -> None:
    tally = CountCache(window)
    for text in ("on", "video", "topic:agents", "day:2026-11-23", "-agents", "nothing", "is:unread"):
        asked = selection(text)
        assert list(tally.facets(asked, exactly=True).topics) == window.topics(asked), text
        assert tally.count(asked) == window.count(asked), text


def test_a_small_cache_estimates_nothing(window: Window) -> None:
    assert not CountCache(window).facets(selection("on"), exactly=False).approximate


def test_hidden_papers_are_not_estimated(many_days: CountCache, path: Path) -> None:
    events = Events.open(path)
    events.mark("hide", True, range(1, 41))
    events.close()
    many_days.drop_if_changed()
    assert not many_days.facets(selection("is:hidden"), exactly=False).approximate


def test_papers_that_come_while_one_counts_do_no_harm(many_days: CountCache, cache: Cache) -> None:
    assert many_days.facets(selection("on"), exactly=False).approximate
    newer = tuple(draft(number, f"On agents {number}") for number in range(100, 400))
    cache.store(Listing("2026-11-25", newer), NOW)
    assert many_days.facets(selection("agents"), exactly=False).approximate
    found = {topic.slug: topic.papers for topic in many_days.facets(selection("on"), exactly=True).topics}
    assert found["agents"] >= 30


def test_hidden_papers_are_counted_nowhere_and_changes_are_seen(window: Window, path: Path) -> None:
    tally = CountCache(window)
    before = (tally.count(selection("")), tally.days(), tally.facets(selection(""), exactly=True).topics)
    assert before[0] == 40
    assert [(day.day, day.papers, day.unread) for day in before[1]] == [(DAY, 40, 40), ("2026-11-23", 3, 3)]
    events = Events.open(path)
    events.mark("hide", True, [1])
    events.mark("read", True, [2, 9])
    events.close()
    assert tally.count(selection("")) == 40, "kept until it is told to look"
    tally.drop_if_changed()
    assert tally.count(selection("")) == 39
    assert [(day.day, day.papers, day.unread) for day in tally.days()] == [(DAY, 39, 37), ("2026-11-23", 2, 1)]
    topics = {topic.slug: topic.papers for topic in tally.facets(selection(""), exactly=True).topics}
    assert sum(topics.values()) == 39
    window.close()
