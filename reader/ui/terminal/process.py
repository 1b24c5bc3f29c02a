"""Tune the Python process for the reader, and end it within two seconds even if something hangs.

A signal asks the reader to leave. If it does not end in time, because of a hanging disk or a blocked terminal, a timer
restores the terminal and ends the process. This module imports Textual only in `tune_process`, which must run before
anything else imports it.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any

from reader import platform
from reader.core.text import visible
from reader.paths import APP

if TYPE_CHECKING:
    from reader.ui.first_frame import FirstFrame


def tune_process() -> None:
    """Tune this process for a fast start and fast keys; call it before Textual is imported."""
    # A collection at the start takes 25 ms and frees almost nothing; `finish_startup_tuning` re-enables it.
    gc.disable()
    # A key waits while a thread reading the cache holds the interpreter's lock.
    sys.setswitchinterval(platform.SWITCH_SECONDS)
    # Textual paints at the ticks of its clock, and after a pause it skips two of them: 33 ms at its default of 60. It
    # ends the program if TEXTUAL_THEME names a theme that it does not know, such as a theme of the reader. Textual
    # reads both variables during its import; they are restored for the programs that the reader starts.
    before = {name: os.environ.get(name) for name in ("TEXTUAL_FPS", "TEXTUAL_THEME")}
    os.environ.setdefault("TEXTUAL_FPS", "250")
    os.environ.pop("TEXTUAL_THEME", None)
    import textual.constants  # noqa: F401

    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def loading() -> Iterator[None]:
    """Load much long-lived data, such as a long text, and exclude it from garbage collections.

    A collection over a text of 2 MB takes 70 ms, during which no key is handled. Dropped data is still freed.
    """
    gc.collect(1)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def finish_startup_tuning() -> None:
    """Re-enable garbage collection after the first frame, excluding the start's imports."""
    gc.freeze()
    gc.enable()


def skip_final_collection() -> None:
    """Let the interpreter exit at once; a last collection of all imports takes 0.3 s."""
    gc.freeze()


# The end

GRACE_SECONDS = 1.0
"""Seconds in which the reader must end normally and store its last marks."""

LAST_ACT_SECONDS = 0.4
"""Maximum seconds for each last act of a hanging process, because the disk or the terminal may hang too."""

AS_IT_WAS = (
    "\x1b\\"  # Ends an incomplete sequence.
    "\x1b[?2026l"
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l"
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b]22;default\x1b\\"
    "\x1b[<u"
    "\x1b[?1049l"
    "\x1b[?7h\x1b[?25h\x1b[0m"
)
"""Undoes all terminal settings of the reader: synchronized output, bracketed paste, reports of the window's size, of
the focus and of the mouse, the pointer's shape, the keyboard protocol, the alternate screen, no wrapping, no
cursor."""


class ExitSupervisor:
    """Supervises the end of the reader, from before the terminal changes until the app has ended."""

    def __init__(self, frame: FirstFrame | None = None, end: Callable[[int], object] = os._exit) -> None:
        """Take the signals that end a program; call it in the main thread. `end` ends the process with an exit code.

        `frame` is already on the terminal, and has changed its modes and the signal handlers.
        """
        self.signal = 0
        """The signal that ends the reader; 0 if none."""
        self._end_process = end
        self._leave: Callable[[], object] | None = None
        self._keep: Callable[[], Sequence[str]] = list
        self._terminals = [descriptor for descriptor in (2, 1, 0) if os.isatty(descriptor)]
        self._modes = platform.TerminalModes(0) if frame is None else frame.modes
        handlers: dict[int, Any] = {number: signal.getsignal(number) for number in platform.ENDING_SIGNALS}
        if frame is not None:
            handlers |= frame.signals
        # Signals that the program was told to ignore, such as SIGHUP by nohup, stay ignored.
        self._before = {number: handler for number, handler in handlers.items() if handler is not signal.SIG_IGN}
        # Before the loop runs, there is nothing to wait for, so the timer has no delay.
        self._clock = Timer(0, self._end)
        self._clock.daemon = True
        for number in self._before:
            signal.signal(number, self._handle_signal)

    def begin(self, leave: Callable[[], object], keep: Callable[[], Sequence[str]]) -> None:
        """Leave by calling `leave` in the running event loop; before this call, a signal ends the process at once.

        `keep` saves the place, in any thread, and returns a sentence for each part that is lost.
        """
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        self._keep = keep
        self._clock.interval = GRACE_SECONDS
        self._leave = partial(loop.call_soon_threadsafe, leave, context=context)

    @property
    def is_terminal_gone(self) -> bool:
        return not all(map(os.isatty, self._terminals))

    def _handle_signal(self, number: int, _frame: object = None) -> None:
        if self.is_terminal_gone:
            # Writing to the terminal would fail.
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in self._terminals:
                os.dup2(nothing, descriptor)
        if self.signal == 0:
            self.signal = number
            self.expect_end()
            # The loop may have ended in the meantime.
            with suppress(RuntimeError):
                if self._leave is not None:
                    self._leave()

    def lose_terminal(self) -> None:
        """Leave because reading the terminal failed; may be called in any thread."""
        self._handle_signal(signal.SIGHUP)

    def expect_end(self) -> None:
        """Start the timer that ends the process if it does not end by itself."""
        # A timer that is already running raises an error.
        with suppress(RuntimeError):
            self._clock.start()

    def retire(self) -> None:
        """Stop the timer, and restore the signal handlers; call it in the main thread."""
        self._clock.cancel()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _end(self) -> None:
        """End the process, saving the place and restoring the terminal as far as disk and terminal respond."""
        lost: list[str] = []

        def keep() -> None:
            lost[:] = self._keep()

        # Before the loop runs, there is no place to save.
        if self._leave is not None:
            lost = ["The last place could not be saved in time."]
            _within(LAST_ACT_SECONDS, keep)
        line = f"{APP}: {visible(' '.join(lost))}\n" if lost else ""
        _within(LAST_ACT_SECONDS, partial(self._give_back, line))
        self._end_process(exit_code(self.signal, lost))

    def _give_back(self, line: str) -> None:
        """Restore the terminal, and print a line, if any, on standard error."""
        with suppress(OSError):
            for terminal in self._terminals[:1]:
                self._modes.set_again(terminal)
                os.write(terminal, f"{AS_IT_WAS}\r".encode())
            os.write(2, line.encode())


def exit_code(number: int, lost: Sequence[str]) -> int:
    """The exit code of a reader ended by a signal (0: none), with what was lost."""
    if lost:
        return 1
    return 128 + number if number else 0


def _within(seconds: float, act: Callable[[], object]) -> None:
    """Call a function in a thread, and wait at most this many seconds for it."""
    thread = Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
