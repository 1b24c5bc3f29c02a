"""Tell whoever watches a job that it makes progress: after each step, and before each wait.

A step is work that surely ends, such as one request, one record or a piece of an SQL statement. A job that stops
between two steps is stuck, even if its event loop still runs. The rate and what is left are put in words here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[float, str], object]
"""Called after a step with 0, and before a wait with its seconds and why if the user is told; from any thread."""

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` of the steps of this context, and of the tasks and threads that it starts by `to_thread`."""
    before = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(before)


def note_step() -> None:
    """A step has ended."""
    if (watcher := _watcher.get()) is not None:
        watcher(0.0, "")


def note_wait(seconds: float, why: str = "") -> None:
    """Nothing will happen for some seconds, on purpose; `why` is for the user, such as `arXiv is too busy (503)`."""
    if (watcher := _watcher.get()) is not None:
        watcher(seconds, why)


def pace_text(done: int, of: int, seconds: float) -> str:
    """The rate and the remaining time after `done` of `of` steps in `seconds`, such as `38 a second · 26 s left`.

    Empty in the first second.
    """
    if seconds < 1 or not 0 < done <= of:
        return ""
    rate = done / seconds
    rate_text = (
        f"{rate:,.0f} a second"
        if rate >= 10
        else f"{rate:,.1f} a second"
        if rate >= 1
        else f"{rate * 60:,.0f} a minute"
    )
    return f"{rate_text} · {duration_text((of - done) / rate)} left"


def duration_text(seconds: float) -> str:
    """A rounded duration, such as `26 s`, `4 min` or `2 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
