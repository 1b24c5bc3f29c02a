"""The first frame on the terminal: drawing, cursor keys, and the hand-over to Textual.

A thread reads the terminal meanwhile, so that `j` and `k` work while Textual is imported. It stops at the first unknown
key: everything from there on goes to Textual, in order. If the program ends first, the terminal is restored.
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

READ = 4_096

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Around output that is to appear at once; terminals without this feature ignore it."""

CLEAN = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m"
"""An empty alternate screen, without a cursor and without wrapping, as Textual's driver sets it."""

AS_IT_WAS = f"\x1b\\{END}\x1b[0m\x1b[?1049l\x1b[?7h\x1b[?25h"
"""Ends a sequence or frame that was cut, and undoes `CLEAN`."""


class Handed(NamedTuple):
    """The state handed over to Textual."""

    pk: int
    height: int
    """Its line from the top of the list."""
    unread: bytes
    look: KeptLook


class FirstFrame:
    """The first frame, from drawing until Textual takes over."""

    def __init__(self, painter: Painter, look: KeptLook, size: tuple[int, int], output: int) -> None:
        """Prepare to draw on the descriptor `output`, a terminal of `size`; call `show` for the rest."""
        self._painter = painter
        self._look = look
        self._moves = {keys.encode(): steps for keys, steps in look.moves.items()}
        self._longest = max(map(len, self._moves), default=1)
        self._output = output
        self._size = size
        self.modes = platform.TerminalModes(INPUT)
        self.signals: dict[int, Any] = {}
        self.is_shown = False
        self._unread = b""
        self._stop, self._stopper = os.pipe()
        self._thread = Thread(target=self._follow_keys, name="first-frame", daemon=True)

    def show(self) -> None:
        """Draw the frame and follow the keys; on OSError, the terminal is restored."""
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
        """Restore the terminal, unless Textual has it."""
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
        self.is_shown = False
        os.write(self._stopper, b".")
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._stop)
        os.close(self._stopper)

    def _end_by(self, number: int, _frame: FrameType | None) -> None:
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
        """Move the cursor by the keys that arrived; False if the terminal was resized."""
        if os.get_terminal_size(self._output) != self._size:
            return False
        while (move := self._next_move()) is not None and self._painter.move(move[1]):
            self._unread = self._unread[move[0] :]
        changes = self._painter.changes()
        if changes:
            self._write(BEGIN + changes + END)
        return True

    def _next_move(self) -> tuple[int, int] | None:
        """The bytes of the next key, and its steps; None if it does not move the cursor."""
        for length in range(1, min(self._longest, len(self._unread)) + 1):
            steps = self._moves.get(self._unread[:length])
            if steps is not None:
                return length, steps
        return None

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._output, data) :]
