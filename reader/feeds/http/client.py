"""Polite HTTP clients for one host: GET requests with timeouts, size limits, retries, rate limits and conditions.

Every failure is a FeedError whose text is a plain sentence with a remedy. Each wait is a step of the requesting job;
see `reader.core.steps`.

Programs on one machine share, in files, the turn to ask a host, and its pause while it is busy.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import os
import random
import threading
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypedDict, TypeVar, Unpack, cast
from urllib.parse import urljoin, urlsplit

from reader import __version__, platform
from reader.core.addresses import is_local, is_loopback
from reader.core.errors import ConfigError, FeedMalformed, FeedOffline, FeedRefused, FeedUnreachable, UsageError
from reader.core.foreign import web_url
from reader.core.steps import note_step, note_wait
from reader.core.text import brief
from reader.feeds.http import responses
from reader.feeds.http.environment import find_token, is_offline, may_have_token, sign_in_advice
from reader.feeds.http.responses import Answer, HttpRefused, Limits, RetryableError
from reader.paths import make_folder, make_private, read_start, replace_private
from reader.platform import Lock

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.feeds.http.wire import Wire

T = TypeVar("T")

log = logging.getLogger(__name__)

POLL = 0.2
"""Seconds between two attempts to take the lock."""

LONGEST = 900.0
"""Maximum seconds to wait for the lock: the program that holds it may be waiting for a rate limit."""

PAUSES = (300, 900, 3_600, 4 * 3_600)
"""Seconds of the first, second … pause in a row; the last is that of all further ones."""

_LONGEST_FILE = 200

MAX_REDIRECTS = 5

STEP = 30.0
"""Seconds that a step of a job may take without notice."""

TOO_BUSY = (406, 429, 503)
"""Statuses that only mean that the host is busy, if no waiting time comes with them."""

_FEEDS = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
_PERMANENT = (301, 308)
_REDIRECTS = (*_PERMANENT, 302, 303, 307)


@asynccontextmanager
async def host_lock(
    file: Path,
    interval: float,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[None]:
    """Hold the lock `file`, taken no sooner than `interval` seconds after its last release.

    The system releases the lock when the program ends, even if killed. Without a writable file there is neither wait
    nor lock; without support for locks there is only the wait. Raises FeedUnreachable after `LONGEST` seconds.
    """
    try:
        make_folder(file)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        make_private(file)
    except OSError:
        yield
        return
    try:
        waited = 0.0
        # Without locks, two programs may ask a host at once, which is harmless.
        while platform.try_lock(handle) is Lock.THEIRS:
            if waited >= LONGEST:
                raise FeedUnreachable(
                    f"Another program has been asking {file.stem} for {LONGEST / 60:.0f} minutes; end it to continue."
                )
            note_step()
            await sleep(POLL)
            waited += POLL
        since = clock() - os.fstat(handle).st_mtime if os.fstat(handle).st_size else interval
        if 0 <= since < interval:
            await sleep(interval - since)
        try:
            yield
        finally:
            try:
                if not os.fstat(handle).st_size:
                    os.write(handle, b".")
                os.utime(file, (clock(), clock()))
            except OSError:
                # The disk is full: the next request would not know of this one, so this one keeps the lock.
                await sleep(interval)
    finally:
        os.close(handle)


class Backoff:
    """The pause of a busy host, in a file that programs share, now and after a new start; without a file there is none.

    It grows from minutes to hours with each further refusal.
    """

    def __init__(self, file: Path | None, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now = now

    def left(self) -> float:
        """Seconds that the host is still left alone; 0 if it may be asked."""
        until, _ = self._read()
        left = until - self._now()
        # A clock that was set back must not stop the program for days.
        return left if 0 < left <= PAUSES[-1] else 0.0

    def refuse(self) -> float:
        """Begin the next pause, if none has begun meanwhile; return its seconds."""
        if left := self.left():
            return left
        _, times = self._read()
        seconds = PAUSES[min(times, len(PAUSES) - 1)]
        if self._file is not None:
            with suppress(OSError):
                replace_private(self._file, json.dumps([self._now() + seconds, times + 1]), durable=False)
        return float(seconds)

    def answer(self) -> None:
        """Note that the host has answered: the next pause is the shortest again."""
        if self._file is not None and self._file.exists():
            with suppress(OSError):
                self._file.unlink()

    def _read(self) -> tuple[float, int]:
        if self._file is None:
            return 0.0, 0
        try:
            until, times = json.loads(read_start(self._file, _LONGEST_FILE))
            return float(until), max(0, int(times))
        except (OSError, ValueError, TypeError):
            return 0.0, 0


@dataclass(frozen=True, slots=True)
class Validators:
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
        return cls(
            responses.sendable_validator(headers.get("ETag")),
            responses.sendable_validator(headers.get("Last-Modified")),
        )


@dataclass(frozen=True, slots=True)
class Response:
    """A successful response."""

    body: bytes
    is_unchanged: bool = False
    """True for a 304: nothing has changed since the response with the validators that were sent; `body` is empty."""
    validators: Validators = Validators()
    url: str = ""
    """The address for later requests: the requested one, or the new one after a permanent redirect."""
    base_url: str = ""
    """The address after all redirects; relative links in the body start from it."""
    content_type: str = ""
    has_next: bool | None = None
    """Whether a next page follows; None if the response does not say."""


class Closing:
    """What is closed as the block of its `async with` ends."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        raise NotImplementedError


