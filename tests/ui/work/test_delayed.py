"""One thing that is done after a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.app import App

from reader.ui.work.delayed import Delayed

READER = Path(__file__).resolve().parents[3] / "reader"


class Calls:
    """Counts what is done in an app that runs."""

    def __init__(self, app: App[None]) -> None:
        self.done = 0
        self.once = Delayed(app, self._call)

    def _call(self) -> None:
        self.done += 1

    async def settle(self) -> None:
        await asyncio.sleep(0.03)


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    app: App[None] = App()
    async with app.run_test():
        yield Calls(app)


async def test_it_is_done_once(calls: Calls) -> None:
    calls.once.begin(0.005)
    assert calls.once.is_waiting
    assert calls.done == 0
    await calls.settle()
    assert not calls.once.is_waiting
    assert calls.done == 1


async def test_begun_anew_it_waits_anew(calls: Calls) -> None:
    calls.once.begin(0.001)
    calls.once.begin(60)
    await calls.settle()
    assert calls.done == 0
    calls.once.begin(0.001)
    await calls.settle()
    assert calls.done == 1


async def test_what_is_stopped_is_not_done_even_when_its_time_has_come(calls: Calls) -> None:
    calls.once.begin(0.0)
    time.sleep(0.002)
    # One turn of the loop: the clock has called, the app has not read it yet.
    await asyncio.sleep(0)
    calls.once.stop()
    await calls.settle()
    assert calls.done == 0


@pytest.mark.parametrize("seconds", [1e-9, 1e-6, 1e-4])
async def test_the_shortest_wait_and_a_program_that_is_held_up_lose_nothing(calls: Calls, seconds: float) -> None:
    for expected in range(1, 101):
        calls.once.begin(seconds)
        time.sleep(seconds * 2)
        deadline = time.monotonic() + 5
        while calls.done < expected:
            assert time.monotonic() < deadline, "it was never done"
            await asyncio.sleep(0.001)


def test_nothing_else_is_timed_in_a_way_that_may_be_lost() -> None:
    users = [path.name for path in READER.rglob("*.py") if ".set_timer(" in path.read_text(encoding="utf-8")]
    assert users == []
