"""A lock file that makes the programs on one machine ask a host one at a time, with a pause in between."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from reader.paths import make_folder, make_private

POLL = 0.2
"""Seconds between two attempts to take the lock."""


@asynccontextmanager
async def host_lock(
    file: Path,
    interval: float,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[None]:
    """Hold the lock `file`, taken no sooner than `interval` seconds after its last release.

    The system releases the lock when its program ends, even if it is killed. If the file can't be written, there is
    no wait and no lock.
    """
    try:
        make_folder(file)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        make_private(file)
    except OSError:
        yield
        return
    try:
        while not _try_lock(handle):
            await sleep(POLL)
        since = clock() - os.fstat(handle).st_mtime if os.fstat(handle).st_size else interval
        if 0 <= since < interval:
            await sleep(interval - since)
        try:
            yield
        finally:
            os.write(handle, b".")
            os.utime(file, (clock(), clock()))
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
