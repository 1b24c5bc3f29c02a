"""How a host is asked, by all programs of the user: one request at a time, apart, and not while it is busy."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from reader import platform
from reader.core.addresses import is_local_url
from reader.core.errors import FeedUnreachable
from reader.core.steps import note_step
from reader.paths import make_folder, read_start, replace_private

BUSY_HOST_INTERVAL_SECONDS = 3.0
"""Seconds between two requests of all programs to arXiv's hosts, by arXiv's terms."""


class Pace:
    """How a host is asked: one request at a time, `interval` seconds apart, and not at all during a pause.

    The state is in files that all programs on this machine share. Without the file `turn` there is neither wait nor
    lock. A host that `backs_off` refuses requests at random when it is busy; after all attempts it is left alone for a
    while. Without the file `pause`, that pause is not remembered.
    """

    PAUSE_SECONDS = (300, 900, 3_600, 4 * 3_600)
    """Seconds of the first, second … pause in a row; the last is that of all further ones."""
    LONGEST_TURN_SECONDS = 900.0
    """Maximum seconds to wait for the turn: the program that holds it may be waiting for a rate limit."""

    def __init__(
        self,
        turn: Path | None = None,
        pause: Path | None = None,
        interval: float = 0,
        now: Callable[[], float] = time.time,
        *,
        backs_off: bool = False,
    ) -> None:
        self.backs_off = backs_off
        self._turn = turn
        self._pause = pause
        self._interval = interval
        self._now = now

    @asynccontextmanager
    async def turn(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
        """Hold the turn, taken no sooner than `interval` seconds after its last release.

        The system releases it when the program ends, even if killed. Without a writable file or support for locks the
        request is made all the same, which is harmless. Raises FeedUnreachable after `LONGEST_TURN_SECONDS`.
        """
        was_taken = self._turn is not None and self._turn.exists()
        handle = _open_lock(self._turn)
        if self._turn is None or handle is None:
            yield
            return
        try:
            waited = 0.0
            while platform.try_lock(handle) is platform.Lock.THEIRS:
                if waited >= self.LONGEST_TURN_SECONDS:
                    late = f"Another program has been asking {self._turn.stem} for {waited / 60:.0f} minutes"
                    raise FeedUnreachable(f"{late}; end it to continue.")
                note_step()
                await sleep(0.2)
                waited += 0.2
            since = self._now() - os.fstat(handle).st_mtime
            if was_taken and 0 <= since < self._interval:
                await sleep(self._interval - since)
            try:
                yield
            finally:
                # A time in the file's metadata needs no space, so a full disk does not matter.
                with suppress(OSError):
                    os.utime(self._turn, (self._now(), self._now()))
        finally:
            os.close(handle)

    def pause_left(self) -> float:
        """Seconds that the host is still left alone; 0 if it may be asked."""
        left = self._read_pause()[0] - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= self.PAUSE_SECONDS[-1] else 0.0

    def refused(self) -> float:
        """Begin the next pause, if none has begun meanwhile; return its seconds. Each is longer than the one before."""
        if left := self.pause_left():
            return left
        times = self._read_pause()[1]
        seconds = self.PAUSE_SECONDS[min(times, len(self.PAUSE_SECONDS) - 1)]
        if self._pause is not None:
            with suppress(OSError):
                replace_private(self._pause, json.dumps([self._now() + seconds, times + 1]), durable=False)
        return float(seconds)

    def answered(self) -> None:
        """Note that the host has answered: the next pause is the shortest again."""
        if self._pause is not None:
            with suppress(OSError):
                self._pause.unlink(missing_ok=True)

    def _read_pause(self) -> tuple[float, int]:
        """The time at which the pause ends, and the number of pauses in a row."""
        with suppress(OSError, ValueError, TypeError):
            if self._pause is not None:
                until, times = json.loads(read_start(self._pause, 200))
                return float(until), max(0, int(times))
        return 0.0, 0


def _open_lock(file: Path | None) -> int | None:
    if file is None:
        return None
    try:
        make_folder(file)
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def busy_host_pace(
    endpoint: str, folder: Path | None, *, turn: str, pause: str, now: Callable[[], float] = time.time
) -> Pace:
    """The pace of a host that refuses requests at random when it is busy, as arXiv's hosts do.

    Programs that share `folder` take turns by the file `turn` and share the pause in the file `pause`. A stand-in on
    this machine may be asked at any rate.
    """
    if folder is None:
        return Pace(now=now, backs_off=True)
    turns = None if is_local_url(endpoint) else folder / turn
    return Pace(turns, folder / pause, BUSY_HOST_INTERVAL_SECONDS, now, backs_off=True)