class HttpOptions(TypedDict, total=False):
    """The options of every client; the defaults are those of `HttpClient`."""

    accept: str
    encoding: str
    """`gzip`, which is unpacked in bounded steps, or `identity`."""
    offline: bool
    limits: Limits | None
    sleep: Callable[[float], Awaitable[object]]
    clock: Callable[[], float]


class HttpClient(Closing):
    """GET requests to one endpoint, one at a time.

    Programs that share `lock_folder` also ask a host one at a time. Proxies and certificates come from the
    environment as httpx reads them, except for an endpoint on this machine. `sign_in` advises what to do if the host
    asks for a sign-in. Raises ConfigError for an endpoint that is neither https nor on this machine.
    """

    refuses_pages = True
    """Whether a web page is never what was asked for."""

    def __init__(
        self,
        endpoint: str,
        token: str | None = None,
        *,
        accept: str = "application/json",
        encoding: str = "gzip",
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
        self._headers = {"Accept": accept, "Accept-Encoding": encoding, "User-Agent": f"dailypapers/{__version__}"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._has_token = token is not None
        self._sign_in = sign_in
        self._limits = limits or Limits()
        self._lock_folder = lock_folder
        self._interval = 0.0
        """Minimum seconds between a response and the next request."""
        self._sleep = sleep
        self._clock = clock
        self._lock: asyncio.Lock | asyncio.Semaphore = asyncio.Lock()
        self._free_at = float("-inf")
        self._method = "GET"
        self._trusts_environment = not is_loopback(self.host)
        self._checks_certificates = True
        self._public_only = False
        self._wire: Wire | None = None

    @classmethod
    def for_feed(
        cls,
        address: str,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        lock_folder: Path | None,
        **options: Unpack[HttpOptions],
    ) -> HttpClient:
        """A client for the daily feed at an address, with the environment's offline mode.

        It has the user's token only if the settings let this address have it: see `may_have_token`.
        """
        token = find_token(environ, settings) if may_have_token(address, settings) else None
        options["offline"] = is_offline(environ)
        advice = sign_in_advice(address, environ, settings)
        return cls(address, token, sign_in=advice, lock_folder=lock_folder, **options)

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.aclose()

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Any],
        parse: Callable[[Response], T],
        validators: Validators | None = None,
    ) -> T:
        """Request a path of the endpoint, and return what `parse` makes of the response; see `_fetch`."""
        return await self._fetch(f"{self.endpoint}{path}", parameters, parse, validators)

    async def _fetch(
        self,
        url: str,
        parameters: Mapping[str, Any],
        parse: Callable[[Response], T],
        validators: Validators | None = None,
    ) -> T:
        """Request an address until there is a response that can be parsed, or no attempt is left.

        `parse` runs in a thread and may raise FeedMalformed. With `validators` it may get a response that
        `is_unchanged`. Raises FeedError.
        """
        if self.offline:
            raise FeedOffline("Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.")
        limits = self._limits
        async with self._lock:
            failures: Counter[str] = Counter()
            while True:
                pause = self._free_at - self._clock()
                # The usual interval is not worth reporting.
                await self._wait(pause, f"{self.host} asked for a pause" if pause > self._interval else "")
                try:
                    return await self._attempt(url, parameters, parse, validators or Validators())
                except RetryableError as failure:
                    failures[failure.reason] += 1
                    attempts = failures.total()
                    if attempts >= limits.attempts or failures[failure.reason] >= failure.attempts:
                        raise failure.error from failure.__cause__
                    wait = failure.wait
                    if wait is None:
                        # Jitter keeps many readers from retrying at the same moment.
                        wait = limits.backoff * 2 ** (attempts - 1) * random.SystemRandom().uniform(0.75, 1.5)
                    await self._wait(wait, failure.reason)

    async def _wait(self, seconds: float, reason: str) -> None:
        if seconds > 0:
            note_wait(seconds, reason)
            await self._sleep(seconds)

    async def _attempt(
        self, url: str, parameters: Mapping[str, Any], parse: Callable[[Response], T], validators: Validators
    ) -> T:
        """Send one request and parse its response; raises FeedError, or RetryableError if the failure may pass."""
        try:
            async with self._host_lock(), asyncio.timeout(self._limits.total_timeout):
                # One that may take longer than a step is a wait.
                note_wait(max(0.0, self._limits.total_timeout - STEP))
                response = await self._request(url, parameters, validators)
        except TimeoutError as error:
            # A host that sends all the time, but never finishes, would do so again.
            late = f"{self.host} did not finish its answer within {self._limits.total_timeout:g} s"
            raise FeedUnreachable(f"{late}; {responses.LATER}.") from error
        note_step()
        try:
            return await _in_daemon_thread(parse, response)
        except FeedMalformed as error:
            raise RetryableError(error, f"{self.host} sent something unreadable", attempts=2) from error

    def _host_lock(self) -> AbstractAsyncContextManager[None]:
        """The lock that other programs also use; held for one request, released while waiting to retry."""
        if self._lock_folder is None:
            return nullcontext()
        return host_lock(self._lock_folder / f"{self.host}.lock", 0, self._sleep)

    async def _request(self, url: str, parameters: Mapping[str, Any], validators: Validators) -> Response:
        wire = self._open()
        query: Mapping[str, Any] | None = parameters or None
        lasting_url, is_permanent = url, True
        for _ in range(MAX_REDIRECTS):
            await self._wait(min(self._free_at - self._clock(), self._interval), "")
            started = self._clock()
            try:
                async with wire.send(self._method, url, query, validators.request_headers()) as answer:
                    body = await self._read_body(answer)
                seconds = self._clock() - started
                log.info("%s %s %d, %d bytes in %.2f s", self._method, answer.url, answer.status, len(body), seconds)
                pause = responses.rate_limit_pause(answer.headers, self._limits.longest_wait)
                self._free_at = max(self._free_at, self._clock() + pause)
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    url, query = self._redirect_target(answer.url, answer.headers["Location"]), None
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
            if self.refuses_pages and is_page:
                raise FeedMalformed(
                    f"{self.host} answered with a web page instead of the feed; this network may ask to sign in first."
                )
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

    def _open(self) -> Wire:
        from reader.feeds.http.wire import Wire

        if self._wire is None:
            self._wire = Wire(
                self.host,
                self._headers,
                self._limits,
                trusts_environment=self._trusts_environment,
                checks_certificates=self._checks_certificates,
                public_only=self._public_only,
            )
        return self._wire

    async def _read_body(self, answer: Answer) -> bytes:
        """The unpacked body; raises FeedMalformed if it is over the size limit or has an encoding not asked for."""
        encoding = answer.headers.get("Content-Encoding", "")
        try:
            reader = responses.BodyReader(encoding, self._limits.body_size)
            async for chunk in answer.chunks:
                reader.add(chunk)
            return reader.body()
        except responses.UnknownEncoding:
            sent = f"{self.host} compressed its answer as {brief(encoding)!r}, which was not requested"
            raise FeedMalformed(f"{sent}; try again later.") from None
        except responses.BodyTooLarge:
            raise FeedMalformed(
                f"{self.host} sent more than {self._limits.body_size // 1024**2} MiB at once, which were not read; try"
                " again later."
            ) from None
        except zlib.error as error:
            raise responses.connection_broke(self.host, self._limits) from error

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
            other = brief(after.netloc)
        redirected = f"{self.host} redirected to {other or 'another place'}, which was not followed"
        raise FeedRefused(f"{redirected}; this network may ask to sign in first.")

    def _refuse(self, answer: Answer, body: bytes) -> NoReturn:
        host, status, limits = self.host, answer.status, self._limits
        wait = responses.retry_after(answer.headers)
        if status == 429:
            wait = responses.rate_limit_pause(answer.headers, float("inf")) or wait or 60
            error = HttpRefused(f"{host} accepts no more requests for now; try again in {duration_text(wait)}.", status)
            if wait > limits.longest_wait:
                raise error
            self._free_at = float("-inf")
            raise RetryableError(error, f"{host} accepts no more requests for now", limits.attempts, wait)
        if status >= 500:
            trouble = f"{host} has trouble ({status})"
            if wait is not None and wait > limits.longest_wait:
                wait = None
            raise RetryableError(HttpRefused(f"{trouble}; try again later.", status), trouble, limits.attempts, wait)
        if self._has_token and status in (401, 403):
            raise HttpRefused(f"{host} did not accept the access token ({status}); {self._sign_in}.", status)
        if status == 401:
            raise HttpRefused(f"{host} requires a sign-in (401); {self._sign_in}.", status)
        reason = responses.refusal_reason(body)
        advice = f": {reason}" if reason else "; check the feed's address"
        raise HttpRefused(f"{host} refused the request ({status}){advice}.", status)


