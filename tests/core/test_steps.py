"""Progress of a job, and calls that may hang."""

from __future__ import annotations

import asyncio

import pytest

from reader.core.steps import beside, duration_text, note_step, note_wait, pace_text, watched_by
from tests.table import each


async def test_steps_of_threads_and_tasks_are_told_to_the_watcher() -> None:
    told: list[tuple[float, str]] = []
    note_step()
    with watched_by(lambda *step: told.append(step)):
        await asyncio.to_thread(note_step)
        await asyncio.create_task(asyncio.to_thread(note_wait, 7.5, "a pause"))
    note_wait(3)
    assert told == [(0, ""), (7.5, "a pause")]


@each(
    ("done", "of", "seconds", "text"),
    [
        (1, 100, 1.0, "1.0 a second · 99 s left"),
        (100, 1_000, 10.0, "10 a second · 90 s left"),
        (99, 1_000, 10.0, "9.9 a second · 91 s left"),
        (9, 100, 10.0, "54 a minute · 2 min left"),
        (20_000, 100_000, 2.0, "10,000 a second · 8 s left"),
        (50, 50, 5.0, "10 a second · 0 s left"),
    ],
)
def test_the_rate_and_the_rest_are_told(done: int, of: int, seconds: float, text: str) -> None:
    assert pace_text(done, of, seconds) == text


@each(("done", "of", "seconds"), [(5, 100, 0.99), (1, 100, 0), (0, 100, 30), (-1, 100, 30), (101, 100, 30)])
def test_nothing_is_told_at_first_or_without_a_rate(done: int, of: int, seconds: float) -> None:
    assert pace_text(done, of, seconds) == ""


@each(
    ("seconds", "text"),
    [(0, "0 s"), (99.4, "99 s"), (100, "2 min"), (5_940, "99 min"), (6_000, "2 h"), (36_000, "10 h")],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


# Calls that may hang


def fail() -> None:
    raise ValueError("no")


async def test_a_call_beside_an_event_loop_returns_or_raises() -> None:
    assert await beside(lambda: 5) == 5
    with pytest.raises(ValueError, match="no"):
        await beside(fail)
