from __future__ import annotations

from datetime import date

from reader.ui.kit.day_names import day_heading, day_name, short_day
from tests.table import each

TODAY = date(2025, 11, 24)


def test_days_are_written_with_a_year_only_where_it_is_another() -> None:
    assert day_heading("2025-11-24", TODAY) == "MONDAY 24 NOVEMBER"
    assert day_heading("2024-12-30", TODAY) == "MONDAY 30 DECEMBER 2024"
    assert day_heading("", TODAY) == "NO DAY"
    assert day_heading("not\x1ba day", TODAY) == "NOTA DAY"
    assert short_day("2025-11-04", TODAY) == "Tue 4 Nov"
    assert short_day("2023-05-04", TODAY, weekday=False) == "4 May 2023"


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
