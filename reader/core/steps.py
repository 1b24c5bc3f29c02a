"""Tell whoever watches a job that it makes progress: after each step, and before each wait.

A step is work that surely ends, such as one request, one record or a piece of an SQL statement. A job that stops
between two steps is stuck, even if its event loop still runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[float], object]
"""Called after a step with 0, before a wait with its seconds; from any thread, and often."""

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
        watcher(0.0)


def note_wait(seconds: float) -> None:
    """Nothing will happen for some seconds, on purpose."""
    if (watcher := _watcher.get()) is not None:
        watcher(seconds)
