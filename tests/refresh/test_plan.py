from __future__ import annotations

from dataclasses import astuple
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.errors import UsageError
from reader.refresh.plan import Day, Days, Latest, Month, Plan, Since, Trending, month_batches, planned_days
from tests.table import each

TODAY = date(2026, 5, 12)


def test_plans_mean_days_newest_first() -> None:
    assert planned_days(Latest(2), TODAY) == ["2026-05-12", "2026-05-11"]
    assert planned_days(Day("2026-01-02"), TODAY) == ["2026-01-02"]
    assert planned_days(Since("2026-05-10"), TODAY) == ["2026-05-12", "2026-05-11", "2026-05-10"]
    assert planned_days(Month("2024-02"), TODAY)[::28] == ["2024-02-29", "2024-02-01"]
    assert planned_days(Since("2026-06-01"), TODAY) == planned_days(Month("2026-06"), TODAY) == []


@each("plan", [Day("2026-02-30"), Since("someday"), Month("2026-13"), Latest(10**9)])
def test_a_time_that_is_none_is_named(plan: Plan) -> None:
    with pytest.raises(UsageError, match=f"{astuple(plan)[0]} is not in the calendar"):
        planned_days(plan, TODAY)


def test_settled_days_of_a_month_come_together() -> None:
    days = planned_days(Since("2026-03-26"), TODAY)
    put = month_batches(days, TODAY)
    assert [len(batch) for batch in put] == [1] * 14 + [28] + [1] * 6
    assert put[14][0] == "2026-04-28"


@given(st.dates(date(2023, 6, 1), TODAY), st.sets(st.integers(0, 60)))
def test_batches_keep_every_day_in_its_order(first: date, left_out: set[int]) -> None:
    days = [day for n, day in enumerate(planned_days(Since(first.isoformat()), TODAY)) if n not in left_out]
    put = month_batches(days, TODAY)
    assert [day for batch in put for day in batch] == days
    assert all(len({day[:7] for day in batch}) == 1 for batch in put)
    assert all(len(batch) == 1 for batch in put if batch[0] > "2026-04-28")


def test_the_feeds_first_day_and_today_are_the_ends() -> None:
    assert planned_days(Day("2023-05-04"), TODAY) == ["2023-05-04"]
    assert planned_days(Since("2023-05-01"), date(2023, 5, 5)) == ["2023-05-05", "2023-05-04"]
    assert planned_days(Month("2023-05"), date(2023, 5, 4)) == ["2023-05-04"]
    assert planned_days(Month("2026-05"), TODAY)[0] == "2026-05-12"
    assert planned_days(Month("2025-12"), TODAY)[::30] == ["2025-12-31", "2025-12-01"]
    assert planned_days(Latest(1), TODAY) == ["2026-05-12"]
    assert planned_days(Trending(), TODAY) == []
    asked = Days(("2023-05-03", "2023-05-04", "2026-05-12", "2026-05-13"))
    assert planned_days(asked, TODAY) == ["2026-05-12", "2023-05-04"]
    for plan in (Day("2023-05-03"), Month("2023-04")):
        with pytest.raises(UsageError, match="begins on 2023-05-04"):
            planned_days(plan, TODAY)


@each(("count", "is_grouped"), [(6, False), (7, True)])
def test_a_months_list_is_worth_it_for_seven_days(count: int, is_grouped: bool) -> None:
    days = [f"2026-03-{day:02}" for day in range(count, 0, -1)]
    assert month_batches(days, TODAY) == ([tuple(days)] if is_grouped else [(day,) for day in days])
    assert month_batches(days, TODAY, {"2026-03"}) == [(day,) for day in days]
    assert month_batches(days, TODAY, {"2026-04"}) == month_batches(days, TODAY)
