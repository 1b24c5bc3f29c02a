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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from reader.ui.terminal import leaving as module
from reader.ui.terminal.driver import POP_TITLE, PUSH_TITLE
from reader.ui.terminal.leaving import AS_IT_WAS, Leaving
from reader.ui.terminal.process import loading

# Input and jobs

# The end of the terminal

OURS = """
import threading, time
from textual.app import App
from reader.ui.terminal.driver import TerminalDriver
class Ours(App):
    first_frame = None
    def lose_terminal(self):
        pass
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
    first_frame = None
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
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(module, "LAST_ACT_SECONDS", 30.0)
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
        module.LAST_ACT_SECONDS = 30.0
        answered.wait()
        return []

    module.LAST_ACT_SECONDS = 0.4
    assert (hang(run, keep), capfd.readouterr().err) == (1, LATE)
    answered.set()


def test_a_reader_that_does_not_end_although_nothing_asked_it_is_ended(run: Run) -> None:
    run.leaving.expect_end()
    assert (run.code(), run.leaving.signal) == (0, 0)


@pytest.mark.parametrize("way", ["signal", "terminal"])
async def test_a_reader_that_leaves_in_time_ends_by_itself(run: Run, way: str) -> None:
    module.GRACE_SECONDS = 30.0
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
    number = signal.SIGTERM if way == "signal" else signal.SIGHUP
    assert (run.leaving.signal, asked.is_set()) == (number, False)
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
leaving.GRACE_SECONDS, leaving.LAST_ACT_SECONDS = 0.05, 30.0
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
