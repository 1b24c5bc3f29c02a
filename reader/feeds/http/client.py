"""The HTTP client of all sources: GET requests to one host within limits, tried again where that helps.

Every failure is a FeedError whose text is one plain sentence with a remedy. Each wait is a step of the requesting job;
see `reader.core.steps`. This is the only module that uses httpx, which is imported at the first request.
"""

from __future__ import annotations

import asyncio
import contextvars
import errno
import logging
import os
import random
import socket
import ssl
import threading
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypedDict, TypeVar, Unpack, cast
from urllib.parse import unquote, urljoin, urlsplit

from reader import __version__
from reader.core.addresses import is_local, is_loopback
from reader.core.errors import (
    ConfigError,
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
    UsageError,
)
from reader.core.foreign import web_url
from reader.core.steps import duration_text, note_step, note_wait
from reader.core.text import brief
from reader.feeds.http import responses
from reader.feeds.http.environment import find_token, is_offline, may_have_token, sign_in_advice
from reader.feeds.http.pace import Pace
from reader.feeds.http.responses import (
    LATER,
    Answer,
    HostBusy,
    HttpRefused,
    Limits,
    Response,
    RetryableError,
    Validators,
)

if TYPE_CHECKING:
    import httpx

    from reader.config import Settings

T = TypeVar("T")

log = logging.getLogger(__name__)

MAX_REDIRECTS = 5

STEP_SECONDS = 30.0
"""Seconds that a step of a job may take without notice."""

BUSY_HOST_INTERVAL_SECONDS = 3.0
"""Seconds between two requests of all programs to arXiv's hosts, by arXiv's terms."""

TOO_BUSY = (406, 429, 503)
"""Statuses by which arXiv's hosts only mean that they are busy, if no waiting time comes with them."""

FEED_TYPES = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
"""The `Accept` header of a request for a feed."""

_PERMANENT = (301, 308)
_REDIRECTS = (*_PERMANENT, 302, 303, 307)
_NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_UNUSABLE_ENVIRONMENT = (
    "The environment names a proxy or certificates that can't be used; correct or unset HTTPS_PROXY, HTTP_PROXY,"
    " ALL_PROXY, SSL_CERT_FILE and SSLKEYLOGFILE."
)
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


class HttpOptions(TypedDict, total=False):
    """The options that every source passes on to its clients; the defaults are those of `Client`."""

    accept: str
    encoding: str
    """`gzip`, which is unpacked in bounded steps, or `identity`."""
    offline: bool
    limits: Limits | None
    sleep: Callable[[float], Awaitable[object]]
    clock: Callable[[], float]


