"""Textual's driver for terminals of Linux and macOS, with additions for the reader.

It waits for the first frame, sets the window's title, and stops as a job of the shell. Textual 8.2.8 ends the program
on bytes that are not UTF-8 and on a key with an impossible number, and keeps reading when the terminal is gone. It
stops only this process of a job, from within a signal handler, and even if no shell can continue it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from codecs import getincrementaldecoder
from select import select
from threading import Event
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from reader import platform

PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b]2;\x1b\\\x1b[23;2t"
"""Save and restore the window's title; terminals without that feature get an empty title."""

TERMS_WITHOUT_TITLE = ("", "dumb", "linux")
"""Values of TERM of terminals that are not windows; some of them print the sequences."""

ALTERNATE_SCREEN = "\x1b[?1049h"

BYTES_PER_READ = 4_096

POLL_SECONDS = 0.1
"""Seconds between checks whether the driver must stop reading."""


class TerminalDriver(LinuxDriver):
    """The driver; while a first frame is on the terminal, it neither reads nor writes until `take_over`."""

    def __init__(self, app: Any, **options: Any) -> None:
        can_stop = not platform.ignores_stop()
        super().__init__(app, **options)
        self._reader_app = app
        self._frame = app.first_frame
        self._held: list[str] | None = None if self._frame is None else []
        """Output to write once the first frame is taken over; None from then on."""
        self._may_read = Event()
        if self._frame is None:
            self._may_read.set()
        self._can_stop = can_stop
        self._is_stopping = self._was_continued = False
        self._has_title = os.environ.get("TERM", "") not in TERMS_WITHOUT_TITLE
        self._title = ""
        self._event_loop = asyncio.get_running_loop()
        signal.signal(signal.SIGTSTP, self._stop_by_signal)
        signal.signal(signal.SIGCONT, self._continue_by_signal)
        app.terminal = self

    @property
    def is_drawing(self) -> bool:
        """Whether output reaches the terminal; not while another program has it, or in the background."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def write(self, data: str) -> None:
        if self._held is not None:
            self._held.append(data)
        elif self.is_drawing:
            super().write(data)

    def start_application_mode(self) -> None:
        """Enter the terminal; does nothing while the program is in the background."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._frame is not None:
            # Textual has read the modes that the first frame set, so restore the modes from before.
            self.attrs_before = self._frame.modes.values
        if self._has_title:
            self.write(PUSH_TITLE)
        self._write_title()

    def stop_application_mode(self) -> None:
        self.take_over()
        if self._has_title:
            self.write(POP_TITLE)
        super().stop_application_mode()

    def take_over(self) -> None:
        """Replace the first frame, if any: write the held output, and start reading."""
        if self._held is not None:
            held, self._held = self._held, None
            if self._frame is not None:
                self._frame.hand_over()
            self._frame = None
            # A second alternate screen would be empty.
            self.write("".join(held).replace(ALTERNATE_SCREEN, "", 1))
            self._may_read.set()

    def set_title(self, title: str) -> None:
        """Set the window's title, which must be clean, until the terminal is left."""
        if title != self._title:
            self._title = title
            self._write_title()

    def _write_title(self) -> None:
        if self._title and self._has_title:
            self.write(f"\x1b]2;{self._title}\x1b\\")

    # Job control

    def stop_job(self) -> bool:
        """Leave the terminal, stop, and enter it again when the shell continues the job; call it in the event loop.

        Returns False if the job did not stop, because no shell could continue it.
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
        self.resume_application_mode()
        # In the background, the driver waits for the next signal to continue, from `fg`.
        if self.is_drawing:
            self._app.post_message(self.SignalResume())

    def _stop_by_signal(self, *_: object) -> None:
        if self._auto_restart:
            self._event_loop.call_soon_threadsafe(self.stop_job)
        else:
            # Another program has the terminal, and the event loop waits for it.
            os.kill(os.getpid(), signal.SIGSTOP)

    def _continue_by_signal(self, *_: object) -> None:
        self._was_continued = True
        if not self._is_stopping:
            self._event_loop.call_soon_threadsafe(self._draw_again)

    def _draw_again(self) -> None:
        """Enter the terminal anew after another kind of stop, since the shell changed its modes."""
        if self._auto_restart and not self._is_stopping:
            if self.is_drawing:
                self.suspend_application_mode()
            self._enter_again()

    # Input

    def run_input_thread(self) -> None:
        """Read the terminal until the driver stops; if the terminal is gone, notify the app."""
        decoder, parser = getincrementaldecoder("utf-8")("replace"), XTermParser()
        while not self.exit_event.is_set():
            if not self._may_read.wait(POLL_SECONDS):
                continue
            has_input = bool(select([self.fileno], [], [], POLL_SECONDS)[0])
            try:
                data = os.read(self.fileno, BYTES_PER_READ) if has_input else b""
            except OSError:
                data = b""
            if has_input and not data:
                self._reader_app.lose_terminal()
                return
            try:
                for message in parser.feed(decoder.decode(data)) if data else parser.tick():
                    self.process_message(message)
            except Exception:
                # The input has an invalid sequence, such as a key whose number is not a character.
                parser = XTermParser()
