"""Counts of papers, days and topics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
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


def test_hidden_papers_are_counted_nowhere(window: Window, path: Path) -> None:
    before = (window.count(selection("")), window.days(), window.topics(selection("")))
    assert before[0] == 40
    assert [(day.day, day.papers, day.unread) for day in before[1]] == [(DAY, 40, 40), ("2026-11-23", 3, 3)]
    events = Events.open(path)
    events.mark("hide", True, [1])
    events.mark("read", True, [2, 9])
    events.close()
    assert window.count(selection("")) == 39
    assert [(day.day, day.papers, day.unread) for day in window.days()] == [(DAY, 39, 37), ("2026-11-23", 2, 1)]
    topics = {topic.slug: topic.papers for topic in window.topics(selection(""))}
    assert sum(topics.values()) == 39
    window.close()