class DocumentClient(HttpClient):
    """GET requests for documents of one host, such as feeds and pages, by their whole addresses.

    `endpoint` is the host's address, such as `https://example.org`; an unencrypted one is allowed, since no secret
    is ever sent. `name` stands for the host in messages. `interval` is the minimum number of seconds between a
    response and the next request. With `cross_host` redirects may lead to another host. With `public_only` no request
    goes to this machine or its network. `reason` extracts the reason from an error's body. Raises UsageError for an
    invalid address.
    """

    refuses_pages = False

    def __init__(
        self,
        endpoint: str,
        *,
        name: str | None = None,
        interval: float = 0,
        cross_host: bool = False,
        public_only: bool = False,
        reason: Callable[[bytes], str] = responses.refusal_reason,
        **options: Unpack[HttpOptions],
    ) -> None:
        origin = origin_of(endpoint)
        options.setdefault("accept", _FEEDS)
        super().__init__(origin.replace("http://", "https://", 1), **options)
        self.endpoint = origin
        self.host = name if name and not is_local_url(origin) else self.host
        self._interval = interval
        self._cross_host = cross_host
        self._public_only = public_only
        self._reason = reason

    async def document(self, url: str, parse: Callable[[Response], T], validators: Validators | None = None) -> T:
        """Request a document by its address, and return what `parse` makes of it; see `_fetch`."""
        return await self._fetch(url, {}, parse, validators)

    async def _request(self, url: str, parameters: Mapping[str, Any], validators: Validators) -> Response:
        from reader.feeds.http.wire import LocalHost, host_in_request

        try:
            return await super()._request(url, parameters, validators)
        except LocalHost as local:
            named = brief(local.host) + (f" ({local.address})" if local.address else "")
            is_redirect = local.host != host_in_request(url)
            raise FeedRefused(
                f"{f'{self.host} redirected to {named}, which' if is_redirect else named} is on this machine or its"
                " network and was not asked; the setting allow_local_feeds permits it."
            ) from None

    def _redirect_target(self, origin: str, target: str) -> str:
        if not self._cross_host:
            return super()._redirect_target(origin, target)
        try:
            url = web_url(urljoin(origin, target))
        except ValueError:
            url = None
        if url is None or (origin.startswith("https:") and not url.startswith("https:")):
            raise FeedRefused(f"{self.host} redirected to an unsafe address; check the feed's address.")
        return url

    def _refuse(self, answer: Answer, body: bytes) -> NoReturn:
        status = answer.status
        if status == 401:
            raise HttpRefused(f"{self.host} requires a sign-in (401), which is not supported for feeds.", status)
        if status < 500 and status != 429 and (reason := self._reason(body)):
            raise HttpRefused(f"{self.host} refused the request ({status}): {reason}.", status)
        super()._refuse(answer, body)


