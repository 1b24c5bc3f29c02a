"""The gate: foreign data becomes a typed value here, or is refused.

The files of other machines, a server, an import, an agent and a feed all bring untrusted text. Each value passes one of
these functions, which return None for an invalid value. Sizes are checked before anything is split.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from reader.core.ids import is_paper_id
from reader.core.marks import Mark, clean_mark
from reader.core.text import clean

MAX_CLOCK = 221_845_392_000_000
"""The year 9000 in milliseconds since 1970; a later clock is invalid."""

COUNT_LIMIT = 1_000_000_000

ADDRESS_LIMIT = 2_000

_CATEGORY = re.compile(r"[a-z]{2,10}(?:-[a-z]{2,10})?(?:\.[A-Za-z]{2}|\.[a-z]{2,10}(?:-[a-z]{2,10})?)?")
_EVENT = re.compile(r"[0-9a-f]{24}")
_MACHINE = re.compile(r"[0-9a-f]{12}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST_FIRST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?(/|$)")


class InvalidForeignValue(ValueError):
    """A foreign value is invalid; the text is the reason, a few words that follow a colon."""


# Single values


def paper_id(value: object) -> str | None:
    """The id of a paper in this program's canonical form."""
    return value if isinstance(value, str) and is_paper_id(value) else None


def category(value: object) -> str | None:
    """The id of a category of arXiv."""
    return value if isinstance(value, str) and _CATEGORY.fullmatch(value) else None


def is_event_id(value: object) -> bool:
    """Whether a value can be the id of an event."""
    return isinstance(value, str) and _EVENT.fullmatch(value) is not None


def is_machine(value: object) -> bool:
    """Whether a value can be the id of a machine."""
    return isinstance(value, str) and _MACHINE.fullmatch(value) is not None


def clock(value: object, latest: int = MAX_CLOCK) -> int | None:
    """Milliseconds since 1970, up to `latest`; `latest_clock` returns the latest plausible value."""
    return value if type(value) is int and 0 <= value <= latest else None


def count(value: object, most: int = COUNT_LIMIT) -> int | None:
    """A plausible count; fractions are cut off."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # All comparisons with NaN are false.
    return int(value) if 0 <= value <= most else None


def text(value: object) -> str | None:
    """One clean line that is not empty."""
    return clean(value) or None if isinstance(value, str) else None


def web_url(text: str) -> str | None:
    """The text as a valid http or https address, else None.

    Whitespace is removed and a missing scheme becomes https. Other schemes, addresses over 2,000 characters, and
    addresses with a user name, which can imitate another site, are refused.
    """
    address = clean(text, 4 * ADDRESS_LIMIT).replace(" ", "")
    if address.startswith("//"):
        address = f"https:{address}"
    elif _HOST_FIRST.match(address):
        address = f"https://{address}"
    elif not _SCHEME.match(address):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or len(address) > ADDRESS_LIMIT:
        return None
    return address


def read_json(text: str | bytes, limit: int) -> Any:
    """A JSON value; None if damaged, too deeply nested or longer than `limit`."""
    if len(text) > limit:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def mark(kind: object, value: object, clock_: object, machine: object, id: object) -> Mark | None:
    """A mark with clean text, as an export writes it."""
    if not (isinstance(kind, str) and isinstance(value, str) and is_machine(machine) and is_event_id(id)):
        return None
    cleaned, at = clean_mark(kind, value), clock(clock_)
    return Mark(*cleaned, at, str(machine), str(id)) if cleaned is not None and at is not None else None
