"""What is drawn: text that fits its columns, and progress that is only for who waits at a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from reader.commands.output import Progress, Style
from tests.commands.conftest import RunOnTerminal
from tests.table import each


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_escape_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Style.of(Terminal()).bold("x") == "\x1b[1mx\x1b[0m"
    assert Style.of(io.StringIO()).bold("x") == "x"
    monkeypatch.setenv(variable, value)
    assert Style.of(Terminal()).bold("x") == "x"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("reader.commands.output.time.monotonic", lambda: now[0])
    return now


def test_progress_waits_half_a_second_and_goes_away(clock: list[float]) -> None:
    stream = Terminal()
    with Progress(stream) as progress:
        clock[0] = 0.4
        progress.show("one")
        assert stream.getvalue() == ""
        clock[0] = 0.6
        progress.show("two")
        progress.show("three")
        assert stream.getvalue() == "\r\x1b[Ktwo"
        clock[0] = 0.8
        progress.draw()
        assert stream.getvalue().endswith("\r\x1b[Kthree")
    assert stream.getvalue().endswith("\r\x1b[K")


def test_progress_in_a_pipe_is_silent(clock: list[float]) -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        clock[0] = 9
        progress.show("one")
    assert stream.getvalue() == ""


@each("words", [("list",), ("show", "2606.26740"), ("show", "2606.26740", "--why"), ("topics",)])
@each("more", [("--help",), ()])
@each("columns", [1, 20, 21])
def test_no_terminal_is_too_narrow(
    on_terminal: RunOnTerminal, papers: Path, words: tuple[str, ...], more: tuple[str, ...], columns: int
) -> None:
    found = on_terminal(*words, *more, columns=columns, rows=1)
    assert (found.code, found.err) == (0, "")
    assert found.out
