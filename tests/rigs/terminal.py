"""A program in a real terminal: its keys, its screen, and when each byte came.

    with Terminal([sys.executable, "-m", "reader"], environment) as terminal:
        terminal.wait_for("Latest")
        terminal.press("j", "enter", "ctrl+d")
        assert "★" in terminal.text

Nothing here sleeps: it waits for output, and no longer than a wait is given.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

import pyte

READ = 65_536

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "shift+tab": "\x1b[Z",
}
"""What a terminal sends for keys that write nothing."""

SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[(?P<parameters>[0-?]*)(?P<intermediates>[ -/]*)(?P<final>[@-~])"
    rb"|(?P<string>[\]P_^X])[^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|[ -/]*[0-OQ-WYZ\\`-~]"
    rb")"
)
"""One whole control sequence: CSI, a string such as OSC or DCS, or a short escape."""

ANSWERS = {
    # Synchronized output is known here, so that the end of each frame can be told.
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[c": b"\x1b[?62;22c",
}
"""What this terminal answers to the questions of a program; it is silent to all others, as many terminals are."""

FRAME_BEGIN, FRAME_END = b"\x1b[?2026h", b"\x1b[?2026l"
"""Stand around each frame of a program that draws by synchronized output."""


class Output(NamedTuple):
    """Bytes that the program wrote, and the `time.perf_counter` at which they were read."""

    at: float
    data: bytes


class Terminal:
    """A program in a pseudo terminal of `size` (columns, rows), and the screen that it draws."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = (120, 40),
        folder: Path | None = None,
    ) -> None:
        """Start the program at once, in `folder`."""
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unseen: deque[Output] = deque()
        self._tail = b""
        self._is_open = True
        self.raw = bytearray()
        """Everything that the program wrote so far."""
        self._master, slave = os.openpty()
        self._set_size(columns, rows)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=folder, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    # In

    def press(self, *keys: str) -> float:
        """Press keys by name (`enter`, `ctrl+d`, `j`) or type text; returns the time of the last one."""
        for key in keys:
            os.write(self._master, _typed(key).encode())
        return time.perf_counter()

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and tell the program."""
        self._set_size(columns, rows)
        self._screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # Out

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(self._screen.display)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, each as wide as the terminal."""
        return list(self._screen.display)

    def wait_for(self, wanted: str | Callable[[Terminal], bool], timeout: float = 15.0) -> float:
        """Show output until a text is on the screen or a condition holds; returns when the bytes came that did it.

        Fails, with the screen, when it takes longer than `timeout` seconds or the program ends before.
        """
        at, deadline = time.perf_counter(), time.perf_counter() + timeout
        while not (wanted in self.text if isinstance(wanted, str) else wanted(self)):
            if not self._unseen and not self.read(deadline - time.perf_counter()):
                state = "is running" if self._is_open else "has ended"
                raise AssertionError(f"{wanted!r} did not come; the program {state} and shows:\n{self.text}")
            if self._unseen:
                at = self.show_next()
        return at

    def read(self, timeout: float) -> bool:
        """Take what the program writes next, without showing it yet; False if nothing comes in time, or ever."""
        if not self._is_open or not select.select([self._master], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self._master, READ)
        except OSError:
            data = b""
        if not data:
            self._is_open = False
            return False
        before = len(self.raw)
        self.raw += data
        self._unseen.append(Output(time.perf_counter(), data))
        for question, answer in ANSWERS.items():
            if self.raw.find(question, max(0, before - len(question) + 1)) >= 0:
                os.write(self._master, answer)
        return True

    def read_until_quiet(self, quiet: float, timeout: float = 30.0) -> None:
        """Take output until none comes for `quiet` seconds."""
        deadline = time.perf_counter() + timeout
        while self.read(quiet) and time.perf_counter() < deadline:
            pass

    def show_next(self) -> float:
        """Show the oldest output that was taken but not shown; returns when it came."""
        output = self._unseen.popleft()
        self._stream.feed(self._plain(output.data))
        return output.at

    def show_all(self) -> None:
        """Show whatever was taken."""
        while self._unseen:
            self.show_next()

    def forget(self) -> None:
        """Drop whatever was taken without showing it, and what the program wrote so far."""
        self._unseen.clear()
        self.raw.clear()

    @property
    def unseen(self) -> tuple[Output, ...]:
        """What was taken and not shown yet."""
        return tuple(self._unseen)

    def _plain(self, data: bytes) -> bytes:
        """The output without the sequences that pyte takes for text; one that is not whole yet waits."""
        data = self._tail + data
        self._tail = b""
        last = data.rfind(b"\x1b")
        if last >= 0 and not SEQUENCE.match(data, last):
            data, self._tail = data[:last], data[last:]
        return SEQUENCE.sub(lambda found: found[0] if _is_known(found) else b"", data)

    def modes(self) -> Sequence[object]:
        """The terminal's own modes, such as echo."""
        return termios.tcgetattr(self._master)

    # The end

    def hang_up(self) -> None:
        """Close the terminal's window."""
        os.close(self._master)
        self._master, self._is_open = -1, False

    def wait_closed(self, timeout: float = 15.0) -> int:
        """Take output until the program ends; returns its exit code."""
        deadline = time.perf_counter() + timeout
        while self.read(deadline - time.perf_counter()):
            pass
        return self.process.wait(max(0.1, deadline - time.perf_counter()))

    def leave(self, *keys: str) -> None:
        """Leave by keys; the program must end well."""
        self.press(*keys)
        assert self.wait_closed(30) == 0, self.text

    def kill(self) -> None:
        """End the program at once, if it runs, as `kill -9` does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            with suppress(OSError):
                os.close(self._master)
            self._master, self._is_open = -1, False


def _typed(key: str) -> str:
    """What a terminal sends for a key."""
    if key in KEYS:
        return KEYS[key]
    if key.startswith("ctrl+") and len(key) == len("ctrl+x"):
        return chr(ord(key[-1]) & 0x1F)
    return key


def _is_known(found: re.Match[bytes]) -> bool:
    """Whether pyte can make sense of a sequence: strings and private CSI of other kinds than `?` it can't."""
    if found["final"] is None:
        return found["string"] is None
    return not found["intermediates"] and found["parameters"][:1] not in (b"<", b"=", b">")
