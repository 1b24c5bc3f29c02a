"""How many requests a program may have open at once, whatever ids it gives them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import anyio
import pytest

from reader.core.errors import ReaderError

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
