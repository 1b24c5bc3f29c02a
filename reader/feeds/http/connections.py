"""Connections to the internet alone: what an address or a name server says never leads into the local network."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

import httpcore
import httpx

from reader.core.addresses import is_local

STAGGER = 0.25
"""Seconds after which the next address of a host is tried beside the others (RFC 8305)."""


class LocalHost(Exception):
    """A host is on this machine or its network; `address` is its IP address, if it was looked up."""

    def __init__(self, host: str, address: str | None = None) -> None:
        super().__init__(host)
        self.host = host
        self.address = address


def refuse_local_hosts(client: httpx.AsyncClient) -> None:
    """Make a client's requests raise LocalHost for a host that has any local address.

    Proxies of the environment are the user's choice: they may be local. They look up names by themselves, so of hosts
    behind them only `localhost` and IP addresses are known.
    """
    client.event_hooks = {"request": [_check_request]}
    transport: Any = client._transport
    # httpx offers no other way. Should it change, this raises AttributeError: nothing is ever asked without the check.
    transport._pool._network_backend = PublicNetwork(transport._pool._network_backend)


def host_in_request(url: str) -> str:
    """The host that httpx asks for an address: other dots have become dots, and escapes are resolved."""
    return unquote(httpx.URL(url).raw_host.decode("ascii"))


async def _check_request(request: httpx.Request) -> None:
    host = host_in_request(str(request.url))
    if is_local(host):
        raise LocalHost(host)


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses.

    A host is looked up once, and the connection goes to an address that was checked, so a name server can't answer
    the check in one way and the connection in another. TLS and HTTP still use the host's name.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the interface of httpcore)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async def connect(address: str) -> httpcore.AsyncNetworkStream:
            return await self._backend.connect_tcp(address, port, None, local_address, socket_options)

        try:
            async with asyncio.timeout(timeout):
                return await _race(connect, await _look_up(host, port))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


async def _look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, both families by turns as RFC 8305 has it; raises LocalHost, OSError."""
    loop = asyncio.get_running_loop()
    # As bytes: Python would encode a text once more, and refuse long labels with another error.
    found = await loop.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys((family, str(where[0])) for family, _, _, _, where in found))
    for _, address in addresses:
        if is_local(address):
            raise LocalHost(host, None if address == host else address)
    first = addresses[0][0]
    preferred = [address for family, address in addresses if family == first]
    others = [address for family, address in addresses if family != first]
    return [address for pair in zip_longest(preferred, others) for address in pair if address is not None]


async def _race(
    connect: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]], addresses: Sequence[str]
) -> httpcore.AsyncNetworkStream:
    """The first connection that is made, each tried `STAGGER` after the one before, or at once if that has failed.

    Raises what the last one raised if none is made.
    """
    waiting = deque(addresses)
    tasks: list[asyncio.Future[httpcore.AsyncNetworkStream]] = []
    made: asyncio.Future[httpcore.AsyncNetworkStream] | None = None
    try:
        while made is None and (waiting or not all(task.done() for task in tasks)):
            if waiting:
                tasks.append(asyncio.ensure_future(connect(waiting.popleft())))
            running = [task for task in tasks if not task.done()]
            await asyncio.wait(running, timeout=STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED)
            made = next((task for task in tasks if task.done() and task.exception() is None), None)
        return (made or tasks[-1]).result()
    finally:
        await _end([task for task in tasks if task is not made])


async def _end(tasks: Sequence[asyncio.Future[httpcore.AsyncNetworkStream]]) -> None:
    """Stop connecting, and close what was connected all the same."""
    for task in tasks:
        task.cancel()
    for stream in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(stream, BaseException):
            await stream.aclose()
