"""One polite conversation with one host: timeouts, bounds, retries and rate limits around GET requests.

Everything that can go wrong comes out as one of the FeedError kinds, its text one plain sentence with what to do.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import random
import socket
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar
from urllib.parse import urljoin, urlsplit

from reader import __version__
from reader.core.errors import (
    ConfigError,
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
)
from reader.core.text import clean
from reader.feeds.http import responses
from reader.feeds.http.host_lock import host_lock

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

OnWait = Callable[[float, str], None]
"""Called before a wait with its length in seconds and the reason, such as `huggingface.co had trouble (503)`."""

log = logging.getLogger(__name__)

_REDIRECTS = 5
_NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}


class HttpRefused(FeedRefused):
    """The feed answered with a status that says no."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much is borne; times are in seconds."""

    connect: float = 5
    silence: float = 10
    """Without a byte of the answer."""
    total: float = 30
    """For one request with its whole answer."""
    body: int = 32 * 1024 * 1024
    """Bytes of an answer, unpacked."""
    tries: int = 4
    backoff: float = 0.5
    """Before the second try; it doubles from try to try."""
    longest_wait: float = 310
    """For a rate limit: a little over the five minutes of the feed's window."""


class Response(NamedTuple):
    """A good answer."""

    body: bytes
    more: bool | None
    """Whether the answer says that a next page follows; None where it says nothing about pages."""
    validator: str | None = None
    """Its ETag."""
    is_unchanged: bool = False
    """Whether it says that nothing has changed since the answer of the validator that was sent; `body` is empty."""


