"""Reporting the waits of a job, and waiting for calls that may hang."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, TypeVar

Watcher = Callable[[float, str], object]
"""Called before a wait with its seconds and the reason; from any thread."""

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Report waits of this context to `watcher`, including its tasks and threads started by `to_thread`."""
    before = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(before)


def note_wait(seconds: float, why: str) -> None:
    """Report a deliberate wait of some seconds; `why` is for the user, such as `arXiv is too busy (503)`."""
    if (watcher := _watcher.get()) is not None:
        watcher(seconds, why)


def time_left(done: int, of: int, seconds: float) -> str:
    """The remaining time after `done` of `of` steps in `seconds`, such as `26 s left`; empty in the first second."""
    return f"{duration_text((of - done) / done * seconds)} left" if seconds >= 1 and 0 < done <= of else ""


def duration_text(seconds: float) -> str:
    """A rounded duration, such as `26 s`, `4 min` or `2 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"


Answer = TypeVar("Answer")


async def beside(call: Callable[[], Answer], name: str = "call") -> Answer:
    """Call in a thread that is abandoned if the event loop ends first; raises what the call raises."""
    import asyncio

    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()

    def finish(setter: Callable[[Any], None], result: Any) -> None:
        if not answer.done():
            setter(result)

    def work() -> None:
        setter: Callable[[Any], None] = answer.set_result
        try:
            result: Any = call()
        except Exception as error:
            setter, result = answer.set_exception, error
        # The loop may be closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(finish, setter, result)

    threading.Thread(target=work, name=name, daemon=True).start()
    return await answer
