"""The server for programs: its bounds, odd messages, and its ends."""

from __future__ import annotations

import io
import json
import math
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from reader.core.errors import ReaderError
from tests.commands.conftest import IDS, Run

if TYPE_CHECKING:
    from reader.extensions.mcp.server import Traffic


@pytest.mark.parametrize("ids", [range(100), [1] * 100, [1, "1"] * 50])
async def test_a_request_waits_until_an_earlier_one_is_answered(ids: Sequence[int | str]) -> None:
    # They cost each process of the tests a second.
    from mcp.shared.message import SessionMessage
    from mcp.types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

    from reader.extensions.mcp.server import MOST_REQUESTS, Traffic

    asking, incoming = anyio.create_memory_object_stream[SessionMessage](math.inf)
    outgoing, answers = anyio.create_memory_object_stream[SessionMessage](math.inf)
    cancelled = JSONRPCNotification(jsonrpc="2.0", method="notifications/cancelled", params={"requestId": ids[1]})
    for place, id in enumerate(ids):
        await asking.send(SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=id, method="ping")))
        if place == MOST_REQUESTS:
            await asking.send(SessionMessage(cancelled))
    received: list[object] = []

    async def receive(traffic: Traffic) -> None:
        async for item in traffic:
            received.append(item)

    async def answer(traffic: Traffic, id: int | str) -> int:
        await traffic.send(SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=id, result={})))
        await anyio.wait_all_tasks_blocked()
        return len(received)

    async with answers, asking, Traffic(incoming, outgoing) as traffic, anyio.create_task_group() as tasks:
        tasks.start_soon(receive, traffic)
        await anyio.wait_all_tasks_blocked()
        assert len(received) == MOST_REQUESTS
        assert await answer(traffic, ids[0]) == MOST_REQUESTS + 1
        assert await answer(traffic, "one that is not open") == MOST_REQUESTS + 1
        # The next is the word that one is cancelled: with the answer, it makes room for two.
        assert await answer(traffic, ids[2]) == MOST_REQUESTS + 4
        tasks.cancel_scope.cancel()
    assert (incoming.statistics().open_receive_streams, outgoing.statistics().open_send_streams) == (0, 0)


async def test_lines_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    from reader.extensions.mcp import server

    monkeypatch.setattr(server, "MOST_BYTES", 6)
    assert [line async for line in server._Lines(io.BytesIO(b"12345\n\xff\nlast"))] == ["12345\n", "\ufffd\n", "last"]
    with pytest.raises(ReaderError, match="A message of more than 6 bytes came, and the connection is closed"):
        await anext(server._Lines(io.BytesIO(b"123456\n")))
    inner = BrokenPipeError()
    assert server._first(BaseExceptionGroup("a", [BaseExceptionGroup("b", [inner]), ValueError()])) is inner


# The server as a process


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


@pytest.mark.long
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
def test_malformed_messages_get_an_error_and_the_next_one_is_answered(papers: Path, line: bytes) -> None:
    with raw() as one:
        one.send(line)
        one.call(9, "search", limit=1)
        assert one.read()["error"] == {"code": -32700, "message": "This is not a JSON-RPC 2.0 message."}
        assert one.read()["id"] == 9
        assert one.close() == (0, "")


@pytest.mark.long
def test_an_input_that_ends_in_a_message_leaves_the_marks_before_it(papers: Path, run: Run) -> None:
    with raw() as one:
        one.call(1, "mark", star=True, ids=[IDS[0]])
        assert one.process.stdin is not None
        one.process.stdin.write(call(2, "mark", star=True, ids=[IDS[1]])[:40])
        assert one.close() == (0, "")
    assert [paper["id"] for paper in run("list", "is:starred", "--json=id").records] == [IDS[0]]


@pytest.mark.long
def test_a_reader_that_is_gone_ends_it_without_a_word(papers: Path) -> None:
    with raw() as one:
        assert one.process.stdout is not None
        one.process.stdout.close()
        one.call(1, "search")
        assert one.close() == (0, "")


@pytest.mark.long
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_at_once(papers: Path, number: str) -> None:
    with raw() as one:
        one.call(1, "search", limit=1)
        one.read()
        one.process.send_signal(getattr(signal, number))
        assert one.process.wait(10) == -getattr(signal, number)
        assert one.process.stderr is not None and one.process.stderr.read() == b""
