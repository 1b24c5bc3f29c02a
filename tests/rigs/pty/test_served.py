"""The reader in a browser: what `textual serve dailypapers` starts, spoken to in its server's protocol."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from tests.rigs.program import environment
from tests.rigs.pty.leave import READY
from tests.rigs.terminal import SEQUENCE

pytestmark = pytest.mark.long

PRELUDE = b"__GANGLION__\n"
"""What Textual's driver writes first."""

PATIENCE = 30.0


class Server:
    """A server of one browser, whose size is in cells."""

    def __init__(self, home: Path, columns: int = 100, rows: int = 30, **more: str) -> None:
        # As the server does, whatever terminal it was started in itself.
        served = {
            "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "TEXTUAL_FPS": "60",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": str(columns),
            "ROWS": str(rows),
        }
        variables = {**environment(home), **served, **more}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=variables,
            cwd=home,
        )
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._unread = b""
        self._has_begun = False
        self.told: list[dict[str, object]] = []
        """What the program told the server, beside what it drew."""

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def send(self, kind: bytes, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(kind + len(data).to_bytes(4, "big") + data)
        self.process.stdin.flush()

    def type(self, keys: str) -> None:
        self.send(b"D", keys.encode())

    def tell(self, **what: object) -> None:
        self.send(b"M", json.dumps(what).encode())

    def wait_for(self, wanted: str | Callable[[Server], bool]) -> None:
        """Read until a text is on the screen, or a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not (wanted in self.text if isinstance(wanted, str) else wanted(self)):
            assert self._read(deadline - time.monotonic()), f"{wanted!r} did not come:\n{self.text}"

    def end(self) -> int:
        """Read to the end; returns the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(PATIENCE)

    def _read(self, timeout: float) -> bool:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], max(0.0, timeout))[0]:
            return False
        data = os.read(self.process.stdout.fileno(), 65_536)
        self._unread += data
        if not self._has_begun and self._unread.startswith(PRELUDE):
            self._has_begun, self._unread = True, self._unread[len(PRELUDE) :]
        while self._has_begun and len(self._unread) >= 5:
            size = 5 + int.from_bytes(self._unread[1:5], "big")
            if len(self._unread) < size:
                break
            kind, packet = self._unread[:1], self._unread[5:size]
            self._unread = self._unread[size:]
            assert kind in (b"D", b"M"), kind
            if kind == b"M":
                self.told.append(json.loads(packet))
            else:
                self._stream.feed(SEQUENCE.sub(lambda found: found[0] if found["final"] else b"", packet))
        return bool(data)


@contextmanager
def browser(home: Path, columns: int = 100, rows: int = 30, **more: str) -> Iterator[Server]:
    server = Server(home, columns, rows, **more)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        for stream in (server.process.stdin, server.process.stdout, server.process.stderr):
            assert stream is not None
            stream.close()


def test_it_is_drawn_and_reads_keys_follows_the_window_and_opens_links(home: Path) -> None:
    with browser(home, EDITOR="true") as one:
        one.wait_for(READY)
        assert len(one.screen.display[0]) == 100
        for columns, rows in ((60, 20), (120, 30)):
            one.screen.resize(rows, columns)
            one.tell(type="resize", width=columns, height=rows)
            one.wait_for(lambda server: READY in server.screen.display[-1])
        one.type("o")
        one.wait_for(lambda server: bool(server.told))
        (asked,) = one.told
        assert asked["type"] == "open_url"
        assert str(asked["url"]).startswith("https://huggingface.co/papers/")
        one.type("s")
        one.wait_for("1 starred")
        one.type("\x1a")
        one.wait_for("no shell to go back to")
        one.type("\x05")
        one.wait_for("esc keep")
        assert "an editor can't be opened here" in one.text
        assert "ctrl+e" not in one.text
        one.type("\x1b")
        one.wait_for(READY)
        one.type("?")
        one.wait_for("Keys in")
        one.tell(type="quit")
        assert one.end() == 0
        assert one.told[-1] == {"type": "exit"}
        assert one.process.stderr is not None and one.process.stderr.read() == b""


def test_a_tap_turns_a_page_of_the_list(home: Path) -> None:
    with browser(home, 60, 10) as one:
        one.wait_for("pgdn down")
        cursor = next(line for line in one.screen.display if line.startswith("▌"))
        column = one.screen.display[-1].index("pgdn") + 1
        for end in "Mm":
            one.type(f"\x1b[<0;{column};10{end}")
        one.wait_for(lambda server: "▌" in server.text and cursor not in server.text)


def test_without_its_server_it_ends_and_keeps_the_place(home: Path) -> None:
    with browser(home) as one:
        one.wait_for(READY)
        one.type("gs")
        one.wait_for("Starred")
        assert one.process.stdin is not None and one.process.stdout is not None
        one.process.stdin.close()
        one.process.stdout.close()
        one.process.wait(PATIENCE)
        assert json.loads((home / "state.json").read_text())["view"] == "starred"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda one: one.name)
def test_a_signal_ends_it_with_its_place(home: Path, number: signal.Signals) -> None:
    with browser(home) as one:
        one.wait_for(READY)
        one.type("gs")
        one.wait_for(lambda server: "Starred" in server.screen.display[0])
        one.process.send_signal(number)
        assert one.end() == 128 + number
        assert json.loads((home / "state.json").read_text())["view"] == "starred"


def test_the_servers_terminal_does_not_matter(home: Path) -> None:
    with browser(home, TERM="") as one:
        one.wait_for(READY)
        assert any(char.fg not in ("default", "black") for char in one.screen.buffer[0].values())
