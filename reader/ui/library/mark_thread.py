"""A thread that changes the log of marks, in order; each change is durable before the next begins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from reader.core.errors import MarkNotTaken, ReaderError

if TYPE_CHECKING:
    from reader.cache.marks.events import Events

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""A function of (papers done, all papers)."""


def ignore_progress(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


class MarkThread:
    """The log of the cache at `path` and the thread that changes it: changes wait for the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(1, "mark")
        self._events: Events | None = None
        self._running = 0
        self._unstored: set[Future[Any]] = set()
        """Changes that are lost if the reader ends now."""
        self._failure = ""
        self._is_closing = False

    @property
    def is_busy(self) -> bool:
        """Whether a change is being made, which changes the cache."""
        return self._running > 0

    def submit(
        self, change: Callable[[Events, Progress], T], report: Progress = ignore_progress, *, is_mark: bool = True
    ) -> Awaitable[T]:
        """Make a change after those submitted before, even if the result is not awaited.

        Without `is_mark` nothing of the user's is lost if the reader has to end before the change is made.
        """
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            loop.call_soon_threadsafe(report, done, total)

        storing = self._executor.submit(self._change, change, progress)
        if is_mark:
            self._unstored.add(storing)
            storing.add_done_callback(self._note_end)
        running = asyncio.wrap_future(storing)
        self._running += 1
        running.add_done_callback(self._count_down)
        # Shielded: the change finishes even if the caller is cancelled.
        return asyncio.shield(running)

    def _change(self, change: Callable[[Events, Progress], T], progress: Progress) -> T:
        from reader.cache.marks.events import Events

        if self._events is None:
            self._events = Events.open(self._path, recover=False)
        return change(self._events, progress)

    def _note_end(self, storing: Future[Any]) -> None:
        """Note how a change ended; runs in the thread."""
        error = storing.exception()
        if error is not None and not isinstance(error, MarkNotTaken):
            self._failure = str(error) if isinstance(error, ReaderError) else type(error).__name__
        elif not self._is_closing:
            # The user saw the notice of an earlier failure, and the disk can be written again.
            self._failure = ""
        self._unstored.discard(storing)

    def _count_down(self, _change: object) -> None:
        self._running -= 1

    @property
    def lost(self) -> str | None:
        """A sentence about the marks that were not stored, after `close` or while it hangs; None if all were."""
        if self._failure:
            return f"Not everything could be stored: {self._failure}"
        count = len(self._unstored)
        changes = "change" if count == 1 else f"{count} changes"
        return f"The last {changes} could not be stored: the disk did not answer in time." if count else None

    def stop(self) -> None:
        """Let a long change end after its current transaction; the next start finishes it."""
        self._is_closing = True
        if self._events is not None:
            self._events.stop()

    def close(self) -> None:
        """Make the changes that wait, and close the log."""
        self.stop()
        self._executor.shutdown(wait=True)
        if self._events is not None:
            self._events.close()
