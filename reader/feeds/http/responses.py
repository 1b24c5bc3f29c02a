"""What requests and responses are made of: limits, headers, bodies that are unpacked in steps, and failures."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reader.core.errors import FeedError, FeedMalformed, FeedRefused
from reader.core.text import brief, reason

LATER = "try again later"

GZIP_WINDOW = 31
"""Tells zlib that the data is gzip."""

_LONGEST_VALIDATOR = 1_000
_LEFT = re.compile(r";\s*r=([0-9]{1,9})(?![0-9.])")
_RESET = re.compile(r";\s*t=([0-9]{1,9})")
_NEXT = re.compile(r';\s*rel\s*=\s*"?next\b', re.IGNORECASE)


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
        return cls(_sendable(headers.get("ETag")), _sendable(headers.get("Last-Modified")))


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


class HttpRefused(FeedRefused):
    """The host answered with an error status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class HostBusy(HttpRefused):
    """The host is too busy to answer, and is left alone for a while."""


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


async def read_body(host: str, answer: Answer, limit: int) -> bytes:
    """The unpacked body of at most `limit` bytes, so that a few bytes never become gigabytes.

    Raises FeedMalformed for a larger body and for one packed otherwise than by gzip, zlib.error for damaged gzip.
    """
    encoding = answer.headers.get("Content-Encoding", "")
    encodings = [name for part in encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if encodings not in ([], ["gzip"], ["x-gzip"]):
        raise FeedMalformed(f"{host} compressed its answer as {brief(encoding)!r}, which was not requested; {LATER}.")
    gzip = zlib.decompressobj(GZIP_WINDOW) if encodings else None
    body, received = bytearray(), 0
    async for chunk in answer.chunks:
        received += len(chunk)
        # One byte over the limit is enough to know.
        unpacked = chunk if gzip is None else gzip.decompress(chunk, limit + 1 - len(body)) if not gzip.eof else b""
        body += unpacked
        if max(received, len(body)) > limit:
            raise FeedMalformed(f"{host} sent more than {limit // 1024**2} MiB at once, which were not read; {LATER}.")
    if gzip is not None and received and not gzip.eof:
        raise zlib.error("the body is cut off")
    return bytes(body)


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


def _sendable(validator: str | None) -> str | None:
    """The validator if it can be sent back unchanged, else None."""
    value = (validator or "").strip()
    is_safe = value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR
    return value if value and is_safe else None
