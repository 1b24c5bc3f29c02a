"""The real program in a process of its own: a command that ends or is killed, and the reader in a terminal.

    done = run(["mark", "star", "2606.26740"], environment(home))
    with Terminal(command(), environment(home)) as terminal:
        terminal.wait_for("Latest")
        terminal.press("j", "enter", "ctrl+d")

Nothing here sleeps: each wait reads what the program writes until a condition holds or the time is over.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyte

ROOT = Path(__file__).parents[1]

SAMPLE = ROOT / "reader" / "data" / "sample.json"
"""Papers that are shipped with the program."""

MAX_COMMAND_SECONDS = 120.0
"""A command that takes longer is taken to hang."""


def environment(home: Path, endpoint: str = "", **more: str) -> dict[str, str]:
    """Variables for the program of this checkout: its own home, and one local feed in place of all hosts, or none."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "DAILYPAPERS_HOME": str(home),
        **({"HF_ENDPOINT": endpoint} if endpoint else {"HF_HUB_OFFLINE": "1"}),
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        **more,
    }


def command(*words: str) -> list[str]:
    """The command line of the program; Python does not import modules from the current folder."""
    return [sys.executable, "-P", "-m", "reader", *words]


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a command. A negative code is the number of the signal that ended it."""

    code: int
    out: str
    err: str


def run(words: Sequence[str], variables: Mapping[str, str], kill_after_seconds: float | None = None) -> Run:
    """Run a command to its end, or kill it and all its children as `kill -9` does after some seconds."""
    with subprocess.Popen(
        command(*words),
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=kill_after_seconds or MAX_COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            assert kill_after_seconds, f"{' '.join(words)} did not end: {out}{err}"
    assert "Traceback" not in err, f"{' '.join(words)}: {err}"
    return Run(process.returncode, out, err)


KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
}
"""What a terminal sends for keys that write no letter."""

SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[(?P<parameters>[0-?]*)(?P<intermediates>[ -/]*)(?P<final>[@-~])"
    rb"|(?P<string>[\]P_^X])[^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|[ -/]*[0-OQ-WYZ\\`-~]"
    rb")"
)
"""One whole control sequence: CSI, a string such as OSC or DCS, or a short escape."""

ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[c": b"\x1b[?62;22c"}
"""Answers to the questions of a program. Synchronized output is supported, so that the end of a frame can be seen."""

FRAME_BEGIN, FRAME_END = b"\x1b[?2026h", b"\x1b[?2026l"


class Terminal:
    """A program in a pseudo terminal of `size` (columns, rows), and the screen that it draws."""

    def __init__(
        self,
        program: Sequence[str],
        variables: Mapping[str, str],
        size: tuple[int, int] = (100, 30),
        folder: Path | None = None,
    ) -> None:
        """Start the program at once, in `folder`."""
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unshown = b""
        self._is_open = True
        self.raw = bytearray()
        """All bytes that the program wrote."""
        self._master, slave = os.openpty()
        self._set_size(columns, rows)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            program, stdin=slave, stdout=slave, stderr=slave, env=variables, cwd=folder, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            self.hang_up()

    def press(self, *keys: str) -> float:
        """Press keys by name (`enter`, `ctrl+d`, `j`) or type text; return the time of the last one."""
        for key in keys:
            sent = chr(ord(key[-1]) & 0x1F) if re.fullmatch(r"ctrl\+.", key) else KEYS.get(key, key)
            os.write(self._master, sent.encode())
        return time.perf_counter()

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, and send the program the signal for it."""
        self._set_size(columns, rows)
        self._screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, each as wide as the terminal."""
        data, self._unshown = self._unshown, b""
        last = data.rfind(b"\x1b")
        if last >= 0 and not SEQUENCE.match(data, last):
            # The rest of the last sequence has not come yet.
            data, self._unshown = data[:last], data[last:]
        self._stream.feed(SEQUENCE.sub(lambda found: found[0] if _is_known_to_pyte(found) else b"", data))
        return list(self._screen.display)

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self.lines)

    def wait_for(self, wanted: str | Callable[[Terminal], bool], seconds: float = 30.0) -> None:
        """Read until a text is on the screen or a condition holds; fail with the screen if neither happens in time."""
        deadline = time.perf_counter() + seconds
        while not (wanted in self.text if isinstance(wanted, str) else wanted(self)):
            if not self.read(deadline - time.perf_counter()):
                state = "is running" if self._is_open else "has ended"
                raise AssertionError(f"{wanted!r} did not come; the program {state} and shows:\n{self.text}")

    def read(self, seconds: float) -> bool:
        """Read what the program writes next, and answer its questions; return False if nothing comes in time."""
        if not self._is_open or not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            data = b""
        if not data:
            self._is_open = False
            return False
        before = len(self.raw)
        self.raw += data
        self._unshown += data
        for question, answer in ANSWERS.items():
            if self.raw.find(question, max(0, before - len(question) + 1)) >= 0:
                os.write(self._master, answer)
        return True

    def read_until_quiet(self, quiet_seconds: float) -> None:
        """Read until nothing comes for some seconds."""
        while self.read(quiet_seconds):
            pass

    def modes(self) -> Sequence[object]:
        """The modes of the terminal, such as echo."""
        return termios.tcgetattr(self._master)

    def hang_up(self) -> None:
        """Close the window of the terminal."""
        with suppress(OSError):
            os.close(self._master)
        self._master, self._is_open = -1, False

    def wait_closed(self, seconds: float = 30.0) -> int:
        """Read until the program ends; return its exit code."""
        deadline = time.perf_counter() + seconds
        while self.read(deadline - time.perf_counter()):
            pass
        return self.process.wait(max(0.1, deadline - time.perf_counter()))

    def leave(self, *keys: str) -> None:
        """Leave by keys; the program must end without an error."""
        self.press(*keys)
        assert self.wait_closed() == 0, self.text


def _is_known_to_pyte(found: re.Match[bytes]) -> bool:
    """Whether pyte understands a sequence: it draws strings, and private CSI sequences other than `?`, as text."""
    if found["final"] is None:
        return found["string"] is None
    return not found["intermediates"] and found["parameters"][:1] not in (b"<", b"=", b">")


def start_and_leave(program: str, home: Path) -> None:
    """Start an installed program with its sample in a terminal and leave it; raise if that does not work."""
    home.mkdir(parents=True, exist_ok=True)
    variables = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "DAILYPAPERS_HOME": str(home)}
    with Terminal([program, "--demo"], variables, folder=home) as terminal:
        terminal.wait_for("s star", 60)
        terminal.wait_for("sample: nothing is kept", 60)
        terminal.leave("q")
    print(f"{program} showed its sample and ended.")


if __name__ == "__main__":
    start_and_leave(sys.argv[1], Path(sys.argv[2]))
