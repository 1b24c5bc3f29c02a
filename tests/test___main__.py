"""How the program starts, before it is imported, and how its process ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import pytest

from reader.__main__ import main
from tests.table import each

FRAME = object()


def test_windows_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert main() == 1
    assert capsys.readouterr() == (
        "",
        "dailypapers: Windows is not supported; WSL, the Linux within Windows, runs it.\n",
    )


@each(
    ("words", "threads", "interrupt", "frame", "ends_at_once", "is_reset"),
    [
        ([], 1, signal.default_int_handler, FRAME, True, True),
        (["list"], 1, signal.default_int_handler, None, False, True),
        # A thread may hang on a disk that does not answer.
        (["list"], 2, signal.default_int_handler, None, True, True),
        # A script that runs a command in the background ignores interrupts.
        (["list"], 1, signal.SIG_IGN, None, False, False),
    ],
)
def test_the_reader_has_a_first_frame_and_waits_for_no_thread(
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    threads: int,
    interrupt: Any,
    frame: object,
    ends_at_once: bool,
    is_reset: bool,
) -> None:
    shown: list[object] = []
    ends: list[int] = []
    resets: list[tuple[int, object]] = []

    def run(first_frame: object) -> int:
        shown.append(first_frame)
        return 3

    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["dailypapers", *words])
        patch.setattr(signal, "getsignal", lambda _: interrupt)
        patch.setattr(signal, "signal", lambda *to: resets.append(to))
        patch.setattr("reader.ui.first_frame.show_first_frame", lambda: FRAME)
        patch.setattr("reader.cli.main", run)
        patch.setattr(threading, "active_count", lambda: threads)
        patch.setattr(os, "_exit", ends.append)
        assert main() == 3
    assert (shown, ends) == ([frame], [3] if ends_at_once else [])
    assert resets == ([(signal.SIGINT, signal.SIG_DFL)] if is_reset else [])
