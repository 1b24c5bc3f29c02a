"""How a host is asked by all programs of the user: one request at a time, apart, and not while it is busy."""

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
from reader.paths import make_folder, read_start

ARXIV_INTERVAL_SECONDS = 3.0
"""Seconds between two requests of all programs to arXiv's hosts, by arXiv's terms."""

PAUSE_SECONDS = 600.0
"""Seconds for which a busy host is left alone."""

LONGEST_TURN_SECONDS = 900.0
"""Maximum seconds to wait for the turn: the program that holds it may be waiting for a rate limit."""

Pauses = dict[str, float]
"""By host, the time at which its pause ends."""


class Pace:
    """How a host is asked: one request at a time, `interval` seconds apart, and not at all during a pause.

    The state is in `file`, which all programs on this machine share; without it there is neither wait nor lock. A host
    that refuses requests at random when it is busy has a name, `busy_as`: after all attempts it is left alone for a
    while. Hosts that share a file take turns, but each has its own pause.
    """

    def __init__(
        self, file: Path | None = None, interval: float = 0, busy_as: str = "", now: Callable[[], float] = time.time
    ) -> None:
        self.busy_as = busy_as
        self._file = file
        self._interval = interval
        self._now = now

    @asynccontextmanager
    async def turn(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
        """Hold the turn, taken no sooner than `interval` seconds after its last release.

        The system releases it when the program ends, even if killed. Without a writable file or support for locks the
        request is made all the same, which is harmless. Raises FeedUnreachable after `LONGEST_TURN_SECONDS`.
        """
        handle = self._open()
        if self._file is None or handle is None:
            yield
            return
        try:
            waited = 0.0
            while platform.try_lock(handle) is platform.Lock.THEIRS:
                if waited >= LONGEST_TURN_SECONDS:
                    late = f"Another program has been asking {self._file.stem} for {waited / 60:.0f} minutes"
                    raise FeedUnreachable(f"{late}; end it to continue.")
                await sleep(0.2)
                waited += 0.2
            left = self._read()[0] - self._now()
            if 0 < left <= self._interval:
                await sleep(left)
            try:
                yield
            finally:
                if self._interval:
                    self._write(self._now() + self._interval, self._read()[1])
        finally:
            os.close(handle)

    def pause_left(self) -> float:
        """Seconds that the host is still left alone; 0 if it may be asked."""
        left = self._read()[1].get(self.busy_as, 0.0) - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= PAUSE_SECONDS else 0.0

    def record_refusal(self) -> float:
        """Begin a pause, if none has begun meanwhile, and return its seconds."""
        if left := self.pause_left():
            return left
        free_at, pauses = self._read()
        self._write(free_at, pauses | {self.busy_as: self._now() + PAUSE_SECONDS})
        return PAUSE_SECONDS

    def _open(self) -> int | None:
        if self._file is not None:
            with suppress(OSError):
                make_folder(self._file)
                return os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        return None

    def _read(self) -> tuple[float, Pauses]:
        """The time of the next turn, and the pauses; neither if the file is missing or damaged."""
        with suppress(OSError, ValueError, TypeError, AttributeError):
            if self._file is not None:
                free_at, pauses = json.loads(read_start(self._file, 1_000))
                return float(free_at), {host: float(until) for host, until in pauses.items()}
        return 0.0, {}

    def _write(self, free_at: float, pauses: Pauses) -> None:
        """Overwrite the state in its place, since another file of this name would have another lock."""
        if (handle := self._open()) is None:
            return
        # An interrupted write costs a pause, which harms less than to fail.
        with suppress(OSError):
            os.ftruncate(handle, 0)
            os.write(handle, json.dumps([free_at, pauses]).encode())
        os.close(handle)


def arxiv_pace(
    endpoint: str, folder: Path | None, file: str, busy_as: str, now: Callable[[], float] = time.time
) -> Pace:
    """The pace of one of arXiv's hosts, in a file of `folder`; a stand-in on this machine may be asked at any rate."""
    interval = 0.0 if is_local_url(endpoint) else ARXIV_INTERVAL_SECONDS
    return Pace(folder and folder / file, interval, busy_as, now)
