"""What the programs on one machine share about a host, in files: the turn to ask it, and its pause while it is busy."""

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

POLL = 0.2
"""Seconds between two attempts to take the lock."""

LONGEST = 900.0
"""Maximum seconds to wait for the lock: the program that holds it may be waiting for a rate limit."""


@asynccontextmanager
async def host_lock(
    file: Path,
    interval: float,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[None]:
    """Hold the lock `file`, taken no sooner than `interval` seconds after its last release.

    The system releases the lock when its program ends, even if it is killed. Without a file that can be written there
    is no wait and no lock, and where files can't be locked only the pause. Raises FeedUnreachable after `LONGEST`
    seconds.
    """
    try:
        make_folder(file)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        make_private(file)
    except OSError:
        yield
        return
    try:
        waited = 0.0
        # Without locks, a host may be asked by two programs at once; nothing is lost by it.
        while platform.try_lock(handle) is Lock.THEIRS:
            if waited >= LONGEST:
                raise FeedUnreachable(
                    f"Another program has been asking {file.stem} for {LONGEST / 60:.0f} minutes; end it to continue."
                )
            note_step()
            await sleep(POLL)
            waited += POLL
        since = clock() - os.fstat(handle).st_mtime if os.fstat(handle).st_size else interval
        if 0 <= since < interval:
            await sleep(interval - since)
        try:
            yield
        finally:
            try:
                if not os.fstat(handle).st_size:
                    os.write(handle, b".")
                os.utime(file, (clock(), clock()))
            except OSError:
                # The disk is full: the next request would not know of this one, so this one holds the lock.
                await sleep(interval)
    finally:
        os.close(handle)


PAUSES = (300, 900, 3_600, 4 * 3_600)
"""Seconds of the first, second … pause in a row; the last is that of all further ones."""

_LONGEST_FILE = 200


class Backoff:
    """The pause of a busy host, in a file that programs share, now and after a new start; without a file there is none.

    It grows from minutes to hours with each refusal after it.
    """

    def __init__(self, file: Path | None, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now = now

    def left(self) -> float:
        """Seconds that the host is still left alone; 0 if it may be asked."""
        until, _ = self._read()
        left = until - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= PAUSES[-1] else 0.0

    def refuse(self) -> float:
        """Begin the next pause, if none has begun meanwhile; return its seconds."""
        if left := self.left():
            return left
        _, times = self._read()
        seconds = PAUSES[min(times, len(PAUSES) - 1)]
        self._write(self._now() + seconds, times + 1)
        return float(seconds)

    def answer(self) -> None:
        """Note that the host has answered: the next pause is the shortest again."""
        if self._file is not None and self._file.exists():
            with suppress(OSError):
                self._file.unlink()

    def _read(self) -> tuple[float, int]:
        if self._file is None:
            return 0.0, 0
        try:
            until, times = json.loads(read_start(self._file, _LONGEST_FILE))
            return float(until), max(0, int(times))
        except (OSError, ValueError, TypeError):
            return 0.0, 0

    def _write(self, until: float, times: int) -> None:
        if self._file is not None:
            with suppress(OSError):
                replace_private(self._file, json.dumps([until, times]), durable=False)