class _Retryable(Exception):
    """A failure that may pass: worth `tries` of its kind, the next after `wait` seconds (None: by backoff)."""

    def __init__(self, error: FeedError, why: str, tries: int, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.why = why
        self.tries = tries
        self.wait = wait


class HttpClient:
    """GET requests to one endpoint, one at a time.

    Programs that share the folder `turns` ask a host one at a time too. Proxies and certificates come from the
    environment as httpx has it, except for an endpoint on this machine. Raises ConfigError for an endpoint that is
    neither https nor on this machine.
    """

    def __init__(
        self,
        endpoint: str,
        token: str | None = None,
        *,
        offline: bool = False,
        bounds: Limits | None = None,
        turns: Path | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint.strip().rstrip("/")
        self.host = _host_of(self.endpoint)
        self.offline = offline
        self._token = token
        self._bounds = bounds or Limits()
        self._turns = turns
        self._sleep = sleep
        self._clock = clock
        self._turn = asyncio.Lock()
        self._free_at = float("-inf")
        self._validator: str | None = None
        self._client: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close the connections; the next request would open new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get(
        self,
        path: str,
        parameters: Mapping[str, str | int],
        read: Callable[[Response], T],
        on_wait: OnWait | None = None,
        *,
        validator: str | None = None,
    ) -> T:
        """What `read` makes of the answer; `read` runs in a thread and may raise FeedMalformed.

        With a `validator` it may be that of an answer which says that nothing has changed. Raises FeedError.
        """
        if self.offline:
            raise FeedOffline("Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.")
        bounds = self._bounds
        async with self._turn:
            self._validator = validator
            setbacks: Counter[str] = Counter()
            while True:
                await self._wait(self._free_at - self._clock(), f"{self.host} asks for a pause", on_wait)
                try:
                    return await self._try(path, parameters, read)
                except _Retryable as setback:
                    setbacks[setback.why] += 1
                    tries = setbacks.total()
                    if tries >= bounds.tries or setbacks[setback.why] >= setback.tries:
                        raise setback.error from setback.__cause__
                    wait = setback.wait
                    if wait is None:
                        # Jitter keeps many readers from coming back at the same moment.
                        wait = bounds.backoff * 2 ** (tries - 1) * random.SystemRandom().uniform(0.75, 1.5)
                    await self._wait(wait, setback.why, on_wait)

    async def _wait(self, seconds: float, why: str, on_wait: OnWait | None) -> None:
        if seconds <= 0:
            return
        if on_wait is not None:
            on_wait(seconds, why)
        await self._sleep(seconds)

    async def _try(self, path: str, parameters: Mapping[str, str | int], read: Callable[[Response], T]) -> T:
        """One request and its reading; every failure leaves as FeedError or, where it may pass, as _Setback."""
        import httpx

        host, bounds = self.host, self._bounds
        try:
            async with self._alone(), asyncio.timeout(bounds.total):
                answer = await self._request(path, parameters)
        except (TimeoutError, httpx.TimeoutException) as error:
            seconds = {httpx.ConnectTimeout: bounds.connect, TimeoutError: bounds.total}
            late = f"{host} did not answer within {seconds.get(type(error), bounds.silence):g} s"
            raise _Retryable(FeedUnreachable(f"{late}; try again later."), late, tries=2) from error
        except httpx.ConnectError as error:
            raise _connection_failure(host, error) from error
        except httpx.ProxyError as error:
            raise FeedUnreachable(f"The proxy did not let a request to {host} through; check HTTPS_PROXY.") from error
        except httpx.InvalidURL as error:
            where = f"{host} sent the request on to an address that is none"
            raise FeedRefused(f"{where}, which was not followed; this network may ask to sign in first.") from error
        except httpx.HTTPError as error:
            broken = f"The connection to {host} broke"
            raise _Retryable(FeedUnreachable(f"{broken}; try again later."), broken, bounds.tries) from error
        try:
            return await asyncio.to_thread(read, answer)
        except FeedMalformed as error:
            raise _Retryable(error, f"{host} sent something unreadable", tries=2) from error

    def _alone(self) -> AbstractAsyncContextManager[None]:
        """A request's turn among those of all programs; none has it while it waits to try again."""
        return nullcontext() if self._turns is None else host_lock(self._turns / f"{self.host}.turn", 0, self._sleep)

    async def _request(self, path: str, parameters: Mapping[str, str | int]) -> Response:
        """One request, its redirects followed within the host."""
        client = self._open()
        url = f"{self.endpoint}{path}"
        query: Mapping[str, str | int] | None = parameters
        conditions = {"If-None-Match": self._validator} if self._validator else {}
        for _ in range(_REDIRECTS):
            started = self._clock()
            async with client.stream("GET", url, params=query, headers=conditions) as response:
                body = await self._body(response)
            seconds = self._clock() - started
            log.info("GET %s %d, %d bytes in %.2f s", response.url, response.status_code, len(body), seconds)
            self._free_at = max(
                self._free_at, self._clock() + responses.rate_limit_pause(response.headers, self._bounds.longest_wait)
            )
            target = response.headers.get("location")
            if response.is_redirect and target:
                url, query = self._redirected(str(response.url), target), None
                continue
            if response.status_code == 304 and conditions:
                return Response(b"", None, self._validator, is_unchanged=True)
            if not response.is_success:
                self._refuse(response, body)
            if _is_web_page(response, body):
                raise FeedMalformed(
                    f"{self.host} answered with a web page in place of the feed; this network may ask to sign in first."
                )
            validator = responses.sendable_validator(response.headers.get("ETag"))
            return Response(body, responses.has_next_page(response.headers), validator)
        raise FeedRefused(f"{self.host} sends the request around in circles; check the feed's address.")

    def _open(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            bounds = self._bounds
            headers = {
                "Accept": "application/json",
                # What is not asked for here need not be unpacked: other encodings expand without bound.
                "Accept-Encoding": "gzip",
                "User-Agent": f"dailypapers/{__version__}",
            }
            if self._token is not None:
                headers["Authorization"] = f"Bearer {self._token}"
            self._client = httpx.AsyncClient(
                headers=headers,
                timeout=httpx.Timeout(bounds.silence, connect=bounds.connect),
                trust_env=not _is_loopback(self.host),
            )
        return self._client

    async def _body(self, response: httpx.Response) -> bytes:
        """The answer's body, unpacked, no longer than may be."""
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._bounds.body:
                size = self._bounds.body // (1024 * 1024)
                raise FeedMalformed(
                    f"{self.host} sent more than {size} MiB at once, which was not read; try again later."
                )
        return bytes(body)

    def _redirected(self, origin: str, target: str) -> str:
        """Where a redirect leads; it may not leave the host nor give up encryption."""
        other = ""
        try:
            url = urljoin(origin, target)
            was, will = urlsplit(origin), urlsplit(url)
        except ValueError:
            pass
        else:
            if will.netloc == was.netloc and will.scheme in (was.scheme, "https"):
                return url
            other = clean(will.netloc, 80)
        sent = f"{self.host} sent the request on to {other or 'another place'}, which was not followed"
        raise FeedRefused(f"{sent}; this network may ask to sign in first.")

    def _refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        """Raise what an answer that is no success means."""
        host, status, bounds = self.host, response.status_code, self._bounds
        wait = responses.retry_after(response.headers)
        if status == 429:
            wait = responses.rate_limit_pause(response.headers, float("inf")) or wait or 60
            error = HttpRefused(f"{host} allows no more requests for now; try again in {_duration_text(wait)}.", status)
            if wait > bounds.longest_wait:
                raise error
            self._free_at = float("-inf")
            raise _Retryable(error, f"{host} allows no more requests for now", bounds.tries, wait)
        if status >= 500:
            trouble = f"{host} has trouble ({status})"
            if wait is not None and wait > bounds.longest_wait:
                wait = None
            raise _Retryable(HttpRefused(f"{trouble}; try again later.", status), trouble, bounds.tries, wait)
        if status == 401 or (status == 403 and self._token):
            raise HttpRefused(f"{host} did not accept the access token ({status}); check HF_TOKEN or unset it.", status)
        said = responses.refusal_reason(body)
        told = f": {said}" if said else "; check the feed's address"
        raise HttpRefused(f"{host} refused the request ({status}){told}.", status)


def _host_of(endpoint: str) -> str:
    """The host of an endpoint that may be asked.

    Raises ConfigError.
    """
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    else:
        secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
        if not secure or "@" in parts.netloc or parts.query or parts.fragment:
            host = ""
    if not host:
        said = clean(endpoint, 100)
        raise ConfigError(
            f"The feed's address must begin with https://, which {said!r} does not; set HF_ENDPOINT right."
        )
    return host


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_web_page(response: httpx.Response, body: bytes) -> bool:
    return "html" in response.headers.get("content-type", "") or body[:100].lstrip()[:1] == b"<"


def _duration_text(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _connection_failure(host: str, error: BaseException) -> FeedError:
    """Why there is no connection, by what lies under the error."""
    for cause in _error_chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            untrusted = f"The certificate of {host} is not trusted here"
            return FeedUnreachable(f"{untrusted}; behind a proxy, name its certificates in SSL_CERT_FILE.")
        if isinstance(cause, socket.gaierror):
            return FeedOffline(f"{host} could not be found: there is no network, or the feed's address is wrong.")
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return FeedOffline(f"{host} could not be reached: there is no network.")
    return FeedUnreachable(f"{host} could not be reached; try again later.")


def _error_chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that lies under it."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _error_chain(inner)
        error = error.__cause__ or error.__context__
