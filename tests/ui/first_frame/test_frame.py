"""The first frame on a terminal: keys that move the cursor move it at once, and all others go on to the reader."""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any, cast

import pytest

from reader.platform import ENDING_SIGNALS
from reader.ui import first_frame
from reader.ui.first_frame import frame as frames
from reader.ui.first_frame.frame import AS_IT_WAS, BEGIN, CLEAN, END, FirstFrame, Handed
from reader.ui.first_frame.kept_look import KeptLook
from reader.ui.first_frame.painter import Painter
from tests.table import each

LOOK = KeptLook({}, (), "day", False, "compact", 26, 0.5, {}, {}, "f", "[", {"j": 1, "\x1b[A": -1})


class ThreePapers:
    """Stands for the painter."""

    highlighted, height = 7, 3

    def __init__(self) -> None:
        self.at = self.shown = 0

    def whole(self) -> str:
        return "THREE"

    def move(self, steps: int) -> bool:
        is_there = 0 <= self.at + steps < 3
        self.at += steps if is_there else 0
        return is_there

    def changes(self) -> str:
        before, self.shown = self.shown, self.at
        return f"<{self.at}>" if before != self.at else ""


class Terminal:
    """A terminal of 80 by 24, which the frame reads and draws on."""

    def __init__(self) -> None:
        self.user, self.program = os.openpty()
        termios.tcsetwinsize(self.program, (24, 80))
        self.modes = termios.tcgetattr(self.program)
        self.handlers = self.get_handlers()

    def get_handlers(self) -> list[Any]:
        return [signal.getsignal(number) for number in ENDING_SIGNALS]

    def frame(self, output: int | None = None) -> FirstFrame:
        painter = cast("Painter", ThreePapers())
        return FirstFrame(painter, LOOK, (80, 24), self.program if output is None else output)

    def sees(self, text: str) -> bool:
        seen = b""
        while len(seen) < len(text.encode()) and select.select([self.user], [], [], 10)[0]:
            seen += os.read(self.user, 4096)
        return seen == text.encode() and not select.select([self.user], [], [], 0)[0]

    def type(self, keys: bytes) -> None:
        """Type, and wait until all is read."""
        os.write(self.user, keys)
        deadline = time.monotonic() + 10
        while select.select([self.program], [], [], 0)[0]:
            assert time.monotonic() < deadline, "nobody reads"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    terminal = Terminal()
    monkeypatch.setattr(frames, "INPUT", terminal.program)
    yield terminal
    for number, handler in zip(ENDING_SIGNALS, terminal.handlers, strict=True):
        signal.signal(number, handler)
    os.close(terminal.user)
    os.close(terminal.program)


def test_keys_move_the_cursor_until_one_that_does_not(terminal: Terminal) -> None:
    frame = terminal.frame()
    frame.show()
    assert terminal.sees(f"{CLEAN}{BEGIN}THREE{END}")
    for keys, drawn in ((b"j", "<1>"), (b"j\x1b[Aj", "<2>"), (b"\x1b[A", "<1>")):
        terminal.type(keys)
        assert terminal.sees(f"{BEGIN}{drawn}{END}")
    terminal.type(b"jjx\xc3\xa9")
    assert terminal.sees(f"{BEGIN}<2>{END}")
    assert frame.hand_over() == Handed(7, 3, b"jx\xc3\xa9", LOOK)
    # The terminal is the reader's now.
    frame.take_down()
    assert not select.select([terminal.user], [], [], 0)[0]


def test_the_terminal_is_put_back_as_it_was(terminal: Terminal) -> None:
    frame = terminal.frame()
    frame.take_down()
    frame.show()
    assert termios.tcgetattr(terminal.program) != terminal.modes
    frame.take_down()
    assert terminal.sees(f"{CLEAN}{BEGIN}THREE{END}{AS_IT_WAS}")
    assert (termios.tcgetattr(terminal.program), terminal.get_handlers()) == (terminal.modes, terminal.handlers)
    assert "first-frame" not in {thread.name for thread in threading.enumerate()}