class Closing:
    """What is closed as the block of its `async with` ends."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        raise NotImplementedError


class Client(Closing):
    """GET requests to one host, one at a time. Close it in the event loop that used it.

    `endpoint` is the address that paths continue, and `name` stands for the host in messages. `pace` is shared with
    other programs; with `backs_off`, the host is left alone for a while after it was too busy for all attempts.
    `interval` is the minimum number of seconds between a response and the next request. With `cross_host` redirects
    may lead to another host; with `public_only` no request goes to this machine or its network. `reason` extracts the
    reason from an error's body, and `sign_in` advises what to do if the host asks for a sign-in.

    Proxies and certificates come from the environment as httpx reads them, except for an endpoint on this machine.
    """

    def __init__(
        self,
        endpoint: str,
        token: str | None = None,
        *,
        name: str | None = None,
        accept: str = "application/json",
        encoding: str = "gzip",
        sign_in: str = "feeds with a sign-in are not supported",
        offline: bool = False,
        limits: Limits | None = None,
        pace: Pace | None = None,
        backs_off: bool = False,
        interval: float = 0,
        cross_host: bool = False,
        public_only: bool = False,
        refuses_pages: bool = False,
        reason: Callable[[bytes], str] = responses.refusal_reason,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint.strip().rstrip("/")
        host = urlsplit(self.endpoint).hostname or ""
        self.host = name if name and not is_local(host) else host
        self.offline = offline
        self._headers = {"Accept": accept, "Accept-Encoding": encoding, "User-Agent": f"dailypapers/{__version__}"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._has_token = token is not None
        self._sign_in = sign_in
        self._limits = limits or Limits()
        self._pace = pace or Pace()
        self._backs_off = backs_off
        self._interval = interval
        self._cross_host = cross_host
        self._public_only = public_only
        self._refuses_pages = refuses_pages
        self._reason = reason
        self._sleep = sleep
        self._clock = clock
        self._lock = asyncio.Lock()
        self._free_at = float("-inf")
        self._is_loopback = is_loopback(host)
        self._http: httpx.AsyncClient | None = None

    @classmethod
    def for_feed(
        cls,
        address: str,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        lock_folder: Path | None,
        refuses_pages: bool = True,
        **options: Unpack[HttpOptions],
    ) -> Client:
        """A client for the daily feed at an address, with the environment's offline mode.

        It has the user's token only if the settings let this address have it: see `may_have_token`. Raises ConfigError
        for an address that is neither https nor on this machine.
        """
        host = _host_of_feed(address)
        token = find_token(environ, settings) if may_have_token(address, settings) else None
        options["offline"] = is_offline(environ)
        advice = sign_in_advice(address, environ, settings)
        pace = Pace(lock_folder / f"{host}.lock") if lock_folder is not None else None
        return cls(address, token, sign_in=advice, pace=pace, refuses_pages=refuses_pages, **options)

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def get(
        self,
        address: str,
        parse: Callable[[Response], T],
        parameters: Mapping[str, Any] | None = None,
        validators: Validators | None = None,
    ) -> T:
        """Return what `parse` makes of the response for an address, or for a path of the endpoint.

        `parse` runs in a thread and may raise FeedMalformed. With `validators` it may get a response that
        `is_unchanged`. Raises FeedError.
        """
        if self.offline:
            raise FeedOffline("Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.")
        if self._backs_off and (left := self._pace.pause_left()):
            raise HostBusy(f"{self.host} is too busy to answer; the next try is in {duration_text(left)}.", 429)
        url = f"{self.endpoint}{address}" if address.startswith("/") else address
        try:
            async with self._lock:
                found = await self._try(url, parse, parameters, validators or Validators())
        except HostBusy as busy:
            pause = duration_text(self._pace.refused())
            raise HostBusy(f"{str(busy).rstrip('.')}; the next try is in {pause}.", busy.status) from busy
        if self._backs_off:
            self._pace.answered()
        return found

    async def _try(
        self, url: str, parse: Callable[[Response], T], parameters: Mapping[str, Any] | None, validators: Validators
    ) -> T:
        """Attempt a request until its response can be parsed, or no attempt is left."""
        failures: Counter[str] = Counter()
        while True:
            pause = self._free_at - self._clock()
            # The usual interval is not worth reporting.
            await self._wait(pause, f"{self.host} asked for a pause" if pause > self._interval else "")
            try:
                return await self._attempt(url, parse, parameters, validators)
            except RetryableError as failure:
                failures[failure.reason] += 1
                attempts = failures.total()
                if attempts >= self._limits.attempts or failures[failure.reason] >= failure.attempts:
                    raise failure.error from failure.__cause__
                # Jitter keeps many readers from retrying at the same moment.
                usual = self._limits.backoff * 2 ** (attempts - 1) * random.SystemRandom().uniform(0.75, 1.5)
                await self._wait(usual if failure.wait is None else failure.wait, failure.reason)

    async def _wait(self, seconds: float, reason: str) -> None:
        if seconds > 0:
            note_wait(seconds, reason)
            await self._sleep(seconds)

    async def _attempt(
        self, url: str, parse: Callable[[Response], T], parameters: Mapping[str, Any] | None, validators: Validators
    ) -> T:
        """Send one request and parse its response; raises FeedError, or RetryableError if the failure may pass."""
        try:
            async with self._pace.turn(self._sleep), asyncio.timeout(self._limits.total_timeout):
                # One that may take longer than a step is a wait.
                note_wait(max(0.0, self._limits.total_timeout - STEP_SECONDS))
                response = await self._request(url, parameters, validators)
        except TimeoutError as error:
            # A host that sends all the time, but never finishes, would do so again.
            late = f"{self.host} did not finish its answer within {self._limits.total_timeout:g} s"
            raise FeedUnreachable(f"{late}; {LATER}.") from error
        note_step()
        try:
            return await _in_daemon_thread(parse, response)
        except FeedMalformed as error:
            raise RetryableError(error, f"{self.host} sent something unreadable", attempts=2) from error

    async def _request(self, url: str, parameters: Mapping[str, Any] | None, validators: Validators) -> Response:
        lasting_url, is_permanent = url, True
        for hop in range(MAX_REDIRECTS):
            await self._wait(min(self._free_at - self._clock(), self._interval), "")
            if self._public_only:
                await self._check_public(url, is_redirect=hop > 0)
            started = self._clock()
            try:
                async with self._send(url, parameters, validators) as answer:
                    body = await self._read_body(answer)
                seconds = self._clock() - started
                log.info("GET %s %d, %d bytes in %.2f s", answer.url, answer.status, len(body), seconds)
                pause = responses.rate_limit_pause(answer.headers, self._limits.longest_wait)
                self._free_at = max(self._free_at, self._clock() + pause)
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    url, parameters = self._redirect_target(answer.url, answer.headers["Location"]), None
                    is_permanent = is_permanent and answer.status in _PERMANENT
                    lasting_url = url if is_permanent else lasting_url
                    continue
                is_unchanged = answer.status == 304 and validators != Validators()
                if not (is_unchanged or 200 <= answer.status < 300):
                    self._refuse(answer, body)
            finally:
                # The interval holds after a rate limit too.
                self._free_at = max(self._free_at, self._clock() + self._interval)
            is_page = "html" in answer.headers.get("content-type", "") or body.lstrip().startswith(b"<")
            if self._refuses_pages and is_page:
                page = f"{self.host} answered with a web page instead of the feed"
                raise FeedMalformed(f"{page}; this network may ask to sign in first.")
            found = Validators.from_headers(answer.headers)
            return Response(
                b"" if is_unchanged else body,
                is_unchanged,
                validators if is_unchanged and found == Validators() else found,
                lasting_url,
                url,
                answer.headers.get("Content-Type", ""),
                responses.has_next_page(answer.headers),
            )
        raise FeedRefused(f"{self.host} redirected too many times; check the feed's address.")

    @asynccontextmanager
    async def _send(
        self, url: str, parameters: Mapping[str, Any] | None, validators: Validators
    ) -> AsyncIterator[Answer]:
        """Send a request without following redirects.

        Raises FeedError, or RetryableError for a failure that may pass, now and while the body comes.
        """
        import httpx

        http = self._http = self._http or self._open()
        try:
            async with http.stream("GET", url, params=parameters or None, headers=validators.request_headers()) as got:
                yield Answer(got.status_code, str(got.url), got.headers, got.aiter_raw())
        except (httpx.HTTPError, httpx.InvalidURL, ExceptionGroup) as error:
            raise self._explain(error) from error

    def _open(self) -> httpx.AsyncClient:
        import httpx

        timeout = httpx.Timeout(self._limits.read_timeout, connect=self._limits.connect_timeout)
        trusts_environment = not self._is_loopback
        try:
            verify = _certificates(trusts_environment, *map(os.environ.get, _CERTIFICATE_VARIABLES))
            return httpx.AsyncClient(
                headers=self._headers, timeout=timeout, verify=verify, trust_env=trusts_environment
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise FeedUnreachable(_UNUSABLE_ENVIRONMENT) from error

    def _explain(self, error: httpx.HTTPError | httpx.InvalidURL | ExceptionGroup[Exception]) -> Exception:
        import httpx

        host, limits = self.host, self._limits
        match error:
            case httpx.TimeoutException():
                seconds = limits.connect_timeout if isinstance(error, httpx.ConnectTimeout) else limits.read_timeout
                silent = f"{host} did not answer within {seconds:g} s"
                return RetryableError(FeedUnreachable(f"{silent}; {LATER}."), silent, limits.silent_attempts)
            case httpx.ProxyError():
                return FeedUnreachable(f"The proxy refused a request to {host}; check HTTPS_PROXY.")
            case httpx.InvalidURL():
                # httpx parses the address, and the one that an answer redirects to.
                redirected = f"{host} redirected to an invalid address, which was not followed"
                return FeedRefused(f"{redirected}; this network may ask to sign in first.")
            case ExceptionGroup():
                # A proxy at a port that there is not.
                return FeedUnreachable(_UNUSABLE_ENVIRONMENT)
            case httpx.ConnectError():
                return _connection_failure(host, error)
        return self._broken()

    def _broken(self) -> RetryableError:
        """The failure of an answer that came in part, or not as it was sent."""
        broke = f"The connection to {self.host} broke"
        return RetryableError(FeedUnreachable(f"{broke}; {LATER}."), broke, self._limits.attempts)

    async def _read_body(self, answer: Answer) -> bytes:
        """The unpacked body; sources that write it to a file override this."""
        try:
            return await responses.read_body(self.host, answer, self._limits.body_size)
        except zlib.error as error:
            raise self._broken() from error

    async def _check_public(self, url: str, *, is_redirect: bool) -> None:
        """Raise FeedRefused if an address is on this machine or its network, by its text or by what its name means.

        A name server that answers the connection in another way is not noticed: that would take a connection of our
        own instead of httpx's.
        """
        import httpx

        with suppress(httpx.InvalidURL):
            host = unquote(httpx.URL(url).raw_host.decode("ascii"))
            found = [host]
            with suppress(OSError):
                loop = asyncio.get_running_loop()
                infos = await loop.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
                found += [str(where[0]) for *_, where in infos]
            if local := next((one for one in found if is_local(one)), None):
                named = brief(host) + (f" ({local})" if local != host else "")
                place = f"{self.host} redirected to {named}, which" if is_redirect else named
                raise FeedRefused(
                    f"{place} is on this machine or its network and was not asked; the setting allow_local_feeds"
                    " permits it."
                )

    def _redirect_target(self, origin: str, target: str) -> str:
        """The address that a redirect leads to; raises FeedRefused if it must not be followed."""
        other = ""
        with suppress(ValueError):
            url = urljoin(origin, target)
            before, after = urlsplit(origin), urlsplit(url)
            if after.netloc == before.netloc and after.scheme in (before.scheme, "https"):
                return url
            if self._cross_host and (web := web_url(url)) and web.startswith(("https:", f"{before.scheme}:")):
                return web
            other = brief(after.netloc)
        if self._cross_host:
            raise FeedRefused(f"{self.host} redirected to an unsafe address; check the feed's address.")
        redirected = f"{self.host} redirected to {other or 'another place'}, which was not followed"
        raise FeedRefused(f"{redirected}; this network may ask to sign in first.")

    def _refuse(self, answer: Answer, body: bytes) -> NoReturn:
        """Raise HttpRefused for an error status, or RetryableError if it may pass."""
        host, status, limits = self.host, answer.status, self._limits
        wait = responses.retry_after(answer.headers)
        has_time = "Retry-After" in answer.headers or "RateLimit" in answer.headers
        if self._backs_off and status in TOO_BUSY and not has_time:
            busy = HostBusy(f"{host} is too busy to answer ({status}).", status)
            raise RetryableError(busy, f"{host} is too busy ({status})", limits.attempts)
        if status == 429:
            wait = responses.rate_limit_pause(answer.headers, float("inf")) or wait or 60
            full = f"{host} accepts no more requests for now"
            error = HttpRefused(f"{full}; try again in {duration_text(wait)}.", status)
            if wait > limits.longest_wait:
                raise error
            self._free_at = float("-inf")
            raise RetryableError(error, full, limits.attempts, wait)
        if status >= 500:
            trouble = f"{host} has trouble ({status})"
            wait = None if wait is not None and wait > limits.longest_wait else wait
            raise RetryableError(HttpRefused(f"{trouble}; {LATER}.", status), trouble, limits.attempts, wait)
        if self._has_token and status in (401, 403):
            raise HttpRefused(f"{host} did not accept the access token ({status}); {self._sign_in}.", status)
        if status == 401:
            raise HttpRefused(f"{host} requires a sign-in (401); {self._sign_in}.", status)
        reason = self._reason(body)
        advice = f": {reason}" if reason else "; check the feed's address"
        raise HttpRefused(f"{host} refused the request ({status}){advice}.", status)


@cache
def _certificates(trusts_environment: bool, *_files: str | None) -> ssl.SSLContext:
    """The certificates by which all clients check hosts; reading them takes 20 ms."""
    import httpx

    return httpx.create_ssl_context(trust_env=trusts_environment)


def _connection_failure(host: str, error: BaseException) -> FeedError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            untrusted = f"The certificate of {host} is not trusted here"
            return FeedUnreachable(f"{untrusted}; behind a proxy, name its certificates in SSL_CERT_FILE.")
        if isinstance(cause, socket.gaierror):
            return FeedOffline(f"{host} could not be found: there is no network, or the feed's address is wrong.")
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return FeedOffline(f"{host} could not be reached: there is no network.")
    return FeedUnreachable(f"{host} could not be reached; {LATER}.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


async def _in_daemon_thread(function: Callable[[Response], T], response: Response) -> T:
    """Run a function in a thread that nobody waits for when the program ends.

    `asyncio.to_thread` was rejected: an interrupted program would first wait until the answer is parsed.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def report(result: T | None, error: Exception | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast("T", result))

    def run() -> None:
        result, error = None, None
        try:
            result = context.run(function, response)
        except Exception as failure:
            error = failure
        # The loop is closed if the program was interrupted meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(report, result, error)

    threading.Thread(target=run, name="parse", daemon=True).start()
    return await done


