"""A polite HTTP client for one host: GET requests with timeouts, size limits, retries and rate limits.

Every failure is raised as a FeedError whose text is one plain sentence with what to do.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Self, TypeVar
from urllib.parse import urljoin, urlsplit

from reader import __version__
from reader.core.addresses import is_loopback
from reader.core.errors import ConfigError, FeedMalformed, FeedOffline, FeedRefused
from reader.core.steps import note_step, note_wait
from reader.core.text import clean
from reader.feeds.http import responses
from reader.feeds.http.failures import HttpRefused, RetryableError, explain_environment, explain_failure
from reader.feeds.http.host_lock import host_lock
from reader.feeds.http.responses import BodyReader, BodyTooLarge, Limits, UnknownEncoding

if TYPE_CHECKING:
    import httpx


T = TypeVar("T")

OnWait = Callable[[float, str], None]
"""Called before a wait with its seconds and the reason, such as `huggingface.co has trouble (503)`."""

log = logging.getLogger(__name__)

MAX_REDIRECTS = 5

STEP = 30.0
"""Seconds that a step of a job may take without notice."""


class Response(NamedTuple):
    """A successful response."""

    body: bytes
    has_next: bool | None
    """Whether a next page follows; None if the response does not say."""
    validator: str | None = None
    """Its ETag."""
    is_unchanged: bool = False
    """True for a 304: nothing has changed since the response with the validator that was sent; `body` is empty."""


class Closing:
    """What is closed as the block of its `async with` ends."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        raise NotImplementedError


