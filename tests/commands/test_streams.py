"""The standard streams: what is printed is harmless, and closed or broken streams break nothing."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from reader.commands import output
from reader.commands.streams import CleanStream, finish, open_closed_streams, replace_unknown_letters
from tests.table import each


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@each(
    ("stream", "colour", "printed"),
    [
        (io.StringIO(), "never", r"a\u001b[1mb\u001b[0m\u0007" + "\n"),
        (io.StringIO(), "always", "a\x1b[1mb\x1b[0m" + r"\u0007" + "\n"),
        (Terminal(), "never", "a\x1b[1mb\x1b[0m" + r"\u0007" + "\n"),
    ],
)
def test_only_the_programs_own_styles_are_printed_where_they_can_be_seen(
    stream: io.StringIO, colour: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_colours", [colour])
    clean = CleanStream(stream)
    assert clean.write("a\x1b[1mb\x1b[0m\x07\n") == len(stream.getvalue())
    clean.close()
    clean.write("plain")
    assert (stream.getvalue(), clean.getvalue(), clean.closed) == (f"{printed}plain", f"{printed}plain", False)
    assert (clean.encoding, clean.isatty()) == ("utf-8", isinstance(stream, Terminal))
    other = io.StringIO()
    CleanStream(other, like=stream).write("\x1b[1m\x07")
    assert other.getvalue() == ("\x1b" if "\x1b" in printed else r"\u001b") + r"[1m\u0007"
    before = sys.stdout, sys.stderr
    with CleanStream.replacing():
        assert isinstance(sys.stdout, CleanStream) and isinstance(sys.stderr, CleanStream)
    assert (sys.stdout, sys.stderr) == before
    stream.close()
    assert clean.closed


def test_closed_streams_are_opened_as_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
        monkeypatch.setattr(sys, f"__{name}__", None)
    open_closed_streams()
    made: list[Any] = [sys.stdin, sys.stdout, sys.stderr]
    open_closed_streams()
    assert made == [sys.stdin, sys.stdout, sys.stderr] == [sys.__stdin__, sys.__stdout__, sys.__stderr__]
    assert (sys.stdin.read(), sys.stdout.write("x"), sys.stderr.write("x")) == ("", 1, 1)
    for stream in made:
        handle = stream.fileno()
        stream.close()
        assert os.get_inheritable(handle)
        os.close(handle)


def test_letters_that_a_stream_does_not_have_are_question_marks() -> None:
    data = io.BytesIO()
    plain = io.TextIOWrapper(data, encoding="ascii")
    replace_unknown_letters(plain, io.StringIO())
    plain.write("é.")
    assert finish(plain) is None
    assert data.getvalue() == b"?."
    plain.close()
    assert finish(plain) is finish(None) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_stream_that_can_not_be_written_is_dropped_with_its_reason() -> None:
    with Path("/dev/full").open("w") as full:
        full.write("x")
        lost = finish(full)
        assert lost is not None and lost.errno == errno.ENOSPC
        assert finish(full) is None
