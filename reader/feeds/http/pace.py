"""A host's turn and its pause, in files that all programs on this machine share.

The turn keeps requests apart; the pause leaves a host alone that is too busy to answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from reader import platform
from reader.core.errors import FeedUnreachable
from reader.core.steps import note_step
from reader.paths import make_folder, make_private, read_start, replace_private
from reader.platform import Lock

POLL_SECONDS = 0.2
"""Seconds between two attempts to take the turn."""

LONGEST_TURN_SECONDS = 900.0
"""Maximum seconds to wait for the turn: the program that holds it may be waiting for a rate limit."""

PAUSE_SECONDS = (300, 900, 3_600, 4 * 3_600)
"""Seconds of the first, second … pause in a row; the last is that of all further ones."""

_LONGEST_PAUSE_FILE_BYTES = 200


class Pace:
    """How a host is asked: one request at a time, `interval` seconds apart, and not at all during a pause.

    Without a file for the turn there is neither wait nor lock; without one for the pause, a pause is not remembered.
    """

    def __init__(
        self,
        turn: Path | None = None,
        pause: Path | None = None,
        interval: float = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._turn = turn
        self._pause = pause
        self._interval = interval
        self._now = now

    @asynccontextmanager
    async def turn(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
        """Hold the turn, taken no sooner than `interval` seconds after its last release.

        The system releases it when the program ends, even if killed. Without a writable file or support for locks
        the request is made all the same. Raises FeedUnreachable after `LONGEST_TURN_SECONDS`.
        """
        handle = _open(self._turn)
        if self._turn is None or handle is None:
            yield
            return
        try:
            waited = 0.0
            # Without locks, two programs may ask a host at once, which is harmless.
            while platform.try_lock(handle) is Lock.THEIRS:
                if waited >= LONGEST_TURN_SECONDS:
                    late = (
                        f"Another program has been asking {self._turn.stem} for {LONGEST_TURN_SECONDS / 60:.0f} minutes"
                    )
                    raise FeedUnreachable(f"{late}; end it to continue.")
                note_step()
                await sleep(POLL_SECONDS)
                waited += POLL_SECONDS
            since = self._now() - os.fstat(handle).st_mtime if os.fstat(handle).st_size else self._interval
            if 0 <= since < self._interval:
                await sleep(self._interval - since)
            try:
                yield
            finally:
                try:
                    if not os.fstat(handle).st_size:
                        os.write(handle, b".")
                    os.utime(self._turn, (self._now(), self._now()))
                except OSError:
                    # The disk is full: the next request would not know of this one, so this one keeps the turn.
                    await sleep(self._interval)
        finally:
            os.close(handle)

    def pause_left(self) -> float:
        """Seconds that the host is still left alone; 0 if it may be asked."""
        left = self._read_pause()[0] - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= PAUSE_SECONDS[-1] else 0.0

    def refused(self) -> float:
        """Begin the next pause, if none has begun meanwhile; return its seconds. Each is longer than the one before."""
        if left := self.pause_left():
            return left
        times = self._read_pause()[1]
        seconds = PAUSE_SECONDS[min(times, len(PAUSE_SECONDS) - 1)]
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
                until, times = json.loads(read_start(self._pause, _LONGEST_PAUSE_FILE_BYTES))
                return float(until), max(0, int(times))
        return 0.0, 0


def _open(file: Path | None) -> int | None:
    if file is None:
        return None
    try:
        make_folder(file)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        make_private(file)
    except OSError:
        return None
    return handle
