"""A lock file that makes the programs on one machine ask a host one at a time, with a pause in between."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from reader import platform
from reader.core.errors import FeedUnreachable
from reader.core.steps import note_step
from reader.paths import make_folder, make_private
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
                    f"Another program has been asking {file.stem} for {LONGEST / 60:.0f} minutes; end it to go on."
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
