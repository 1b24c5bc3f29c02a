"""Progress of a job, and calls that may hang."""

from __future__ import annotations

import asyncio

import pytest

from reader.core.steps import beside, duration_text, note_wait, time_left, watched_by
from tests.table import each


async def test_waits_of_threads_and_tasks_are_reported_to_the_watcher() -> None:
    waits: list[tuple[float, str]] = []
    note_wait(1, "a pause")
    with watched_by(lambda *wait: waits.append(wait)):
        await asyncio.create_task(asyncio.to_thread(note_wait, 7.5, "a pause"))
    note_wait(3, "a pause")
    assert waits == [(7.5, "a pause")]


@each(
    ("done", "of", "seconds", "text"),
    [(1, 100, 1.0, "99 s left"), (9, 100, 10.0, "2 min left"), (5, 100, 0.99, ""), (0, 100, 30, ""), (9, 8, 30, "")],
)
def test_the_remaining_time_is_reported_after_a_second(done: int, of: int, seconds: float, text: str) -> None:
    assert time_left(done, of, seconds) == text


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
