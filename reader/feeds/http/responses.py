"""What an answer's headers and errors say: pauses to make, pages to come, reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reader.core.text import clean

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
    """Seconds to wait by the header `Retry-After`, which holds seconds or a date; None where it says nothing."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def sendable_validator(validator: str | None) -> str | None:
    """A validator (an ETag, a date of change) that can be sent back as it is; None for what can't."""
    said = (validator or "").strip()
    fits = said.isascii() and said.isprintable() and len(said) <= _LONGEST_VALIDATOR
    return said if said and fits else None


def has_next_page(headers: Mapping[str, str]) -> bool | None:
    """Whether the header `Link` names a next page; None where there is no such header."""
    link = headers.get("Link")
    return None if link is None else _NEXT.search(link) is not None


def refusal_reason(body: bytes) -> str:
    """The reason that a refusal gives, as one clean line without its full stop; empty if it gives none."""
    try:
        said = json.loads(body[:10_000])
    except (ValueError, RecursionError):
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    return clean(error, 200).rstrip(".") if isinstance(error, str) else ""
