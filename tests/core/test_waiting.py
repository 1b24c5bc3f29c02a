"""Calls that hang, raise and answer, with and without an event loop."""

from __future__ import annotations

import threading

import pytest

from reader.core.waiting import beside, within


def fail() -> None:
    raise ValueError("no")


def test_an_answer_or_an_error_comes_at_once() -> None:
    assert within(30, lambda: 5) == 5
    with pytest.raises(ValueError, match="no"):
        within(30, fail)


def test_one_that_hangs_is_left_alone() -> None:
    free = threading.Event()
    with pytest.raises(TimeoutError, match=r"no answer in 0.1 s"):
        within(0.1, free.wait)
    free.set()


async def test_beside_an_event_loop_it_is_the_same() -> None:
    assert await beside(lambda: 5) == 5
    with pytest.raises(ValueError, match="no"):
        await beside(fail)
