"""Textual's driver for terminals of Linux and macOS, made safe from what a terminal may send, and from its end.

Textual 8.2.8 ends the program if a terminal sends invalid UTF-8 or a key with an impossible number. When the terminal
is gone, it prints a traceback, its writing thread ends, and the event loop waits forever for room in that thread's
queue. After an escape in it, pasted text is taken for keys. Keys that arrive faster than they are handled pile up in
the event loop. Of two sizes in quick succession, the older may be reported last. Job control stops only this process,
and forever if no shell continues it, such as in a popup of tmux; it runs within a signal handler, which may find the
output's queue locked. After `kill -STOP` and a continue, two threads read the terminal. The window has no title.
"""

from __future__ import annotations

import asyncio
import os
import signal
from codecs import getincrementaldecoder
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from selectors import EVENT_READ, SelectSelector
from shutil import get_terminal_size
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste, Resize
from textual.geometry import Size
from textual.message import Message

from reader import platform
from reader.ui.terminal.leaving import LosesTerminal

if TYPE_CHECKING:
    from reader.ui.first_frame.frame import FirstFrame

PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b]2;\x1b\\\x1b[23;2t"
"""Save and restore the window's title; terminals without that feature get an empty one."""

WITHOUT_TITLE = ("", "dumb", "linux")
"""Values of TERM of terminals that are not windows; some of them print the sequences."""


class JobDriver(LinuxDriver):
    """Stops and continues as a job of the shell, and sets the window's title.

    `start_application_mode` enters the terminal and `stop_application_mode` leaves it, in the event loop: at the start
    and end, around a stop, and around another program.
    """

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        self._can_stop = not platform.ignores_stop()
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._shown_app = app
        self._event_loop = asyncio.get_running_loop()
        signal.signal(signal.SIGTSTP, self._stop_by_signal)
        signal.signal(signal.SIGCONT, self._continue_by_signal)
        self._is_lent = False
        """Whether another program has the terminal while the event loop waits."""
        self._is_stopping = False
        self._was_continued = False
        self._has_title = os.environ.get("TERM", "") not in WITHOUT_TITLE
        self._title = ""

    @property
    def is_drawing(self) -> bool:
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def write(self, data: str) -> None:
        """Send data to the terminal; dropped while it is not ours."""
        if self.is_drawing:
            super().write(data)

    def start_application_mode(self) -> None:
        """Enter the terminal; does nothing while the program is in the background."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._has_title:
            self.write(PUSH_TITLE)
        self._send_title()

    def stop_application_mode(self) -> None:
        if self._has_title:
            self.write(POP_TITLE)
        super().stop_application_mode()

    def set_title(self, title: str) -> None:
        """Set the window's title, without control characters, until the terminal is left."""
        if title != self._title:
            self._title = title
            self._send_title()

    def _send_title(self) -> None:
        if self._title and self._has_title:
            self.write(f"\x1b]2;{self._title}\x1b\\")

    # Stopping

    def stop_job(self) -> bool:
        """Leave the terminal, stop, and re-enter it once the shell continues the program; call it in the event loop.

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
        self.resume_application_mode()
        # If continued in the background, the driver waits for the next signal to continue, from `fg`.
        if self.is_drawing:
            self._shown_app.post_message(self.SignalResume())

    @contextmanager
    def no_automatic_restart(self) -> Iterator[None]:
        """Lend the terminal to another program during the block."""
        self._is_lent = True
        try:
            with super().no_automatic_restart():
                yield
        finally:
            self._is_lent = False

    def _stop_by_signal(self, *_: object) -> None:
        if self._is_lent:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            self._event_loop.call_soon_threadsafe(self.stop_job)

    def _continue_by_signal(self, *_: object) -> None:
        self._was_continued = True
        if not self._is_stopping:
            self._event_loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Redraw everything after another kind of stop, since the shell changed the terminal's modes."""
        if not self._is_lent and not self._is_stopping:
            if self.is_drawing:
                self.suspend_application_mode()
            self._enter_again()


ALTERNATE_SCREEN = "\x1b[?1049h"

READ = 4_096

LONGEST_PASTE = 1_000_000
"""Maximum characters of pasted text; the rest is dropped."""

MOST_WAITING = 2_000
"""Maximum keys waiting to be handled; the terminal keeps further ones."""

LOOK = 0.1
"""Seconds between checks whether the driver must stop."""


class TerminalDriver(JobDriver):
    """Reads and draws on a terminal; call `handled` with the number of handled keys.

    While a first frame is on the terminal it neither reads nor writes, until `take_over`.
    """

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast(Any, _UnfailingFile(cast(TextIO, self._file)))
        if isinstance(app, LosesTerminal):
            app.terminal = self
        self._room = BoundedSemaphore(MOST_WAITING)
        self._frame: FirstFrame | None = getattr(app, "first_frame", None)
        self._held: list[str] | None = None if self._frame is None else []
        """Output to write once the first frame is taken over; None from then on."""
        self._may_read = Event()
        self._unread = b""
        if self._frame is None:
            self._may_read.set()

    def write(self, data: str) -> None:
        """Write to the terminal, or buffer while another frame is on it."""
        if self._held is None:
            super().write(data)
        else:
            self._held.append(data)

    def start_application_mode(self) -> None:
        """Prepare the terminal, as far as the first frame has not done so."""
        super().start_application_mode()
        if self._frame is not None:
            # Textual found the modes set by the first frame.
            self.attrs_before = self._frame.modes.values
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGWINCH, lambda _number, _frame: loop.call_soon_threadsafe(self._tell_size))

    def _tell_size(self) -> None:
        """Tell the app the terminal's size.

        Plain Textual reads it in the signal handler. If another signal interrupts that, the newer size is reported
        first, and the older one stays on the screen.
        """
        if not self._in_band_window_resize:
            size = Size(*get_terminal_size())
            self._shown_app.post_message(Resize(size, size))

    def take_over(self, unread: bytes) -> None:
        """Start writing and reading, beginning with input that nobody has read."""
        if self._held is not None:
            held, self._held, self._frame = self._held, None, None
            # A second alternate screen would be empty.
            super().write("".join(held).replace(ALTERNATE_SCREEN, "", 1))
            self._unread = unread
            self._may_read.set()

    def stop_application_mode(self) -> None:
        if self._frame is not None:
            self.take_over(self._frame.hand_over().unread)
        super().stop_application_mode()

    def handled(self, keys: int) -> None:
        for _ in range(keys):
            # A simulated key took no room.
            with suppress(ValueError):
                self._room.release()

    def process_message(self, message: Message) -> None:
        """Send a message to the app; a key waits for room. Runs in the reading thread."""
        if isinstance(message, Key):
            while not self._room.acquire(timeout=LOOK):
                if self.exit_event.is_set():
                    return
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Read the terminal until the driver stops or the terminal is gone, which is reported to the app."""
        self._read_terminal()
        if not self.exit_event.is_set() and isinstance(self._shown_app, LosesTerminal):
            self._shown_app.lose_terminal()

    def _read_terminal(self) -> None:
        decoder, terminal_input = getincrementaldecoder("utf-8")("replace"), TerminalInput()
        while not self._may_read.wait(LOOK):
            if self.exit_event.is_set():
                return
        # Only once, since the terminal is reopened after each stop.
        unread, self._unread = self._unread, b""
        self._send(terminal_input.feed(decoder.decode(unread)))
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(LOOK):
                    # Only now: the rest of a sequence may have waited for room.
                    self._send(terminal_input.tick())
                else:
                    try:
                        data = os.read(self.fileno, READ)
                    except OSError:
                        return
                    if not data:
                        return
                    self._send(terminal_input.feed(decoder.decode(data)))

    def _send(self, messages: Iterator[Message]) -> None:
        for message in messages:
            self.process_message(message)


class TerminalInput:
    """Turns terminal input into messages; it never raises, and buffers little."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._last = ""
        """The last characters, which may start a paste."""
        self._pasted: list[str] | None = None
        """The pieces of the current paste; None outside a paste."""
        self._length = 0
        self._cut = ""
        """The end of the last piece, which may start the end of the paste."""

    def feed(self, text: str) -> Iterator[Message]:
        """Parse more input, in any pieces; yields messages."""
        while text:
            text = (yield from self._type(text)) if self._pasted is None else (yield from self._paste(text))

    def tick(self) -> Iterator[Message]:
        """Yield input that is complete because nothing followed it for a while, such as a single escape."""
        yield from self._parse("")

    def _type(self, text: str) -> Generator[Message, None, str]:
        for at, character in enumerate(text):
            yield from self._parse(character)
            self._last = (self._last + character)[-len(BRACKETED_PASTE_START) :]
            if self._last == BRACKETED_PASTE_START:
                self._pasted, self._length, self._cut = [], 0, ""
                return text[at + 1 :]
        return ""

    def _paste(self, text: str) -> Generator[Message, None, str]:
        text = self._cut + text
        end = text.find(BRACKETED_PASTE_END)
        if end < 0:
            kept = len(text) - len(BRACKETED_PASTE_END) + 1
            self._keep(text[: max(0, kept)])
            self._cut = text[max(0, kept) :]
            return ""
        self._keep(text[:end])
        yield Paste("".join(self._pasted or ()).replace("\x00", ""))
        self._pasted, self._last = None, ""
        # The parser saw the beginning of the paste.
        for character in BRACKETED_PASTE_END:
            yield from self._parse(character)
        return text[end + len(BRACKETED_PASTE_END) :]

    def _keep(self, text: str) -> None:
        if self._pasted is not None and text and self._length < LONGEST_PASTE:
            self._pasted.append(text[: LONGEST_PASTE - self._length])
            self._length += len(text)

    def _parse(self, character: str) -> Iterator[Message]:
        """The parser's messages for a character, or for a pause, without its own empty pastes."""
        try:
            for message in self._parser.feed(character) if character else self._parser.tick():
                if not isinstance(message, Paste):
                    yield message
        except Exception:
            # A sequence that no terminal sends, such as a key whose number is not a character.
            self._parser, self._last = XTermParser(), ""


class _UnfailingFile:
    """A file that drops failed writes, since the terminal may be gone."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()
