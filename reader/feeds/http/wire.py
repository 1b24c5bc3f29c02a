"""Sends requests and explains failures: the only module that uses httpx and httpcore.

Where only the internet may be asked, what an address or a name server says never leads into the local network.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

import httpcore
import httpx

from reader.core.addresses import is_local
from reader.core.errors import FeedError, FeedOffline, FeedRefused, FeedUnreachable
from reader.feeds.http.responses import LATER, Answer, Limits, RetryableError, connection_broke

_NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}

_BAD_PROXY = "A proxy's address is not valid; correct or unset HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."

STAGGER = 0.25
"""Seconds after which the next address of a host is tried beside the others (RFC 8305)."""


_NAMED_BY = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@cache
def _certificates(trusts_environment: bool, *_files: str | None) -> ssl.SSLContext:
    """Those that all clients check hosts with; to read them takes 20 ms."""
    return httpx.create_ssl_context(trust_env=trusts_environment)


class LocalHost(Exception):
    """A host is on this machine or its network; `address` is its IP address, if it was looked up."""

    def __init__(self, host: str, address: str | None = None) -> None:
        super().__init__(host)
        self.host = host
        self.address = address


class Wire:
    """The connections of a client.

    Proxies and certificates come from the environment, if it may say so. Without `checks_certificates` none are read,
    so that nothing may be asked with encryption. With `public_only` LocalHost is raised for a host
    with a local address. Proxies are the user's choice: they may be local. They look up names by themselves, so of
    hosts behind them only `localhost` and IP addresses are known.
    """

    def __init__(
        self,
        host: str,
        headers: Mapping[str, str],
        limits: Limits,
        *,
        trusts_environment: bool = True,
        checks_certificates: bool = True,
        public_only: bool = False,
    ) -> None:
        """`host` stands for the host in messages. Raises FeedUnreachable for an environment that can't be used."""
        self._host = host
        self._limits = limits
        try:
            self._client = httpx.AsyncClient(
                headers=headers,
                timeout=httpx.Timeout(limits.read_timeout, connect=limits.connect_timeout),
                verify=checks_certificates and _certificates(trusts_environment, *map(os.environ.get, _NAMED_BY)),
                trust_env=trusts_environment,
            )
        except ImportError as error:
            socks = "The proxy in ALL_PROXY is a SOCKS proxy, which can't be used; name an HTTP proxy."
            raise FeedUnreachable(socks) from error
        except OSError as error:
            file = "A file named in SSL_CERT_FILE or SSLKEYLOGFILE can't be used; correct or unset it."
            raise FeedUnreachable(file) from error
        except (ValueError, httpx.InvalidURL) as error:
            raise FeedUnreachable(_BAD_PROXY) from error
        if public_only:
            self._client.event_hooks = {"request": [_check_request]}
            transport: Any = self._client._transport
            # httpx offers no other way. Should it change, this raises AttributeError: nothing is asked unchecked.
            transport._pool._network_backend = PublicNetwork(transport._pool._network_backend)

    @asynccontextmanager
    async def send(
        self, method: str, url: str, parameters: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> AsyncIterator[Answer]:
        """Send a request, with the parameters in the address, or in the body of a POST; no redirect is followed.

        Raises FeedError, or RetryableError for a failure that may pass, now and while the body comes.
        """
        query, body = (None, parameters) if method == "POST" else (parameters, None)
        try:
            async with self._client.stream(method, url, params=query, json=body, headers=headers) as response:
                yield Answer(response.status_code, str(response.url), response.headers, response.aiter_raw())
        except (httpx.HTTPError, httpx.InvalidURL, ExceptionGroup) as error:
            raise self._explain(error) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def _explain(self, error: httpx.HTTPError | httpx.InvalidURL | ExceptionGroup[Exception]) -> Exception:
        host, limits = self._host, self._limits
        match error:
            case httpx.TimeoutException():
                seconds = limits.connect_timeout if isinstance(error, httpx.ConnectTimeout) else limits.read_timeout
                reason = f"{host} did not answer within {seconds:g} s"
                return RetryableError(FeedUnreachable(f"{reason}; {LATER}."), reason, limits.silent_attempts)
            case ExceptionGroup():
                # A port that there is not.
                return FeedUnreachable(_BAD_PROXY)
            case httpx.ConnectError():
                return _connection_failure(host, error)
            case httpx.ProxyError():
                return FeedUnreachable(f"The proxy refused a request to {host}; check HTTPS_PROXY.")
            case httpx.InvalidURL():
                # httpx parses the address, and the one that an answer redirects to.
                redirected = f"{host} redirected to an invalid address, which was not followed"
                return FeedRefused(f"{redirected}; this network may ask to sign in first.")
        return connection_broke(host, limits)


def _connection_failure(host: str, error: BaseException) -> FeedError:
    for cause in _error_chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            untrusted = f"The certificate of {host} is not trusted here"
            return FeedUnreachable(f"{untrusted}; behind a proxy, name its certificates in SSL_CERT_FILE.")
        if isinstance(cause, socket.gaierror):
            return FeedOffline(f"{host} could not be found: there is no network, or the feed's address is wrong.")
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return FeedOffline(f"{host} could not be reached: there is no network.")
    return FeedUnreachable(f"{host} could not be reached; {LATER}.")


def _error_chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _error_chain(inner)
        error = error.__cause__ or error.__context__


# The internet alone


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
