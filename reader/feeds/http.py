"""The HTTP client of all sources: GET requests to one host, within limits, and retried if that may help.

Every failure is a FeedError whose text is one plain sentence with a remedy. Each wait is reported to the requesting
job; see `reader.core.steps`. A `Pace` spaces the requests of all programs to one host. This is the only module that
uses httpx, which is imported at the first request.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import re
import socket
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

from reader import __version__, platform
from reader.core.addresses import is_local, is_local_url, is_loopback
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
from reader.core.steps import duration_text, note_wait
from reader.core.text import brief, reason
from reader.feeds.environment import find_token, is_offline, may_have_token
from reader.paths import make_folder, read_start

if TYPE_CHECKING:
    import httpx

    from reader.config import Settings

T = TypeVar("T")

MAX_REDIRECTS = 5

CONNECT_SECONDS = 5.0
"""Maximum seconds to open a connection."""

FEED_TYPES = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
"""The `Accept` header of a request for a feed."""

RETRY_LATER = "try again later"

_SIGN_IN_ADVICE = "this network may ask to sign in first"
_BUSY_STATUSES = (406, 429, 503)
"""Statuses that only mean that arXiv's hosts are busy, unless the response has a waiting time."""

_NO_NETWORK_ERRORS = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_UNUSABLE_ENVIRONMENT = (
    "The environment names a proxy or certificates that can't be used; correct or unset HTTPS_PROXY, HTTP_PROXY,"
    " ALL_PROXY and SSL_CERT_FILE."
)
_GZIP_WINDOW_BITS = 31
"""The window size by which zlib recognizes gzip data."""

