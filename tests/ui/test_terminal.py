"""The terminal: input, jobs, leaving, the collector."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.events import Key, Paste
from textual.message import Message

from reader.ui.terminal import leaving as module
from reader.ui.terminal.driver import LONGEST_PASTE, POP_TITLE, PUSH_TITLE, TerminalInput
from reader.ui.terminal.leaving import AS_IT_WAS, Leaving
from reader.ui.terminal.process import loading

# Input and jobs

IMPOSSIBLE_KEY = "\x1b[9999999999;1u"
ESCAPE_IN_PASTE = f"{BRACKETED_PASTE_START}\x1b[{'q' * 40}{BRACKETED_PASTE_END}"
PIECES = (
    "j",
    "A",
    "\x1b",
    "[",
    "A",
    "~",
    "é",
    "\x00",
    "\x1b[200~",
    "\x1b[201~",
    "\x1b[9999999999u",
    "\x1b[<0;1;1M",
    "200~",
    "\x1b[8;",
)


def read(*pieces: str) -> list[Message]:
    """The messages for input that arrives in these pieces."""
    terminal_input = TerminalInput()
    return [message for piece in pieces for message in terminal_input.feed(piece)]


def names(messages: Iterable[Message]) -> list[str]:
    """The messages in short: keys by name, pastes by text, others by kind."""
    return [
        one.key if isinstance(one, Key) else f"paste {one.text}" if isinstance(one, Paste) else type(one).__name__
        for one in messages
    ]


def test_plain_textual_fails_on_an_impossible_key_and_on_bytes_that_are_no_text() -> None:
    with pytest.raises((ValueError, OverflowError)):
        list(XTermParser().feed(IMPOSSIBLE_KEY))
    with pytest.raises(UnicodeDecodeError):
        getincrementaldecoder("utf-8")().decode(b"\xff")


def test_plain_textual_takes_pasted_text_for_keys_after_an_escape() -> None:
    assert "q" in names(XTermParser().feed(ESCAPE_IN_PASTE))


def test_an_impossible_key_is_dropped() -> None:
    assert names(read("j", IMPOSSIBLE_KEY, "k")) == ["j", "k"]


def test_a_pasted_text_is_one_message_whatever_is_in_it() -> None:
    assert names(read(ESCAPE_IN_PASTE, "k")) == [f"paste \x1b[{'q' * 40}", "k"]
    assert names(read("\x1b[200~a\x1b[200~b\x1b[20", "1~j")) == ["paste a\x1b[200~b", "j"]


def test_a_long_paste_is_cut() -> None:
    (paste,) = read(BRACKETED_PASTE_START, *["jsq" * 1_000] * 500, BRACKETED_PASTE_END)
    assert isinstance(paste, Paste)
    assert len(paste.text) == LONGEST_PASTE
    assert paste.text.startswith("jsqjsq")


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=30), st.integers(1, 7))
def test_nothing_that_a_terminal_sends_fails_and_pieces_make_no_difference(parts: list[str], size: int) -> None:
    text = "".join(parts)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert names(read(*pieces)) == names(read(text))
    assert names(read(text, BRACKETED_PASTE_END, "\x1b[A" * 12))[-1:] == ["up"]


# The end of the terminal

OURS = """
import threading, time
from textual.app import App
from reader.ui.terminal.driver import TerminalDriver
class Ours(App):
    def on_mount(self):
        self.set_interval(0.01, self.look)
    def look(self):
        if not any(thread.name == "textual-input" for thread in threading.enumerate()):
            open(sys.argv[1], "w").write(f"{time.process_time()}")
            self.exit()
import sys
Ours(driver_class=TerminalDriver).run()
"""


LIFE = "import signal; signal.alarm(60)\n"
"""Ends an app after a minute, even if it spins and its test was killed."""


def test_the_input_thread_ends_with_the_terminal(tmp_path: Path) -> None:
    ours, its = os.openpty()
    command = [sys.executable, "-c", LIFE + OURS, str(tmp_path / "ended")]
    # A session of its own without a terminal in charge, so that no signal ends it first.
    app = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True)
    os.close(its)
    seen = b""
    try:
        while b"\x1b[?1049h" not in seen:
            assert select.select([ours], [], [], 30)[0], "it never began"
            seen += os.read(ours, 65536)
        os.close(ours)
        assert app.wait(30) in (0, 120), "120: Python could not flush the terminal"
    finally:
        app.kill()
    assert (tmp_path / "ended").exists()


RESIZED = """
import shutil, signal, sys
from textual.app import App
coming, told = [], []
def size():
    if not coming:
        return (80, 24)
    size = coming.pop(0)
    if coming:
        signal.raise_signal(signal.SIGWINCH)
    return size
