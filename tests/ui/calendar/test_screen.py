"""The calendar's lines: a month, and a date that is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.window import DayCount
from reader.core.dates import PeriodKind
from reader.core.feed_days import FIRST_DAY
from reader.core.lines import Piece, measure
from reader.ui.calendar.screen import (
    HEATS,
    TOP,
    WARM,
    WIDTH,
    CalendarScreen,
    CalendarView,
    Month,
    calendar_lines,
    heat,
    read_typed,
)
from reader.ui.calendar.state import CalendarRequest
from reader.ui.kit.glyphs import ASCII
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.stage import Stage, services, staged, watch_paints

if TYPE_CHECKING:
    from reader.ui.library.library import Library

TODAY = date(2026, 5, 12)
"""A Tuesday."""


KNOWN = (
    DayCount("2026-05-11", 16, 16),
    DayCount("2026-05-08", 14, 0),
    DayCount("2026-05-10", 0, 0),
    DayCount("2026-05-07", 9, 4),
    DayCount("2026-05-06", 6, 6, is_partial=True),
)
DAYS = {one.day: one for one in KNOWN}
VIEW = CalendarView(date(2026, 5, 11), TODAY, DAYS)


def texts(view: CalendarView) -> list[str]:
    return ["".join(piece.text for piece in line).rstrip() for line in calendar_lines(view)]


def test_a_month_is_drawn_with_numbers_under_their_weekdays() -> None:
    assert texts(VIEW) == [
        "Go to ▏ 2025-03, last tuesday, W20",
        "",
        "May 2026                                    26 unread",
        "     Mo     Tu     We     Th     Fr     Sa     Su",
        "18                                1      2      3",
        "19    4      5      6…     7▂     8      9     10",
        "20  ▌11█    12     13     14     15     16     17",
        "21   18     19     20     21     22     23     24",
        "22   25     26     27     28     29     30     31",
        "",
        "▂▅█ unread   … partly here   today",
        "Monday 11 May 2026 · 16 papers, 16 unread",
    ]
    assert texts(replace(VIEW, day=date(2026, 5, 6)))[-1] == "Wednesday 6 May 2026 · 6+ papers, 6 unread"
    assert texts(replace(VIEW, day=date(2026, 5, 4)))[-1] == "Monday 4 May 2026 · not fetched yet"
    assert texts(replace(VIEW, day=date(2026, 5, 10)))[-1] == "Sunday 10 May 2026 · no papers"
    assert texts(replace(VIEW, day=date(2026, 5, 8)))[-1] == "Friday 8 May 2026 · 14 papers, all read"
    for known, about in ((DayCount(TODAY.isoformat(), 1, 1), "1 paper"), (KNOWN[4]._replace(papers=1), "1+ papers")):
        assert (
            texts(replace(VIEW, day=TODAY, days={TODAY.isoformat(): known}))[-1].split(" · ")[1].startswith(f"{about},")
        )
    assert (VIEW.first, VIEW.last) == (date(2026, 4, 27), date(2026, 6, 7))


def roles(view: CalendarView, text: str) -> list[str]:
    found: list[Piece] = [
        piece for line in calendar_lines(view)[TOP:-1] for piece in line if piece.text.strip() == text
    ]
    return [role for piece in found for role in piece.role.split()]


def test_today_is_underlined_the_cursor_is_marked_and_unread_papers_warm_a_day() -> None:
    assert roles(VIEW, "12") == ["faint", "today"]
    assert roles(VIEW, "11") == ["day", "cursor"]
    away = replace(VIEW, day=date(2026, 5, 4))
    assert roles(away, "11") == ["day", "heat-3"]
    assert roles(away, "█") == ["figure", "heat-3"]
    assert roles(away, "7") == ["day", "heat-1"]
    assert roles(away, "8") == ["day"]
    assert roles(away, "10") == roles(away, "13") == ["faint"]


@each(("unread", "most", "warmth"), [(0, 40, 0), (1, 40, 1), (14, 40, 2), (40, 40, HEATS), (3, 3, 1), (WARM, 1, HEATS)])
def test_warmth_grows_with_the_unread_papers(unread: int, most: int, warmth: int) -> None:
    assert heat(unread, most) == warmth


# Typing a date


@each(
    ("typed", "lines"),
    [
        ("", ["Go to ▏ 2025-03, last tuesday, W20", "Type a date."]),
        ("2026-0", ["Go to 2026-0▏", ""]),
        ("2026-05", ["Go to 2026-05▏", "May 2026"]),
        ("W19", ["Go to W19▏", "Week 19, 4 to 10 May 2026"]),
        ("2023-05-04", ["Go to 2023-05-04▏", "Thursday 4 May 2023"]),
        ("2027-01", ["Go to 2027-01▏", "January 2027 is in the future."]),
        ("2020-01-01", ["Go to 2020-01-01▏", "The feed begins on Thursday 4 May 2023."]),
    ],
)
def test_a_typed_date_is_read_below_its_line(typed: str, lines: list[str]) -> None:
    assert texts(replace(VIEW, typed=typed))[:2] == lines


def test_a_text_that_is_no_date_is_refused_only_when_it_is_chosen() -> None:
    assert texts(replace(VIEW, typed="soon"))[1] == ""
    assert texts(replace(VIEW, typed="soon", is_refused=True))[1] == "This is not a day, week or month."


def test_the_day_to_fetch_from_is_asked_for() -> None:
    assert texts(replace(VIEW, is_since=True))[0].startswith("Fetch all since ▏")


@given(st.text(max_size=24), st.dates(date(2023, 5, 4), TODAY), st.booleans())
def test_no_line_is_too_wide_and_no_text_is_read_as_a_day_to_come(typed: str, day: date, is_refused: bool) -> None:
    view = CalendarView(day, TODAY, DAYS, typed, is_refused)
    assert all(measure(line) <= WIDTH for line in calendar_lines(view))
    period, mistake = read_typed(typed, TODAY)
    assert period is None or (date.fromisoformat(FIRST_DAY) <= period.last and period.first <= TODAY and not mistake)


def test_ascii_draws_nothing_else() -> None:
    assert all(line.isascii() for line in texts(replace(VIEW, typed="2026", glyphs=ASCII)))


# The screen


async def test_keys_and_clicks_move_in_the_days_that_the_feed_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Stage()
    known = services(app)
    known.library = cast("Library", SimpleNamespace(days_between=lambda first, last: {first: KNOWN[0], last: KNOWN[1]}))
    async with staged(app, 70, 20) as (_, pilot):
        calendar = CalendarScreen(known, CalendarRequest(date(2025, 11, 24)))
        await app.push_screen(calendar)
        days = []
        for days_, months in ((-1, 0), (-7, 0), (0, -1), (0, 1), (40, 0), (0, -6), (0, -40), (0, 1), (0, 1)):
            calendar.move(days=days_, months=months)
            days.append(calendar.month.view.day.isoformat())
        assert days == [
            *("2025-11-23", "2025-11-16", "2025-10-16", "2025-11-16", "2025-11-24", "2025-05-24", "2023-05-04"),
            *("2023-06-04", "2023-07-04"),
        ]
        calendar.go(date(2025, 10, 31))
        calendar.move(months=-1)
        assert calendar.month.view.day == date(2025, 9, 30)
        assert [*calendar.month.view.days] == ["2025-09-01", "2025-10-12"]
        # Only what is no key begins a date, and only what is text goes on with it.
        keys = ("minus", "-"), ("w", "w"), ("2", "2"), ("w", "w"), ("minus", "-"), ("down", None), ("backspace", None)
        typed = [
            (calendar.type(*key), calendar.month.view.typed) for key in (*keys, ("ctrl+u", None), ("escape", None))
        ]
        assert typed == [
            *((False, None), (False, None), (True, "2"), (True, "2w"), (True, "2w-"), (False, "2w-"), (True, "2w")),
            *((True, ""), (True, None)),
        ]
        for letter in "2025-08":
            calendar.type(letter, letter)
        kinds: list[PeriodKind | None] = [None, "day", "week", "month"]
        chosen = [calendar.chosen(kind) for kind in kinds]
        assert [one and one.id for one in chosen] == [
            "month:2025-08",
            "day:2025-08-01",
            "week:2025-W31",
            "month:2025-08",
        ]
        painted = watch_paints(calendar.month, monkeypatch)
        calendar.month.refuse()
        assert painted == [-1]
        calendar.month.go(calendar.month.view.day)
        assert painted == [-1, -1]
        calendar.type("x", "x")
        assert (calendar.chosen("day"), calendar.month.view.day) == (None, date(2025, 8, 1))
        calendar.month.refuse()
        await pilot.pause()
        lines = [strip.text.strip() for strip in calendar._compositor.render_strips()]
        assert lines[3:6] == ["Go to 2025-08x▏", "This is not a day, week or month.", "August 2025"]
        calendar.go(date(2025, 11, 3))
        places = (4, 4), (3, 6), (52, 4), (4, 5), (10, 5), (11, 6), (45, 6), (11, 8), (4, 8), (4, 3)
        found = []
        for place in places:
            app.told.clear()
            await pilot.click(Month, offset=place)
            await pilot.pause()
            found.append((calendar.month.view.day.day, len(app.told)))
        assert found == [(3, 0), (3, 0), (2, 1), (3, 1), (3, 1), (11, 1), (15, 1), (15, 0), (24, 1), (24, 0)]
        assert ("enter", "day") in calendar.footer(State()).keys
        since = CalendarScreen(known, CalendarRequest(date(2025, 11, 24), since=True))
        assert since.footer(State()).keys[:2] == (("enter", "fetch since"), ("/", "type"))