class HttpClient:
    """GET requests to one endpoint, one at a time.

    Programs that share `lock_folder` also ask a host one at a time. Proxies and certificates come from the
    environment as httpx reads them, except for an endpoint on this machine. `sign_in` advises what to do if the host
    asks for a sign-in. Raises ConfigError for an endpoint that is neither https nor on this machine.
    """

    def __init__(
        self,
        endpoint: str,
        token: str | None = None,
        *,
        sign_in: str = "check HF_TOKEN",
        offline: bool = False,
        limits: Limits | None = None,
        lock_folder: Path | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint.strip().rstrip("/")
        self.host = _host_of(self.endpoint)
        self.offline = offline
        self._token = token
        self._sign_in = sign_in
        self._limits = limits or Limits()
        self._lock_folder = lock_folder
        self._sleep = sleep
        self._clock = clock
        self._lock = asyncio.Lock()
        self._free_at = float("-inf")
        self._validator: str | None = None
        self._client: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get(
        self,
        path: str,
        parameters: Mapping[str, str | int],
        parse: Callable[[Response], T],
        on_wait: OnWait | None = None,
        *,
        validator: str | None = None,
    ) -> T:
        """Request a path, and return what `parse` makes of the response.

        `parse` runs in a thread and may raise FeedMalformed. With a `validator` it may get a response that
        `is_unchanged`. Raises FeedError.
        """
        if self.offline:
            raise FeedOffline("Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.")
        limits = self._limits
        async with self._lock:
            self._validator = validator
            failures: Counter[str] = Counter()
            while True:
                await self._wait(self._free_at - self._clock(), f"{self.host} asks for a pause", on_wait)
                try:
                    return await self._attempt(path, parameters, parse)
                except RetryableError as failure:
                    failures[failure.reason] += 1
                    attempts = failures.total()
                    if attempts >= limits.attempts or failures[failure.reason] >= failure.attempts:
                        raise failure.error from failure.__cause__
                    wait = failure.wait
                    if wait is None:
                        # Jitter keeps many readers from retrying at the same moment.
                        wait = limits.backoff * 2 ** (attempts - 1) * random.SystemRandom().uniform(0.75, 1.5)
                    await self._wait(wait, failure.reason, on_wait)

    async def _wait(self, seconds: float, reason: str, on_wait: OnWait | None) -> None:
        if seconds <= 0:
            return
        if on_wait is not None:
            on_wait(seconds, reason)
        note_wait(seconds)
        await self._sleep(seconds)

    async def _attempt(self, path: str, parameters: Mapping[str, str | int], parse: Callable[[Response], T]) -> T:
        """Send one request and parse its response; raises FeedError, or RetryableError if the failure may pass."""
        import httpx

        try:
            async with self._host_lock(), asyncio.timeout(self._limits.total_timeout):
                # One that may take longer than a step is a wait.
                note_wait(max(0.0, self._limits.total_timeout - STEP))
                response = await self._request(path, parameters)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ExceptionGroup) as error:
            raise explain_failure(self.host, error, self._limits) from error
        note_step()
        try:
            return await asyncio.to_thread(parse, response)
        except FeedMalformed as error:
            raise RetryableError(error, f"{self.host} sent something unreadable", attempts=2) from error

    def _host_lock(self) -> AbstractAsyncContextManager[None]:
        """The lock that other programs also use; held for one request, released while waiting to retry."""
        if self._lock_folder is None:
            return nullcontext()
        return host_lock(self._lock_folder / f"{self.host}.lock", 0, self._sleep)

    async def _request(self, path: str, parameters: Mapping[str, str | int]) -> Response:
        """Send one request, and follow its redirects within the host."""
        client = self._open()
        url = f"{self.endpoint}{path}"
        query: Mapping[str, str | int] | None = parameters
        conditions = {"If-None-Match": self._validator} if self._validator else {}
        for _ in range(MAX_REDIRECTS):
            started = self._clock()
            async with client.stream("GET", url, params=query, headers=conditions) as response:
                body = await self._read_body(response)
            self._log_request(response, body, started)
            self._respect_rate_limit(response)
            target = response.headers.get("location")
            if response.is_redirect and target:
                url, query = self._redirect_target(str(response.url), target), None
                continue
            if response.status_code == 304 and conditions:
                return Response(b"", None, self._validator, is_unchanged=True)
            if not response.is_success:
                self._refuse(response, body)
            if _is_web_page(response, body):
                raise FeedMalformed(
                    f"{self.host} answered with a web page instead of the feed; this network may ask to sign in first."
                )
            validator = responses.sendable_validator(response.headers.get("ETag"))
            return Response(body, responses.has_next_page(response.headers), validator)
        raise self._too_many_redirects()

    def _log_request(self, response: httpx.Response, body: bytes, started: float) -> None:
        seconds = self._clock() - started
        log.info("GET %s %d, %d bytes in %.2f s", response.url, response.status_code, len(body), seconds)

    def _respect_rate_limit(self, response: httpx.Response) -> None:
        """Delay the next request if the response says that none is left."""
        pause = responses.rate_limit_pause(response.headers, self._limits.longest_wait)
        self._free_at = max(self._free_at, self._clock() + pause)

    def _too_many_redirects(self) -> FeedRefused:
        return FeedRefused(f"{self.host} redirected too many times; check the feed's address.")

    def _open(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            try:
                self._client = self._new_client()
            except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
                raise explain_environment(error) from error
        return self._client

    def _new_client(self) -> httpx.AsyncClient:
        import httpx

        headers = {
            "Accept": "application/json",
            # Only gzip, which BodyReader unpacks in bounded steps.
            "Accept-Encoding": "gzip",
            "User-Agent": f"dailypapers/{__version__}",
        }
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        return httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(self._limits.read_timeout, connect=self._limits.connect_timeout),
            trust_env=not is_loopback(self.host),
        )

    async def _read_body(self, response: httpx.Response) -> bytes:
        """The unpacked body; raises FeedMalformed if it is over the size limit or has an encoding not asked for."""
        import httpx

        encoding = response.headers.get("Content-Encoding", "")
        try:
            reader = BodyReader(encoding, self._limits.body_size)
            async for chunk in response.aiter_raw():
                reader.add(chunk)
            return reader.body()
        except UnknownEncoding:
            sent = f"{self.host} packed its answer as {clean(encoding, 40)!r}, which was not asked for"
            raise FeedMalformed(f"{sent}; try again later.") from None
        except BodyTooLarge:
            size = self._limits.body_size // (1024 * 1024)
            raise FeedMalformed(
                f"{self.host} sent more than {size} MiB at once, which was not read; try again later."
            ) from None
        except zlib.error as error:
            raise httpx.DecodingError(str(error), request=response.request) from error

    def _redirect_target(self, origin: str, target: str) -> str:
        """The address that a redirect leads to; raises FeedRefused if it leaves the host or gives up encryption."""
        other = ""
        try:
            url = urljoin(origin, target)
            before, after = urlsplit(origin), urlsplit(url)
        except ValueError:
            pass
        else:
            if after.netloc == before.netloc and after.scheme in (before.scheme, "https"):
                return url
            other = clean(after.netloc, 80)
        redirected = f"{self.host} redirected to {other or 'another place'}, which was not followed"
        raise FeedRefused(f"{redirected}; this network may ask to sign in first.")

    def _refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        """Raise the error that an unsuccessful response means."""
        host, status, limits = self.host, response.status_code, self._limits
        wait = responses.retry_after(response.headers)
        if status == 429:
            wait = responses.rate_limit_pause(response.headers, float("inf")) or wait or 60
            error = HttpRefused(f"{host} allows no more requests for now; try again in {duration_text(wait)}.", status)
            if wait > limits.longest_wait:
                raise error
            self._free_at = float("-inf")
            raise RetryableError(error, f"{host} allows no more requests for now", limits.attempts, wait)
        if status >= 500:
            trouble = f"{host} has trouble ({status})"
            if wait is not None and wait > limits.longest_wait:
                wait = None
            raise RetryableError(HttpRefused(f"{trouble}; try again later.", status), trouble, limits.attempts, wait)
        if self._token and status in (401, 403):
            raise HttpRefused(f"{host} did not accept the access token ({status}); {self._sign_in}.", status)
        if status == 401:
            raise HttpRefused(f"{host} requires a sign-in (401); {self._sign_in}.", status)
        reason = responses.refusal_reason(body)
        advice = f": {reason}" if reason else "; check the feed's address"
        raise HttpRefused(f"{host} refused the request ({status}){advice}.", status)


def _host_of(endpoint: str) -> str:
    """The host of a valid endpoint.

    Raises ConfigError.
    """
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    else:
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
        if not secure or "@" in parts.netloc or parts.query or parts.fragment:
            host = ""
    if not host:
        shown = clean(endpoint, 100)
        raise ConfigError(
            f"The feed's address must begin with https://, which {shown!r} does not; set HF_ENDPOINT right."
        )
    return host


def _is_web_page(response: httpx.Response, body: bytes) -> bool:
    return "html" in response.headers.get("content-type", "") or body[:100].lstrip()[:1] == b"<"


def duration_text(seconds: float) -> str:
    """A rounded duration, such as `45 s`, `5 minutes` or `3 hours`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
