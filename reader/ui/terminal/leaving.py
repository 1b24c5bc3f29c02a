"""Leaving, whatever hangs: the process ends within two seconds, with the terminal restored and the place saved.

A thread waits for the signals that end a program and for the terminal to close. It asks the reader to leave, and ends
the process itself if the reader does not end in time. Anything but this thread may hang: the event loop (in a query, or
in output to a blocked terminal), the thread that stores marks (a disk that does not answer), or the interpreter's exit,
which waits for all threads.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from reader import platform
from reader.core.text import visible
from reader.paths import APP

if TYPE_CHECKING:
    from reader.ui.first_frame.frame import FirstFrame


class OurTerminal(Protocol):
    """Our driver for terminals."""

    def write(self, data: str) -> None:
        """Send data to the terminal, in order with drawing."""

    def flush(self) -> None:
        """Send it now."""

    def set_title(self, title: str) -> None:
        """Give the window a title."""

    def stop_job(self) -> bool:
        """Stop until the shell continues; False if no shell could."""

    def take_over(self, unread: bytes) -> None:
        """Draw and read instead of the first frame, beginning with input sent before."""

    def handled(self, keys: int) -> None:
        """Let the terminal send this many more keys."""


@runtime_checkable
class LosesTerminal(Protocol):
    """An app that can leave after losing its terminal."""

    terminal: OurTerminal | None
    """Its driver; None in a browser, and where plain Textual draws."""

    def lose_terminal(self) -> None:
        """Called in the thread that reads when the terminal is gone."""


GRACE = 1.0
"""Seconds that the reader has to end normally, with its last marks on the disk."""

PATIENCE = 0.4
"""Seconds for each last action of a hanging process: the disk or the terminal may hang, too."""

AS_IT_WAS = (
    "\x1b\\"  # Ends a sequence that was cut.
    "\x1b[?2026l"
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l"
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b]22;default\x1b\\"
    "\x1b[<u"
    "\x1b]2;\x1b\\\x1b[23;2t"
    "\x1b[?1049l"
    "\x1b[?7h\x1b[?25h\x1b[0m"
)
"""Undoes all terminal settings of the reader: synchronized output, bracketed paste, reports of the window's size, of
the focus and of the mouse, the pointer's shape, the keyboard protocol, the title, the alternate screen, no wrapping, no
cursor."""

_CLOCK = 0
"""The byte that starts the clock; no signal has this number."""

_LOST = 255


class Leaving:
    """Supervises the end of the reader, from before the terminal changes until the process is gone."""

    def __init__(self, frame: FirstFrame | None = None, end: Callable[[int], object] = os._exit) -> None:
        """Start watching; call it in the main thread. `end` ends the process with an exit code.

        `frame` is already on the terminal, and has changed its modes and the signal handlers.
        """
        self.signal = 0
        """The signal that ends the reader; 0 if none."""
        self.is_terminal_gone = False
        self._end_process = end
        self._deadline: float | None = None
        self._is_retired = False
        self._ask: Callable[[], object] | None = None
        self._keep: Callable[[], Sequence[str]]
        self._terminals = [fd for fd in (2, 1, 0) if os.isatty(fd)]
        self._modes = platform.TerminalModes(0) if frame is None else frame.modes
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        # Signals that the program was told to ignore, such as SIGHUP by nohup, stay ignored.
        self._before: dict[int, Any] = {
            number: signal.getsignal(number)
            for number in platform.ENDING_SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        if frame is not None:
            self._before |= frame.signals
        self._listen()
        Thread(target=self._watch, name="leaving", daemon=True).start()

    def begin(self, leave: Callable[[], object], keep: Callable[[], Sequence[str]]) -> None:
        """From now on, leave by `leave`, called in the running event loop; before, a signal ends the process at once.

        `keep` saves the place, in any thread, and returns a sentence for each thing lost.
        """
        # Textual's driver for browsers has meanwhile taken some signals.
        self._listen()
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        self._keep = keep
        self._ask = partial(loop.call_soon_threadsafe, leave, context=context)

    def _listen(self) -> None:
        # The system's own handler writes a signal's number here at once, even while the main thread hangs.
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        for number in self._before:
            signal.signal(number, _do_nothing)

    def expect_end(self) -> None:
        """Start the clock: the process will end soon, one way or the other."""
        with suppress(OSError):
            self._mouth.send(bytes([_CLOCK]))

    def retire(self) -> None:
        """Stop watching, and restore the signal handlers; call it in the main thread."""
        self._is_retired = True
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        self.expect_end()

    def lose_terminal(self) -> None:
        """Leave because reading the terminal failed; may be called in any thread."""
        with suppress(OSError):
            self._mouth.send(bytes([_LOST]))

    def _watch(self) -> None:
        terminal: int | None = 0 if 0 in self._terminals else None
        while not self._is_retired:
            late = None if self._deadline is None else self._deadline - time.monotonic()
            if late is not None and late <= 0:
                self._end()
                break
            has_heard, is_gone = platform.hear(self._ear.fileno(), terminal, late)
            if is_gone is not False:
                terminal = None
            heard = self._ear.recv(64) if has_heard else b""
            if is_gone or _LOST in heard:
                self._leave_without_terminal()
            for number in heard:
                self._leave_by(number)
        self._ear.close()
        self._mouth.close()

    def _leave_without_terminal(self) -> None:
        """Leave because the terminal is gone; further output is dropped instead of failing."""
        self.is_terminal_gone = True
        self._turn_away()
        self._leave_by(signal.SIGHUP)

    def _leave_by(self, number: int) -> None:
        """Leave by a signal, or only start the clock; other signals are ignored."""
        if self._is_retired or number not in (_CLOCK, *platform.ENDING_SIGNALS):
            return
        is_first = self.signal == 0 and number != _CLOCK
        if is_first:
            self.signal = number
        if self._deadline is None:
            # Without a running loop there is nothing to wait for.
            self._deadline = time.monotonic() + (GRACE if self._ask is not None or number == _CLOCK else 0)
        if is_first and self._ask is not None:
            # The loop may have ended meanwhile.
            with suppress(RuntimeError):
                self._ask()

    # A process that does not end on its own

    def _end(self) -> None:
        """End the process, saving the place and restoring the terminal as far as disk and terminal respond."""
        lost: list[str] = []

        def keep() -> None:
            lost[:] = self._keep()

        # Before the loop runs, there is no place to save.
        if self._ask is not None:
            lost = ["The last place could not be saved in time."]
            _within(PATIENCE, keep)
        line = f"{APP}: {visible(' '.join(lost))}\n" if lost else ""
        _within(PATIENCE, partial(self._give_back, line))
        self._end_process(exit_code(self.signal, lost))

    def _give_back(self, line: str) -> None:
        """Restore the terminal, and print a line, if any, on standard error."""
        # Nothing that the hanging reader still writes or sets may follow this.
        aside = self._turn_away()
        if aside is not None:
            self._modes.set_again(aside)
            with suppress(OSError):
                os.write(aside, f"{AS_IT_WAS}\r{line if 2 in self._terminals else ''}".encode())
        if line and 2 not in self._terminals:
            with suppress(OSError):
                os.write(2, line.encode())

    def _turn_away(self) -> int | None:
        """Redirect the terminal's descriptor to nowhere; return another descriptor of it, or None without one."""
        if not self._terminals:
            return None
        aside, nothing = os.dup(self._terminals[0]), os.open(os.devnull, os.O_RDWR)
        for terminal in self._terminals:
            os.dup2(nothing, terminal)
        return aside


def exit_code(number: int, lost: Sequence[str]) -> int:
    """The exit code of a reader ended by a signal (0: none), with what was lost."""
    if lost:
        return 1
    return 128 + number if number else 0


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """A no-op signal handler, so that the system's handler only writes the number."""


def _within(seconds: float, act: Callable[[], object]) -> None:
    """Call a function in a thread, waiting at most this long."""
    thread = Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
