"""In a browser: all that is drawn is sent while the server takes it, and a server that is gone ends the reader."""

from __future__ import annotations

import os
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from textual.drivers.web_driver import WebDriver

from reader.ui.terminal.web_driver import ServedDriver


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A driver that has read all of its server's data."""
    driver: Any = object.__new__(ServedDriver)
    driver.exit_event = Event()
    monkeypatch.setattr(WebDriver, "run_input_thread", lambda _driver: None)
    return driver


def test_what_is_cut_by_a_signal_is_sent_whole(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = list[bytes]()

    def write(_file: int, data: memoryview) -> int:
        sent.append(bytes(data[:3]))
        if len(sent) > 3:
            raise BrokenPipeError
        return len(sent[-1])

    driver.fileno = 1
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        driver._write_all(b"a frame")
        driver._write_all(b"another")
    assert sent == [b"a f", b"ram", b"e", b"ano"]


def test_the_end_of_the_server_is_told_once(driver: Any) -> None:
    lost = list[str]()
    driver._shown_app = SimpleNamespace()
    driver.run_input_thread()
    driver._shown_app = SimpleNamespace(terminal=None, lose_terminal=lambda: lost.append("lost"))
    driver.run_input_thread()
    driver.exit_event.set()
    driver.run_input_thread()
    assert lost == ["lost"]
