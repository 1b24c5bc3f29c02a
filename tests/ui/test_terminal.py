"""Leaving, and the collector; `tests/test_terminal.py` has the terminal itself."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from reader.ui.terminal import process as module
from reader.ui.terminal.process import ExitSupervisor, loading

# Leaving


class Run:
    """A reader with its signals, which notes how its process would end."""

    def __init__(self) -> None:
        self._ended: SimpleQueue[int] = SimpleQueue()
        self.before = self.get_handlers()
        self.leaving = ExitSupervisor(end=self._ended.put)

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


def test_lost_changes_are_reported_with_a_failing_exit_code(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    code = hang(run, lambda: ["One mark\x1b is lost.", "The place, too."])
    assert (code, capfd.readouterr().err) == (1, "dailypapers: One mark\\u001b is lost. The place, too.\n")


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
        ExitSupervisor(frame, lambda _code: None).retire()
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)


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
