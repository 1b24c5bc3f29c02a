from __future__ import annotations

from datetime import date

from reader.cache.reads.window import DayCount
from reader.ui.kit.day_names import day_heading, day_in_list, day_left, day_name, near_day, short_day
from tests.table import each

TODAY = date(2025, 11, 24)


def test_days_are_written_with_a_year_only_where_it_is_another() -> None:
    assert day_heading("2025-11-24", TODAY) == "MONDAY 24 NOVEMBER"
    assert day_heading("2024-12-30", TODAY) == "MONDAY 30 DECEMBER 2024"
    assert day_heading("", TODAY) == "NO DAY"
    assert day_heading("not\x1ba day", TODAY) == "NOTA DAY"
    assert short_day("2025-11-04", TODAY) == "Tue 4 Nov"
    assert short_day("2023-05-04", TODAY, weekday=False) == "4 May 2023"
    assert short_day("so\x1bon", TODAY) == near_day("so\x1bon", None) == "soon"
    assert day_in_list("2024-12-30", None) == "30 Dec" and day_in_list("", None) == ""
    assert (day_in_list("2025-06-02", TODAY), day_in_list("2024-09-30", TODAY)) == ("2 Jun", "Sep 2024")
    assert day_left(DayCount("2025-10-30", 2_000, 1_008), "2025-11-24") == "Thu 30 Oct has 1,008 left"
    others = ("2025-11-24", "2025-11-23", "2025-11-18", "2025-11-17", "2025-11-30", None)
    assert [near_day(day, "2025-11-24") if day else near_day("2025-11-24", day) for day in others] == [
        *("Mon 24 Nov", "Sunday", "Tuesday", "Mon 17 Nov", "Sunday", "Mon 24 Nov"),
    ]


@each(
    ("day", "name"),
    [
        ("2026-11-24", "Tue 24"),
        ("2026-11-04", "Wed  4"),
        ("2026-10-30", "Fri 30 Oct"),
        ("2025-11-24", "Mon 24 Nov 2025"),
        ("soon", "soon"),
    ],
)
def test_days_are_named_as_short_as_is_clear(day: str, name: str) -> None:
    assert day_name(day, "2026-11-24") == name
    assert day_name(day, "soon") == day
