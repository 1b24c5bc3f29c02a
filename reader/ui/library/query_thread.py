"""A thread that queries the cache; a newer query interrupts an older one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from traceback import clear_frames
from typing import Any, TypeVar

from reader.cache.reads.window import Window

T = TypeVar("T")

AGAIN = 0.003
"""Seconds between two interrupts: an interrupt between two statements of a query has no effect."""


class QueryThread:
    """One window on the cache at `path` and the thread that reads it."""

    def __init__(self, path: Path, name: str, *, learns_apart: bool = False) -> None:
        self._open = partial(Window.open, path, learns_apart=learns_apart)
        self._executor = ThreadPoolExecutor(1, name)
        self._window: Window | None = None
        self._running: Future[Any] | None = None

    async def ask(self, question: Callable[[Window], T]) -> T:
        """Run a query; raises CacheInterrupted if a newer one comes."""
        while self._interrupt():
            await self._end()
        return await self.ask_next(question)

    async def _end(self) -> None:
        """Wait for the interrupted query to end, but not for long."""
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        if self._running is not None:
            self._running.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), AGAIN)

    async def ask_next(self, question: Callable[[Window], T]) -> T:
        """Run a query after the running one; a newer one interrupts both."""
        self._running = running = self._executor.submit(self._answer, question)
        return await asyncio.wrap_future(running)

    def interrupt(self) -> None:
        """Interrupt the running query, if any."""
        self._interrupt()

    def _interrupt(self) -> bool:
        """Interrupt the running query; return whether there is one."""
        if self._running is None or self._running.done():
            return False
        if self._window is not None:
            self._window.interrupt()
        return True

    def _answer(self, question: Callable[[Window], T]) -> T:
        if self._window is None:
            self._window = self._open()
        try:
            return question(self._window)
        except Exception as error:
            _release_objects(error)
            raise

    def close(self) -> None:
        """Interrupt the running query, and close the window."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        while self._running is not None and self._interrupt():
            wait([self._running], AGAIN)
        self._executor.shutdown(wait=True)
        if self._window is not None:
            self._window.close()


def _release_objects(error: BaseException) -> None:
    """Free the objects of a failed query, which its error would keep alive.

    An unfinished statement among them would keep the interrupt in force for all later queries, and would keep showing
    an old state of the cache.
    """
    one: BaseException | None = error
    while one is not None:
        clear_frames(one.__traceback__)
        one = one.__cause__ or one.__context__
