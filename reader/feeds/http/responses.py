"""Read the headers and error bodies of responses: rate limits, validators, next pages, reasons."""

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
