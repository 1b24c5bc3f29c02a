"""Dates and periods, and the days of the feed that have to be asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.window import FetchedDay
from reader.core.dates import (
    PeriodKind,
    changed_days,
    holes,
    is_settled,
    iso_day,
    missing_days,
    parse_date,
    parse_date_range,
    parse_period,
    period_containing,
    period_of_view,
    seconds_of_days,
    typed_period,
)
from tests.table import each

TODAY = date(2026, 5, 31)
LATEST = date(2026, 5, 29)


@each(
    ("text", "first", "last"),
    [
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-W20", "2026-05-11", "2026-05-17"),
        ("2026-w20", "2026-05-11", "2026-05-17"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("Today", "2026-05-31", "2026-05-31"),
        ("yesterday", "2026-05-30", "2026-05-30"),
        ("latest", "2026-05-29", "2026-05-29"),
        ("2w", "2026-05-17", "2026-05-31"),
        ("3m", "2026-02-28", "2026-05-31"),
        ("2026-04..2026-05", "2026-04-01", "2026-05-31"),
        ("2026-05..", "2026-05-01", None),
        ("..yesterday", None, "2026-05-30"),
        ("14d..7d", "2026-05-17", "2026-05-24"),
        ("9999m..", "1193-02-28", None),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-05-11..2026-05-11", "2026-05-11", "2026-05-11"),
        ("2026-05..2026-05-11", "2026-05-01", "2026-05-11"),
        ("6m", "2025-11-30", "2026-05-31"),
        ("7d..14d", "2026-05-24", "2026-05-17"),
    ],
)
def test_days_resolve_against_today(text: str, first: str | None, last: str | None) -> None:
    assert parse_date_range(text).bounds(TODAY, LATEST) == (first, last)


@each(
    "text",
    [
        *("", "..", "tomorrow", "2026-00", "2026-02-30", "2026-W54", "0000-01", "2026-5-1", "٢٠٢٦-٠٥-١١"),
        *("7x", "-7d", "99999d", "2026-05-31..2026-05-01", "2026-05-01...2026-05-02", "2026-05-01..x"),
    ],
)
def test_an_invalid_date_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(“|A range|20)"):
        parse_date_range(text)


def test_latest_matches_nothing_before_a_day_has_papers() -> None:
    assert parse_date_range("latest").bounds(TODAY) is None
    assert parse_date_range("2026..latest").bounds(TODAY) is None
    assert parse_date_range("latest..").bounds(TODAY) is None


def test_yesterday_of_the_first_day_of_the_calendar_is_that_day() -> None:
    assert parse_date_range("yesterday").bounds(date.min) == ("0001-01-01", "0001-01-01")


@each(
    ("stamp", "day"),
    [
        ("2026-05-11T23:59:59.999Z", "2026-05-11"),
        ("2026-05-11", "2026-05-11"),
        *((stamp, None) for stamp in ("2026-05-1", "20260511T00", "2026-02-30T00:00:00Z", "", None, 20260511)),
        # A paper of the year 9999 would be the newest for ever.
        *((day, None) for day in ("9999-12-31", "0001-01-01", "1799-12-31", "2200-01-01", "9999-99-99")),
    ],
)
def test_a_time_stamp_yields_its_own_day(stamp: object, day: str | None) -> None:
    assert iso_day(stamp) == day


def test_the_text_of_a_range_parses_to_the_same_range() -> None:
    texts = ["2026-05-11", "7d..7d", "2026-05..2026-06", "2026-05..", "..7d", "today"]
    assert [parse_date_range(text).text for text in texts] == texts
    assert parse_date_range("7d").text == "7d..today"


TUESDAY = date(2026, 5, 12)
KINDS = st.sampled_from(["day", "week", "month"])
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 1))


@each(
    ("id", "name", "short"),
    [
        ("day:2026-05-11", "Monday 11 May 2026", "Mon 11 May"),
        ("week:2026-W20", "Week 20, 11 to 17 May 2026", "Week 20"),
        ("week:2026-W01", "Week 1, 29 Dec to 4 January 2026", "Week 1"),
        ("month:2024-02", "February 2024", "February 2024"),
    ],
)
def test_period_names(id: str, name: str, short: str) -> None:
    period = period_of_view(id)
    assert period is not None
    assert (period.id, period.name, period.short) == (id, name, short)


@each("id", ["all", "day:today", "day:2026-W20", "month:2026-13", "week:2026", "day:", "x:2026-05"])
def test_invalid_period_ids(id: str) -> None:
    assert period_of_view(id) is None


@given(KINDS, DAYS)
def test_periods_follow_each_other_without_a_gap(kind: PeriodKind, day: date) -> None:
    period = period_containing(kind, day)
    assert period.first <= day <= period.last
    assert period.later.first == period.last + timedelta(days=1)
    assert period.later.earlier == period == period_of_view(period.id)
    assert parse_date(period.date).span(TUESDAY) == (period.first, period.last)
    assert parse_period(period.date, TUESDAY) == period


def test_a_date_is_parsed_as_the_period_it_covers() -> None:
    assert parse_period("today", TUESDAY).id == "day:2026-05-12"
    assert parse_period("2026-w20", TUESDAY).id == "week:2026-W20"
    with pytest.raises(ValueError, match="not a day, week or month"):
        parse_period("2026", TUESDAY)


@each("text", ["9999-12", "9999-12-31", "9999-W52", "0001-01-01", "0001-01"])
def test_the_first_and_last_period_of_the_calendar_are_refused(text: str) -> None:
    """Nothing comes after or before them, and a view of one broke the reader."""
    with pytest.raises(ValueError, match=r"not a day, week or month|not in the calendar"):
        parse_period(text, TUESDAY)
    assert period_of_view(f"month:{text}") is None


TYPED_ON = date(2026, 11, 24)
"""A Tuesday, in week 48."""


@each(
    ("text", "id"),
    [
        ("2025-03", "month:2025-03"),
        ("2025-W20", "week:2025-W20"),
        ("yesterday", "day:2026-11-23"),
        ("W20", "week:2026-W20"),
        ("W50", "week:2025-W50"),
        ("tuesday", "day:2026-11-24"),
        ("last tuesday", "day:2026-11-17"),
        ("Last  Wed", "day:2026-11-18"),
        ("fri", "day:2026-11-20"),
        ("wed", "day:2026-11-18"),
        ("24", "day:2026-11-24"),
        ("29", "day:2026-10-29"),
    ],
)
def test_typed_days_weeks_and_months_are_parsed(text: str, id: str) -> None:
    assert typed_period(text, TYPED_ON) == period_of_view(id)


def test_a_week_that_began_today_is_of_this_year() -> None:
    assert typed_period("w48", TYPED_ON - timedelta(days=1)).id == "week:2026-W48"


@each(
    "text",
    ["", "2025", "w60", "ma", "tu", "march", "1y", "14 mar", "next week", "0", "32"],
)
def test_texts_that_are_not_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        typed_period(text, TYPED_ON)


@given(st.text(max_size=30), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_any_typed_text_is_parsed_or_refused(text: str, today: date) -> None:
    try:
        period = typed_period(text, today)
    except ValueError:
        return
    assert period.first <= period.last


def test_days_begin_and_end_at_midnight() -> None:
    day, begin = 86_400, 1_767_225_600
    assert seconds_of_days("2026-01-01", "2026-01-01") == (begin, begin + day)
    assert seconds_of_days("2025-12-31", "2026-01-02") == (begin - day, begin + 2 * day)
    assert seconds_of_days(None, None) == seconds_of_days(None, "9999-12-31") == (0, 1 << 62)


# Days of the feed


ON_TUESDAY = date(2026, 5, 12)


@each(
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
def test_a_day_is_requested_again_until_it_is_settled(fetched: str, papers: int, worth: bool) -> None:
    day = "2026-04-04"
    assert changed_days([day], {day: FetchedDay(fetched, papers)}) == ([day] if worth else [])
    assert changed_days([day], {}) == [day]


def test_missing_days_have_no_stored_papers() -> None:
    known = {
        "2026-05-07": FetchedDay("2026-05-07T10:00:00Z", 12),  # young, but there: a refresh sees to it
        "2026-05-08": FetchedDay("", 12),  # from a file
        "2026-05-09": FetchedDay("2026-05-11T00:00:00Z", 0),  # a Saturday, over
        "2026-05-12": FetchedDay("2026-05-12T06:00:00Z", 0),  # may still come
    }
    week = date(2026, 5, 7), date(2026, 5, 13)
    assert missing_days(*week, ON_TUESDAY, known) == ("2026-05-08", "2026-05-10", "2026-05-11", "2026-05-12")
    assert missing_days(date(2023, 5, 1), date(2023, 5, 5), ON_TUESDAY, {}) == ("2023-05-04", "2023-05-05")
    assert missing_days(date(2026, 6, 1), date(2026, 6, 30), ON_TUESDAY, {}) == ()


def test_a_hole_is_a_run_of_missing_days_between_two_stored_days() -> None:
    whole, part, later = FetchedDay("2026-05-12T10:00:00Z", 9), FetchedDay("", 2), FetchedDay("2026-05-12T10:00:00Z", 0)
    # A Friday and a Monday, with a weekend between them of which nothing is known.
    known = {"2026-05-08": whole, "2026-05-11": whole, "2026-05-12": part}
    assert holes(known, ON_TUESDAY) == ()
    # A day that is only partly here, a holiday, and what is before all that is whole.
    known |= {"2026-05-01": whole, "2026-05-05": part, "2026-05-07": later, "2026-04-24": part}
    assert holes(known, ON_TUESDAY) == (("2026-05-06",), ("2026-05-02", "2026-05-03", "2026-05-04"))
    assert holes({"2026-05-12": part, "2026-05-08": part}, ON_TUESDAY) == holes({}, ON_TUESDAY) == ()


def test_a_day_settles_after_fourteen_days() -> None:
    assert is_settled("2026-04-28", ON_TUESDAY)
    assert not is_settled("2026-04-29", ON_TUESDAY)
    assert is_settled("2020-01-01", ON_TUESDAY)