_MAX_VALIDATOR_LENGTH = 1_000
_REQUESTS_LEFT = re.compile(r";\s*r=([0-9]{1,9})(?![0-9.])")
_SECONDS_TO_RESET = re.compile(r";\s*t=([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a request; times are in seconds."""

    read_timeout: float = 10
    """Maximum time without a byte of the response."""
    total_timeout: float = 30
    """Maximum time for one request with its whole response."""
    body_size: int = 1 << 25
    """Maximum bytes of a response, 32 MiB, both as sent and unpacked."""
    attempts: int = 4
    backoff: float = 0.5
    """Wait before the second attempt; it doubles with each attempt."""
    longest_wait: float = 310
    """Maximum wait for a rate limit: a little over the five minutes of the feed's window."""


class Validators(NamedTuple):
    """The ETag and Last-Modified of a response, to be sent with the next request for the same address."""

    etag: str | None = None
    modified: str | None = None

    def request_headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Validators:
        """The validators in a response's headers; one that can't be sent back unchanged is dropped."""

        def safe(name: str) -> str | None:
            value = headers.get(name, "").strip()
            return (
                value if value.isascii() and value.isprintable() and 0 < len(value) <= _MAX_VALIDATOR_LENGTH else None
            )

        return cls(safe("ETag"), safe("Last-Modified"))


class Response(NamedTuple):
    """A successful response."""

    body: bytes
    base_url: str = ""
    """The address after all redirects; relative links in the body start from it."""
    headers: Mapping[str, str] = MappingProxyType({})
    """A mapping that ignores the case of names."""
    validators: Validators = Validators()
    is_unchanged: bool = False
    """True for a 304: nothing has changed since the response with the validators that were sent; `body` is empty."""


class HttpRefused(FeedRefused):
    """The host answered with an error status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class HostBusy(HttpRefused):
    """The host is too busy to answer, and gets no requests for a while."""


class _RetryableError(Exception):
    """A failure that may pass; `error` is raised after `attempts` attempts or those of the limits.

    The next attempt waits `wait` seconds, or for the usual backoff if `wait` is None.
    """

    def __init__(self, error: FeedError, wait: float | None = None, attempts: int = 1_000) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.attempts = attempts


class AsyncCloser:
    """Base class of resources that `async with` closes."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        raise NotImplementedError


async def unpack(host: str, encoding: str, parts: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """Unpack the parts of a body as they come by its `Content-Encoding`, up to `limit` bytes.

    httpx would unpack a part of any size before it could be refused: a few bytes would become gigabytes. Raises
    FeedMalformed for a larger body and for encodings other than gzip, zlib.error for damaged gzip.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise FeedMalformed(
            f"{host} compressed its answer as {brief(encoding)!r}, which was not requested; {RETRY_LATER}."
        )
    gzip = zlib.decompressobj(_GZIP_WINDOW_BITS) if encoding.endswith("gzip") else None
    received = unpacked = 0
    async for part in parts:
        received += len(part)
        # One byte over the limit is enough to detect a larger body.
        plain = part if gzip is None else b"" if gzip.eof else gzip.decompress(part, limit + 1 - unpacked)
        unpacked += len(plain)
        if max(received, unpacked) > limit:
            raise FeedMalformed(
                f"{host} sent more than {limit // 1024**2} MiB at once, which were not read; {RETRY_LATER}."
            )
        yield plain
    if gzip is not None and received and not gzip.eof:
        raise zlib.error("the body is cut off")


def rate_limit_reset(headers: Mapping[str, str]) -> float:
    """Seconds to wait by the header `RateLimit: "api";r=<left>;t=<seconds>`, with one second added.

    Zero while requests are left.
    """
    waits = [0.0]
    for limit in headers.get("RateLimit", "").split(","):
        left, reset = _REQUESTS_LEFT.search(limit), _SECONDS_TO_RESET.search(limit)
        if left and reset and int(left[1]) == 0:
            waits.append(int(reset[1]) + 1.0)
    return max(waits)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait by the header `Retry-After`, which holds seconds or a date; None if there is no valid one."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def refusal_reason(body: bytes) -> str:
    """The reason in an error's JSON body, as one clean line without its full stop; empty if there is none."""
    try:
        answer = json.loads(body[:10_000])
    except (ValueError, RecursionError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    return reason(error) if isinstance(error, str) else ""


# The pace that all programs of the user share


ARXIV_INTERVAL_SECONDS = 3.0
"""Seconds between two requests to arXiv's hosts by all programs together, by arXiv's terms."""

PAUSE_SECONDS = 600.0
"""Seconds for which a busy host gets no requests."""

_NEXT_TURN = "next turn"
"""Name of the time in a pace's file at which the next turn may begin."""

MAX_TURN_WAIT_SECONDS = 900.0
"""Maximum seconds to wait for the turn; the program that holds the turn may be waiting for a rate limit."""


class Pace:
    """The pace of requests to a host: one at a time, `interval` seconds apart, and none during a pause.

    The state is in `file`, which all programs on this machine share; without a file there is neither wait nor lock.
    `busy_as` names a host that refuses requests at random when it is busy, and that gets a pause when all attempts have
    failed. Hosts that share a file take turns, but each has its own pause.
    """

    def __init__(
        self, file: Path | None = None, interval: float = 0, busy_as: str = "", now: Callable[[], float] = time.time
    ) -> None:
        self.busy_as = busy_as
        self._file = file
        self._interval = interval
        self._now = now

    @asynccontextmanager
    async def turn(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
        """Hold the turn, at the earliest `interval` seconds after its last release.

        The system releases the turn when the program ends, even if killed. Without a writable file or support for
        locks there is no turn, which is harmless. Raises FeedUnreachable after `MAX_TURN_WAIT_SECONDS`.
        """
        handle = self._open()
        if self._file is None or handle is None:
            yield
            return
        try:
            waited = 0.0
            while not platform.try_lock(handle):
                if waited >= MAX_TURN_WAIT_SECONDS:
                    late = f"Another program has been asking {self._file.stem} for {waited / 60:.0f} minutes"
                    raise FeedUnreachable(f"{late}; end it to continue.")
                await sleep(0.2)
                waited += 0.2
            left = self._read().get(_NEXT_TURN, 0.0) - self._now()
            if 0 < left <= self._interval:
                await sleep(left)
            try:
                yield
            finally:
                if self._interval:
                    self._record(_NEXT_TURN, self._now() + self._interval)
        finally:
            os.close(handle)

    def pause_left(self) -> float:
        """Seconds until the pause of the host ends; 0 without a pause."""
        left = self._read().get(self.busy_as, 0.0) - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= PAUSE_SECONDS else 0.0

    def record_refusal(self) -> float:
        """Begin a pause unless another program has begun one; return its remaining seconds."""
        if left := self.pause_left():
            return left
        self._record(self.busy_as, self._now() + PAUSE_SECONDS)
        return PAUSE_SECONDS

    def _open(self) -> int | None:
        if self._file is not None:
            with suppress(OSError):
                make_folder(self._file)
                return os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        return None

    def _read(self) -> dict[str, float]:
        """The times of the next turn and of the ends of pauses by name; empty if the file is missing or damaged."""
        with suppress(OSError, ValueError, TypeError, AttributeError):
            if self._file is not None:
                return {name: float(at) for name, at in json.loads(read_start(self._file, 1_000)).items()}
        return {}

    def _record(self, name: str, at: float) -> None:
        """Overwrite the file in place, because a new file of the same name would have another lock."""
        if (handle := self._open()) is not None:
            text = json.dumps(self._read() | {name: at})
            # An interrupted write only loses the pauses, which is better than an error.
            with suppress(OSError):
                os.ftruncate(handle, 0)
                os.write(handle, text.encode())
            os.close(handle)


def arxiv_pace(endpoint: str, folder: Path | None, file: str, busy_as: str) -> Pace:
    """The pace of one of arXiv's hosts, in a file of `folder`; a stand-in on this machine has no interval."""
    return Pace(folder and folder / file, 0.0 if is_local_url(endpoint) else ARXIV_INTERVAL_SECONDS, busy_as)


# The client


@dataclass(eq=False)
class Client(AsyncCloser):
    """GET requests to one host, one at a time. Close it in the event loop that used it.

    `endpoint` is the base address of paths, and `title` names the host in messages. `pace` is shared with other
    programs. With `cross_host` redirects may lead to another host; with `public_only` no request goes to this machine
    or its network. `reason` extracts the reason from an error's body. The daily feed never answers with a web page,
    and may require a token.

    Proxies and certificates come from the environment as httpx reads them, except for an endpoint on this machine.
    """

    endpoint: str
    token: str | None = None
    _: KW_ONLY
    title: str = ""
    accept: str = "application/json"
    offline: bool = False
    limits: Limits = Limits()
    pace: Pace = field(default_factory=Pace)
    cross_host: bool = False
    public_only: bool = False
    is_daily_feed: bool = False
    reason: Callable[[bytes], str] = refusal_reason
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _http: httpx.AsyncClient | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.endpoint = self.endpoint.strip().rstrip("/")
        host = urlsplit(self.endpoint).hostname or ""
        self.host = self.title if self.title and not is_local(host) else host
        self._lock = asyncio.Lock()

    @classmethod
    def for_feed(
        cls,
        settings: Settings,
        environ: Mapping[str, str],
        lock_folder: Path | None = None,
        *,
        accept: str = "application/json",
        limits: Limits = Limits(),
    ) -> Self:
        """A client for the settings' daily feed, with the environment's offline mode.

        The client has the user's token only if the settings allow it for this address; see `may_have_token`. Raises
        ConfigError for an address that is neither https nor on this machine.
        """
        address, lock = settings.endpoint, f"{_host_of_feed(settings.endpoint)}.lock"
        pace = Pace(lock_folder and lock_folder / lock)
        token = find_token(environ) if may_have_token(address) else None
        offline = is_offline(environ)
        return cls(address, token, accept=accept, offline=offline, limits=limits, pace=pace, is_daily_feed=True)

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
        validators: Validators = Validators(),  # noqa: B008 (immutable)
    ) -> T:
        """Request an address or a path of the endpoint, and return the result of `parse` for the response.

        `parse` may raise FeedMalformed. With `validators` it may get a response that `is_unchanged`. Raises FeedError.
        """
        if self.offline:
            raise FeedOffline("Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.")
        if left := self.pace.pause_left():
            raise HostBusy(f"{self.host} is too busy to answer; the next try is in {duration_text(left)}.", 429)
        url = f"{self.endpoint}{address}" if address.startswith("/") else address
        async with self._lock:
            for attempt in count(1):
                try:
                    result = await self._attempt(url, parse, parameters, validators)
                except _RetryableError as failure:
                    if attempt >= min(self.limits.attempts, failure.attempts):
                        raise self._final_error(failure.error) from failure.__cause__
                    # Jitter keeps many readers from retrying at the same moment.
                    usual = self.limits.backoff * 2 ** (attempt - 1) * random.SystemRandom().uniform(0.75, 1.5)
                    wait = usual if failure.wait is None else failure.wait
                    # The message is shown without its remedy.
                    note_wait(wait, str(failure).partition(";")[0].rstrip("."))
                    await self.sleep(wait)
                else:
                    return result
        raise AssertionError

    def _final_error(self, error: FeedError) -> FeedError:
        """The error after the last attempt; begins a pause for a busy host."""
        if not isinstance(error, HostBusy):
            return error
        pause = duration_text(self.pace.record_refusal())
        return HostBusy(f"{str(error).rstrip('.')}; the next try is in {pause}.", error.status)

    async def _attempt(
        self, url: str, parse: Callable[[Response], T], parameters: Mapping[str, Any] | None, validators: Validators
    ) -> T:
        """Send one request and parse its response; raises FeedError, or _RetryableError if the failure may pass."""
        try:
            async with self.pace.turn(self.sleep), asyncio.timeout(self.limits.total_timeout):
                response = await self._request(url, parameters, validators)
        except TimeoutError as error:
            # No retry: a host that sends without an end would do so again.
            late = f"{self.host} did not finish its answer within {self.limits.total_timeout:g} s"
            raise FeedUnreachable(f"{late}; {RETRY_LATER}.") from error
        try:
            # Not in a thread, because the requests are made by a process that does nothing else.
            return parse(response)
        except FeedMalformed as error:
            raise _RetryableError(error, attempts=2) from error

    async def _request(self, url: str, parameters: Mapping[str, Any] | None, validators: Validators) -> Response:
        import httpx

        http = self._http = self._http or self._open()
        headers = validators.request_headers()
        try:
            for hop in range(MAX_REDIRECTS):
                if self.public_only:
                    await self._check_public(url, is_redirect=hop > 0)
                async with http.stream("GET", url, params=parameters or None, headers=headers) as answer:
                    encoding = answer.headers.get("Content-Encoding", "")
                    parts = unpack(self.host, encoding, answer.aiter_raw(), self.limits.body_size)
                    body = await self._read_body(answer.status_code, answer.headers, parts)
                if not answer.has_redirect_location:
                    return self._accept(answer, body, validators)
                url, parameters = self._redirect_target(str(answer.url), answer.headers["Location"]), None
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error, ExceptionGroup) as error:
            raise self._explain(error) from error
        raise FeedRefused(f"{self.host} redirected too many times; check the feed's address.")

    def _open(self) -> httpx.AsyncClient:
        import httpx

        headers = {"Accept": self.accept, "Accept-Encoding": "gzip", "User-Agent": f"dailypapers/{__version__}"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        timeout = httpx.Timeout(self.limits.read_timeout, connect=CONNECT_SECONDS)
        trusts_environment = not is_loopback(urlsplit(self.endpoint).hostname or "")
        try:
            verify = _certificates(trusts_environment, os.environ.get("SSL_CERT_FILE"))
            return httpx.AsyncClient(headers=headers, timeout=timeout, verify=verify, trust_env=trusts_environment)
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise FeedUnreachable(_UNUSABLE_ENVIRONMENT) from error

    async def _read_body(self, _status: int, _headers: Mapping[str, str], parts: AsyncIterator[bytes]) -> bytes:
        """The body; a source that writes it to a file overrides this."""
        return b"".join([part async for part in parts])

    def _accept(self, answer: httpx.Response, body: bytes, sent: Validators) -> Response:
        """The response for an answer; raises FeedError, or _RetryableError if the failure may pass."""
        is_unchanged = answer.status_code == 304 and sent != Validators()
        if not (is_unchanged or answer.is_success):
            self._refuse(answer.status_code, answer.headers, body)
        is_page = "html" in answer.headers.get("Content-Type", "") or body.lstrip().startswith(b"<")
        if self.is_daily_feed and is_page:
            raise FeedMalformed(f"{self.host} answered with a web page instead of the feed; {_SIGN_IN_ADVICE}.")
        validators = Validators.from_headers(answer.headers)
        if is_unchanged and validators == Validators():
            validators = sent
        return Response(b"" if is_unchanged else body, str(answer.url), answer.headers, validators, is_unchanged)

    async def _check_public(self, url: str, *, is_redirect: bool) -> None:
        """Raise FeedRefused if an address, or an address that its name resolves to, is on this machine or its network.

        A name server that gives httpx another answer is not noticed: that would require our own connections.
        """
        import httpx

        with suppress(httpx.InvalidURL):
            host = unquote(httpx.URL(url).raw_host.decode("ascii"))
            hosts = [host]
            with suppress(OSError):
                loop = asyncio.get_running_loop()
                infos = await loop.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
                hosts += [str(address[0]) for *_, address in infos]
            if local := next(filter(is_local, hosts), None):
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
            if self.cross_host and (web := web_url(url)) and web.startswith(("https:", f"{before.scheme}:")):
                return web
            other = brief(after.netloc)
        if self.cross_host:
            raise FeedRefused(f"{self.host} redirected to an unsafe address; check the feed's address.")
        raise FeedRefused(
            f"{self.host} redirected to {other or 'another place'}, which was not followed; {_SIGN_IN_ADVICE}."
        )

    def _refuse(self, status: int, headers: Mapping[str, str], body: bytes) -> NoReturn:
        """Raise HttpRefused for an error status, or _RetryableError if it may pass."""
        host, longest_wait = self.host, self.limits.longest_wait
        wait = retry_after(headers)
        has_time = "Retry-After" in headers or "RateLimit" in headers
        if self.pace.busy_as and status in _BUSY_STATUSES and not has_time:
            raise _RetryableError(HostBusy(f"{host} is too busy to answer ({status}).", status))
        if status == 429:
            wait = rate_limit_reset(headers) or wait or 60
            full = f"{host} accepts no more requests for now; try again in {duration_text(wait)}."
            if wait > longest_wait:
                raise HttpRefused(full, status)
            raise _RetryableError(HttpRefused(full, status), wait)
        if status >= 500:
            wait = None if wait is not None and wait > longest_wait else wait
            raise _RetryableError(HttpRefused(f"{host} has trouble ({status}); {RETRY_LATER}.", status), wait)
        if self.token is not None and status in (401, 403):
            raise HttpRefused(f"{host} did not accept the access token ({status}); check HF_TOKEN or unset it.", status)
        if status == 401:
            advice = "set HF_TOKEN" if self.is_daily_feed else "feeds with a sign-in are not supported"
            raise HttpRefused(f"{host} requires a sign-in (401); {advice}.", status)
        reason = self.reason(body)
        advice = f": {reason}" if reason else "; check the feed's address"
        raise HttpRefused(f"{host} refused the request ({status}){advice}.", status)

    def _explain(self, error: Exception) -> Exception:
        """The exception to raise for an error of httpx or for an incomplete body."""
        import httpx

        host = self.host
        match error:
            case httpx.TimeoutException():
                seconds = CONNECT_SECONDS if isinstance(error, httpx.ConnectTimeout) else self.limits.read_timeout
                silent = FeedUnreachable(f"{host} did not answer within {seconds:g} s; {RETRY_LATER}.")
                return _RetryableError(silent, attempts=2)
            case httpx.ProxyError():
                return FeedUnreachable(f"The proxy refused a request to {host}; check HTTPS_PROXY.")
            case httpx.InvalidURL():
                # httpx also parses the address of a redirect.
                return FeedRefused(
                    f"{host} redirected to an invalid address, which was not followed; {_SIGN_IN_ADVICE}."
                )
            case ExceptionGroup():
                # httpx raises a group if the port of a proxy does not exist.
                return FeedUnreachable(_UNUSABLE_ENVIRONMENT)
            case httpx.ConnectError():
                return _connection_failure(host, error)
        return _RetryableError(FeedUnreachable(f"The connection to {host} broke; {RETRY_LATER}."))


def _connection_failure(host: str, error: BaseException) -> FeedError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            untrusted = f"The certificate of {host} is not trusted here"
            return FeedUnreachable(f"{untrusted}; behind a proxy, name its certificates in SSL_CERT_FILE.")
        if isinstance(cause, socket.gaierror):
            return FeedOffline(f"{host} could not be found: there is no network, or the feed's address is wrong.")
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK_ERRORS:
            return FeedOffline(f"{host} could not be reached: there is no network.")
    return FeedUnreachable(f"{host} could not be reached; {RETRY_LATER}.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


@cache
def _certificates(trusts_environment: bool, _file: str | None) -> ssl.SSLContext:
    """The certificates for all clients, cached because reading them takes 20 ms."""
    import httpx

    return httpx.create_ssl_context(trust_env=trusts_environment)


def _host_of_feed(endpoint: str) -> str:
    host = ""
    with suppress(ValueError):
        parts = urlsplit(endpoint.strip())
        name, _ = parts.hostname or "", parts.port
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(name))
        host = name if is_secure and not ("@" in parts.netloc or parts.query or parts.fragment) else ""
    if not host:
        address = brief(endpoint.strip().rstrip("/"))
        raise ConfigError(
            f"The feed's address must begin with https://, but {address!r} does not; correct HF_ENDPOINT."
        )
    return host


def origin_of(url: str) -> str:
    """Scheme and host of a web address, such as `https://example.org`; raises UsageError for any other text."""
    address = web_url(url)
    if address is None:
        raise UsageError(f"{brief(url)!r} is not a feed's address, which begins with https:// or http://.")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
