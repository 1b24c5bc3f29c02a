from __future__ import annotations

from dataclasses import astuple
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.window import DayFetched
from reader.core.errors import UsageError
from reader.refresh.plan import (
    Day,
    Days,
    Latest,
    Month,
    Plan,
    Since,
    Trending,
    changed_days,
    holes,
    is_settled,
    missing_days,
    month_batches,
    planned_days,
)

TODAY = date(2026, 5, 12)


def test_plans_mean_days_newest_first() -> None:
    assert planned_days(Latest(2), TODAY) == ["2026-05-12", "2026-05-11"]
    assert planned_days(Day("2026-01-02"), TODAY) == ["2026-01-02"]
    assert planned_days(Since("2026-05-10"), TODAY) == ["2026-05-12", "2026-05-11", "2026-05-10"]
    assert planned_days(Month("2024-02"), TODAY)[::28] == ["2024-02-29", "2024-02-01"]
    assert planned_days(Since("2026-06-01"), TODAY) == planned_days(Month("2026-06"), TODAY) == []


@pytest.mark.parametrize("plan", [Day("2026-02-30"), Since("someday"), Month("2026-13"), Latest(10**9)])
def test_a_time_that_is_none_is_named(plan: Plan) -> None:
    with pytest.raises(UsageError, match=f"{astuple(plan)[0]} is not in the calendar"):
        planned_days(plan, TODAY)


@pytest.mark.parametrize(
    ("fetched", "papers", "worth"),
    [
        ("", 20, True),
        ("2026-04-04T00:00:00Z", 20, True),
        ("2026-04-17T23:59:59Z", 20, True),
        ("2026-04-18T00:00:00Z", 20, False),
        ("2026-04-04T23:59:59Z", 0, True),
        ("2026-04-05T12:00:00Z", 0, False),
    ],
)
def test_a_day_is_asked_again_until_it_has_settled(fetched: str, papers: int, worth: bool) -> None:
    day = "2026-04-04"
    assert changed_days([day], {day: DayFetched(fetched, papers)}) == ([day] if worth else [])
    assert changed_days([day], {}) == [day]


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


def test_gaps_are_days_whose_papers_are_not_known() -> None:
    known = {
        "2026-05-07": DayFetched("2026-05-07T10:00:00Z", 12),  # young, but there: a refresh sees to it
        "2026-05-08": DayFetched("", 12),  # from a file
        "2026-05-09": DayFetched("2026-05-11T00:00:00Z", 0),  # a Saturday, over
        "2026-05-12": DayFetched("2026-05-12T06:00:00Z", 0),  # may still come
    }
    week = date(2026, 5, 7), date(2026, 5, 13)
    assert missing_days(*week, TODAY, known) == ("2026-05-08", "2026-05-10", "2026-05-11", "2026-05-12")
    assert missing_days(date(2023, 5, 1), date(2023, 5, 5), TODAY, {}) == ("2023-05-04", "2023-05-05")
    assert missing_days(date(2026, 6, 1), date(2026, 6, 30), TODAY, {}) == ()
    assert planned_days(Days(missing_days(*week, TODAY, known)), TODAY)[0] == "2026-05-12"


def test_a_hole_is_a_run_of_missing_days_between_two_that_are_here() -> None:
    whole, part, later = DayFetched("2026-05-12T10:00:00Z", 9), DayFetched("", 2), DayFetched("2026-05-12T10:00:00Z", 0)
    # A Friday and a Monday, with a weekend between them of which nothing is known.
    known = {"2026-05-08": whole, "2026-05-11": whole, "2026-05-12": part}
    assert holes(known, TODAY) == ()
    # A day that is only partly here, a holiday, and what is before all that is whole.
    known |= {"2026-05-01": whole, "2026-05-05": part, "2026-05-07": later, "2026-04-24": part}
    assert holes(known, TODAY) == (("2026-05-06",), ("2026-05-02", "2026-05-03", "2026-05-04"))
    assert holes({"2026-05-12": part, "2026-05-08": part}, TODAY) == holes({}, TODAY) == ()


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


@pytest.mark.parametrize(("count", "is_grouped"), [(6, False), (7, True)])
def test_a_months_list_is_worth_it_for_seven_days(count: int, is_grouped: bool) -> None:
    days = [f"2026-03-{day:02}" for day in range(count, 0, -1)]
    assert month_batches(days, TODAY) == ([tuple(days)] if is_grouped else [(day,) for day in days])
    assert month_batches(days, TODAY, {"2026-03"}) == [(day,) for day in days]
    assert month_batches(days, TODAY, {"2026-04"}) == month_batches(days, TODAY)


def test_a_day_settles_after_fourteen_days() -> None:
    assert is_settled("2026-04-28", TODAY)
    assert not is_settled("2026-04-29", TODAY)
    assert is_settled("2020-01-01", TODAY)


def test_gaps_end_with_the_feeds_first_day_and_today() -> None:
    assert missing_days(date(2023, 5, 4), date(2023, 5, 4), TODAY, {}) == ("2023-05-04",)
    assert missing_days(date(2023, 5, 3), date(2023, 5, 3), TODAY, {}) == ()
    assert missing_days(TODAY, TODAY, TODAY, {}) == ("2026-05-12",)
    assert missing_days(date(2026, 5, 13), date(2026, 5, 13), TODAY, {}) == ()
