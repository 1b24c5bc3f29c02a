"""The server for programs as a process: odd messages, floods, several at once, and ends in the middle of a mark."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import IDS, Run

pytestmark = pytest.mark.long

PROGRAM = [sys.executable, "-m", "reader", "mcp", "--allow-marks"]

GREETING = (
    {
        "id": 0,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
    },
    {"method": "notifications/initialized"},
)


class Raw:
    """A server, spoken to line by line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        for message in GREETING:
            self.send(json.dumps({"jsonrpc": "2.0", **message}).encode())
        self.read()

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def call(self, id: int, tool: str, **arguments: object) -> None:
        self.send(call(id, tool, **arguments))

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def close(self) -> tuple[int, str]:
        """End the messages; returns the exit code and what was said on standard error."""
        assert self.process.stdin is not None and self.process.stderr is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        code = self.process.wait(30)
        return code, self.process.stderr.read().decode()


def call(id: int, tool: str, **arguments: object) -> bytes:
    message = {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    return json.dumps(message).encode()


@contextmanager
def raw() -> Iterator[Raw]:
    pipe = subprocess.PIPE
    with subprocess.Popen(PROGRAM, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield Raw(process)
        finally:
            process.kill()


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"\xff\xfe\x00{",
        b"[" * 100_000,
        call(1, "search", query="QUERY").replace(b"QUERY", rb"\ud800"),
        call(1, "search", limit=7).replace(b"7", b"7" * 100_000),
    ],
)
def test_what_is_no_message_gets_an_error_and_the_next_one_its_answer(papers: Path, line: bytes) -> None:
    with raw() as one:
        one.send(line)
        one.call(9, "search", limit=1)
        assert one.read()["error"] == {"code": -32700, "message": "This is not a JSON-RPC 2.0 message."}
        assert one.read()["id"] == 9
        assert one.close() == (0, "")


def test_an_input_that_ends_in_a_message_leaves_the_marks_before_it(papers: Path, run: Run) -> None:
    with raw() as one:
        one.call(1, "mark", star=True, ids=[IDS[0]])
        assert one.process.stdin is not None
        one.process.stdin.write(call(2, "mark", star=True, ids=[IDS[1]])[:40])
        assert one.close() == (0, "")
    assert [paper["id"] for paper in run("list", "is:starred", "--json=id").records] == [IDS[0]]


def test_a_reader_that_is_gone_ends_it_without_a_word(papers: Path) -> None:
    with raw() as one:
        assert one.process.stdout is not None
        one.process.stdout.close()
        one.call(1, "search")
        assert one.close() == (0, "")


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_at_once(papers: Path, number: str) -> None:
    with raw() as one:
        one.call(1, "search", limit=1)
        one.read()
        one.process.send_signal(getattr(signal, number))
        assert one.process.wait(10) == -getattr(signal, number)
        assert one.process.stderr is not None and one.process.stderr.read() == b""
