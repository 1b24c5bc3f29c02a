from __future__ import annotations

from datetime import date

from reader.cache.reads.window import DayFetched
from reader.core.feed_days import changed_days, holes, is_settled, missing_days
from tests.table import each

TODAY = date(2026, 5, 12)


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
def test_a_day_is_asked_again_until_it_has_settled(fetched: str, papers: int, worth: bool) -> None:
    day = "2026-04-04"
    assert changed_days([day], {day: DayFetched(fetched, papers)}) == ([day] if worth else [])
    assert changed_days([day], {}) == [day]


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


def test_a_hole_is_a_run_of_missing_days_between_two_that_are_here() -> None:
    whole, part, later = DayFetched("2026-05-12T10:00:00Z", 9), DayFetched("", 2), DayFetched("2026-05-12T10:00:00Z", 0)
    # A Friday and a Monday, with a weekend between them of which nothing is known.
    known = {"2026-05-08": whole, "2026-05-11": whole, "2026-05-12": part}
    assert holes(known, TODAY) == ()
    # A day that is only partly here, a holiday, and what is before all that is whole.
    known |= {"2026-05-01": whole, "2026-05-05": part, "2026-05-07": later, "2026-04-24": part}
    assert holes(known, TODAY) == (("2026-05-06",), ("2026-05-02", "2026-05-03", "2026-05-04"))
    assert holes({"2026-05-12": part, "2026-05-08": part}, TODAY) == holes({}, TODAY) == ()


def test_a_day_settles_after_fourteen_days() -> None:
    assert is_settled("2026-04-28", TODAY)
    assert not is_settled("2026-04-29", TODAY)
    assert is_settled("2020-01-01", TODAY)