shutil.get_terminal_size = size
from reader.ui.terminal.driver import TerminalDriver
class Resized(App):
    def on_mount(self):
        coming.extend([(50, 10), (60, 20)])
        signal.raise_signal(signal.SIGWINCH)
    async def _on_resize(self, event):
        await super()._on_resize(event)
        told.append(event.size.width)
        if len(told) > 1 and not coming:
            # Behind all that waits by now.
            self.call_later(self.end)
    def end(self):
        open(sys.argv[1], "w").write(str(told[-1]))
        self.exit()
Resized(driver_class=TerminalDriver).run()
"""


def test_the_last_of_two_quick_resizes_wins(tmp_path: Path) -> None:
    ours, its = os.openpty()
    command = [sys.executable, "-c", RESIZED, str(tmp_path / "told")]
    app = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True)
    os.close(its)
    try:
        deadline = time.monotonic() + 60
        while app.poll() is None:
            assert time.monotonic() < deadline, "it has not ended"
            if select.select([ours], [], [], 0.05)[0]:
                # The terminal is gone as soon as the app is.
                with suppress(OSError):
                    os.read(ours, 65536)
        assert int((tmp_path / "told").read_text()) == 60
    finally:
        app.kill()
        app.wait()
        os.close(ours)


# Jobs

SHELL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if not job:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    if not os.WIFSTOPPED(status):
        break
    print("<stopped>", flush=True)
    os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
print(f"<ended {os.waitstatus_to_exitcode(status)}>", flush=True)
"""
"""A shell with one job, which it continues whenever that has stopped."""

JOB = """
import os, signal
from textual.app import App
from reader.ui.terminal.driver import TerminalDriver
class Job(App):
    def on_mount(self):
        # Another thread may get the signal to go on; its handler runs once the loop wakes, as the reader's often does.
        self.set_interval(0.1, lambda: None)
        self._driver.set_title("A title")
        self._driver.set_title("A title")
    def on_key(self, event):
        if event.key == "j":
            self._driver.write(f"<went on: {self._driver.stop_job()}>")
        elif event.key == "s":
            os.kill(os.getpid(), signal.SIGTSTP)
        elif event.key == "f":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif event.key == "l":
            with self.suspend():
                os.kill(os.getpid(), signal.SIGTSTP)
        elif event.key == "q":
            self.exit()
Job(driver_class=TerminalDriver).run()
"""


SIGNS = {"\x1b[?1049h": "in", "\x1b[?1049l": "out", PUSH_TITLE: "+", POP_TITLE: "-", "\x1b]2;A title\x1b\\": "title"}
SEEN = re.compile("|".join((*map(re.escape, SIGNS), "<[a-zA-Z0: ]+>")))


def test_a_job_leaves_the_terminal_whenever_it_stops_and_enters_it_when_it_goes_on() -> None:
    ours, its = os.openpty()
    own = {**os.environ, "TERM": "xterm"}
    command = [sys.executable, "-c", LIFE + SHELL, LIFE + JOB]
    shell = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True, env=own)
    os.close(its)
    seen = b""

    def read(end: str) -> str:
        """The next output, up to and including an end."""
        nonlocal seen
        while end.encode() not in seen:
            assert select.select([ours], [], [], 30)[0], seen
            seen += os.read(ours, 65536)
        before, _, seen = seen.partition(end.encode())
        return " ".join(SIGNS.get(one, one) for one in SEEN.findall(before.decode() + end))

    title = "A title\x1b\\"
    try:
        assert read(title) == "in + title"
        for key, happens in (
            (b"j", "- out <stopped> in + title"),
            (b"s", "<went on: True> - out <stopped> in + title"),
            (b"f", "<stopped> - out in + title"),
            (b"l", "- out <stopped> in + title"),
        ):
            os.write(ours, key)
            assert read(title) == happens
        # After lending the terminal, the program enters it anew, because the shell may have changed it.
        assert read(title) == "- out in + title"
        os.write(ours, b"q")
        assert read("<ended 0>") == "- out <ended 0>"
        assert shell.wait(30) == 0
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


# Leaving

LATE = "dailypapers: The last place could not be saved in time.\n"


class Run:
    """A reader with its signals, which notes how its process would end."""

    def __init__(self) -> None:
        self._ended: SimpleQueue[int] = SimpleQueue()
        self.before = self.get_handlers()
        self.leaving = Leaving(end=self._ended.put)

    def get_handlers(self) -> list[object]:
        return [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]

    def code(self) -> int:
        return self._ended.get(timeout=30)

    def has_ended(self) -> bool:
        return not self._ended.empty()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setattr(module, "GRACE", 0.05)
    monkeypatch.setattr(module, "PATIENCE", 30.0)
    # The terminal of the tests stays as it is.
    monkeypatch.setattr("os.isatty", lambda _: False)
    run = Run()
    yield run
    run.leaving.retire()