class HostBusy(HttpRefused):
    """The host is too busy to answer, and is left alone for a while."""


class BusyHostClient(DocumentClient):
    """Documents of a host that refuses requests at random when it is busy, as arXiv does: few tries, then a pause.

    Programs that share `folder` ask the host one at a time, `PACE` seconds apart, by the file `lock` there, and share
    the pause, which is in the file `busy`. A stand-in on this machine may be asked at any rate.
    """

    PACE = 3.0
    """Seconds between two requests of all programs, by arXiv's terms."""

    def __init__(
        self,
        endpoint: str,
        *,
        folder: Path | None,
        lock: str,
        busy: str,
        name: str | None = None,
        interval: float = 0,
        reason: Callable[[bytes], str] = responses.refusal_reason,
        now: Callable[[], float] = time.time,
        **options: Unpack[HttpOptions],
    ) -> None:
        super().__init__(endpoint, name=name, interval=interval, reason=reason, **options)
        self._now = now
        self._backoff = Backoff(folder / busy if folder is not None else None, now)
        self._turns = folder / lock if folder is not None and not is_local_url(endpoint) else None

    async def document(self, url: str, parse: Callable[[Response], T], validators: Validators | None = None) -> T:
        if left := self._backoff.left():
            raise HostBusy(f"{self.host} is too busy to answer; the next try is in {duration_text(left)}.", 429)
        try:
            answer = await super().document(url, parse, validators)
        except HostBusy as busy:
            pause = duration_text(self._backoff.refuse())
            raise HostBusy(f"{str(busy).rstrip('.')}; the next try is in {pause}.", busy.status) from busy
        self._backoff.answer()
        return answer

    def _host_lock(self) -> AbstractAsyncContextManager[None]:
        return host_lock(self._turns, self.PACE, self._sleep, self._now) if self._turns is not None else nullcontext()

    def _refuse(self, answer: Answer, body: bytes) -> NoReturn:
        status = answer.status
        if status in TOO_BUSY and not ("Retry-After" in answer.headers or "RateLimit" in answer.headers):
            busy = HostBusy(f"{self.host} is too busy to answer ({status}).", status)
            raise RetryableError(busy, f"{self.host} is too busy ({status})", self._limits.attempts)
        super()._refuse(answer, body)


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


def _host_of(endpoint: str) -> str:
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
        shown = brief(endpoint)
        raise ConfigError(f"The feed's address must begin with https://, but {shown!r} does not; correct HF_ENDPOINT.")
    return host


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


def duration_text(seconds: float) -> str:
    """A rounded duration, such as `45 s`, `5 minutes` or `3 hours`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