def test_a_signal_ends_the_program_but_not_without_the_terminals_modes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = list[int]()
    monkeypatch.setattr(os, "_exit", ended.append)
    frame = terminal.frame()
    frame.show()
    signal.raise_signal(signal.SIGTERM)
    assert terminal.sees(f"{CLEAN}{BEGIN}THREE{END}{AS_IT_WAS}")
    assert (ended, termios.tcgetattr(terminal.program)) == ([128 + signal.SIGTERM], terminal.modes)
    frame.hand_over()
    signal.raise_signal(signal.SIGTERM)
    assert ended == [128 + signal.SIGTERM] * 2 and not select.select([terminal.user], [], [], 0)[0]


def test_in_a_terminal_of_another_size_no_key_is_taken(terminal: Terminal) -> None:
    frame = terminal.frame()
    frame.show()
    assert terminal.sees(f"{CLEAN}{BEGIN}THREE{END}")
    termios.tcsetwinsize(terminal.program, (24, 79))
    terminal.type(b"j")
    assert frame.hand_over().unread == b"j"
    assert not select.select([terminal.user], [], [], 0)[0]


def test_a_terminal_that_is_gone_leaves_nothing_behind(terminal: Terminal) -> None:
    gone, output = os.pipe()
    os.close(gone)
    with pytest.raises(BrokenPipeError):
        terminal.frame(output).show()
    os.close(output)
    assert (termios.tcgetattr(terminal.program), terminal.get_handlers()) == (terminal.modes, terminal.handlers)


class Stream(StringIO):
    def __init__(self, encoding: str, *, is_tty: bool = True) -> None:
        super().__init__()
        self._encoding, self._is_tty = encoding, is_tty

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._is_tty


OUT = {"__stderr__": Stream("ascii", is_tty=False), "__stdout__": Stream("UTF-8")}


@each(
    ("variables", "terminals", "streams", "group", "is_usual"),
    [
        ({}, (0, 1), OUT, 5, True),
        ({}, (0, 1), {**OUT, "__stderr__": Stream("utf8")}, 5, True),
        ({}, (0, 1), {**OUT, "__stderr__": None}, 5, True),
        ({}, (0, 1), OUT, None, True),
        ({}, (0, 1), OUT, 6, False),
        ({}, (0,), OUT, 5, False),
        ({}, (1,), OUT, 5, False),
        ({}, (0, 1), {**OUT, "__stderr__": Stream("latin-1")}, 5, False),
        ({}, (0, 1), {**OUT, "__stdout__": None}, 5, False),
        *(({name: "80"}, (0, 1), OUT, 5, False) for name in ("TEXTUAL_DRIVER", "COLUMNS", "LINES")),
        *(({"TERM": term}, (0, 1), OUT, 5, False) for term in ("", "dumb")),
    ],
)
def test_only_a_usual_terminal_has_a_first_frame(
    variables: dict[str, str], terminals: tuple[int, ...], streams: dict[str, Any], group: int | None, is_usual: bool
) -> None:
    def foreground(_terminal: int) -> int:
        if group is None:
            raise OSError
        return group

    with pytest.MonkeyPatch.context() as patch:
        for name in ("TEXTUAL_DRIVER", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm", **variables}.items():
            patch.setenv(name, value)
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        patch.setattr(os, "isatty", terminals.__contains__)
        patch.setattr(os, "tcgetpgrp", foreground)
        patch.setattr(os, "getpgrp", lambda: 5)
        patch.setattr(gc, "disable", lambda: None)
        patch.setattr(sys, "setswitchinterval", lambda _seconds: None)
        patch.setattr(first_frame, "_show", lambda: "a frame")
        assert (first_frame.show_first_frame() is not None) == is_usual
