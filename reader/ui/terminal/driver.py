"""Textual's driver for terminals of Linux and macOS, with additions for the reader.

It waits for the first frame and stops as a job of the shell. Textual 8.2.8 ends the program
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

ALTERNATE_SCREEN = "\x1b[?1049h"

BYTES_PER_READ = 4_096

POLL_SECONDS = 0.1
"""Seconds between checks whether the driver must stop reading."""


class TerminalDriver(LinuxDriver):
    """The driver; while a first frame is on the terminal, it neither reads nor writes until `take_over`."""

    def __init__(self, app: Any, **options: Any) -> None:
        self._frame = app.first_frame
        self._can_stop = not platform.ignores_stop()
        self._was_continued = False
        self._event_loop = asyncio.get_running_loop()
        # This installs the two handlers of signals below.
        super().__init__(app, **options)
        self._held: list[str] | None = None if self._frame is None else []
        """Output to write once the first frame is taken over; None from then on."""
        self._may_read = Event()
        if self._frame is None:
            self._may_read.set()
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

    def stop_application_mode(self) -> None:
        self.take_over()
        super().stop_application_mode()

    def take_over(self) -> None:
        """Replace the first frame, if any: write the held output, and start reading."""
        if self._held is not None:
            held, self._held = self._held, None
            self._frame.hand_over()
            self._frame = None
            # A second alternate screen would be empty.
            self.write("".join(held).replace(ALTERNATE_SCREEN, "", 1))
            self._may_read.set()

    # Job control

    def stop_job(self) -> bool:
        """Leave the terminal and stop until the shell continues the job; call it in the event loop.

        Returns False if the job did not stop, because no shell could continue it.
        """
        if not self._can_stop:
            return False
        self.suspend_application_mode()
        self._was_continued = False
        platform.stop_job()
        if not self._was_continued:
            self._enter_again()
        return self._was_continued

    def _enter_again(self) -> None:
        """Enter the terminal anew, since the shell changed its modes.

        In the background, this fails, and the driver waits for the next signal to continue, from `fg`.
        """
        if self._auto_restart:
            if self.is_drawing:
                self.suspend_application_mode()
            self.resume_application_mode()
            if self.is_drawing:
                self._app.post_message(self.SignalResume())

    def _sigtstp_application(self, *_: object) -> None:
        if self._auto_restart:
            self._event_loop.call_soon_threadsafe(self.stop_job)
        else:
            # Another program has the terminal, and the event loop waits for it.
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        self._was_continued = True
        self._event_loop.call_soon_threadsafe(self._enter_again)

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
                self._app.lose_terminal()  # type: ignore[attr-defined]
                return
            try:
                for message in parser.feed(decoder.decode(data)) if data else parser.tick():
                    self.process_message(message)
            except Exception:
                # The input has an invalid sequence, such as a key whose number is not a character.
                parser = XTermParser()
