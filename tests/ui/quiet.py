"""Waits until an app is at rest.

Textual's own wait sends a message to each widget of the screen, which made up most of the messages in these tests. A
widget that already waits for its next message has read everything and need not be asked.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from textual._queue import Queue
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

TURNS = 3
"""Turns of the event loop that tasks get before widgets are asked: they may send something."""

SPINS = 50
"""Turns of the event loop after which a widget waits for more than its turn."""


def is_at_rest(pump: MessagePump) -> bool:
    """Whether it has read every message and waits for more."""
    queue: Queue[Message | None] = pump._message_queue
    return queue.empty() and pump._pending_message is None and bool(queue.ready_event._waiters)


def busy(app: App[Any]) -> list[MessagePump]:
    """The app and the widgets of the front screen that still have messages to read, or are reading one."""
    nodes: list[MessagePump] = [app, *app.screen.walk_children(with_self=True)]
    return [node for node in nodes if not is_at_rest(node)]


async def read_all(app: App[Any], patience: float) -> bool:
    """Wait until the app and all widgets of the front screen have read their messages; false if some have not."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
    left = 0

    def count() -> None:
        nonlocal left
        left -= 1

    for node in busy(app):
        left += node.call_later(count)
    deadline = time.monotonic() + patience
    spins = 0
    while left and app._exception is None and time.monotonic() < deadline:
        spins += 1
        await asyncio.sleep(0 if spins < SPINS else 0.001)
    return left == 0
