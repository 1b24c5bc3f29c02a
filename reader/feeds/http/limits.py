"""The timeouts, sizes and attempts that bound one HTTP request."""

from __future__ import annotations

from dataclasses import dataclass


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
