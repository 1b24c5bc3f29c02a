"""What the prompt for a date reads, suggests and counts."""

from __future__ import annotations

from datetime import date

from reader.cache.reads.window import DayCount
from reader.ui.dates.screen import completions, months_before, number_of_papers, read_typed
from tests.table import each

TODAY = date(2026, 5, 12)
"""A Tuesday."""

DAYS = ["2026-04-30", "2026-05-11", "2026-05-12", "2025-03-04"]


@each("text", ["2026-0", "", "zz", "99999999w", "day 0"])
def test_an_incomplete_text_is_neither_a_date_nor_a_mistake(text: str) -> None:
    assert read_typed(text, TODAY) == (None, "")


@each(
    ("text", "mistake"),
    [
        ("2026-06", "June 2026 is in the future."),
        ("2020", ""),
        ("2023-01", "The feed begins on Thursday 4 May 2023."),
    ],
)
def test_a_date_that_the_feed_has_not_is_refused_with_the_reason(text: str, mistake: str) -> None:
    assert read_typed(text, TODAY) == (None, mistake)


def test_the_newest_days_then_months_are_suggested_and_days_of_a_typed_month() -> None:
    assert completions("", DAYS) == [
        "2026-05-12",
        "2026-05-11",
        "2026-04-30",
        "2025-03-04",
        "2026-05",
        "2026-04",
        "2025-03",
    ]
    assert completions("2026", DAYS) == ["2026-05", "2026-04"]
    assert completions("2026-05", DAYS) == ["2026-05", "2026-05-12", "2026-05-11"]
    assert completions("last", DAYS) == []


def test_months_to_fetch_go_back_to_the_first_day_of_the_feed() -> None:
    assert months_before(date(2023, 7, 1)) == ["2023-07", "2023-06", "2023-05"]


@each(
    ("days", "said"),
    [
        ((), "not fetched yet"),
        ((DayCount("2026-05-10", 0, 0),), "no papers"),
        ((DayCount("2026-05-08", 14, 0),), "14 papers, all read"),
        ((DayCount("2026-05-08", 1, 1),), "1 paper, 1 unread"),
        ((DayCount("2026-05-08", 14, 0), DayCount("2026-05-07", 9, 4, is_partial=True)), "23+ papers, 4 unread"),
    ],
)
def test_the_papers_of_a_date_are_counted(days: tuple[DayCount, ...], said: str) -> None:
    assert number_of_papers(days) == said