def _host_of_feed(endpoint: str) -> str:
    host = ""
    with suppress(ValueError):
        parts = urlsplit(endpoint.strip())
        name, _ = parts.hostname or "", parts.port
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(name))
        host = name if is_secure and not ("@" in parts.netloc or parts.query or parts.fragment) else ""
    if not host:
        shown = brief(endpoint.strip().rstrip("/"))
        raise ConfigError(f"The feed's address must begin with https://, but {shown!r} does not; correct HF_ENDPOINT.")
    return host


def busy_host_pace(
    endpoint: str, folder: Path | None, *, turn: str, pause: str, now: Callable[[], float] = time.time
) -> Pace:
    """The pace of a host that refuses requests at random when it is busy, as arXiv's hosts do.

    Programs that share `folder` take turns by the file `turn` and share the pause in the file `pause`. A stand-in on
    this machine may be asked at any rate.
    """
    if folder is None:
        return Pace(now=now)
    turns = None if is_local_url(endpoint) else folder / turn
    return Pace(turns, folder / pause, BUSY_HOST_INTERVAL_SECONDS, now)


def origin_of(url: str) -> str:
    """Scheme and host of a web address, such as `https://example.org`; raises UsageError for any other text."""
    address = web_url(url)
    if address is None:
        raise UsageError(f"{brief(url)!r} is not a feed's address, which begins with https:// or http://.")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_local_url(url: str) -> bool:
    """Whether an address is on this machine or, by its IP address, in its private network."""
    return is_local(urlsplit(url).hostname or "")
