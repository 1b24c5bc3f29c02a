"""Lines that are typed or piped come whole, however they arrive."""

from __future__ import annotations

import os

import pytest

from reader.ui.plain import terminal


@pytest.mark.parametrize("is_typed", [True, False])
async def test_lines_come_whole_and_those_of_a_pipe_are_repeated(
    is_typed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunks, written = iter([b"one\ntw", b"o\r\n", b"12345678", b"9", b"", b""]), []

    def write(_handle: int, data: bytes) -> int:
        written.append(data[:3])
        return len(data[:3])

    monkeypatch.setattr(terminal, "LONGEST", 8)
    monkeypatch.setattr(os, "isatty", lambda _: is_typed)
    monkeypatch.setattr(os, "read", lambda *_: next(chunks))
    monkeypatch.setattr(os, "write", write)
    lines = terminal.Lines()
    assert [await lines.ask("Say: ") for _ in range(5)] == ["one", "two", "12345678", "9", None]
    echoed = ("", "", "", "", "\n") if is_typed else ("one\n", "two\n", "12345678\n", "9\n", "\n")
    assert b"".join(written).decode() == "".join(f"Say: {one}" for one in echoed)
