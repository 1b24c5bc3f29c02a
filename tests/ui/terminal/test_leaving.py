"""Leaving: a reader that does not end in time is ended, and says what was lost; the terminal is put back."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from reader.ui.terminal import leaving as module
from reader.ui.terminal.leaving import AS_IT_WAS, Leaving

LATE = "dailypapers: The last place could not be saved in time.\n"


class Run:
    """A reader with its signals, which notes how its process would end."""

    def __init__(self) -> None:
        self._ended: SimpleQueue[int] = SimpleQueue()
        self.before = self.get_handlers()
        self.leaving = Leaving(end=self._ended.put, is_plain=True)

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
    # There is no place to save yet, however busy the machine is.
    monkeypatch.setattr(module, "_within", lambda *_: None)
    signal.raise_signal(signal.SIGTERM)
    assert (run.code(), capfd.readouterr().err) == (128 + signal.SIGTERM, "")


def test_a_reader_that_hangs_is_ended_once_its_place_is_kept(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert (hang(run, list), capfd.readouterr().err) == (128 + signal.SIGTERM, "")


def test_what_is_lost_is_said_and_is_a_failure(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
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


def test_handlers_that_a_first_frame_has_replaced_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    frame: Any = SimpleNamespace(modes=None, signals={signal.SIGTERM: signal.default_int_handler})
    try:
        Leaving(frame, lambda _code: None, is_plain=True).retire()
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
