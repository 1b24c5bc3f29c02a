"""Triage: what is typed, the clock, and the pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reader.core.errors import UsageError
from reader.core.triage import ASLEEP, STANDING, USUAL, AskedTriage, Pace, read_line, spent, time_left
from tests.table import each

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)


@each(
    ("line", "asked"),
    [
        ("", AskedTriage(USUAL, "")),
        ("15m", AskedTriage(900, "")),
        ("20", AskedTriage(1200, "")),
        ("90s topic:agents since:7d", AskedTriage(90, "topic:agents since:7d")),
        ("1h30m", AskedTriage(5400, "")),
        ("5min  robots", AskedTriage(300, "robots")),
        ("topic:agents", AskedTriage(USUAL, "topic:agents")),
        ("3d-printing", AskedTriage(USUAL, "3d-printing")),
        ('title:"a b" 15m', AskedTriage(USUAL, 'title:"a b" 15m')),
    ],
)
def test_a_time_may_stand_before_the_query(line: str, asked: AskedTriage) -> None:
    assert read_line(line) == asked


@each("line", ["0m", "5s", "13h", "999h topic:agents"])
def test_a_time_of_no_use_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match="10s to 12h"):
        read_line(line)


def test_the_clock_counts_only_while_it_runs() -> None:
    watch = STANDING.started(NOW)
    watch = watch.stopped(NOW + timedelta(seconds=20))
    assert (watch.ran, watch.is_running) == (20, False)
    watch = watch.at(NOW + timedelta(seconds=25)).started(NOW + timedelta(hours=3))
    assert watch.at(NOW + timedelta(hours=3, seconds=5)).ran == 25


def test_no_leap_of_the_clock_takes_or_adds_more_than_a_look() -> None:
    watch = STANDING.started(NOW)
    for second, ran in ((ASLEEP, ASLEEP), (2 * ASLEEP + 1, ASLEEP), (0, ASLEEP), (5, ASLEEP + 5)):
        watch = watch.at(NOW + timedelta(seconds=second))
        assert watch.ran == ran


def test_the_pace_tells_how_many_more_there_is_time_for() -> None:
    assert Pace(900, 0, 0, 34).room is None
    assert Pace(900, 0, 0, 34).each is None
    pace = Pace(900, 300, 10, 24)
    assert (pace.each, pace.room, pace.seconds_left, pace.is_time_up) == (30, 20, 600, False)
    assert Pace(900, 950, 10, None).is_time_up
    assert Pace(900, 950, 10, None).room == 0


@each(
    ("seconds", "text"),
    [(900, "15 min"), (841, "15 min"), (60, "1 min"), (51, "1 min"), (50, "50 s"), (41, "50 s"), (0, "0 s")],
)
def test_the_time_left_goes_down_in_steps(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


@each(
    ("seconds", "text"),
    [(40.4, "40 s"), (89.4, "89 s"), (90, "2 min"), (841, "14 min"), (3600, "1 h"), (3900, "1 h 5 min")],
)
def test_the_time_spent_is_rounded(seconds: float, text: str) -> None:
    assert spent(seconds) == text
