"""Dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.typed_period import typed_period

TODAY = date(2026, 11, 24)
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
    assert typed_period(text, TODAY).id == id


@pytest.mark.parametrize(
    "text",
    ["", "2025", "w60", "ma", "tu", "march april", "march 99 2025", "30 feb 2025", "next week", "14", "x", "5 6 march"],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        typed_period(text, TODAY)


@given(st.text(max_size=30), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_any_text_is_read_or_refused(text: str, today: date) -> None:
    try:
        period = typed_period(text, today)
    except ValueError:
        return
    assert period.first <= period.last
