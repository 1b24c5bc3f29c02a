"""The signals by which the system ends the reader."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable


def on_end(leave: Callable[[], object]) -> None:
    """Call `leave` in the event loop when the terminal closes or the system ends the program (SIGHUP, SIGTERM)."""
    loop = asyncio.get_running_loop()
    for name in ("SIGHUP", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, leave)
            except (NotImplementedError, RuntimeError):
                # Signal handlers do not exist on Windows or in a loop outside the main thread.
                return