def hang(run: Run, keep: Callable[[], Sequence[str]]) -> int:
    """The exit code of a reader that gets a signal while its loop hangs."""

    async def work() -> int:
        run.leaving.begin(lambda: None, keep)
        signal.raise_signal(signal.SIGTERM)
        return run.code()

    return asyncio.run(work())


def test_a_signal_ends_a_reader_that_has_not_begun(
    run: Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The reader has no place to save yet, however busy the machine is.
    monkeypatch.setattr(module, "_within", lambda *_: None)
    signal.raise_signal(signal.SIGTERM)
    assert (run.code(), capfd.readouterr().err) == (128 + signal.SIGTERM, "")


def test_a_reader_that_hangs_is_ended_once_its_place_is_kept(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert (hang(run, list), capfd.readouterr().err) == (128 + signal.SIGTERM, "")


def test_lost_changes_are_reported_with_a_failing_exit_code(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    code = hang(run, lambda: ["One mark\x1b is lost.", "The place, too."])
    assert (code, capfd.readouterr().err) == (1, "dailypapers: One mark\\u001b is lost. The place, too.\n")


def test_a_disk_that_hangs_is_not_waited_for(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    answered = Event()

    def keep() -> list[str]:
        module.PATIENCE = 30.0
        answered.wait()
        return []

    module.PATIENCE = 0.4
    assert (hang(run, keep), capfd.readouterr().err) == (1, LATE)
    answered.set()


def test_a_reader_that_does_not_end_although_nothing_asked_it_is_ended(run: Run) -> None:
    run.leaving.expect_end()
    assert (run.code(), run.leaving.signal) == (0, 0)


@pytest.mark.parametrize("way", ["signal", "terminal"])
async def test_a_reader_that_leaves_in_time_ends_by_itself(run: Run, way: str) -> None:
    module.GRACE = 30.0
    asked = asyncio.Event()
    run.leaving.begin(asked.set, list)
    if way == "signal":
        signal.raise_signal(signal.SIGTERM)
    else:
        run.leaving.lose_terminal()
    await asyncio.wait_for(asked.wait(), 30)
    asked.clear()
    signal.raise_signal(signal.SIGINT if way == "terminal" else signal.SIGHUP)
    run.leaving.expect_end()
    await asyncio.sleep(0)
    run.leaving.retire()
    number, is_gone = (signal.SIGTERM, False) if way == "signal" else (signal.SIGHUP, True)
    assert (run.leaving.signal, run.leaving.is_terminal_gone, asked.is_set()) == (number, is_gone, False)
    assert run.get_handlers() == run.before and not run.has_ended()


def test_handlers_that_a_first_frame_has_replaced_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _: False)
    before = signal.getsignal(signal.SIGTERM)
    frame: Any = SimpleNamespace(modes=None, signals={signal.SIGTERM: signal.default_int_handler})
    try:
        Leaving(frame, lambda _code: None).retire()
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)


HANGING = """
import asyncio, signal, sys, time, tty
from reader.ui.terminal import leaving
leaving.GRACE, leaving.PATIENCE = 0.05, 30.0
async def work():
    watch = leaving.Leaving()
    tty.setraw(0)
    watch.begin(lambda: None, lambda: ["It is lost."])
    print("begun", flush=True)
    time.sleep(60)
asyncio.run(work())
"""


@pytest.mark.parametrize("has_errors", [True, False])
def test_the_terminal_is_put_back_when_a_reader_hangs(has_errors: bool) -> None:
    ours, its = os.openpty()
    modes = termios.tcgetattr(its)
    errors = its if has_errors else subprocess.PIPE
    command = [sys.executable, "-c", HANGING]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=errors, start_new_session=True) as program:
        try:
            seen = os.read(ours, 4096)
            program.send_signal(signal.SIGTERM)
            said = b"" if program.stderr is None else program.stderr.read()
            assert program.wait(30) == 1
            seen += os.read(ours, 4096)
        finally:
            program.kill()
    line = "dailypapers: It is lost.\n"
    on_terminal = f"begun\n{AS_IT_WAS}\r{line if has_errors else ''}".replace("lost.\n", "lost.\r\n")
    assert (seen.decode(), said.decode()) == (on_terminal, "" if has_errors else line)
    assert termios.tcgetattr(its) == modes
    os.close(ours)
    os.close(its)


# The collector


def test_the_collector_skips_objects_loaded_at_the_start() -> None:
    with loading():
        assert not gc.isenabled()
        loaded = [[number] for number in range(1_000)]
    later = [[1]]
    try:
        seen = {id(one) for one in gc.get_objects()}
        assert gc.isenabled()
        assert id(later) in seen
        assert not seen & {id(one) for one in loaded}
    finally:
        gc.unfreeze()


def test_the_collector_runs_again_after_a_failed_load() -> None:
    try:
        with loading():
            raise ValueError
    except ValueError:
        assert gc.isenabled()
