"""A job is stuck after a minute without a step; a wait that it announces counts until it is over."""

from __future__ import annotations

import asyncio

import pytest

from reader.refresh.worker import LONGEST_WAIT, Watchdog


class Seconds:
    """Sleeps that take no time; the watchdog is told of steps and waits at some of the seconds."""

    def __init__(self, steps: dict[int, float]) -> None:
        self.steps = steps
        self.passed = 0
        self.watchdog = Watchdog(self)

    async def __call__(self, seconds: float) -> None:
        self.passed += int(seconds)
        if self.passed in self.steps:
            self.watchdog.note(self.steps[self.passed])


@pytest.mark.parametrize(
    ("steps", "silent_after"),
    [
        ({}, 60),
        ({59: 0}, 59 + 60 - 1),
        (dict.fromkeys(range(1, 1000, 30), 0.0), 991 + 60 - 1),
        ({10: 300}, 10 + 300 + 60 - 1),
        # A step tells that the wait is over.
        ({10: 300, 200: 0}, 200 + 60 - 1),
        ({10: -5}, 10 + 60 - 1),
        ({10: 1e9}, 10 + LONGEST_WAIT + 60 - 1),
    ],
)
async def test_silence_comes_a_minute_after_the_last_step_or_wait(steps: dict[int, float], silent_after: int) -> None:
    seconds = Seconds(steps)
    await seconds.watchdog.wait_for_silence()
    assert seconds.passed == silent_after


async def test_only_seconds_that_are_slept_through_count() -> None:
    """A machine that was suspended wakes up with its timers due, and with the job's messages unread."""
    woken = 0

    async def sleep(_: float) -> None:
        nonlocal woken
        woken += 1
        await asyncio.sleep(0)

    await Watchdog(sleep).wait_for_silence()
    assert woken == 60
