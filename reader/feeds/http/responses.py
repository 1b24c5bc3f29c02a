"""Read responses within limits: their bodies, unpacked in steps, so that a few bytes never become gigabytes.

Their headers and error bodies have rate limits, validators, next pages and reasons. A request that failed becomes a
FeedError whose text says what to do.
"""

from __future__ import annotations

import errno
import json
import re
import socket
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from reader.core.errors import FeedError, FeedOffline, FeedRefused, FeedUnreachable
from reader.core.text import clean

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a request; times are in seconds."""

    connect_timeout: float = 5
    read_timeout: float = 10
    """Maximum time without a byte of the response."""
    total_timeout: float = 30
    """Maximum time for one request with its whole response."""
    body_size: int = 32 * 1024 * 1024
    """Maximum bytes of a response, both as sent and unpacked."""
    attempts: int = 4
    silent_attempts: int = 2
    """Attempts at a host that does not answer in time."""
    backoff: float = 0.5
    """Wait before the second attempt; it doubles with each attempt."""
    longest_wait: float = 310
    """Maximum wait for a rate limit: a little over the five minutes of the feed's window."""


_GZIP_WINDOW = 31


class BodyTooLarge(Exception):
    """The body is over the size limit, before or after unpacking."""


class UnknownEncoding(Exception):
    """The body has another encoding than gzip, or several."""


class BodyReader:
    """Collects a response's body of at most `limit` bytes.

    Only the part that fits is ever unpacked: memory stays under twice the limit. Raises UnknownEncoding for any
    `Content-Encoding` but none, `identity` and `gzip`.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        encodings = [name for part in encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
        if encodings not in ([], ["gzip"], ["x-gzip"]):
            raise UnknownEncoding
        self._limit = limit
        self._body = bytearray()
        self._received = 0
        self._gzip = zlib.decompressobj(_GZIP_WINDOW) if encodings else None

    def add(self, chunk: bytes) -> None:
        """Take the next bytes as they came; raises BodyTooLarge, or zlib.error for damaged gzip."""
        self._received += len(chunk)
        if self._gzip is not None:
            # One byte over the limit is enough to know.
            chunk = self._gzip.decompress(chunk, self._limit + 1 - len(self._body)) if not self._gzip.eof else b""
        self._body += chunk
        if max(self._received, len(self._body)) > self._limit:
            raise BodyTooLarge

    def body(self) -> bytes:
        """The unpacked bytes, all of them; raises zlib.error for gzip that is cut off."""
        if self._gzip is not None and self._received and not self._gzip.eof:
            raise zlib.error("the body is cut off")
        return bytes(self._body)


_LONGEST_VALIDATOR = 1_000

_LEFT = re.compile(r";\s*r=([0-9]{1,9})(?![0-9.])")
_RESET = re.compile(r";\s*t=([0-9]{1,9})")
_NEXT = re.compile(r';\s*rel\s*=\s*"?next\b', re.IGNORECASE)


def rate_limit_pause(headers: Mapping[str, str], longest: float) -> float:
    """Seconds to wait before the next request, by the header `RateLimit: "api";r=<left>;t=<seconds>`.

    Zero while requests are left, else one second more than the time to the reset, but at most `longest`.
    """
    waits = [0.0]
    for limit in headers.get("RateLimit", "").split(","):
        left, reset = _LEFT.search(limit), _RESET.search(limit)
        if left and reset and int(left[1]) == 0:
            waits.append(int(reset[1]) + 1.0)
    return min(max(waits), longest)


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


def sendable_validator(validator: str | None) -> str | None:
    """The validator (an ETag or a modification date) if it can be sent back unchanged, else None."""
    value = (validator or "").strip()
    is_safe = value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR
    return value if value and is_safe else None


def has_next_page(headers: Mapping[str, str]) -> bool | None:
    """Whether the header `Link` names a next page; None if there is no such header."""
    link = headers.get("Link")
    return None if link is None else _NEXT.search(link) is not None


def refusal_reason(body: bytes) -> str:
    """The reason in an error's JSON body, as one clean line without its full stop; empty if there is none."""
    try:
        answer = json.loads(body[:10_000])
    except (ValueError, RecursionError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    return clean(error, 200).rstrip(".") if isinstance(error, str) else ""


_NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}

_BAD_PROXY = "A proxy's address is not valid; correct or unset HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."


LATER = "try again later"


class HttpRefused(FeedRefused):
    """The feed answered with an error status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RetryableError(Exception):
    """A failure that may pass.

    It allows `attempts` requests in all; the next waits `wait` seconds (None: the usual backoff). `error` is
    raised after the last attempt; `reason` is the cause in words, shown while waiting.
    """

    def __init__(self, error: FeedError, reason: str, attempts: int, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.reason = reason
        self.attempts = attempts
        self.wait = wait


def explain_environment(error: Exception) -> FeedError:
    """The FeedError for a client that can't be made of the environment's proxies and certificates."""
    match error:
        case ImportError():
            return FeedUnreachable("The proxy in ALL_PROXY is a SOCKS proxy, which can't be used; name an HTTP proxy.")
        case OSError():
            return FeedUnreachable("A file named in SSL_CERT_FILE or SSLKEYLOGFILE can't be used; correct or unset it.")
    return FeedUnreachable(_BAD_PROXY)


def explain_failure(
    host: str, error: httpx.HTTPError | httpx.InvalidURL | TimeoutError | ExceptionGroup[Exception], limits: Limits
) -> Exception:
    """The exception for a request without a response: a FeedError, or a RetryableError if the failure may pass."""
    import httpx

    match error:
        case TimeoutError() | httpx.TimeoutException():
            if type(error) is TimeoutError:
                # A host that sends all the time, but never all, would do so again.
                return FeedUnreachable(f"{host} did not finish its answer within {limits.total_timeout:g} s; {LATER}.")
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
            redirected = f"{host} redirected to an invalid address, which was not followed"
            return FeedRefused(f"{redirected}; this network may ask to sign in first.")
    reason = f"The connection to {host} broke"
    return RetryableError(FeedUnreachable(f"{reason}; try again later."), reason, limits.attempts)


def _connection_failure(host: str, error: BaseException) -> FeedError:
    """Explain a failed connection, from the causes of `error`."""
    for cause in _error_chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            untrusted = f"The certificate of {host} is not trusted"
            return FeedUnreachable(f"{untrusted}; behind a proxy, name its certificates in SSL_CERT_FILE.")
        if isinstance(cause, socket.gaierror):
            return FeedOffline(f"{host} could not be found: there is no network, or the feed's address is wrong.")
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return FeedOffline(f"{host} could not be reached: there is no network.")
    return FeedUnreachable(f"{host} could not be reached; try again later.")


def _error_chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all its causes, members of exception groups included."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _error_chain(inner)
        error = error.__cause__ or error.__context__
