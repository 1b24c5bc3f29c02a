"""The terminal that the reader runs in: whether it is still there, and the signals that end the reader."""

from __future__ import annotations

import asyncio
import select
import signal
import sys
from collections.abc import Callable


def is_gone() -> bool:
    """Whether the terminal was closed. Textual 8.2.8 does not notice, and its input thread spins on what is left."""
    if not hasattr(select, "poll") or sys.__stdin__ is None:
        return False
    poll = select.poll()
    poll.register(sys.__stdin__.fileno(), 0)
    return any(mask & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, mask in poll.poll(0))


def on_end(leave: Callable[[], object]) -> None:
    """Call `leave` in the event loop when the system asks the program to end."""
    loop = asyncio.get_running_loop()
    for name in ("SIGHUP", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, leave)
            except (NotImplementedError, RuntimeError):
                # Windows has no such thing, nor has a loop outside the main thread.
                return
