"""Job control and the window's title, for Textual's driver of Linux and macOS.

Textual 8.2.8 stops only this process, and for ever where no shell continues it, such as in a popup of tmux. It does so
within a signal handler, which may find the output's queue locked. Continued after `kill -STOP`, it reads the terminal
by two threads. It sets no title.
"""

from __future__ import annotations

import os
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from reader import platform

PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b]2;\x1b\\\x1b[23;2t"
"""Let the terminal remember its window's title, and set it again; terminals without that memory get an empty one."""

WITHOUT_TITLE = ("", "dumb", "linux")
"""Values of TERM of terminals that are not windows; some of them print the sequences."""


class JobDriver(LinuxDriver):
    """Stops and continues as a job of the shell, and gives the window a title meanwhile.

    The terminal is entered by `start_application_mode` and left by `stop_application_mode`, in the event loop, each
    time: at the start and the end, around a stop, and around another program that takes the terminal.
    """

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        self._can_stop = not platform.ignores_stop()
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._is_stopping = False
        self._was_continued = False
        self._has_title = os.environ.get("TERM", "") not in WITHOUT_TITLE
        self._title = ""

    # Entering and leaving

    @property
    def is_drawing(self) -> bool:
        """Whether the terminal is ours to draw on."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def write(self, data: str) -> None:
        """Send data to the terminal; drop it while the terminal is not ours."""
        if self.is_drawing:
            super().write(data)

    def start_application_mode(self) -> None:
        """Enter the terminal; does nothing while the program is in the background."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._has_title:
            self.write(PUSH_TITLE)
        self._send_title()

    def stop_application_mode(self) -> None:
        """Leave the terminal as it was."""
        if self._has_title:
            self.write(POP_TITLE)
        super().stop_application_mode()

    # The title

    def set_title(self, title: str) -> None:
        """Give the window a title, without control characters, until the terminal is left."""
        if title != self._title:
            self._title = title
            self._send_title()

    def _send_title(self) -> None:
        if self._title and self._has_title:
            self.write(f"\x1b]2;{self._title}\x1b\\")

    # Stopping

    def stop_job(self) -> bool:
        """Leave the terminal, stop, and enter it again once the shell continues the program; call it in the event loop.

        Returns False if no shell could continue it, so that it did not stop.
        """
        if not self._can_stop or self._is_stopping:
            return False
        self._is_stopping, self._was_continued = True, False
        self.suspend_application_mode()
        platform.stop_job()
        self._is_stopping = False
        self._enter_again()
        return self._was_continued

    def _enter_again(self) -> None:
        # Continued in the background, the driver does not enter: the next signal to continue comes by `fg`.
        self._must_signal_resume = True
        self.resume_application_mode()

    def _sigtstp_application(self, *given: object) -> None:
        """Stop because another program asks for it."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self.stop_job)
        else:
            # Another program has the terminal, and the event loop waits for it.
            super()._sigtstp_application(*given)

    def _sigcont_application(self, *_: object) -> None:
        self._was_continued = True
        if not self._is_stopping:
            self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Draw all again after a stop of another kind: the shell has changed the terminal's modes."""
        if self._auto_restart and not self._is_stopping:
            if self.is_drawing:
                self.suspend_application_mode()
            self._enter_again()
