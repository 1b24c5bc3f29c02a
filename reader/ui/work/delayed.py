"""One thing that is done after a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.message_pump import MessagePump


class Delayed:
    """Does one thing a while after `begin`, once, unless it is begun anew or stopped before.

    In the place of Textual's `set_timer`, which drops what it was to call where the program is held up for as long as
    the delay while the timer starts: on a busy machine that happens, and nothing would tell.
    """

    def __init__(self, node: MessagePump, then: Callable[[], object]) -> None:
        self._node = node
        self._then = then
        self._turn: object = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be done."""
        return self._turn is not None

    def begin(self, seconds: float) -> None:
        """Do it after so many seconds, and not before, whatever was begun earlier."""
        self._turn = turn = object()
        asyncio.get_running_loop().call_later(seconds, self._node.call_later, self._do, turn)

    def stop(self) -> None:
        """Do it no more."""
        self._turn = None

    def _do(self, turn: object) -> None:
        # Between the clock and the node's turn it may have been stopped or begun anew.
        if turn is self._turn:
            self._turn = None
            self._then()
