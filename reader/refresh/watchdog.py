"""Notices that a job makes no progress any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE = 60.0
"""Seconds without a step after which a job is stuck: twice the longest request to the daily feed."""

LONGEST_WAIT = 3600.0
"""Maximum seconds of a wait that a job may announce."""

_TICK = 1.0

Sleep = Callable[[float], Awaitable[object]]


class Watchdog:
    """Waits until nothing was noted for `PATIENCE` seconds, and for those of a wait that was announced.

    It counts its own seconds one by one, so the time that a suspended machine or a stopped reader sleeps does not
    count.
    """

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._left = PATIENCE

    def note(self, wait: float = 0.0) -> None:
        """The job goes on; it now waits for some seconds, if any."""
        self._left = PATIENCE + min(max(wait, 0.0), LONGEST_WAIT)

    async def wait_for_silence(self) -> None:
        """Return once the job is stuck."""
        while self._left > 0:
            await self._sleep(_TICK)
            self._left -= _TICK
