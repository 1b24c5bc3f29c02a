"""The first frame on the terminal: keys that move its cursor, and its end, which is Textual's first frame.

A thread reads the terminal meanwhile, so that `j` and `k` work while Textual is imported. It stops at the first key
that it does not know: all that comes from there on goes to Textual, in order. The terminal is as it was again if the
program ends before.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from threading import Thread
from types import FrameType
from typing import Any, NamedTuple

from reader import platform
from reader.ui.first_frame.kept_look import KeptLook
from reader.ui.first_frame.painter import Painter

INPUT = 0
"""The descriptor that keys are read from."""

READ = 4_096
"""Bytes of one read of the terminal."""

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Around what is to appear at once; a terminal that does not know them passes over them."""

CLEAN = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m"
"""An empty screen beside the user's, without a cursor and without wrapping, as Textual's driver sets it."""

AS_IT_WAS = f"\x1b\\{END}\x1b[0m\x1b[?1049l\x1b[?7h\x1b[?25h"
"""Ends a sequence and a frame that were cut, and undoes `CLEAN`."""


class Handed(NamedTuple):
    """What Textual goes on with."""

    pk: int
    """The highlighted paper."""
    height: int
    """Its line, counted from the list's top."""
    unread: bytes
    """What the terminal sent and nobody has taken."""
    look: KeptLook
    """The look in which the frame was drawn."""


class FirstFrame:
    """The first frame, from its appearance until Textual draws."""

    def __init__(self, painter: Painter, look: KeptLook, size: tuple[int, int], output: int) -> None:
        """Prepare to draw on the descriptor `output`, a terminal of `size`; call `show` for the rest."""
        self._painter = painter
        self._look = look
        self._moves = {keys.encode(): steps for keys, steps in look.moves.items()}
        self._longest = max(map(len, self._moves), default=1)
        self._output = output
        self._size = size
        self.modes = platform.TerminalModes(INPUT)
        """The terminal's own modes."""
        self.signals: dict[int, Any] = {}
        """The handlers of signals that the frame has replaced, by their numbers."""
        self.is_shown = False
        self._unread = b""
        self._stop, self._stopper = os.pipe()
        self._thread = Thread(target=self._follow_keys, name="first-frame", daemon=True)

    def show(self) -> None:
        """Draw the frame, and follow the keys; raises OSError, and then the terminal is as it was."""
        for number in platform.ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self.signals[number] = signal.signal(number, self._end_by)
        self.is_shown = True
        try:
            self.modes.make_raw(INPUT, keep_signals=bool(os.environ.get("TEXTUAL_ALLOW_SIGNALS")))
            self._write(CLEAN + BEGIN + self._painter.whole() + END)
            self._thread.start()
        except BaseException:
            self.take_down()
            raise

    def take_down(self) -> None:
        """Give the terminal back as it was, unless Textual has it."""
        if self.is_shown:
            self._halt()
            with suppress(OSError):
                self._write(AS_IT_WAS)
            self.modes.set_again(INPUT)
            for number, handler in self.signals.items():
                signal.signal(number, handler)

    def hand_over(self) -> Handed:
        """Leave the terminal to Textual, with the frame on it."""
        if self.is_shown:
            self._halt()
        return Handed(self._painter.highlighted, self._painter.height, self._unread, self._look)

    def _halt(self) -> None:
        """Follow no more keys."""
        self.is_shown = False
        os.write(self._stopper, b".")
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._stop)
        os.close(self._stopper)

    def _end_by(self, number: int, _frame: FrameType | None) -> None:
        """End the program by a signal, with the terminal as it was."""
        if self.is_shown:
            with suppress(OSError):
                os.write(self._output, AS_IT_WAS.encode())
            self.modes.set_again(INPUT)
        os._exit(128 + number)

    # In the thread

    def _follow_keys(self) -> None:
        while True:
            ready, _, _ = select.select([INPUT, self._stop], [], [])
            if self._stop in ready:
                return
            try:
                data = os.read(INPUT, READ)
            except OSError:
                return
            self._unread += data
            if not data or not self._take() or self._unread:
                return

    def _take(self) -> bool:
        """Move the cursor by the keys that came; False if the terminal has another size by now."""
        if os.get_terminal_size(self._output) != self._size:
            return False
        while (move := self._next_move()) is not None and self._painter.move(move[1]):
            self._unread = self._unread[move[0] :]
        changes = self._painter.changes()
        if changes:
            self._write(BEGIN + changes + END)
        return True

    def _next_move(self) -> tuple[int, int] | None:
        """The bytes of the key that comes next, and its steps; None if it does not move the cursor."""
        for length in range(1, min(self._longest, len(self._unread)) + 1):
            steps = self._moves.get(self._unread[:length])
            if steps is not None:
                return length, steps
        return None

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._output, data) :]
