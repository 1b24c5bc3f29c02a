"""The days to step to: those with papers that are not hidden, or with papers of a query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.window import DayCount, DayFetched, Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
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
        fetched = {"2026-11-23": DayFetched(NOW, 0), "2026-11-24": DayFetched(NOW, 3)}
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
    assert window.matching_day(selection(text), day, steps) == found
