"""Serve programs by the Model Context Protocol over standard input and output, with a bound for all that comes.

The SDK takes lines of any length, and begins on every request at once: a program that asks faster than it reads the
answers would fill the memory with these. So requests wait to be read until earlier ones are answered.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from types import TracebackType
from typing import Any, BinaryIO, cast

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from reader import api

MOST_BYTES = 4_000_000
"""Bytes of a message: the longest note, with each letter written as a code, has a third."""

MOST_REQUESTS = 16
"""Requests that are not answered yet. The answers are made one after the other, so more would not be faster."""

Read = SessionMessage | Exception


class Traffic:
    """The messages of a connection: what the server reads and writes."""

    def __init__(self, incoming: Any, outgoing: Any) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._asked: Counter[int | str] = Counter()
        """The requests that are not answered, by their ids: a program may give several the same one."""
        self._answered = anyio.Event()

    async def receive(self) -> Read:
        while self._asked.total() >= MOST_REQUESTS:
            self._answered = anyio.Event()
            await self._answered.wait()
        item: Read = await self._incoming.receive()
        match item:
            case SessionMessage(message=JSONRPCRequest(id=id)):
                self._asked[id] += 1
            case SessionMessage(message=JSONRPCNotification(method="notifications/cancelled", params=params)):
                # It gets no answer.
                self._settle((params or {}).get("requestId"))
            case Exception():
                # The SDK would say nothing.
                error = ErrorData(code=PARSE_ERROR, message="This is not a JSON-RPC 2.0 message.")
                await self.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=None, error=error)))
        return item

    async def send(self, item: SessionMessage, /) -> None:
        await self._outgoing.send(item)
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._settle(item.message.id)

    def _settle(self, id: object) -> None:
        if isinstance(id, int | str) and id in self._asked:
            self._asked -= Counter([id])
            self._answered.set()

    def __aiter__(self) -> Traffic:
        return self

    async def __anext__(self) -> Read:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        await self._incoming.aclose()
        await self._outgoing.aclose()

    async def __aenter__(self) -> Traffic:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()


class _Lines:
    """The lines of standard input; raises ReaderError at one that is too long."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __aiter__(self) -> _Lines:
        return self

    async def __anext__(self) -> str:
        line = await anyio.to_thread.run_sync(self._file.readline, MOST_BYTES + 1, abandon_on_cancel=True)
        if len(line) > MOST_BYTES:
            raise api.ReaderError(f"A message of more than {MOST_BYTES:,} bytes came, and the connection is closed.")
        if not line:
            raise StopAsyncIteration
        return line.decode(errors="replace")


def serve(server: Server[Any]) -> None:
    """Serve until the other end closes standard input; raises BrokenPipeError if it no longer reads."""
    # The thread that waits for a line would hold an interrupt up. Marks are whole at any moment.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(_serve, server)
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


async def _serve(server: Server[Any]) -> None:
    lines = cast("anyio.AsyncFile[str]", _Lines(_own_input()))
    async with stdio_server(stdin=lines) as (incoming, outgoing):
        traffic = Traffic(incoming, outgoing)
        await server.run(traffic, traffic, server.create_initialization_options())


def _own_input() -> BinaryIO:
    """Standard input for messages alone; whatever else reads it finds its end."""
    own = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    return own


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
