"""Read responses within limits: their bodies, unpacked in steps, so that a few bytes never become gigabytes.

Their headers and error bodies have rate limits, validators, next pages and reasons.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reader.core.errors import FeedError, FeedRefused, FeedUnreachable
from reader.core.text import reason


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a request; times are in seconds."""

    connect_timeout: float = 5
    read_timeout: float = 10
    """Maximum time without a byte of the response."""
    total_timeout: float = 30
    """Maximum time for one request with its whole response."""
    body_size: int = 1 << 25
    """Maximum bytes of a response, 32 MiB, both as sent and unpacked."""
    attempts: int = 4
    silent_attempts: int = 2
    """Attempts at a host that does not answer in time."""
    backoff: float = 0.5
    """Wait before the second attempt; it doubles with each attempt."""
    longest_wait: float = 310
    """Maximum wait for a rate limit: a little over the five minutes of the feed's window."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back for a request: its head, and its body as it comes."""

    status: int
    url: str
    headers: Mapping[str, str]
    """By names in any case."""
    chunks: AsyncIterator[bytes]
    """The body, packed as it was sent."""


GZIP_WINDOW = 31
"""Tells zlib that the data is gzip."""


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
        self._gzip = zlib.decompressobj(GZIP_WINDOW) if encodings else None

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
    return reason(error) if isinstance(error, str) else ""


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


def connection_broke(host: str, limits: Limits) -> RetryableError:
    """The error of an answer that came in part, or not as it was sent."""
    reason = f"The connection to {host} broke"
    return RetryableError(FeedUnreachable(f"{reason}; {LATER}."), reason, limits.attempts)
