"""Leaving, whatever hangs: the process is gone within two seconds, the terminal is as it was, the place is kept.

A thread waits for the signals that end a program and for the terminal to close. It asks the reader to leave, and ends
the process itself if the reader does not end in time. A reader that hangs may hold everything but this thread: the
event loop (a query there, or output to a terminal that takes nothing), the thread that stores marks (a disk that does
not answer), or the end of the interpreter, which waits for all threads.
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
        """Send data to the terminal, in order with what is drawn."""

    def flush(self) -> None:
        """Send it now."""

    def set_title(self, title: str) -> None:
        """Give the window a title."""

    def stop_job(self) -> bool:
        """Stop until the shell continues; False if no shell could."""

    def take_over(self, unread: bytes) -> None:
        """Draw and read from now on in place of the first frame, first what the terminal has sent before."""

    def handled(self, keys: int) -> None:
        """Let the terminal send so many keys more."""


@runtime_checkable
class LosesTerminal(Protocol):
    """An app that can do without its terminal for as long as it takes to leave."""

    terminal: OurTerminal | None
    """What draws it; None in a browser, and where plain Textual does."""

    def lose_terminal(self) -> None:
        """Called in the thread that reads when the terminal is gone."""


GRACE = 1.0
"""Seconds that the reader has to end by itself, with its last marks on the disk."""

PATIENCE = 0.2
"""Seconds for each of the last deeds of a process that hangs: the disk or the terminal may hang too."""

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
"""Undoes all that the reader sets in a terminal: synchronized output, bracketed paste, reports of the window's size, of
the focus and of the mouse, the pointer's shape, the keyboard protocol, the title, the alternate screen, no wrapping, no
cursor."""

_CLOCK = 0
"""The byte, no signal's number, that starts the clock."""

_LOST = 255
"""The byte that says that the terminal is gone."""


class Leaving:
    """Watches over the end of the reader, from before the terminal changes until the process is gone."""

    def __init__(
        self, frame: FirstFrame | None = None, end: Callable[[int], object] = os._exit, *, is_plain: bool = False
    ) -> None:
        """Begin to watch; call it in the main thread. `end` ends the process with an exit code.

        `frame` is on the terminal already, and has changed the terminal's modes and the handlers of signals. A reader
        that `is_plain` changes nothing in the terminal, and asks it itself.
        """
        self.signal = 0
        """The number of the signal that ends the reader; 0 if none does."""
        self.is_terminal_gone = False
        self._end_process = end
        self._deadline: float | None = None
        self._is_retired = False
        self._ask: Callable[[], object] | None = None
        self._keep: Callable[[], Sequence[str]] = list
        self._terminals = [fd for fd in (2, 1, 0) if not is_plain and os.isatty(fd)]
        self._modes = platform.TerminalModes(0) if frame is None else frame.modes
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        # What the program was told to ignore, such as SIGHUP by nohup, stays ignored.
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
        """Leave by `leave`, called in the running event loop, from now on; before, a signal ends the process at once.

        `keep` saves the place, in any thread; it returns a sentence for each thing that is not kept.
        """
        # Textual's driver for browsers has taken some signals meanwhile.
        self._listen()
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        self._keep = keep
        self._ask = partial(loop.call_soon_threadsafe, leave, context=context)

    def _listen(self) -> None:
        """Hear the signals that end a program."""
        # The system's own handler writes a signal's number here at once, even while the main thread hangs.
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        for number in self._before:
            signal.signal(number, _do_nothing)

    def expect_end(self) -> None:
        """Start the clock: the process ends soon, by itself or not."""
        with suppress(OSError):
            self._mouth.send(bytes([_CLOCK]))

    def retire(self) -> None:
        """Stop watching, and leave signals to those who had them before; call it in the main thread."""
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
                return
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
        """Leave because the terminal is gone; what is still drawn goes nowhere, instead of failing."""
        self.is_terminal_gone = True
        self._turn_away()
        self._leave_by(signal.SIGHUP)

    def _leave_by(self, number: int) -> None:
        """Ask the reader to leave by a signal, or start the clock alone; other signals mean nothing here."""
        if self._is_retired or number not in (_CLOCK, *platform.ENDING_SIGNALS):
            return
        is_first = self.signal == 0 and number != _CLOCK
        if is_first:
            self.signal = number
        if self._deadline is None:
            # Without a loop that could be asked there is nothing to wait for.
            self._deadline = time.monotonic() + (GRACE if self._ask is not None or number == _CLOCK else 0)
        if is_first and self._ask is not None:
            # The loop may have ended meanwhile.
            with suppress(RuntimeError):
                self._ask()

    # A process that does not end by itself

    def _end(self) -> None:
        """End the process, with the place kept and the terminal as it was, as far as disk and terminal answer."""
        lost = ["The last place could not be saved in time."]

        def keep() -> None:
            lost[:] = self._keep()

        _within(PATIENCE, keep)
        line = f"{APP}: {visible(' '.join(lost))}\n" if lost else ""
        _within(PATIENCE, partial(self._give_back, line))
        self._end_process(exit_code(self.signal, lost))

    def _give_back(self, line: str) -> None:
        """Make the terminal as it was, and print a line, if any, on standard error."""
        # Nothing that the hanging reader still writes or sets may come after this.
        aside = self._turn_away()
        if aside is not None:
            self._modes.set_again(aside)
            with suppress(OSError):
                os.write(aside, f"{AS_IT_WAS}\r{line if 2 in self._terminals else ''}".encode())
        if line and 2 not in self._terminals:
            with suppress(OSError):
                os.write(2, line.encode())

    def _turn_away(self) -> int | None:
        """Put nothing in the terminal's place; return another descriptor of the terminal, or None without one."""
        if not self._terminals:
            return None
        aside, nothing = os.dup(self._terminals[0]), os.open(os.devnull, os.O_RDWR)
        for terminal in self._terminals:
            os.dup2(nothing, terminal)
        return aside


def exit_code(number: int, lost: Sequence[str]) -> int:
    """The exit code of a reader that a signal ended (0: none did), with what was lost."""
    if lost:
        return 1
    return 128 + number if number else 0


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Take a signal's place, so that the system's handler writes its number and does nothing else."""


def _within(seconds: float, act: Callable[[], object]) -> None:
    """Call a function in a thread, and wait for it no longer than this."""
    thread = Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
