"""Leaving: what needs no terminal; the rest is in `tests/rigs/pty/test_leaving.py`."""

from __future__ import annotations

import os
import signal
from queue import Queue

import pytest

from reader.ui.terminal.leaving import Leaving


def test_a_signal_before_the_loop_loses_no_place_though_no_thread_gets_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reader.ui.terminal.leaving._within", lambda *_: None)
    codes: Queue[int] = Queue()
    leaving = Leaving(end=codes.put, is_plain=True)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        assert codes.get(timeout=30) == 128 + signal.SIGTERM
    finally:
        leaving.retire()
        leaving._ear.close()
        leaving._mouth.close()
