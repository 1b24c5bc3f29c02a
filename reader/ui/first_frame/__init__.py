"""Draws the list with the standard library before Textual is imported, and keeps it until Textual takes over.

Keys that are pressed in the meantime wait in the terminal, and Textual reads them in order. A frame with a cursor that
moves was rejected: for 0.3 s, it would need a second reader of the terminal that hands its input over to Textual.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from reader import platform

INPUT = 0

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Sequences around output that appears as a whole; terminals without this feature ignore them."""

CLEAN = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m"
"""An empty alternate screen, without a cursor and without wrapping, as Textual's driver sets it."""

AS_IT_WAS = f"\x1b\\{END}\x1b[0m\x1b[?1049l\x1b[?7h\x1b[?25h"
"""Ends an incomplete sequence or frame, and undoes `CLEAN`."""


class FirstFrame:
    """The text of a frame, drawn on the terminal by the descriptor `output`."""

    def __init__(self, text: str, output: int) -> None:
        self._text = text
        self._output = output
        self.modes = platform.TerminalModes(INPUT)
        self.signals: dict[int, Any] = {}
        self.is_shown = False

    def show(self) -> None:
        """Draw the frame; on OSError, the terminal is restored."""
        for number in platform.ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self.signals[number] = signal.signal(number, self._end_by)
        self.is_shown = True
        try:
            self._draw()
        except BaseException:
            self.take_down()
            raise

    def hand_over(self) -> None:
        """Leave the terminal and the frame on it to Textual."""
        self.is_shown = False

    def take_down(self) -> None:
        """Restore the terminal, unless Textual has it."""
        if self.is_shown:
            self.is_shown = False
            self._restore()
            for number, handler in self.signals.items():
                signal.signal(number, handler)

    def _draw(self) -> None:
        self.modes.make_raw(INPUT)
        data = (CLEAN + BEGIN + self._text + END).encode()
        while data:
            data = data[os.write(self._output, data) :]

    def _restore(self) -> None:
        with suppress(OSError):
            os.write(self._output, AS_IT_WAS.encode())
        self.modes.set_again(INPUT)

    def _end_by(self, number: int, _frame: object) -> None:
        if self.is_shown:
            self._restore()
        os._exit(128 + number)


def show_first_frame() -> FirstFrame | None:
    """Draw the list on the terminal; None if Textual's first frame cannot be predicted."""
    if not _has_usual_terminal():
        return None
    # A garbage collection takes longer than the frame and frees almost nothing.
    gc.disable()
    sys.setswitchinterval(platform.SWITCH_SECONDS)
    try:
        return _show()
    except Exception:
        # The reader will encounter the same error and explain it.
        return None


def _has_usual_terminal() -> bool:
    """Whether this is an ordinary terminal, and the program is in its foreground."""
    environment = os.environ
    # If COLUMNS and LINES are set, Textual trusts them over the terminal.
    if not environment.keys().isdisjoint(("TEXTUAL_DRIVER", "COLUMNS", "LINES")):
        return False
    if environment.get("TERM", "dumb") in ("dumb", "") or not (os.isatty(0) and os.isatty(1)):
        return False
    error = sys.__stderr__
    out = error if error is not None and error.isatty() else sys.__stdout__
    if out is None or out.encoding.lower().replace("-", "") != "utf8":
        return False
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        # A terminal not owned by the program has no foreground.
        return True


def _show() -> FirstFrame | None:
    from reader import paths
    from reader.session import visit
    from reader.ui.first_frame.painter import Painter, is_certain, load_look, read_content

    output = 2 if os.isatty(2) else 1
    left = visit.load(paths.state_file())
    look = load_look(paths.look_file(), os.environ)
    if look is None:
        return None
    from reader.ui.shell.layout import remembered_panes

    cache = paths.cache_file()
    if not is_certain(cache):
        return None
    panes = remembered_panes(left)
    content = read_content(cache, left, look.order)
    if content is None:
        return None
    size = os.get_terminal_size(output)
    frame = FirstFrame(Painter(look, content, panes, size, datetime.now(UTC), os.environ).whole(), output)
    frame.show()
    return frame
