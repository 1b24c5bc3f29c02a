"""Days, weeks and months: what they are called, what follows them, how they are written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.dates import PeriodKind, parse_date, parse_period, period_containing, period_of_view, typed_period
from reader.core.steps import pace_text

TODAY = date(2026, 5, 12)
KINDS = st.sampled_from(["day", "week", "month"])
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 1))


@pytest.mark.parametrize(
    ("id", "name", "short"),
    [
        ("day:2026-05-11", "Monday 11 May 2026", "Mon 11 May"),
        ("week:2026-W20", "Week 20, 11 to 17 May 2026", "Week 20"),
        ("week:2026-W01", "Week 1, 29 Dec to 4 January 2026", "Week 1"),
        ("month:2024-02", "February 2024", "February 2024"),
    ],
)
def test_names(id: str, name: str, short: str) -> None:
    period = period_of_view(id)
    assert period is not None
    assert (period.id, period.name, period.short) == (id, name, short)


@pytest.mark.parametrize("id", ["all", "day:today", "day:2026-W20", "month:2026-13", "week:2026", "day:", "x:2026-05"])
def test_ids_that_are_none(id: str) -> None:
    assert period_of_view(id) is None


@given(KINDS, DAYS)
def test_periods_follow_each_other_without_a_gap(kind: PeriodKind, day: date) -> None:
    period = period_containing(kind, day)
    assert period.first <= day <= period.last
    assert period.later.first == period.last + timedelta(days=1)
    assert period.later.earlier == period == period_of_view(period.id)
    assert parse_date(period.date).span(TODAY) == (period.first, period.last)
    assert parse_period(period.date, TODAY) == period


def test_a_date_is_read_as_what_it_covers() -> None:
    assert parse_period("today", TODAY).id == "day:2026-05-12"
    assert parse_period("2026-w20", TODAY).id == "week:2026-W20"
    with pytest.raises(ValueError, match="not a day, week or month"):
        parse_period("2026", TODAY)


@pytest.mark.parametrize(
    ("done", "of", "seconds", "told"),
    [
        (0, 9, 5, ""),
        (3, 9, 0.5, ""),
        (320, 1290, 8, "40 a second · 24 s left"),
        (10, 100, 4, "2.5 a second · 36 s left"),
        (1, 31, 4, "15 a minute · 2 min left"),
    ],
)
def test_a_pace(done: int, of: int, seconds: float, told: str) -> None:
    assert pace_text(done, of, seconds) == told


@pytest.mark.parametrize("text", ["9999-12", "9999-12-31", "9999-W52", "0001-01-01", "0001-01"])
def test_the_ends_of_the_calendar_are_no_periods(text: str) -> None:
    """Nothing comes after or before them, and a view of one broke the reader."""
    with pytest.raises(ValueError, match=r"not a day, week or month|not in the calendar"):
        parse_period(text, TODAY)
    assert period_of_view(f"month:{text}") is None


TYPED_ON = date(2026, 11, 24)
"""A Tuesday, in week 48."""


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("2025-03", "month:2025-03"),
        ("2025-03-14", "day:2025-03-14"),
        ("2025-W20", "week:2025-W20"),
        ("yesterday", "day:2026-11-23"),
        ("2w", "day:2026-11-10"),
        ("W20", "week:2026-W20"),
        ("w48", "week:2026-W48"),
        ("W50", "week:2025-W50"),
        ("week 3 2024", "week:2024-W03"),
        ("tuesday", "day:2026-11-24"),
        ("last tuesday", "day:2026-11-17"),
        ("Last  Wed", "day:2026-11-18"),
        ("fri", "day:2026-11-20"),
        ("this week", "week:2026-W48"),
        ("last week", "week:2026-W47"),
        ("last month", "month:2026-10"),
        ("last day", "day:2026-11-23"),
        ("march", "month:2026-03"),
        ("dec", "month:2025-12"),
        ("last may", "month:2026-05"),
        ("March 2025", "month:2025-03"),
        ("14 march", "day:2026-03-14"),
        ("Mar 14, 2025", "day:2025-03-14"),
        ("25 nov", "day:2025-11-25"),
        ("29 feb 2024", "day:2024-02-29"),
    ],
)
def test_days_weeks_and_months_are_read(text: str, id: str) -> None:
    assert typed_period(text, TYPED_ON).id == id


@pytest.mark.parametrize(
    "text",
    ["", "2025", "w60", "ma", "tu", "march april", "march 99 2025", "30 feb 2025", "next week", "14", "x", "5 6 march"],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        typed_period(text, TYPED_ON)


@given(st.text(max_size=30), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_any_text_is_read_or_refused(text: str, today: date) -> None:
    try:
        period = typed_period(text, today)
    except ValueError:
        return
    assert period.first <= period.last
